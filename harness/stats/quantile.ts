/**
 * Quantiles with the interval that their order statistics give. Assumes independent samples of one
 * distribution and nothing about its shape.
 *
 * Point estimate: type 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages", 1996 (simple-statistics
 * computes it). Interval: David & Nagaraja, "Order Statistics", 3rd ed. 2003, section 7.1.
 */
import { quantileSorted } from 'simple-statistics';
import { CONFIDENCE, type Estimate } from './estimate.ts';

/** Ascending copy; typed arrays sort numbers several times faster than plain ones. */
export const sortedSamples = (samples: readonly number[]): Float64Array => Float64Array.from(samples).sort();

/**
 * The quantile `p` of samples sorted ascending.
 * @throws RangeError for no samples: nothing is not an estimate.
 */
export function quantileEstimate(sorted: Float64Array, p: number): Estimate {
  const n = sorted.length;
  if (n === 0) throw new RangeError('a quantile of no samples was asked for');
  const tail = (1 - CONFIDENCE) / 2;
  const cumulative = binomialCdf(n, p);
  // The k-th smallest lies above the quantile with probability P(Bin(n, p) < k), below it with P(Bin(n, p) >= k).
  const low = cumulative.findLastIndex((below) => below <= tail);
  const high = cumulative.findIndex((below) => below >= 1 - tail);
  const point = quantileSorted(sorted as unknown as number[], p);
  return {
    point,
    n,
    confidence: CONFIDENCE,
    ...(low < 0 ? {} : { low: sorted[low] }),
    ...(high < 0 ? {} : { high: sorted[high] }),
  };
}

/** P(Bin(n, p) ≤ k) for k = 0 … n-1, by the recurrence of the terms, in logarithms against underflow. */
function binomialCdf(n: number, p: number): Float64Array {
  const cumulative = new Float64Array(n);
  let logTerm = n * Math.log1p(-p);
  let sum = 0;
  for (let k = 0; k < n; k += 1) {
    sum += Math.exp(logTerm);
    cumulative[k] = Math.min(1, sum);
    logTerm += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return cumulative;
}
