import type { Agent } from './agent.ts';
import type { PlanStep } from './answer.ts';
import { rankingStep, savingsStep } from './cost-steps.ts';
import type { Dataset } from './data/dataset.ts';
import { askedMeasures, costColumn, groupings } from './data/roles.ts';
import { aggregateStep, anomalyStep, breakdownStep, profileStep } from './data-steps.ts';
import { forecastStep } from './forecast-step.ts';
import type { Wishes } from './question.ts';
import { workByPlan } from './work-plan.ts';

const MAX_BREAKDOWNS = 2;

function plan(data: Dataset, wishes: Wishes, prose: string): readonly PlanStep[] {
  const cost = costColumn(data, prose);
  const measure = cost ?? askedMeasures(data, prose)[0];
  const bySomething = measure === undefined ? [] : groupings(data, prose).slice(0, MAX_BREAKDOWNS);
  return [
    profileStep(data),
    ...(measure !== undefined && wishes.aggregates ? [aggregateStep(data, [measure])] : []),
    rankingStep(data, prose),
    ...bySomething.flatMap((by) => (measure === undefined ? [] : [breakdownStep(data, measure, by)])),
    savingsStep(data, prose),
    ...(measure !== undefined && wishes.anomalies ? [anomalyStep(data, [measure])] : []),
    ...(measure !== undefined && wishes.forecast ? [forecastStep(data, measure, prose)] : []),
  ];
}

/** Finds what costs most and what can be saved, and says how to get there. */
export const optimizationAgent: Agent = {
  name: 'optimization_agent',
  model: 'rule-planner-1',
  run: (task) =>
    workByPlan(task, {
      ability: 'I find savings in cost data: what is idle, what is underused, what costs most.',
      plan,
      opening: (datasets) => `Cost optimisation of ${datasets.map(({ name }) => name).join(', ')}`,
    }),
};
