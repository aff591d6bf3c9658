import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { stalledMs } from '../../harness/judge/observer.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { quantileEstimate, sortedSamples } from '../../harness/stats/quantile.ts';
import { labelled, missing, refOf } from '../agents-api/expect.ts';
import { inMs, say } from '../statements.ts';
import { ingest, openGround, query, runBody, stepBody } from './ground.ts';

/** So many ingests that two slow ones in a hundred do not decide, and one in ten does; half as many questions. */
const TIMES = 200;
const ASKED_EVERY = 2;
const STEPS = 5;
/** Fewer show nothing of a 95th percentile. */
const LEAST = 60;

const ASKS = {
  ingest: { label: 'ingest', limitMs: 200, words: 'ingests' },
  list: { label: 'list', limitMs: 500, words: 'lists' },
  stats: { label: 'stats', limitMs: 1_000, words: 'statistics' },
} as const;

/** The times but for those late ones that our own standing still explains, the least late first. */
function withoutSpoilt(times: readonly number[], limitMs: number, ourMs: number): readonly number[] {
  let left = ourMs;
  return [...times]
    .sort((one, other) => one - other)
    .filter((ms) => {
      if (ms <= limitMs || ms - limitMs > left) return true;
      left -= ms - limitMs;
      return false;
    });
}

/** The 95th percentile against its limit: decided only where the whole interval lies on one side. */
function judgeLatency(
  view: TrialView,
  { label, limitMs, words }: (typeof ASKS)[keyof typeof ASKS],
): readonly Finding[] {
  const good = labelled(view, label).filter(({ response }) => (response?.status ?? 500) < 300);
  const unspoilt = withoutSpoilt(good.map(tookMs), limitMs, stalledMs(view));
  if (unspoilt.length < LEAST) return missing(view, `${LEAST} answers to ${words}`, 'TR-1.1');
  const { point, low, high, n } = quantileEstimate(sortedSamples(unspoilt), 0.95);
  const slowest = good.reduce((one, other) => (tookMs(other) > tookMs(one) ? other : one));
  const statement = say(
    'p95',
    `95 % of ${words} within ${inMs(limitMs)}`,
    `${inMs(point)} (${low === undefined ? 'no bound' : inMs(low)} to ${high === undefined ? 'no bound' : inMs(high)}, n ${n})`,
    refOf(view, slowest),
  );
  if (low !== undefined && low > limitMs) return [fail({ ...statement, code: 'too-slow' })];
  if (high !== undefined && high <= limitMs) return [pass(statement)];
  return [inconclusive({ ...statement, code: 'undecided' })];
}

const tookMs = ({ request, response }: TrialView['exchanges'][number]): number =>
  (response?.at ?? 0) - request.at;

const check: CaseCheck<TrialView> = {
  id: 'telemetry/answers-in-time',
  requirement: 'TR-11.3',
  title: 'ingests, lists and statistics are answered within their limits, 95 in 100',
  judge: (view) => Object.values(ASKS).flatMap((ask) => judgeLatency(view, ask)),
};

export const loadCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-load',
  purpose: `sends ${TIMES} runs of ${STEPS} steps one after the other, and asks for them half as often`,
  needs: ['telemetry'],
  interference: 'load',
  async drive(stage) {
    const ground = await openGround(stage);
    const agent = `agent_id=${encodeURIComponent(ground.agentId)}`;
    // One after the other: what our own standing still delays is then one answer at a time, and can be told.
    for (let index = 0; index < TIMES; index += 1) {
      const name = `one of many ${index}`;
      const steps = Array.from({ length: STEPS }, (_, seq) => stepBody(ground, name, seq));
      await ingest(ground, ASKS.ingest.label, runBody(ground, name, { steps }));
      if (index % ASKED_EVERY > 0) continue;
      await query(ground, ASKS.list.label, `/v1/runs?${agent}`);
      await query(ground, ASKS.stats.label, `/v1/stats?${agent}`);
    }
  },
  checks: [check],
});
