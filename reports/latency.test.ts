import { expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport, ReportedClaim, ReportedMeasure } from '../harness/report/model.ts';
import { greenCampaign } from '../harness/report/sample-campaign.ts';
import { latencyLines, nearestLimit } from './latency.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal } from './terminal.ts';

type Name = ReportedMeasure['measure'];

const p95 = (point: number) => ({ point, low: point * 0.9, high: point * 1.1, n: 80, confidence: 0.9 });

const measure = (name: Name, of: string | undefined, ms: number): ReportedMeasure => ({
  measure: name,
  ...(of === undefined ? {} : { of }),
  meaning: '',
  n: 80,
  minMs: 1,
  meanMs: ms / 2,
  medianMs: p95(ms / 2),
  p95Ms: p95(ms),
  p99Ms: p95(ms),
  maxMs: ms * 2,
  coldMs: ms,
  failed: 0,
  observerErrorMs: 1.5,
});

const claim = (
  name: Name,
  of: string | undefined,
  ms: number,
  over: Partial<ReportedClaim> = {},
): ReportedClaim => ({
  check: 'latency/x',
  requirement: 'LT-8',
  measure: name,
  ...(of === undefined ? {} : { of }),
  limitMs: 2_000,
  answer: 'holds',
  n: 73,
  good: 73,
  spoilt: 0,
  failed: 0,
  p95Ms: p95(ms),
  ...over,
});

const AGENTS = ['optimization_agent', 'supervisor_agent', 'unified_data_agent'];
const limited = Array.from({ length: 17 }, (_, index) => `GET /limited/${index}`);
const unlimited = Array.from({ length: 40 }, (_, index) => `GET /unlimited/${index}`);
const ALONE: readonly Name[] = ['connect', 'greeting', 'first-event', 'first-tool', 'largest-gap', 'cancel'];

/** As many limits and endpoints as a campaign of everything has. */
const measures: ReportedMeasure[] = [
  ...ALONE.map((name) => measure(name, undefined, 20)),
  measure('ping', undefined, 2),
  measure('completion', undefined, 3_000),
  ...AGENTS.map((agent) => measure('completion', agent, 2_500)),
  measure('http', undefined, 80),
  ...[...limited, ...unlimited].map((of, index) => measure('http', of, 50 + index)),
  measure('first-event-under-load', undefined, 70),
  measure('telemetry-lag', undefined, 200),
  measure('recovery', undefined, 1_200),
];
const claims: ReportedClaim[] = [
  ...ALONE.map((name) => claim(name, undefined, 20)),
  ...AGENTS.map((agent) => claim('completion', agent, 2_500, { limitMs: 120_000, requirement: 'LT-5' })),
  ...limited.map((of, index) => claim('http', of, 50 + index)),
  claim('first-event-under-load', undefined, 70, { limitMs: 15_000, requirement: 'LT-10' }),
];

const report = (over: Partial<CampaignReport> = {}): CampaignReport => ({
  ...assembleReport(greenCampaign()),
  claims,
  measures,
  ...over,
});

const rowOf = (lines: readonly string[], name: string): string | undefined =>
  lines.find((line) => line.startsWith(`| ${name} |`));

it('has a row for each agent that has a limit, and none over all of them', () => {
  const lines = latencyLines({ claims, measures });
  expect(rowOf(lines, 'completion, supervisor\\_agent')).toBe(
    '| completion, supervisor\\_agent | 80 | 0 | 1.25 s | 2.50 s | 2.25 s to 2.75 s | 5.00 s | 2.50 s | 1.50 ms | 120 s (LT-5): holds, 73 of 73 |',
  );
  expect(rowOf(lines, 'completion')).toBeUndefined();
});

it('has a row for what has no limit, and shows that it has none', () => {
  expect(rowOf(latencyLines({ claims, measures }), 'ping')).toMatch(/ \| {2}\|$/);
});

it('shows the endpoints nearest to their limits and sums up the others', () => {
  const lines = latencyLines({ claims, measures });
  expect(lines.filter((line) => line.startsWith('| http, '))).toHaveLength(5);
  expect(rowOf(lines, 'http, GET /limited/16')).toBeDefined();
  expect(lines.at(-1)).toBe(
    '12 more endpoints with a limit: 12 kept, p95 at most 61.0 ms, 0 failed; 40 endpoints without a limit, p95 at most 106 ms, 0 failed. All of them are in report.json.',
  );
});

it('shows an endpoint that is too slow, or undecided, before those that hold', () => {
  const slow = claim('http', 'GET /limited/0', 2_500, { answer: 'does-not-hold', good: 3, n: 9, spoilt: 1 });
  const open = claim('http', 'GET /limited/1', 5, { answer: 'undecided', n: 10, good: 10 });
  const lines = latencyLines({ claims: [slow, open, ...claims.slice(11)], measures });
  const endpoints = lines.filter((line) => line.startsWith('| http, '));
  expect(endpoints).toHaveLength(5);
  expect(rowOf(lines, 'http, GET /limited/0')).toContain(
    '2.00 s (LT-8): **does not hold**, 3 of 9, 1 spoilt',
  );
  expect(rowOf(lines, 'http, GET /limited/1')).toContain('undecided, 10 of 10');
});

it('has a row for a limit of which no sample came', () => {
  const { p95Ms: _p95, ...none } = claim('cancel', undefined, 1, { answer: 'undecided', n: 0, good: 0 });
  const [, , row] = latencyLines({ claims: [none], measures: [] });
  expect(row).toBe('| cancel | 0 |  |  |  | no sample |  |  |  | 2.00 s (LT-8): undecided, 0 of 0 |');
});

it('lets no name of a target end its cell', () => {
  const lines = latencyLines({ claims: [claim('http', 'GET /a|b', 5)], measures: [] });
  expect(lines[2]).toContain('| http, GET /a&#124;b |');
});

it('leaves a report of everything within 60 lines', () => {
  expect(renderMarkdown(report()).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

it('tells on the console how many limits were kept, and which is nearest', () => {
  expect(nearestLimit({ claims })).toBe(
    '27 of 27 limits kept by 95 of 100; nearest: http, GET /limited/16, p95 66.0 ms of 2.00 s',
  );
  expect(nearestLimit({ claims: [] })).toBeUndefined();
  const way = { colour: false, unicode: true, path: 'results/c' };
  expect(renderTerminal(report(), way)).toContain('\nlatency: 27 of 27 limits kept by 95 of 100; nearest: ');
});
