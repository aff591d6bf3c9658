import { ToolError } from '../agent.ts';
import type { Dataset, NumberColumn } from '../data/dataset.ts';
import { expectedAt, resistantDecomposition } from '../data/decomposition.ts';
import { byText, figure, mean, median } from '../data/figures.ts';
import { rowLabel } from '../data/roles.ts';
import { type Series, seriesOf, stepOf } from '../data/series.ts';
import { breathe } from '../pause.ts';

/** A value that does not belong. */
export interface Anomaly {
  readonly column: string;
  readonly at: string;
  readonly row: number;
  readonly series: string | null;
  readonly value: number;
  readonly expected: number;
  readonly score: number;
  readonly direction: 'high' | 'low';
}

/** What was looked at and what was found, the most extreme first. */
export interface AnomalyReport {
  readonly method: string;
  readonly columns: readonly string[];
  readonly values_checked: number;
  readonly anomaly_count: number;
  readonly anomalies: readonly Anomaly[];
}

const SHOWN = 50;
const MIN_VALUES = 5;
const MAD_TO_SIGMA = 0.6745; // Iglewicz and Hoaglin 1993
const MEAN_DEVIATION_TO_SIGMA = 0.7979; // for when more than half the deviations are zero

/**
 * The score above which a value is an anomaly: 3.5 (Iglewicz and Hoaglin 1993), more where so many
 * values were looked at that chance alone goes further (Donoho and Johnstone 1994, plus a margin).
 */
function anomalyLimit(count: number): number {
  return Math.max(3.5, Math.sqrt(2 * Math.log(count)) + 0.5);
}

/** Modified z scores of residuals; all zero when they do not vary. */
export function robustScores(residuals: Float64Array): Float64Array {
  const centre = median(residuals);
  const deviations = residuals.map((value) => Math.abs(value - centre));
  const size = deviations.reduce((left, right) => Math.max(left, right), 0);
  const noise = size * 1e-9; // what float arithmetic leaves of a perfect fit
  const mad = median(deviations);
  if (mad > noise) return residuals.map((value) => (MAD_TO_SIGMA * (value - centre)) / mad);
  const average = mean([...deviations]);
  if (average <= noise || size < 1e-9) return residuals.map(() => 0);
  return residuals.map((value) => (MEAN_DEVIATION_TO_SIGMA * (value - centre)) / average);
}

interface Judgement {
  readonly expected: Float64Array;
  readonly scores: Float64Array;
}

/** What each value of a series was expected to be, and how far off it is. */
async function judgeSeries(data: Dataset, series: Series, signal: AbortSignal): Promise<Judgement> {
  const { values, ordered } = series;
  if (!ordered) {
    const centre = median(values);
    return { expected: values.map(() => centre), scores: robustScores(values) };
  }
  const parts = await resistantDecomposition(values, stepOf(data, series).periods, signal);
  return {
    expected: values.map((_, index) => expectedAt(parts, index)),
    scores: robustScores(parts.residuals),
  };
}

async function anomaliesIn(
  data: Dataset,
  column: NumberColumn,
  series: Series,
  signal: AbortSignal,
): Promise<readonly Anomaly[]> {
  const { values, rows, label } = series;
  if (values.length < MIN_VALUES) return [];
  const { expected, scores } = await judgeSeries(data, series, signal);
  const limit = anomalyLimit(values.length);
  return [...scores.entries()]
    .filter(([, score]) => Math.abs(score) > limit)
    .map(([index, score]) => ({
      column: column.name,
      at: rowLabel(data, rows[index] ?? 0),
      row: (rows[index] ?? 0) + 1,
      series: label === '' ? null : label,
      value: figure(values[index] ?? Number.NaN),
      expected: figure(expected[index] ?? Number.NaN),
      score: figure(score),
      direction: score > 0 ? 'high' : 'low',
    }));
}

/** Finds the values that do not belong, after trend and season are taken away. */
export async function detectAnomalies(
  data: Dataset,
  columns: readonly NumberColumn[],
  signal: AbortSignal,
): Promise<AnomalyReport> {
  if (columns.length === 0)
    throw new ToolError('NO_NUMBERS', 'the data set has no numeric column to look at');
  const anomalies: Anomaly[] = [];
  let checked = 0;
  for (const column of columns) {
    for (const series of seriesOf(data, column)) {
      checked += series.values.length;
      for (const anomaly of await anomaliesIn(data, column, series, signal)) anomalies.push(anomaly);
      await breathe(signal);
    }
  }
  anomalies.sort((left, right) => Math.abs(right.score) - Math.abs(left.score) || byText(left.at, right.at));
  return {
    method: 'modified z score on what trend and season leave',
    columns: columns.map(({ name }) => name),
    values_checked: checked,
    anomaly_count: anomalies.length,
    anomalies: anomalies.slice(0, SHOWN),
  };
}
