import { mkdirSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { renderComparison, renderComparisonMarkdown } from '../../reports/comparison.ts';
import { writeArtefact } from '../campaign/folder.ts';
import { readReport } from '../campaign/read-report.ts';
import { compareReports } from '../compare/compare-reports.ts';
import type { Comparison } from '../compare/model.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { DEFAULT_MARGIN } from '../judge/stages.ts';
import type { CampaignReport } from '../report/model.ts';
import type { Register } from './command.ts';

interface CompareOptions {
  readonly margin: number;
  readonly marginMs: number;
  readonly outputDir?: string;
  readonly json?: true;
}

/** Adds `compare`. */
export const registerCompare: Register = (root, finish) => {
  root
    .command('compare')
    .description('compare two campaigns, the earlier one first; exit code 1 if the later one is worse')
    .argument('<baseline>', 'folder of the earlier campaign, or its report.json')
    .argument('<current>', 'folder of the later campaign, or its report.json')
    .option(
      '--margin <percent>',
      'of its median that a stage may be slower by',
      numberFrom0,
      DEFAULT_MARGIN.percent,
    )
    .option('--margin-ms <ms>', 'that it may be slower by in any case', numberFrom0, DEFAULT_MARGIN.leastMs)
    .option('--output-dir <dir>', 'where comparison.json and comparison.md are written')
    .option('--json', 'the document on the standard output instead of text')
    .action((baseline: string, current: string, options: CompareOptions) =>
      finish(compare(readReport(baseline), readReport(current), options)),
    );
};

function numberFrom0(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number, 0 or more');
  return value;
}

/** Beside the report of a campaign that was compared with an earlier one. */
export function writeComparison(baseline: string | undefined, current: CampaignReport, dir: string): void {
  if (baseline === undefined) return;
  write(compareReports(readReport(baseline), current), dir);
}

function write(comparison: Comparison, dir: string): void {
  writeArtefact(dir, 'comparison.json', documentOf(comparison));
  writeArtefact(dir, 'comparison.md', renderComparisonMarkdown(comparison));
}

const documentOf = (comparison: Comparison): string => `${JSON.stringify(comparison, null, 2)}\n`;

function compare(baseline: CampaignReport, current: CampaignReport, options: CompareOptions): ExitCode {
  const margin = { percent: options.margin, leastMs: options.marginMs };
  const comparison = compareReports(baseline, current, { margin });
  if (options.outputDir !== undefined) {
    mkdirSync(options.outputDir, { recursive: true });
    write(comparison, options.outputDir);
  }
  process.stdout.write(options.json === true ? documentOf(comparison) : renderComparison(comparison));
  return comparison.isWorse ? EXIT.fails : EXIT.conforms;
}
