import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, inconclusive, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { EVERY_SCENARIO, type ValueRun, valueRunsOf } from './answers.ts';
import { idealAnswer, type MadeUp, stuffing } from './made-up-answers.ts';
import { score } from './rubric.ts';
import type { ToolResults } from './tool-results.ts';

/** A made-up answer without substance stays below this. */
const BELOW = 0.3;

const shown = (value: number): string => value.toFixed(2);

/**
 * Scores made-up answers to the questions of this campaign: a rubric that can be stuffed makes every score of the
 * campaign worthless: whose fault it is, it is not the target's. The tools are given the benefit of the doubt: results in which all the true figures are.
 */
function judgeRubric({ task, message, ref }: ValueRun, quality: number): Finding {
  const expected = `made-up answers below ${BELOW}, the ideal one at ${quality} or above`;
  const ideal = idealAnswer(task);
  const scored = ({ name, answer }: MadeUp, results: ToolResults) => ({
    name,
    total: score(answer, task, results).total,
  });
  const best = scored(ideal, ideal.results);
  const bad = stuffing(message).map((one) => scored(one, ideal.results));
  const worst = bad.reduce((a, b) => (b.total > a.total ? b : a));
  const actual = `${best.name} ${shown(best.total)}; at most ${shown(worst.total)}, for: ${worst.name}`;
  const holds = best.total >= quality && worst.total < BELOW;
  return holds
    ? pass(say('rubric-holds', expected, actual, ref))
    : inconclusive(say('rubric-broken', expected, actual, ref), rubricHolds.requirement);
}

export const rubricHolds = defineCheck<TrialView>({
  id: 'value/rubric-cannot-be-stuffed',
  requirement: 'VL-8',
  title: 'made-up answers to the questions of this campaign score badly, the ideal one well',
  scenarios: EVERY_SCENARIO,
  restsOn: 'CN-2',
  judge: (view, { thresholds }) => valueRunsOf(view).map((run) => judgeRubric(run, thresholds.answerQuality)),
});
