import { describe, expect, it } from 'vitest';
import { assembleReport } from '../report/assemble.ts';
import { greenCampaign, redCampaign } from '../report/sample-campaign.ts';
import { chance } from '../stats/test-support/simulate.ts';
import { entryOf, entrySchema, type HistoryEntry } from './entry.ts';
import { summariseHistory } from './summarise.ts';
import { historySchema } from './summary.ts';

const GREEN = entryOf(assembleReport(greenCampaign()));
if (GREEN === undefined) throw new Error('the sample campaign has no entry');

const day = (index: number): string => new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
const past = (index: number, over: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...GREEN,
  campaign: `c-${String(index).padStart(3, '0')}`,
  at: day(index),
  ...over,
});
const pingOf = (ms: number): HistoryEntry['measures'] => [
  {
    measure: 'ping',
    n: 80,
    medianMs: { point: ms, n: 80, confidence: 0.9 },
    p95Ms: { point: 2 * ms, n: 80, confidence: 0.9 },
  },
];

describe('the history', () => {
  it('keeps verdicts and figures of a report, and no finding', () => {
    const entry = entryOf(assembleReport(redCampaign()));
    expect(entrySchema.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
    expect(entry?.requirements).toMatchObject({ 'LC-1': 'pass', 'LC-3': 'fail', 'LC-4': 'inconclusive' });
    expect(entry?.requirements['CN-6']).toBeUndefined();
    expect(JSON.stringify(entry)).not.toContain('late events');
  });

  it('is a document of its schema, oldest campaign first, each once', () => {
    const summary = summariseHistory([past(2), past(0), past(1), past(2)]);
    expect(historySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
    expect(summary?.campaigns.map(({ campaign }) => campaign)).toEqual(['c-000', 'c-001', 'c-002']);
    expect(summariseHistory([])).toBeUndefined();
  });

  it('says where a measure changed, and how it moves', () => {
    const random = chance(41);
    const entries = Array.from({ length: 20 }, (_, index) =>
      past(index, { measures: pingOf((index < 12 ? 10 : 15) + random()) }),
    );
    const [ping] = summariseHistory(entries)?.measures ?? [];
    expect(ping?.change?.campaign).toBe('c-012');
    expect(ping?.change?.p).toBeLessThan(0.01);
    expect(ping?.trend?.p).toBeLessThan(0.01);
  });

  it('says nothing of few campaigns, and leaves out those that were interrupted', () => {
    const entries = Array.from({ length: 18 }, (_, index) =>
      past(index, { measures: pingOf(index < 9 ? 10 : 15), exitCode: index % 2 === 0 ? 130 : 0 }),
    );
    const [ping] = summariseHistory(entries)?.measures ?? [];
    expect([ping?.points.length, ping?.change, ping?.trend]).toEqual([9, undefined, undefined]);
  });

  it('a check flickers where target and harness are the same', () => {
    const verdicts = (index: number, over: Partial<HistoryEntry> = {}): HistoryEntry =>
      past(index, {
        checks: { a: index % 4 === 0 ? 'fail' : 'pass', b: 'pass', c: 'inconclusive' },
        ...over,
      });
    const entries = [
      ...Array.from({ length: 4 }, (_, index) => past(index, { versions: ['old'], checks: { b: 'fail' } })),
      ...Array.from({ length: 8 }, (_, index) => verdicts(index + 4)),
    ];
    const flaky = summariseHistory(entries)?.flaky ?? [];
    expect(flaky.map(({ check, n, failed }) => [check, n, failed])).toEqual([['a', 8, 2]]);
    // Beta(2.5, 6.5), quantiles by R.
    expect(flaky[0]?.probability.point).toBeCloseTo(2.5 / 9, 9);
    expect(flaky[0]?.probability.low).toBeGreaterThan(0.05);
    expect(flaky[0]?.probability.high).toBeLessThan(0.6);
  });

  it('warns of what is close to its limit', () => {
    const claim = (check: string, p95: number): HistoryEntry['claims'][number] => ({
      check,
      measure: 'ping',
      limitMs: 100,
      p95Ms: { point: p95, n: 80, confidence: 0.9 },
    });
    const entry = past(0, { claims: [claim('far', 40), claim('near', 95), claim('over', 120)] });
    expect(summariseHistory([entry])?.nearLimits.map(({ check, share }) => [check, share])).toEqual([
      ['near', 0.95],
    ]);
  });
});
