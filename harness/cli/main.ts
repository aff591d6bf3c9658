import { Command, CommanderError } from 'commander';
import { harnessIdentity } from '../campaign/basis.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Finish, Register } from './command.ts';
import { registerCompare } from './compare.ts';
import { registerCompletion } from './completion.ts';
import { registerConfig } from './config.ts';
import { registerDoctor } from './doctor.ts';
import { registerExplain } from './explain.ts';
import { explainFailure } from './failure.ts';
import { registerGate } from './gate.ts';
import { rootHelp } from './help.ts';
import { registerHistory } from './history.ts';
import { registerInit } from './init.ts';
import { registerList } from './list.ts';
import { registerMerge } from './merge.ts';
import { registerPlan } from './plan.ts';
import { registerProve } from './prove.ts';
import { registerReference } from './reference.ts';
import { registerRejudge } from './rejudge.ts';
import { registerReplay } from './replay.ts';
import { registerReport } from './report.ts';
import { registerRun } from './run.ts';
import { registerWatch } from './watch.ts';

/** Every command, in the order of the help. */
const COMMANDS: readonly Register[] = [
  registerRun,
  registerPlan,
  registerDoctor,
  registerReplay,
  registerRejudge,
  registerReport,
  registerWatch,
  registerMerge,
  registerCompare,
  registerGate,
  registerHistory,
  registerList,
  registerExplain,
  registerConfig,
  registerReference,
  registerProve,
  registerInit,
  registerCompletion,
];

function program(finish: Finish): Command {
  const { version } = harnessIdentity();
  const root = new Command('agent-conformance')
    .description('Drives an AI-agent platform, keeps the evidence, judges it.')
    .version(version)
    .exitOverride();
  for (const register of COMMANDS) register(root, finish);
  for (const command of root.commands) command.exitOverride();
  // After the commands were added: theirs is the usual one.
  root.configureHelp({ formatHelp: () => rootHelp(root) });
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

// Node would end with 1, which is a verdict on the target.
process.once('uncaughtException', (cause) => process.exit(explainFailure(cause)));
process.exitCode = await main();
