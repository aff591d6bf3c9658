import { resolve } from 'node:path';
import { catalogue } from '../../suites/catalogue.ts';
import { mergeParts } from '../campaign/merge.ts';
import type { ExitCode } from '../core/exit-code.ts';
import type { Register } from './command.ts';
import { announce, writeReports } from './output.ts';

interface MergeOptions {
  readonly outputDir: string;
  readonly color: boolean;
}

/** Adds `merge`. */
export const registerMerge: Register = (root, finish) => {
  root
    .command('merge')
    .description('judge the union of what several machines drove with run --shard')
    .argument('<dirs...>', 'folders of the parts, or a folder that holds them')
    .option('--output-dir <dir>', 'where the folder of the whole campaign is made', 'results')
    .option('--no-color', 'plain text')
    .action(async (dirs: string[], options) => finish(await merge(dirs, options)));
};

async function merge(dirs: readonly string[], options: MergeOptions): Promise<ExitCode> {
  const { dir, report, missing } = mergeParts({
    suites: catalogue,
    dirs,
    resultsDir: resolve(options.outputDir),
  });
  for (const part of missing)
    process.stderr.write(`part ${part} is missing: what it should have driven counts as missing evidence\n`);
  await writeReports(report, dir);
  return announce(report, dir, options);
}
