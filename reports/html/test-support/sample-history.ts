/** Thirty campaigns of a target that became slower at the twentieth. */
import { type HistorySummary, historySchema } from '../../../harness/history/summary.ts';

const CAMPAIGNS = 30;
const CHANGED_AT = 20;

const nameOf = (n: number): string => `c-${String(n).padStart(2, '0')}`;
const momentOf = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n, 3)).toISOString();
const estimateOf = (point: number, n = 40) => ({
  point,
  low: point * 0.85,
  high: point * 1.2,
  n,
  confidence: 0.9,
});

/** What that history says. */
export function sampleHistory(): HistorySummary {
  const numbers = Array.from({ length: CAMPAIGNS }, (_, n) => n);
  const medianOf = (n: number): number => (n < CHANGED_AT ? 800 : 1_400) + 90 * Math.sin(n * 1.7);
  const points = numbers.map((n) => ({
    campaign: nameOf(n),
    at: momentOf(n),
    n: 40,
    medianMs: estimateOf(medianOf(n)),
    p95Ms: estimateOf(medianOf(n) * 1.6),
  }));
  const measure = { meaning: 'from asking to the end', points } as const;
  const change = { campaign: nameOf(CHANGED_AT), beforeMs: 802, afterMs: 1_398, p: 0.001, n: CAMPAIGNS };
  return historySchema.parse({
    format: 'agent-conformance/history@1',
    target: 'staging',
    campaigns: numbers.map((n) => ({
      campaign: nameOf(n),
      at: momentOf(n),
      harness: '0.1.0',
      versions: ['1.4.2'],
      exitCode: n === 7 ? 1 : 0,
      isWhole: true,
      totals: { pass: 5, inconclusive: 0, fail: n === 7 ? 1 : 0, error: 0 },
    })),
    requirements: [
      { id: 'LC-3', verdicts: numbers.map((n) => (n === 7 ? 'fail' : n === 3 ? null : 'pass')) },
      { id: 'LC-1', verdicts: numbers.map(() => 'pass') },
    ],
    measures: [
      { measure: 'completion', ...measure, change, trend: { msPerCampaign: 20, p: 0.001, n: CAMPAIGNS } },
      { measure: 'ping', ...measure, trend: { msPerCampaign: 0.2, p: 0.6, n: CAMPAIGNS } },
      { measure: 'first-event', ...measure },
    ],
    flaky: [{ check: 'lifecycle/lc-3', n: 30, failed: 1, probability: estimateOf(0.05) }],
    nearLimits: [
      {
        check: 'lifecycle/lc-1',
        measure: 'completion',
        limitMs: 2_500,
        p95Ms: estimateOf(2_240),
        share: 0.9,
      },
    ],
  });
}
