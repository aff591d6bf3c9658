import { catalogue } from '../../suites/catalogue.ts';
import { loadPlan } from '../campaign/folder.ts';
import { judgeStored } from '../campaign/judge-stored.ts';
import type { ExitCode } from '../core/exit-code.ts';
import type { Register } from './command.ts';
import { announce, writeReports } from './output.ts';

/** Adds `rejudge`. */
export const registerRejudge: Register = (root, finish) => {
  root
    .command('rejudge')
    .description('judge the stored evidence of a campaign again')
    .argument('<dir>', 'folder of the campaign')
    .option('--no-color', 'plain text')
    .action(async (dir: string, options) => finish(await rejudge(dir, options)));
};

/** Judges the stored evidence of a campaign and writes its reports again. */
async function rejudge(dir: string, options: { readonly color: boolean }): Promise<ExitCode> {
  const report = judgeStored(dir, loadPlan(dir), catalogue);
  await writeReports(report, dir);
  return announce(report, dir, options);
}
