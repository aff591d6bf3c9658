import { type Column, columnsOfKind, type Dataset, type NumberColumn } from './dataset.ts';
import { mean, median } from './figures.ts';
import { orderColumn } from './roles.ts';

/** Values in their order, with the rows they come from. */
export interface Series {
  /** The group the values belong to; empty when the data set is one series. */
  readonly label: string;
  readonly rows: readonly number[];
  readonly at: Float64Array;
  readonly values: Float64Array;
  /** Whether the order means anything; without it there is neither trend nor season. */
  readonly ordered: boolean;
}

const RATE = /util|percent|pct|rate|ratio|avg|mean|latency|temperature|score|price|cpu|capacity|limit/i;

function rowsWithValue(measure: NumberColumn): number[] {
  return Array.from(measure.values.keys()).filter((row) => !Number.isNaN(measure.values[row]));
}

function build(
  label: string,
  rows: readonly number[],
  order: Float64Array | undefined,
  measure: NumberColumn,
): Series {
  const at = (row: number): number => order?.[row] ?? row;
  const inOrder = order === undefined ? rows : [...rows].sort((left, right) => at(left) - at(right));
  return {
    label,
    rows: inOrder,
    at: Float64Array.from(inOrder, at),
    values: Float64Array.from(inOrder, (row) => measure.values[row] ?? Number.NaN),
    ordered: order !== undefined,
  };
}

function isUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function orderValues(data: Dataset): Float64Array | undefined {
  const order = orderColumn(data);
  return order === undefined || order.kind === 'text' ? undefined : order.values;
}

/** The words by which the rows fall into series with one value per point in time, if there are such. */
function separator(data: Dataset, order: Float64Array, rows: readonly number[]): Column | undefined {
  return columnsOfKind(data, 'text').find(
    (column) =>
      new Set(column.texts).size < rows.length &&
      isUnique(rows.map((row) => `${order[row]} ${column.texts[row]}`)),
  );
}

/** The series of a measure: one, or one for each group when several rows share a point in time. */
export function seriesOf(data: Dataset, measure: NumberColumn): readonly Series[] {
  const rows = rowsWithValue(measure);
  const order = orderValues(data);
  if (order === undefined) return [build('', rows, undefined, measure)];
  if (isUnique(rows.map((row) => order[row]))) return [build('', rows, order, measure)];
  const column = separator(data, order, rows);
  if (column === undefined || column.kind !== 'text') return [build('', rows, undefined, measure)];
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const label = column.texts[row] ?? '';
    const members = groups.get(label);
    if (members === undefined) groups.set(label, [row]);
    else members.push(row);
  }
  return [...groups].map(([label, members]) => build(label, members, order, measure));
}

/** The measure as one series: rows that share a point in time are added, or averaged if it is a rate. */
export function totalSeries(data: Dataset, measure: NumberColumn): Series {
  const rows = rowsWithValue(measure);
  const order = orderValues(data);
  if (order === undefined || isUnique(rows.map((row) => order[row]))) {
    return build('', rows, order ?? Float64Array.from(measure.values.keys()), measure);
  }
  const cells = new Map<number, number[]>();
  for (const row of rows) {
    const at = order[row] ?? row;
    const cell = cells.get(at);
    if (cell === undefined) cells.set(at, [measure.values[row] ?? 0]);
    else cell.push(measure.values[row] ?? 0);
  }
  const points = [...cells].sort(([left], [right]) => left - right);
  const average = RATE.test(measure.name);
  return {
    label: '',
    rows: points.map((_, index) => index),
    at: Float64Array.from(points, ([at]) => at),
    values: Float64Array.from(points, ([, values]) => mean(values) * (average ? 1 : values.length)),
    ordered: true,
  };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The step between points, by the name people give it. */
export type StepUnit = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'step';

/** The regular distance between the points of a series. */
export interface Step {
  readonly unit: StepUnit;
  readonly size: number;
  /** Seasons worth looking for, in steps. */
  readonly periods: readonly number[];
}

const UNITS: readonly (readonly [unit: StepUnit, from: number, to: number, periods: readonly number[]])[] = [
  ['hour', HOUR * 0.9, HOUR * 1.1, [24, 168]],
  ['day', DAY * 0.9, DAY * 1.1, [7]],
  ['week', DAY * 6.9, DAY * 7.1, [52]],
  ['month', DAY * 27, DAY * 32, [12]],
  ['quarter', DAY * 89, DAY * 93, [4]],
  ['year', DAY * 364, DAY * 367, []],
];

const COUNTERS: Readonly<Record<string, readonly number[]>> = {
  hour: [24],
  day: [7],
  month: [12],
  quarter: [4],
};

/** Recognises the step of a series from the distance between its points. */
export function stepOf(data: Dataset, series: Series): Step {
  const distances = Array.from(series.at.subarray(1), (at, index) => at - (series.at[index] ?? at));
  const size = distances.length === 0 ? 1 : median(distances);
  const order = orderColumn(data);
  if (order?.kind !== 'time') {
    const unit = (order?.name.toLowerCase() ?? 'step') as StepUnit;
    const periods = COUNTERS[unit];
    return periods === undefined ? { unit: 'step', size, periods: [] } : { unit, size, periods };
  }
  const known = UNITS.find(([, from, to]) => size >= from && size <= to);
  return known === undefined
    ? { unit: 'step', size, periods: [] }
    : { unit: known[0], size, periods: known[3] };
}

const MONTHS: Readonly<Partial<Record<StepUnit, number>>> = { month: 1, quarter: 3, year: 12 };

/** Names the point that lies a number of steps after the last one of a series. */
export function pointAfter(data: Dataset, series: Series, step: Step, ahead: number): string {
  const last = series.at.at(-1) ?? 0;
  if (orderColumn(data)?.kind !== 'time') return `${step.unit} ${Math.round(last + step.size * ahead)}`;
  const months = MONTHS[step.unit];
  const date = new Date(months === undefined ? last + step.size * ahead : last);
  if (months !== undefined) date.setUTCMonth(date.getUTCMonth() + months * ahead);
  const iso = date.toISOString();
  return step.size >= DAY * 0.9 ? iso.slice(0, 10) : iso.slice(0, 16);
}
