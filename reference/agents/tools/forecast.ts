import { ToolError } from '../agent.ts';
import { columnsOfKind, type Dataset, type NumberColumn } from '../data/dataset.ts';
import { type Decomposition, expectedAt, leastSquaresDecomposition } from '../data/decomposition.ts';
import { figure, sum } from '../data/figures.ts';
import { pointAfter, type Series, type Step, stepOf, totalSeries } from '../data/series.ts';
import { breathe } from '../pause.ts';
import type { Horizon } from '../question.ts';

/** When a forecast reaches a limit. */
export interface CapacityOutlook {
  readonly limit: number;
  readonly last_value: number;
  readonly used_percent: number;
  readonly headroom: number;
  readonly reached_at: string | null;
  readonly steps_until_reached: number | null;
}

/** What comes next, if it goes on like this. */
export interface Forecast {
  readonly column: string;
  readonly step: string;
  readonly observations: number;
  readonly last_value: number;
  readonly trend_per_step: number;
  readonly season_length: number | null;
  readonly horizon_steps: number;
  readonly forecast: readonly { readonly at: string; readonly value: number }[];
  readonly final_value: number;
  readonly peak_value: number;
  readonly total: number;
  readonly mean: number;
  readonly change_percent: number;
  readonly recommended_capacity: number;
  readonly capacity: CapacityOutlook | null;
}

const MIN_OBSERVATIONS = 3;
const MAX_HORIZON = 400;
const FARTHEST = 5000;
/** Capacity is planned with a fifth above the highest value expected. */
const PLANNING_MARGIN = 1.2;

const HOURS: Readonly<Record<string, number>> = {
  hour: 1,
  day: 24,
  week: 168,
  month: 730,
  quarter: 2190,
  year: 8760,
};
const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };
const DAYS: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, quarter: 90, year: 365 };

/** How many steps of the series the asked horizon is. */
function horizonSteps(horizon: Horizon, step: Step): number {
  const { count, unit } = horizon;
  const scale = [MONTHS, DAYS, HOURS].find(
    (units) => units[step.unit] !== undefined && units[unit] !== undefined,
  );
  const factor = scale === undefined ? 1 : (scale[unit] ?? 1) / (scale[step.unit] ?? 1);
  return Math.min(MAX_HORIZON, Math.max(1, Math.round(count * factor)));
}

function capacityLimit(data: Dataset, stated: number | undefined, measure: NumberColumn): number | undefined {
  if (stated !== undefined) return stated;
  const column = columnsOfKind(data, 'number').find(
    ({ name }) => name !== measure.name && /capacity|limit|quota|provisioned|ceiling/i.test(name),
  );
  return column?.values.filter((value) => !Number.isNaN(value)).at(-1);
}

function outlook(
  data: Dataset,
  series: Series,
  step: Step,
  parts: Decomposition,
  limit: number,
): CapacityOutlook {
  const last = series.values.at(-1) ?? 0;
  let ahead = 1;
  while (ahead <= FARTHEST && expectedAt(parts, series.values.length - 1 + ahead) < limit) ahead += 1;
  const reached = ahead <= FARTHEST;
  return {
    limit: figure(limit),
    last_value: figure(last),
    used_percent: figure(limit === 0 ? 0 : (last / limit) * 100),
    headroom: figure(limit - last),
    reached_at: reached ? pointAfter(data, series, step, ahead) : null,
    steps_until_reached: reached ? ahead : null,
  };
}

/** Continues trend and season of a measure, and says when it reaches a limit if there is one. */
export async function forecast(
  data: Dataset,
  measure: NumberColumn,
  asked: { readonly horizon: Horizon; readonly capacity: number | undefined },
  signal: AbortSignal,
): Promise<Forecast> {
  const series = totalSeries(data, measure);
  const count = series.values.length;
  if (count < MIN_OBSERVATIONS) {
    throw new ToolError(
      'TOO_FEW_OBSERVATIONS',
      `a forecast needs ${MIN_OBSERVATIONS} observations, there are ${count}`,
    );
  }
  await breathe(signal);
  const step = stepOf(data, series);
  const parts = await leastSquaresDecomposition(series.values, step.periods, signal);
  await breathe(signal);
  const horizon = horizonSteps(asked.horizon, step);
  const values = Array.from({ length: horizon }, (_, index) => expectedAt(parts, count + index));
  const limit = capacityLimit(data, asked.capacity, measure);
  const last = series.values.at(-1) ?? 0;
  const final = values.at(-1) ?? 0;
  const peak = Math.max(...values);
  return {
    column: measure.name,
    step: step.unit,
    observations: count,
    last_value: figure(last),
    trend_per_step: figure(parts.slope),
    season_length: parts.season.length === 0 ? null : parts.season.length,
    horizon_steps: horizon,
    forecast: values.map((value, index) => ({
      at: pointAfter(data, series, step, index + 1),
      value: figure(value),
    })),
    final_value: figure(final),
    peak_value: figure(peak),
    total: figure(sum(values)),
    mean: figure(sum(values) / horizon),
    change_percent: figure(last === 0 ? 0 : ((final - last) / Math.abs(last)) * 100),
    recommended_capacity: figure(peak * PLANNING_MARGIN),
    capacity: limit === undefined ? null : outlook(data, series, step, parts, limit),
  };
}
