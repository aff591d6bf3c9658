#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { harnessIdentity } from '../campaign/basis.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { explainFailure } from './failure.ts';
import { listCatalogue } from './list.ts';
import { rejudge } from './rejudge.ts';
import { runCommand } from './run.ts';

const EXAMPLES = `
Examples:
  agent-conformance run                       everything, against TARGET_URL or a reference deployment of its own
  agent-conformance run lifecycle CN-5        one suite and one requirement
  agent-conformance run "LC-1*"               requirements by pattern
  agent-conformance rejudge results/latest    judge stored evidence again
  agent-conformance list                      suites, requirements and checks

Exit codes: 0 conforms, 1 fails, 2 usage or configuration, 3 inconclusive, 4 target not ready,
5 harness error or missing evidence, 130/143 interrupted after the reports were written.`;

function program(finish: (code: ExitCode) => void): Command {
  const { version } = harnessIdentity();
  const root = new Command('agent-conformance')
    .description('Drives an AI-agent platform, keeps the evidence, judges it.')
    .version(version)
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  root
    .command('run')
    .description('drive the target and judge what it did')
    .argument('[selectors...]', 'suites, requirement ids or check ids; * stands for anything')
    .option('--seed <n>', 'seed of all that is generated (HARNESS_SEED)')
    .option('--profile <name>', 'profile by name or path (TARGET_PROFILE)')
    .option('--output-dir <dir>', 'where results go (HARNESS_RESULTS_DIR)')
    .option('--no-color', 'plain text')
    .action(async (selectors: string[], options) => finish(await runCommand(selectors, options)));
  root
    .command('rejudge')
    .description('judge the stored evidence of a campaign again')
    .argument('<dir>', 'folder of the campaign')
    .option('--no-color', 'plain text')
    .action((dir: string, options) => finish(rejudge(dir, options)));
  root
    .command('list')
    .description('show suites, requirements and checks')
    .argument('[selectors...]', 'only these')
    .action((selectors: string[]) => finish(listCatalogue(selectors)));
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
