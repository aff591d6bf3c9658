/**
 * An interval for a statistic that has no formula of its own: the same statistic of samples drawn from the samples, with
 * replacement. Assumes independent samples, and enough of them to stand for what they came from; below some twenty it is
 * too narrow. Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979; percentile interval: Efron & Tibshirani,
 * "An Introduction to the Bootstrap", 1993, chapter 13.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileSorted } from 'simple-statistics';
import { CONFIDENCE, type Estimate } from './estimate.ts';

/** So many that the ends of the interval move by less than its last shown digit from seed to seed. */
const DRAWS = 2_000;

/**
 * The statistic with its interval; the same seed gives the same one.
 * @throws RangeError for no samples.
 */
export function bootstrap(
  samples: readonly number[],
  statistic: (samples: readonly number[]) => number,
  seed: number,
  confidence = CONFIDENCE,
): Estimate {
  const n = samples.length;
  if (n === 0) throw new RangeError('a statistic of no samples was asked for');
  const generator = xoroshiro128plus(seed);
  const drawn = Float64Array.from({ length: DRAWS }, () =>
    statistic(Array.from({ length: n }, () => samples[uniformInt(generator, 0, n - 1)] ?? 0)),
  ).sort();
  const at = (share: number): number => quantileSorted(drawn as unknown as number[], share);
  const tail = (1 - confidence) / 2;
  return { point: statistic(samples), low: at(tail), high: at(1 - tail), n, confidence };
}
