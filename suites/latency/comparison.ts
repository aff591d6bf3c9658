import { type ComparisonCheck, defineComparison } from '../../harness/core/check.ts';
import { benchmarkRuns } from '../../scenarios/latency-samples.ts';

/** Judged only where the plan names an earlier campaign; on every quiet trial, whatever it was driven for. */
export const comparison: ComparisonCheck = defineComparison({
  id: 'latency/no-slower-than-before',
  requirement: 'LT-9',
  title: 'no stage is slower than in the baseline campaign by more than the margin',
  scenarios: [benchmarkRuns.id],
  restsOn: 'CN-9',
});
