import { type Check, defineCampaignCheck } from '../../harness/core/check.ts';
import { inconclusive, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { isCompleted } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import {
  BENCHMARK_RUNS,
  benchmarkRuns,
  loadedSessions,
  sampleData,
} from '../../scenarios/latency-samples.ts';
import { say } from '../statements.ts';
import { EVERY_SCENARIO, valueRun } from '../value/answers.ts';

interface Benchmarked {
  readonly isCompleted: boolean;
  /** Whether its answer is a good one; nothing where nobody knows the true one. */
  readonly isGood: boolean | undefined;
  readonly ref: EvidenceRef;
}

/** Those whose questions have a known answer; what others ask of the same data is another matter. */
const SCORED = new Set([...EVERY_SCENARIO, benchmarkRuns.id, sampleData.id, loadedSessions.id]);

/** A run that we cancelled, or did not wait for, is no benchmark. */
const isAwaited = ({ cancels, end }: RunView): boolean => cancels.length === 0 && end !== 'not-awaited';

/** A quick answer that is wrong is no quick answer: so many of them were good. */
function quality(completed: readonly Benchmarked[]): string {
  const scored = completed.filter(({ isGood }) => isGood !== undefined);
  const good = scored.filter(({ isGood }) => isGood === true);
  return scored.length === 0 ? 'quality not known' : `${good.length} of ${scored.length} scored answers good`;
}

/** The figures themselves are in the report; this is whether there was enough to make them of, and how good it was. */
export const benchmark: Check<TrialView> = defineCampaignCheck<TrialView, Benchmarked>({
  id: 'latency/benchmark-rests-on-runs',
  requirement: 'LT-11',
  title:
    'the figures rest on five completed runs or more, failed ones apart, with the quality of the answers',
  scenarios: [benchmarkRuns.id],
  collect: (view, { thresholds }) =>
    view.runs.filter(isAwaited).map((run) => {
      const scored = isCompleted(run) && SCORED.has(view.scenario) ? valueRun(run, view) : undefined;
      const isGood = scored === undefined ? undefined : scored.score.total >= thresholds.answerQuality;
      return { isCompleted: isCompleted(run), isGood, ref: run.endRef };
    }),
  conclude(runs) {
    const completed = runs.filter((run) => run.isCompleted);
    const failed = `${runs.length - completed.length} did not`;
    const actual = `${completed.length} completed, ${failed}; ${quality(completed)}`;
    const refs = (completed.length > 0 ? completed : runs).slice(0, BENCHMARK_RUNS).map(({ ref }) => ref);
    const where = refs.length > 0 ? refs : [{ trial: `${benchmarkRuns.id}-1`, entries: [] }];
    const expected = `${BENCHMARK_RUNS} completed runs or more`;
    if (completed.length >= BENCHMARK_RUNS) return [pass(say('benchmarked', expected, actual, ...where))];
    return [inconclusive(say('too-few-runs', expected, actual, ...where), 'CN-9')];
  },
});
