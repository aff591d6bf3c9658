/** Half the weight of the last digit shown; results carry at most four decimals. */
const DECIMALS = 10_000;

/** A figure as it is reported: four decimals, no float noise. */
export function figure(value: number): number {
  return Number.isFinite(value) ? Math.round(value * DECIMALS) / DECIMALS : 0;
}

/** A figure in words: two decimals at most, no separators, so that it can be found again. */
export function inWords(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.01) return String(Number(value.toPrecision(2)));
  return String(Math.round(value * 100) / 100);
}

/** The sum in compensated arithmetic (Neumaier 1974), so that the order of the rows does not show. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** The arithmetic mean. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Values in ascending order without the missing ones. */
function sorted(values: Iterable<number>): Float64Array {
  return Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
}

/** The quantile of sorted values by linear interpolation (Hyndman and Fan 1996, type 7). */
function quantile(ascending: Float64Array, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const place = (ascending.length - 1) * share;
  const below = ascending[Math.floor(place)] ?? Number.NaN;
  const above = ascending[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

/** The middle of some values. */
export function median(values: Iterable<number>): number {
  return quantile(sorted(values), 0.5);
}

/** What can be said about some numbers. */
export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly standard_deviation: number;
  readonly p95: number;
}

/** Summarises numbers; the deviation is that of a sample (n - 1). */
export function summarise(values: Iterable<number>): Summary {
  const ascending = sorted(values);
  const count = ascending.length;
  const total = sum(ascending);
  const average = count === 0 ? Number.NaN : total / count;
  const squares = sum(ascending.map((value) => (value - average) ** 2));
  return {
    count,
    sum: figure(total),
    mean: figure(average),
    median: figure(quantile(ascending, 0.5)),
    min: figure(ascending[0] ?? Number.NaN),
    max: figure(ascending[count - 1] ?? Number.NaN),
    standard_deviation: figure(count < 2 ? 0 : Math.sqrt(squares / (count - 1))),
    p95: figure(quantile(ascending, 0.95)),
  };
}

/** Orders texts by their code units: quick, and the same everywhere. */
export function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
