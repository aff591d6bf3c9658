/**
 * Whether a series moved, and where: one value for each campaign, in their order. Assumes that the values are independent
 * of each other, and nothing about their distribution; looks for one change, so of several it finds the largest. Gradual
 * movement is a change too: the trend tells them apart.
 */
import { pnorm } from 'lib-r-math.js';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { median } from 'simple-statistics';

export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  readonly p: number;
  readonly n: number;
}

/** With fewer, no arrangement of the values is rarer than chance once several series are looked at. */
const FEWEST_VALUES = 10;
/** So many that 0.001 can be told from 0.01. */
const DRAWS = 2_000;

/**
 * The most likely place of a change, and the probability of one as marked where there is none. Pettitt, "A Non-Parametric
 * Approach to the Change-Point Problem", 1979; the probability by permutation (Good, "Permutation Tests", 1994), since his
 * approximation is for long series. The same seed gives the same one.
 */
export function changePoint(values: readonly number[], seed: number): ChangePoint | undefined {
  const n = values.length;
  if (n < FEWEST_VALUES) return undefined;
  const signs = values.map((one) => values.reduce((sum, other) => sum + Math.sign(one - other), 0));
  const { size, at } = largest(signs);
  if (size === 0) return undefined;
  const generator = xoroshiro128plus(seed);
  const place = (last: number): number => uniformInt(generator, 0, last);
  let asLarge = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) if (largest(shuffled(signs, place)).size >= size) asLarge += 1;
  const [before, after] = [values.slice(0, at), values.slice(at)].map((part) => median([...part]));
  return { at, before: before ?? 0, after: after ?? 0, p: (asLarge + 1) / (DRAWS + 1), n };
}

/** In any order, each as likely. Durstenfeld, "Random Permutation", 1964. */
function shuffled(values: readonly number[], place: (last: number) => number): readonly number[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = place(last);
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}

/** Where the sum of the signs so far is farthest from none: of all pairs across that place, who is larger. */
function largest(signs: readonly number[]): { readonly size: number; readonly at: number } {
  let [sum, size, at] = [0, 0, 0];
  signs.slice(0, -1).forEach((sign, index) => {
    sum += sign;
    if (Math.abs(sum) > size) [size, at] = [Math.abs(sum), index + 1];
  });
  return { size, at };
}

export interface Trend {
  /** Per value. */
  readonly slope: number;
  readonly p: number;
  readonly n: number;
}

/**
 * How much the values move from one to the next: the median of all slopes (Sen, "Estimates of the Regression Coefficient
 * Based on Kendall's Tau", 1968), and whether they move at all (Mann, "Nonparametric Tests Against Trend", 1945; Kendall,
 * 1975, with his correction for ties and for continuity).
 */
export function trend(values: readonly number[]): Trend | undefined {
  const n = values.length;
  if (n < FEWEST_VALUES) return undefined;
  const pairs = values.flatMap((one, from) =>
    values.slice(from + 1).map((other, offset) => ({ difference: other - one, distance: offset + 1 })),
  );
  const score = pairs.reduce((sum, { difference }) => sum + Math.sign(difference), 0);
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const weight = (size: number): number => size * (size - 1) * (2 * size + 5);
  const ties = [...sizes.values()].reduce((sum, size) => sum + weight(size), 0);
  const variance = (weight(n) - ties) / 18;
  const z = variance === 0 ? 0 : Math.max(0, Math.abs(score) - 1) / Math.sqrt(variance);
  const slope = median(pairs.map(({ difference, distance }) => difference / distance));
  return { slope, p: Math.min(1, 2 * pnorm(z, 0, 1, false)), n };
}
