/**
 * How the target could be reached, by itself: host, version, what connecting and pinging took, who was let in,
 * what its clock says, and what of this was not verified.
 */
import type { CampaignReport, ReportedMeasure } from '../harness/report/model.ts';
import { counted } from '../harness/report/plain-text.ts';
import { duration, interval, percent } from './figures.ts';
import { code, prose } from './markdown-text.ts';

/** Kinds of dials, and things that were not verified. */
const MOST_ROWS = 40;

/** The connectivity report as Markdown. */
export function renderConnectivity(report: CampaignReport): string {
  const { connectivity, campaign, startedAt, endedAt, harness } = report;
  const { host, versions } = connectivity;
  const when = startedAt === undefined ? 'nothing was driven' : `${startedAt} to ${endedAt ?? 'unknown'}`;
  const sections = [
    [`# Connectivity of ${prose(host)}`],
    [
      `- version: ${versions.length === 0 ? 'not told' : versions.slice(0, MOST_ROWS).map(code).join(', ')}`,
      `- campaign ${code(campaign)}, ${prose(when)}, ${prose(harness.name)} ${prose(harness.version)}`,
    ],
    timesSection(report.measures),
    authSection(connectivity.auth),
    ['## Clock', skewLine(connectivity.skew)],
    ['## Not verified', ...bounded(connectivity.notVerified.map((one) => `- ${prose(one)}`))],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const bounded = (lines: readonly string[]): readonly string[] =>
  lines.length <= MOST_ROWS
    ? lines
    : [...lines.slice(0, MOST_ROWS), '', `and ${lines.length - MOST_ROWS} more, in report.json`];

function timesSection(measures: readonly ReportedMeasure[]): readonly string[] {
  const own = measures.filter(({ measure, of }) => isReach(measure) && of === undefined);
  const missing = (['connect', 'ping'] as const).filter(
    (name) => !own.some(({ measure }) => measure === name),
  );
  const share = percent(own[0]?.p95Ms.confidence ?? 0.9);
  return [
    '## Connect and ping',
    ...(own.length === 0
      ? []
      : [
          `| of | n | failed | min | median | p95 | ${share} interval of p95 | p99 | max | own error |`,
          '|---|---:|---:|---:|---:|---:|---|---:|---:|---:|',
          ...own.map(timesLine),
        ]),
    ...(missing.length === 0 ? [] : ['', `No sample of ${missing.join(' or ')} (n=0).`]),
  ];
}

const isReach = (measure: ReportedMeasure['measure']): boolean => measure === 'connect' || measure === 'ping';

function timesLine(one: ReportedMeasure): string {
  const { measure, n, failed, minMs, medianMs, p95Ms, p99Ms, maxMs, observerErrorMs } = one;
  const times = [minMs, medianMs.point, p95Ms.point].map(duration);
  const last = [p99Ms.point, maxMs, observerErrorMs].map(duration);
  return `| ${[measure, n, failed, ...times, interval(p95Ms), ...last].join(' | ')} |`;
}

function authSection(auth: CampaignReport['connectivity']['auth']): readonly string[] {
  if (auth.length === 0) return ['## Who was let in', 'No dial was made (n=0).'];
  return [
    '## Who was let in',
    '| dialled with | answer | n |',
    '|---|---|---:|',
    ...bounded(auth.map(({ label, answer, n }) => `| ${prose(label)} | ${prose(answer)} | ${n} |`)),
  ];
}

function skewLine(skew: CampaignReport['connectivity']['skew']): string {
  if (skew === undefined) return 'No answer carried a date (n=0).';
  const { lowMs, highMs, n, isContradictory } = skew;
  const from = `over ${counted(n, 'answer')}`;
  if (isContradictory) return `The dates of its answers contradict each other (${from}).`;
  return `Its clock minus ours lies between ${duration(lowMs)} and ${duration(highMs)} (${from}).`;
}
