import { describe, expect, it } from 'vitest';
import { compareAll } from './compare.ts';
import { dominance, shift } from './effect-size.ts';
import { holm } from './holm.ts';
import { rankTest } from './rank-test.ts';
import { chance, noise, shareOf } from './test-support/simulate.ts';

// Hollander & Wolfe, "Nonparametric Statistical Methods", 1973, p. 69: permeability at term and earlier; also the
// example of wilcox.test in R, which gives W = 35, p = 0.1272 and a difference in location of 0.305.
const AT_TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLIER = [1.15, 0.88, 0.9, 0.74, 1.21];

describe('the rank test', () => {
  it('agrees with the book', () => {
    const { u, pGreater, isExact } = rankTest(AT_TERM, EARLIER);
    expect([u, isExact]).toEqual([35, true]);
    expect(pGreater).toBeCloseTo(0.1272, 4);
  });

  it('counts ties out by hand', () => {
    // Mid-ranks 1, 3, 3 | 3, 5: of ten ways to choose three ranks, three sum to 7, four to 9 and three to 11.
    const { u, pGreater, pLess } = rankTest([1, 2, 2], [2, 3]);
    expect([u, pGreater, pLess]).toEqual([1, 1, 0.3]);
  });

  it('finds nothing where all samples are alike', () => {
    const same = Array.from({ length: 40 }, () => 5);
    expect(rankTest(same, same)).toMatchObject({ pGreater: 1, pLess: 1 });
    expect(rankTest(same.slice(0, 4), same.slice(0, 4))).toMatchObject({ pGreater: 1, pLess: 1 });
  });

  it('is approximated where the exact one is left, and agrees with it', () => {
    const random = chance(5);
    const samples = Array.from({ length: 50 }, random);
    const exact = rankTest(samples.slice(0, 25), samples.slice(25));
    const doubled = rankTest([...samples.slice(0, 25), 2], samples.slice(25));
    expect([exact.isExact, doubled.isExact]).toEqual([true, false]);
    expect(Math.abs(exact.pGreater - doubled.pGreater)).toBeLessThan(0.1);
  });

  it.each([
    [[], [1]],
    [[1], []],
  ])('needs samples on both sides', (first, second) => {
    expect(() => rankTest(first, second)).toThrow(RangeError);
  });

  it.each([8, 60])('rejects what is true in 5 of 100 at most, by simulation, n=%d a side', (n) => {
    const random = chance(21);
    const campaigns = 2_000;
    // Rounded, so that there are ties.
    const sample = (): number[] => Array.from({ length: n }, () => Math.round(random() * 20));
    const rejected = shareOf(campaigns, () => rankTest(sample(), sample()).pGreater <= 0.05);
    expect(rejected).toBeLessThanOrEqual(0.05 + noise(0.05, campaigns));
  });
});

describe('the shift', () => {
  it('agrees with the book', () => {
    expect(shift(AT_TERM, EARLIER).point).toBeCloseTo(0.305, 9);
  });

  it('has no bounds where two samples a side cannot give any', () => {
    expect(Object.keys(shift([1, 2], [3, 4]))).not.toContain('low');
  });

  it('is in its interval in 90 of 100 campaigns, by simulation', () => {
    const random = chance(22);
    const campaigns = 1_000;
    const covered = shareOf(campaigns, () => {
      const sample = (moved: number): number[] =>
        Array.from({ length: 20 }, () => moved - 10 * Math.log(1 - random()));
      const { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY } = shift(sample(3), sample(0));
      return low <= 3 && 3 <= high;
    });
    expect(covered).toBeGreaterThanOrEqual(0.9 - noise(0.9, campaigns));
  });
});

describe('dominance', () => {
  it('by hand: one pair larger, six smaller, two alike', () => {
    expect(dominance([1, 2, 3], [2, 3, 4]).point).toBeCloseTo(-5 / 9, 12);
  });

  it('is total where no sample of one side reaches the other, and its interval is not a point', () => {
    const { point, low, high } = dominance([5, 6, 7, 8], [1, 2, 3]);
    expect([point, low, high]).toEqual([1, 2 * 0.05 ** (1 / 3) - 1, 1].map((value) => expect.closeTo(value)));
    expect(dominance([1, 2, 3], [5, 6, 7, 8])).toMatchObject({ point: -1, low: -1 });
  });

  it('is in its interval in 90 of 100 campaigns, by simulation', () => {
    const random = chance(23);
    const campaigns = 1_000;
    // Uniform on (0, 1) against uniform on (0.2, 1.2): smaller with probability 1 - 0.8²/2, so delta is -0.36.
    const covered = shareOf(campaigns, () => {
      const sample = (moved: number): number[] => Array.from({ length: 25 }, () => moved + random());
      const { low = 1, high = -1 } = dominance(sample(0), sample(0.2));
      return low <= -0.36 && -0.36 <= high;
    });
    expect(covered).toBeGreaterThanOrEqual(0.9 - noise(0.9, campaigns));
  });
});

it('Holm’s correction agrees with p.adjust of R, in the order given', () => {
  const corrected = holm([0.03, 0.01, 0.04, 0.02]).map((p) => Number(p.toFixed(12)));
  expect(corrected).toEqual([0.06, 0.04, 0.06, 0.06]);
  expect(holm([0.6, 0.9])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

describe('a comparison', () => {
  const spread = (from: number, n = 40): number[] => Array.from({ length: n }, (_, index) => from + index);

  it.each([
    ['is worse by more than the margin', spread(160), 'worse'],
    ['is worse by less than the margin', spread(105), 'not-worse'],
    ['is better', spread(50), 'not-worse'],
    ['has too few samples to tell', spread(150, 3), 'undecided'],
  ] as const)('of what %s', (_name, current, answer) => {
    const [comparison] = compareAll([{ baseline: spread(100), current, margin: 30 }]);
    expect(comparison?.answer).toBe(answer);
  });

  it('of ten measures that did not change calls any of them worse in 5 of 100 campaigns at most', () => {
    const random = chance(24);
    const campaigns = 200;
    const sample = (): number[] => Array.from({ length: 12 }, random);
    const alarmed = shareOf(campaigns, () =>
      compareAll(
        Array.from({ length: 10 }, () => ({ baseline: sample(), current: sample(), margin: 0 })),
      ).some(({ answer }) => answer === 'worse'),
    );
    expect(alarmed).toBeLessThanOrEqual(0.05 + noise(0.05, campaigns));
  });
});
