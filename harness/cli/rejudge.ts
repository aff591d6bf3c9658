import { catalogue } from '../../suites/catalogue.ts';
import { loadPlan } from '../campaign/folder.ts';
import { judgeStored } from '../campaign/judge-stored.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { announce, writeReports } from './output.ts';

/** Judges the stored evidence of a campaign and writes its reports again. */
export function rejudge(dir: string, options: { readonly color: boolean }): ExitCode {
  const report = judgeStored(dir, loadPlan(dir), catalogue);
  writeReports(report, dir);
  return announce(report, dir, options);
}
