import { mean, median } from 'simple-statistics';
import { expect, it } from 'vitest';
import { bootstrap } from './bootstrap.ts';
import { chance, noise, shareOf } from './test-support/simulate.ts';

// Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, table 2.1: survival of seven mice, mean 86.86, whose
// bootstrap standard error is 23.36 in the limit.
const MICE = [94, 197, 16, 38, 99, 141, 23];

it('agrees with the book within what seven mice allow', () => {
  const { point, low = 0, high = 0, n } = bootstrap([...MICE], mean, 1);
  expect([point.toFixed(2), n]).toEqual(['86.86', 7]);
  expect(Math.abs((high - low) / (2 * 1.645) - 23.36)).toBeLessThan(1);
});

it('is the same for the same seed, and another for another', () => {
  expect(bootstrap(MICE, median, 3)).toEqual(bootstrap(MICE, median, 3));
  expect(bootstrap(MICE, mean, 3)).not.toEqual(bootstrap(MICE, mean, 4));
});

it('of nothing there is no estimate', () => {
  expect(() => bootstrap([], mean, 1)).toThrow(RangeError);
});

it('covers the mean of sixty samples in 90 of 100 campaigns, nearly, by simulation', () => {
  const random = chance(31);
  const campaigns = 100;
  const covered = shareOf(campaigns, () => {
    const samples = Array.from({ length: 60 }, () => 100 * random());
    const { low = 0, high = 100 } = bootstrap(samples, mean, Math.floor(random() * 2 ** 31));
    return low <= 50 && 50 <= high;
  });
  // The percentile interval is known to be a little too narrow.
  expect(covered).toBeGreaterThanOrEqual(0.88 - noise(0.9, campaigns));
});
