import { relative } from 'node:path';
import { renderJson } from '../../reports/json.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { writeArtefact } from '../campaign/folder.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { ExitCode } from '../core/exit-code.ts';
import type { CampaignReport } from '../report/model.ts';
import { progressForm } from './progress.ts';

/** Writes every form of the report into the campaign's folder. */
export function writeReports(report: CampaignReport, dir: string): void {
  writeArtefact(dir, 'report.json', renderJson(report));
  writeArtefact(dir, 'report.md', renderMarkdown(report));
}

/** Tells the result on the standard output; returns the exit code. */
export function announce(
  report: CampaignReport,
  dir: string,
  options: { readonly color: boolean },
): ExitCode {
  const env = readProcessEnvironment();
  const { colour } = progressForm(process.stdout.isTTY === true, env);
  const path = relative(process.cwd(), dir) || '.';
  const unicode = /utf-?8/i.test(`${env['LC_ALL'] ?? ''}${env['LC_CTYPE'] ?? ''}${env['LANG'] ?? ''}`);
  process.stdout.write(renderTerminal(report, { colour: colour && options.color, unicode, path }));
  return report.exitCode as ExitCode;
}
