import { type Check, defineCampaignCheck } from '../../harness/core/check.ts';
import { inconclusive, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { isCompleted } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { BENCHMARK_RUNS, benchmarkRuns } from '../../scenarios/latency-samples.ts';
import { say } from '../statements.ts';

interface Benchmarked {
  readonly isCompleted: boolean;
  readonly ref: EvidenceRef;
}

/** A run that we cancelled, or did not wait for, is no benchmark. */
const isAwaited = ({ cancels, end }: RunView): boolean => cancels.length === 0 && end !== 'not-awaited';

/** The figures themselves are in the report; this is whether there was enough to make them of. */
export const benchmark: Check<TrialView> = defineCampaignCheck<TrialView, Benchmarked>({
  id: 'latency/benchmark-rests-on-runs',
  requirement: 'LT-11',
  title: 'the figures rest on five completed runs or more, failed ones apart',
  scenarios: [benchmarkRuns.id],
  collect: (view) =>
    view.runs.filter(isAwaited).map((run) => ({ isCompleted: isCompleted(run), ref: run.endRef })),
  conclude(runs) {
    const completed = runs.filter((run) => run.isCompleted);
    const actual = `${completed.length} completed, ${runs.length - completed.length} did not`;
    const refs = (completed.length > 0 ? completed : runs).slice(0, BENCHMARK_RUNS).map(({ ref }) => ref);
    const where = refs.length > 0 ? refs : [{ trial: `${benchmarkRuns.id}-1`, entries: [] }];
    const expected = `${BENCHMARK_RUNS} completed runs or more`;
    if (completed.length >= BENCHMARK_RUNS) return [pass(say('benchmarked', expected, actual, ...where))];
    return [inconclusive(say('too-few-runs', expected, actual, ...where), 'CN-9')];
  },
});
