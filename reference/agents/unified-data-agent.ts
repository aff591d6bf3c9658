import type { Agent } from './agent.ts';
import type { PlanStep } from './answer.ts';
import { rankingStep, savingsStep } from './cost-steps.ts';
import type { Dataset } from './data/dataset.ts';
import { askedMeasures, costColumn, groupings, isNamed, measures } from './data/roles.ts';
import { aggregateStep, anomalyStep, breakdownStep, profileStep } from './data-steps.ts';
import { forecastStep } from './forecast-step.ts';
import type { Wishes } from './question.ts';
import { workByPlan } from './work-plan.ts';

const MAX_BREAKDOWNS = 3;
const MAX_FORECASTS = 3;

function breakdowns(data: Dataset, prose: string, everything: boolean): readonly PlanStep[] {
  const all = groupings(data, prose);
  const named = all.filter((column) => isNamed(column, prose));
  const chosen = named.length > 0 && !everything ? named : all;
  const [measure] = askedMeasures(data, prose);
  if (measure === undefined) return [];
  return chosen.slice(0, MAX_BREAKDOWNS).map((by) => breakdownStep(data, measure, by));
}

function forecasts(data: Dataset, prose: string): readonly PlanStep[] {
  const asked = askedMeasures(data, prose).filter(
    ({ name }) => !/capacity|limit|quota|provisioned/i.test(name),
  );
  return asked.slice(0, MAX_FORECASTS).map((column) => forecastStep(data, column, prose));
}

function costs(data: Dataset, prose: string): readonly PlanStep[] {
  return costColumn(data, prose) === undefined ? [] : [rankingStep(data, prose), savingsStep(data, prose)];
}

function plan(data: Dataset, wishes: Wishes, prose: string): readonly PlanStep[] {
  const wanted = wishes.anomalies || wishes.forecast || wishes.aggregates || wishes.breakdown || wishes.costs;
  const asked = askedMeasures(data, prose);
  return [
    profileStep(data),
    ...(measures(data).length > 0 && (wishes.aggregates || wishes.breakdown || !wanted)
      ? [aggregateStep(data, asked)]
      : []),
    ...(wishes.breakdown || !wanted ? breakdowns(data, prose, wishes.everything) : []),
    ...(wishes.anomalies && asked.length > 0 ? [anomalyStep(data, asked)] : []),
    ...(wishes.forecast ? forecasts(data, prose) : []),
    ...(wishes.costs ? costs(data, prose) : []),
  ];
}

/** Analyses a data set: profile, aggregates, anomalies, trend and forecast. */
export const unifiedDataAgent: Agent = {
  name: 'unified_data_agent',
  model: 'rule-planner-1',
  run: (task) =>
    workByPlan(task, {
      ability: 'I analyse data sets: key figures, breakdowns, anomalies, forecasts.',
      plan,
      opening: (datasets) => `Analysis of ${datasets.map(({ name }) => name).join(', ')}`,
    }),
};
