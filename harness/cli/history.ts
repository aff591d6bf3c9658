import { duration } from '../../reports/figures.ts';
import { loadConfig, readProcessEnvironment } from '../config/load.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { openHistory } from '../history/stores/open.ts';
import { MOST_CAMPAIGNS, summariseHistory } from '../history/summarise.ts';
import type { HistorySummary, PastMeasure } from '../history/summary.ts';
import { exitWord } from '../report/exit.ts';
import { counted, enumerate, plainText } from '../report/plain-text.ts';
import type { Register } from './command.ts';

interface HistoryOptions {
  readonly target?: string;
  readonly measure?: string;
  readonly outputDir?: string;
  readonly json?: true;
}

/** Campaigns that are listed. */
const MOST_LISTED = 15;

/** Adds `history`. */
export const registerHistory: Register = (root, finish) => {
  root
    .command('history')
    .description('what earlier campaigns against a target say: trends, changes, checks that flicker')
    .option('--target <name>', 'name of the target; without it the configured one, or the reference')
    .option('--measure <name>', 'only this measure, with all its campaigns')
    .option('--output-dir <dir>', 'where results are (HARNESS_RESULTS_DIR)')
    .option('--json', 'the document on the standard output instead of text')
    .action(async (options: HistoryOptions) => finish(await showHistory(options)));
};

async function showHistory({ target, measure, outputDir, json }: HistoryOptions): Promise<ExitCode> {
  const overrides = outputDir === undefined ? {} : { HARNESS_RESULTS_DIR: outputDir };
  const config = await loadConfig({ env: readProcessEnvironment(), cwd: process.cwd(), overrides });
  const name = target ?? config.target?.name ?? 'reference';
  const store = await openHistory(config.harness);
  const entries = await store.read(name, MOST_CAMPAIGNS).finally(() => store.close());
  const summary = summariseHistory(entries);
  if (summary === undefined) {
    process.stderr.write(`no campaign against ${plainText(name)} is in the history\n`);
    return EXIT.usage;
  }
  const chosen = summary.measures.filter((one) => measure === undefined || one.measure === measure);
  const shown = { ...summary, measures: chosen };
  const text = measure === undefined ? summaryText(shown) : chosen.map(seriesText).join('\n');
  process.stdout.write(json === true ? `${JSON.stringify(shown, null, 2)}\n` : `${text}\n`);
  return EXIT.conforms;
}

const nameOf = ({ measure, of }: Pick<PastMeasure, 'measure' | 'of'>): string =>
  of === undefined ? measure : `${measure}, ${plainText(of)}`;

function summaryText(summary: HistorySummary): string {
  const { campaigns, measures, flaky, nearLimits } = summary;
  const listed = campaigns.slice(-MOST_LISTED).map(({ campaign, at, exitCode, versions, totals }) => {
    const version =
      versions.length === 0
        ? ''
        : `  ${enumerate(
            versions.map((one) => plainText(one, 40)),
            2,
          )}`;
    const counts = `${totals.pass} pass, ${totals.fail} fail, ${totals.inconclusive} undecided`;
    return `  ${at}  ${exitWord(exitCode).padEnd(12)}  ${counts}${version}  ${plainText(campaign)}`;
  });
  const changed = measures.flatMap((one) =>
    one.change === undefined
      ? []
      : [
          `  ${nameOf(one)}: median ${duration(one.change.beforeMs)} before, ` +
            `${duration(one.change.afterMs)} since ${one.change.campaign} (p = ${one.change.p.toFixed(3)}, n=${one.change.n})`,
        ],
  );
  const flickering = flaky.map(({ check, failed, n, probability: { point, low = 0, high = 1 } }) => {
    const share = (value: number): string => `${Math.round(value * 100)} %`;
    return `  ${check}: failed ${failed} of ${n}; fails again with ${share(point)} (${share(low)} to ${share(high)})`;
  });
  const near = nearLimits.map(
    (one) =>
      `  ${nameOf(one)}: p95 ${duration(one.p95Ms.point)}, ${Math.round(one.share * 100)} % of ${duration(one.limitMs)}`,
  );
  return [
    `${plainText(summary.target)}: ${counted(campaigns.length, 'campaign')}`,
    ...listed,
    ...section('changed', changed),
    ...section('checks that both passed and failed against this version', flickering),
    ...section('close to a limit', near),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

function seriesText(measure: PastMeasure): string {
  const { points, trend } = measure;
  const moves =
    trend === undefined
      ? 'too few campaigns for a trend'
      : `${duration(trend.msPerCampaign)} per campaign (p = ${trend.p.toFixed(3)}, n=${trend.n})`;
  const rows = points.map(
    ({ at, n, medianMs, p95Ms, campaign }) =>
      `  ${at}  median ${duration(medianMs.point)}, p95 ${duration(p95Ms.point)} (n=${n})  ${plainText(campaign)}`,
  );
  return [`${nameOf(measure)}: ${moves}`, ...rows].join('\n');
}
