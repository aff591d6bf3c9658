import { catalogue } from '../../suites/catalogue.ts';
import { mergeParts } from '../campaign/merge.ts';
import { remember } from '../campaign/remember.ts';
import { loadConfig, readProcessEnvironment } from '../config/load.ts';
import type { ExitCode } from '../core/exit-code.ts';
import type { Register } from './command.ts';
import { announce, writeReports } from './output.ts';

interface MergeOptions {
  readonly outputDir?: string;
  readonly color: boolean;
}

/** Adds `merge`. */
export const registerMerge: Register = (root, finish) => {
  root
    .command('merge')
    .description('judge the union of what several machines drove with run --shard')
    .argument('<dirs...>', 'folders of the parts, or a folder that holds them')
    .option('--output-dir <dir>', 'where the folder of the whole campaign is made (HARNESS_RESULTS_DIR)')
    .option('--no-color', 'plain text')
    .action(async (dirs: string[], options) => finish(await merge(dirs, options)));
};

async function merge(dirs: readonly string[], options: MergeOptions): Promise<ExitCode> {
  const { outputDir } = options;
  const overrides = outputDir === undefined ? {} : { HARNESS_RESULTS_DIR: outputDir };
  const { harness } = await loadConfig({ env: readProcessEnvironment(), cwd: process.cwd(), overrides });
  const { dir, report, missing } = mergeParts({ suites: catalogue, dirs, resultsDir: harness.resultsDir });
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  for (const part of missing)
    say(`part ${part} is missing: what it should have driven counts as missing evidence`);
  const memory = await remember(report, harness, (message) => say(`the history was left out: ${message}`));
  await writeReports(report, dir, harness, memory.summary);
  await memory.keep();
  return announce(report, dir, options);
}
