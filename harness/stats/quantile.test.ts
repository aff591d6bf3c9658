import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { quantileEstimate, sortedSamples } from './quantile.ts';

/** 1, 2, … n: the value of a sample is its rank. */
const ranks = (n: number): Float64Array => Float64Array.from({ length: n }, (_, index) => index + 1);

describe('the point', () => {
  // Type 7 of Hyndman & Fan is the default of R: quantile(1:9, c(.25, .5, .95)), quantile(c(1, 2, 4, 8), .5).
  it.each([
    [ranks(9), 0.5, 5],
    [ranks(10), 0.5, 5.5],
    [ranks(1), 0.95, 1],
    [Float64Array.of(1, 2, 4, 8), 0.5, 3],
  ])('of %o at %d is %d', (sorted, p, point) => {
    expect(quantileEstimate(sorted, p).point).toBe(point);
  });
});

describe('the interval', () => {
  it.each([
    // Ranks of the 90 % interval of a median, hand-computed from P(Bin(n, 1/2) <= k) <= 0.05.
    [5, 1, 5], // 1/32 = 0.031 below
    [8, 2, 7], // 9/256 = 0.035
    [10, 2, 9], // 11/1024 = 0.011, 56/1024 = 0.055 is too much
    [20, 6, 15], // P(Bin <= 5) = 0.0207, P(Bin <= 6) = 0.0577
  ])('of a median of %d samples runs from rank %d to rank %d', (n, low, high) => {
    expect(quantileEstimate(ranks(n), 0.5)).toMatchObject({ low, high, n, confidence: 0.9 });
  });

  it('of a median of four has no bounds: even the extremes are too likely', () => {
    const estimate = quantileEstimate(ranks(4), 0.5);
    expect([estimate.low, estimate.high]).toEqual([undefined, undefined]);
    expect(Object.keys(estimate)).not.toContain('low');
  });

  it('of a p95 has an upper bound from 59 samples on, the largest', () => {
    expect(quantileEstimate(ranks(58), 0.95).high).toBeUndefined();
    expect(quantileEstimate(ranks(59), 0.95).high).toBe(59);
  });

  it('of a p95 can leave one sample out from 93 on, of a p99 none before 299', () => {
    expect(quantileEstimate(ranks(92), 0.95).high).toBe(92);
    expect(quantileEstimate(ranks(93), 0.95).high).toBe(92);
    expect(quantileEstimate(ranks(298), 0.99).high).toBeUndefined();
    expect(quantileEstimate(ranks(299), 0.99).high).toBe(299);
  });

  it('is not lost to underflow in large samples', () => {
    const { low, high } = quantileEstimate(ranks(100_000), 0.5);
    // Normal approximation: 50 000 ± 1.645 · sqrt(25 000), within a rank or two.
    expect(Math.abs((low ?? 0) - 49_740)).toBeLessThan(3);
    expect(Math.abs((high ?? 0) - 50_261)).toBeLessThan(3);
  });

  it('contains its point', () => {
    for (const n of [5, 20, 59, 200]) {
      for (const p of [0.5, 0.95]) {
        const { low = 0, point, high = Number.POSITIVE_INFINITY } = quantileEstimate(ranks(n), p);
        expect(low).toBeLessThanOrEqual(point);
        expect(point).toBeLessThanOrEqual(high);
      }
    }
  });
});

it('of nothing there is no estimate', () => {
  expect(() => quantileEstimate(new Float64Array(), 0.5)).toThrow(RangeError);
});

it('sorts by value and leaves the samples as they were', () => {
  const samples = [10, 9, 100, 1];
  expect([...sortedSamples(samples)]).toEqual([1, 9, 10, 100]);
  expect(samples).toEqual([10, 9, 100, 1]);
});

describe('coverage, by simulation', () => {
  const CAMPAIGNS = 4_000;
  /** Three standard errors of a proportion near 0.95. */
  const NOISE = 3 * Math.sqrt((0.95 * 0.05) / CAMPAIGNS);

  // Uniform on (0, 1): the quantile p is p itself, and order statistics do not care for the shape.
  it.each([
    { n: 20, p: 0.5 },
    { n: 60, p: 0.95 },
    { n: 200, p: 0.95 },
  ])('n=$n, p=$p: each bound holds in 95 of 100 campaigns', ({ n, p }) => {
    const generator = xoroshiro128plus(20_260_105 + n);
    let below = 0;
    let above = 0;
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) {
      const samples = Float64Array.from({ length: n }, () => uniformFloat64(generator)).sort();
      const { low = 0, high = 1 } = quantileEstimate(samples, p);
      if (low <= p) below += 1;
      if (high >= p) above += 1;
    }
    expect(below / CAMPAIGNS).toBeGreaterThanOrEqual(0.95 - NOISE);
    expect(above / CAMPAIGNS).toBeGreaterThanOrEqual(0.95 - NOISE);
  });
});
