import { relative } from 'node:path';
import { renderJson } from '../../reports/json.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { EXIT } from '../core/exit-code.ts';
import type { CampaignReport } from '../report/model.ts';
import { announce } from './output.ts';
import { tellPipeline } from './pipeline.ts';

/** How much is said on the standard output, and in which form. */
export interface Telling {
  readonly color: boolean;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  /** The code of the process where nothing failed and something is undecided; 3 without it. */
  readonly inconclusiveExitCode?: number;
}

/** Tells the result in the form that was asked for; returns the exit code of the process. */
export function tell(report: CampaignReport, dir: string, telling: Telling): ExitCode {
  if (telling.json === true || telling.quiet === true) tellPipeline(report, readProcessEnvironment());
  if (telling.json === true) process.stdout.write(renderJson(report));
  else if (telling.quiet === true) process.stdout.write(`${lastLine(report, dir)}\n`);
  else {
    if (telling.verbose === true) process.stdout.write(`${everyCheck(report)}\n\n`);
    announce(report, dir, telling);
  }
  return exitOf(report, telling);
}

/** The line that a pipeline greps, alone. */
function lastLine(report: CampaignReport, dir: string): string {
  const path = relative(process.cwd(), dir) || '.';
  return renderTerminal(report, { colour: false, unicode: false, path }).trimEnd().split('\n').at(-1) ?? '';
}

function everyCheck({ checks }: CampaignReport): string {
  const width = Math.max(0, ...checks.map(({ id }) => id.length));
  return checks
    .map(
      ({ id, verdict, counts }) =>
        `${id.padEnd(width)}  ${verdict.padEnd(12)}  ${counts.pass + counts.fail + counts.inconclusive + counts.error} findings`,
    )
    .join('\n');
}

function exitOf({ exitCode }: CampaignReport, { inconclusiveExitCode }: Telling): ExitCode {
  if (exitCode !== EXIT.inconclusive || inconclusiveExitCode === undefined) return exitCode as ExitCode;
  // The report says 3 and stays comparable; what the pipeline wants to hear is the pipeline's.
  process.stderr.write(`exit code ${inconclusiveExitCode} instead of 3, as --inconclusive-exit-code asks\n`);
  return inconclusiveExitCode as ExitCode;
}
