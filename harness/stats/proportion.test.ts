import { describe, expect, it } from 'vitest';
import { exactShare, wilsonShare } from './proportion.ts';
import { chance, noise, shareOf } from './test-support/simulate.ts';

const rounded = (value: number | undefined, digits: number): number => Number((value ?? -1).toFixed(digits));

// Newcombe, "Two-sided Confidence Intervals for the Single Proportion", 1998, table I: 95 % intervals.
describe.each([
  { good: 81, n: 263, exact: [0.2527, 0.3676], wilson: [0.2553, 0.3662] },
  { good: 15, n: 148, exact: [0.0578, 0.1617], wilson: [0.0624, 0.1605] },
  { good: 0, n: 20, exact: [0, 0.1684], wilson: [0, 0.1611] },
  { good: 1, n: 29, exact: [0.0009, 0.1776], wilson: [0.0061, 0.1718] },
])('$good of $n, as Newcombe has it', ({ good, n, exact, wilson }) => {
  it('exact', () => {
    const { low, high } = exactShare({ good, n }, 0.95);
    expect([rounded(low, 4), rounded(high, 4)]).toEqual(exact);
  });

  it('Wilson', () => {
    const { low, high } = wilsonShare({ good, n }, 0.95);
    expect([rounded(low, 4), rounded(high, 4)]).toEqual(wilson);
  });
});

it('agrees with binom.test(682, 925) of R on Mendel’s peas', () => {
  const { low, high } = exactShare({ good: 682, n: 925 }, 0.95);
  expect([rounded(low, 7), rounded(high, 7)]).toEqual([0.7076683, 0.7654066]);
});

it('is shown two-sided at 90 %', () => {
  const { low, confidence } = exactShare({ good: 14, n: 14 });
  expect(confidence).toBe(0.9);
  expect(low).toBeCloseTo(0.05 ** (1 / 14), 12);
});

it.each([
  [0, 0],
  [5, 4],
  [-1, 4],
  [0.5, 4],
])('%d of %d is no share', (good, n) => {
  expect(() => exactShare({ good, n })).toThrow(RangeError);
  expect(() => wilsonShare({ good, n })).toThrow(RangeError);
});

describe('coverage, by simulation', () => {
  const CAMPAIGNS = 4_000;

  it.each([
    { n: 10, share: 0.8 },
    { n: 50, share: 0.95 },
    { n: 181, share: 0.99 },
  ])('n=$n, share=$share: each exact bound holds in 95 of 100 campaigns', ({ n, share }) => {
    const random = chance(7_000 + n);
    let below = 0;
    const above = shareOf(CAMPAIGNS, () => {
      const good = Array.from({ length: n }, random).filter((one) => one < share).length;
      const { low = 0, high = 1 } = exactShare({ good, n });
      if (low <= share) below += 1;
      return high >= share;
    });
    expect(above).toBeGreaterThanOrEqual(0.95 - noise(0.95, CAMPAIGNS));
    expect(below / CAMPAIGNS).toBeGreaterThanOrEqual(0.95 - noise(0.95, CAMPAIGNS));
  });

  it('Wilson covers 90 of 100 on average over the shares', () => {
    const random = chance(99);
    const covered = shareOf(CAMPAIGNS, () => {
      const share = random();
      const good = Array.from({ length: 40 }, random).filter((one) => one < share).length;
      const { low = 0, high = 1 } = wilsonShare({ good, n: 40 });
      return low <= share && share <= high;
    });
    expect(Math.abs(covered - 0.9)).toBeLessThan(noise(0.9, CAMPAIGNS) + 0.01);
  });
});
