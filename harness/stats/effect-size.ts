/** How much two sets of samples differ, with an interval. Assumes independent samples. */
import { qnorm } from 'lib-r-math.js';
import { CONFIDENCE, type Estimate } from './estimate.ts';

/** Pairs that are looked at, at most: beyond, every k-th sample of the sorted ones stands for its neighbours. */
const MOST_PER_SIDE = 1_000;

/**
 * By how much the first are larger than the second: the median of all differences between the two. In the unit of the
 * samples. Assumes that the distributions differ by a shift. Hodges & Lehmann, "Estimates of Location Based on Rank
 * Tests", 1963; interval from the ordered differences: Lehmann, "Nonparametric Confidence Intervals for a Shift
 * Parameter", 1963, with the normal approximation of the rank.
 * @throws RangeError where one of them is empty.
 */
export function shift(
  first: readonly number[],
  second: readonly number[],
  confidence = CONFIDENCE,
): Estimate {
  const [a, b] = [thinned(first), thinned(second)];
  const differences = new Float64Array(a.length * b.length);
  a.forEach((x, row) => {
    b.forEach((y, column) => {
      differences[row * b.length + column] = x - y;
    });
  });
  differences.sort();
  const pairs = differences.length;
  const spread = Math.sqrt((pairs * (a.length + b.length + 1)) / 12);
  const rank = Math.floor(pairs / 2 - qnorm((1 + confidence) / 2) * spread);
  const bounds = rank < 1 ? {} : { low: differences[rank - 1], high: differences[pairs - rank] };
  return { point: medianOf(differences), ...bounds, n: first.length + second.length, confidence };
}

/**
 * How often the first are larger, less how often they are smaller, from -1 to 1. Cliff, "Dominance Statistics", 1993,
 * with his consistent variance and the asymmetric interval of Feng & Cliff, 2004.
 * @throws RangeError where one of them has fewer than two samples: there is no variance to estimate.
 */
export function dominance(
  first: readonly number[],
  second: readonly number[],
  confidence = CONFIDENCE,
): Estimate {
  if (first.length < 2 || second.length < 2) throw new RangeError('dominance needs two samples on each side');
  const [a, b] = [thinned(first), thinned(second)];
  const rows = a.map((x) => mean(b.map((y) => Math.sign(x - y))));
  const columns = b.map((y) => mean(a.map((x) => Math.sign(x - y))));
  const delta = mean(rows);
  const n = first.length + second.length;
  if (Math.abs(delta) === 1)
    return totalDominance(delta, Math.min(first.length, second.length), n, confidence);
  const pairs = mean(a.flatMap((x) => b.map((y) => (Math.sign(x - y) - delta) ** 2)));
  const variance = varianceOf(delta, rows, columns, pairs);
  const z = qnorm((1 + confidence) / 2);
  const scale = 1 - delta ** 2 + z ** 2 * variance;
  const half = z * Math.sqrt(variance) * Math.sqrt((1 - delta ** 2) ** 2 + z ** 2 * variance);
  const bound = (sign: number): number =>
    Math.max(-1, Math.min(1, (delta - delta ** 3 + sign * half) / scale));
  return { point: delta, low: bound(-1), high: bound(1), n, confidence };
}

/** Where all pairs agree there is no variance to estimate: the exact bound of as many independent pairs as there are. */
function totalDominance(delta: number, pairs: number, n: number, confidence: number): Estimate {
  const least = 2 * ((1 - confidence) / 2) ** (1 / pairs) - 1;
  return delta > 0
    ? { point: 1, low: least, high: 1, n, confidence }
    : { point: -1, low: -1, high: -least, n, confidence };
}

function varianceOf(
  delta: number,
  rows: readonly number[],
  columns: readonly number[],
  pairs: number,
): number {
  const [m, n] = [rows.length, columns.length];
  const among = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + (value - delta) ** 2, 0) / (values.length - 1);
  const unbiased = ((m - 1) * among(rows) + (n - 1) * among(columns) + pairs) / (m * n);
  const consistent = among(rows) / m + among(columns) / n;
  // The unbiased one can be negative; the other never is.
  return Math.max(unbiased, consistent, (1 - delta ** 2) / (m * n - 1));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function medianOf(sorted: Float64Array): number {
  const middle = Math.floor((sorted.length - 1) / 2);
  return ((sorted[middle] ?? 0) + (sorted[sorted.length - 1 - middle] ?? 0)) / 2;
}

function thinned(samples: readonly number[]): readonly number[] {
  if (samples.length === 0) throw new RangeError('a comparison needs samples on both sides');
  const sorted = [...samples].sort((x, y) => x - y);
  if (sorted.length <= MOST_PER_SIDE) return sorted;
  return Array.from(
    { length: MOST_PER_SIDE },
    (_, index) => sorted[Math.floor(((index + 0.5) * sorted.length) / MOST_PER_SIDE)] ?? 0,
  );
}
