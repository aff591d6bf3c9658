import { ToolError } from './agent.ts';
import type { AnswerPart, PlanStep } from './answer.ts';
import type { Dataset, NumberColumn } from './data/dataset.ts';
import { inWords } from './data/figures.ts';
import { readCapacity, readHorizon } from './question.ts';
import { type CapacityOutlook, type Forecast, forecast } from './tools/forecast.ts';

const LISTED = 12;

function direction(slope: number): string {
  if (slope === 0) return 'stays level';
  return slope > 0 ? `rises by ${inWords(slope)}` : `falls by ${inWords(-slope)}`;
}

function forecastLines(result: Forecast): readonly string[] {
  const { column, step, forecast: points, final_value, total, mean, season_length, trend_per_step } = result;
  const season = season_length === null ? '' : `, with a season of ${season_length} steps`;
  const last = points.at(-1);
  const values = points
    .slice(0, LISTED)
    .map(({ at, value }) => `${at} ${inWords(value)}`)
    .join(', ');
  const end =
    points.length > LISTED && last !== undefined ? `; at the end, ${last.at}, ${inWords(final_value)}` : '';
  return [
    `Trend: ${column} ${direction(trend_per_step)} per ${step}${season}.`,
    `Forecast of ${column}: ${values}${end}.`,
    `Over the whole horizon ${column} comes to a total of ${inWords(total)}, a mean of ${inWords(mean)}.`,
  ];
}

function capacityLines(
  column: string,
  peak: number,
  advised: number,
  outlook: CapacityOutlook | null,
): string[] {
  const need = `Peak demand for ${column} is forecast at ${inWords(peak)}; a capacity of ${inWords(advised)} leaves room above it.`;
  if (outlook === null) return [need];
  const { limit, used_percent, headroom, reached_at } = outlook;
  const when =
    reached_at === null
      ? 'the trend does not reach it'
      : `at the present trend it is reached at ${reached_at}`;
  return [
    need,
    `Of the capacity of ${inWords(limit)}, ${inWords(used_percent)} % is used and ${inWords(headroom)} is left; ${when}.`,
  ];
}

function recommendation({ column, capacity, recommended_capacity, trend_per_step }: Forecast): string {
  if (capacity?.reached_at != null) {
    return `Extend the capacity for ${column} before ${capacity.reached_at}, to ${inWords(recommended_capacity)} at least.`;
  }
  return trend_per_step > 0
    ? `Plan a capacity of ${inWords(recommended_capacity)} for ${column}, and compare the forecast with what comes.`
    : `Leave the capacity for ${column} as it is, and compare the forecast with what comes.`;
}

function part(result: Forecast): AnswerPart {
  const { column, peak_value, recommended_capacity, capacity } = result;
  return {
    Forecast: forecastLines(result),
    Capacity: capacityLines(column, peak_value, recommended_capacity, capacity),
    Recommendations: [recommendation(result)],
  };
}

/** A step that says how a measure goes on. Too few observations are an answer, not a failure. */
export function forecastStep(data: Dataset, column: NumberColumn, prose: string): PlanStep {
  const horizon = readHorizon(prose);
  const capacity = readCapacity(prose);
  const args = {
    dataset: data.name,
    column: column.name,
    horizon,
    ...(capacity === undefined ? {} : { capacity }),
  };
  return {
    thought: `I continue the trend of ${column.name} for ${horizon.count} ${horizon.unit}${horizon.count === 1 ? '' : 's'}.`,
    perform: async (task) => {
      try {
        return part(
          await task.callTool('forecast', args, () =>
            forecast(data, column, { horizon, capacity }, task.signal),
          ),
        );
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        return { Limits: [`No forecast of ${column.name}: ${error.message}.`] };
      }
    },
  };
}
