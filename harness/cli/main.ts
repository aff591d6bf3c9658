import { Command, CommanderError } from 'commander';
import { harnessIdentity } from '../campaign/basis.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Finish, Register } from './command.ts';
import { registerCompare } from './compare.ts';
import { registerDoctor } from './doctor.ts';
import { registerExplain } from './explain.ts';
import { explainFailure } from './failure.ts';
import { registerList } from './list.ts';
import { registerMerge } from './merge.ts';
import { registerPlan } from './plan.ts';
import { registerReference } from './reference.ts';
import { registerRejudge } from './rejudge.ts';
import { registerReplay } from './replay.ts';
import { registerReport } from './report.ts';
import { registerRun } from './run.ts';

/** Every command, in the order of the help. */
const COMMANDS: readonly Register[] = [
  registerRun,
  registerPlan,
  registerDoctor,
  registerReplay,
  registerRejudge,
  registerReport,
  registerMerge,
  registerCompare,
  registerList,
  registerExplain,
  registerReference,
];

const EXAMPLES = `
Examples:
  agent-conformance run                       everything, against TARGET_URL or a reference deployment of its own
  agent-conformance run lifecycle CN-5        one suite and one requirement
  agent-conformance run "LC-1*"               requirements by pattern
  agent-conformance rejudge results/latest    judge stored evidence again
  agent-conformance list                      suites, requirements and checks

Exit codes: 0 conforms, 1 fails, 2 usage or configuration, 3 inconclusive, 4 target not ready,
5 harness error or missing evidence, 130/143 interrupted after the reports were written.`;

function program(finish: Finish): Command {
  const { version } = harnessIdentity();
  const root = new Command('agent-conformance')
    .description('Drives an AI-agent platform, keeps the evidence, judges it.')
    .version(version)
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  for (const register of COMMANDS) register(root, finish);
  for (const command of root.commands) command.exitOverride();
  return root;
}

async function main(): Promise<ExitCode> {
  let code: ExitCode = EXIT.conforms;
  try {
    await program((finished) => {
      code = finished;
    }).parseAsync();
    return code;
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? EXIT.conforms : EXIT.usage;
    return explainFailure(cause);
  }
}

process.exitCode = await main();
