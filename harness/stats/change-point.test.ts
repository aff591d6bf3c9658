import { describe, expect, it } from 'vitest';
import { changePoint, trend } from './change-point.ts';
import { believedShare } from './proportion.ts';
import { chance, noise, shareOf } from './test-support/simulate.ts';

// Cobb, "The Problem of the Nile", 1978: yearly flow at Aswan from 1871; it falls after 1898, where the dam was begun.
const NILE = [
  1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958,
  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020,
  1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040,
  759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
  744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
];

describe('a change point', () => {
  it('is where the literature finds it', () => {
    const change = changePoint(NILE, 1);
    expect([change?.at, change?.n]).toEqual([28, 100]);
    expect((change?.before ?? 0) - (change?.after ?? 0)).toBeGreaterThan(200);
    expect(change?.p).toBeLessThan(0.001);
    expect(changePoint(NILE, 1)).toEqual(change);
  });

  it.each([10, 30])('is marked where there is none in 5 of 100 series at most, by simulation, n=%d', (n) => {
    const random = chance(51);
    const series = 400;
    const marked = shareOf(series, () => {
      const values = Array.from({ length: n }, () => -Math.log(1 - random()));
      return (changePoint(values, 7)?.p ?? 1) <= 0.05;
    });
    expect(marked).toBeLessThanOrEqual(0.05 + noise(0.05, series));
  });

  it('is found in 8 of 10 series of 20 that move by two standard deviations', () => {
    const random = chance(52);
    const found = shareOf(100, () => {
      const values = Array.from({ length: 20 }, (_, index) => 3.46 * random() + (index < 12 ? 0 : 2));
      const { at = 0, p = 1 } = changePoint(values, 7) ?? {};
      return p <= 0.05 && Math.abs(at - 12) <= 2;
    });
    expect(found).toBeGreaterThanOrEqual(0.8);
  });

  it('is none in what does not move, or is too short', () => {
    expect(
      changePoint(
        Array.from({ length: 20 }, () => 5),
        1,
      ),
    ).toBeUndefined();
    expect(changePoint(NILE.slice(0, 9), 1)).toBeUndefined();
  });
});

describe('a trend', () => {
  it('by hand: ten values, each larger than the one before', () => {
    // S = 45 of 45 pairs, variance 10 x 9 x 25 / 18 = 125, z = 44 / sqrt(125) = 3.9355.
    const { slope, p } = trend([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) ?? {};
    expect(slope).toBe(2);
    expect(p).toBeCloseTo(8.3e-5, 6);
  });

  it('is seen where there is none in 5 of 100 series at most, by simulation', () => {
    const random = chance(53);
    const series = 1_000;
    const seen = shareOf(series, () => (trend(Array.from({ length: 12 }, random))?.p ?? 1) <= 0.05);
    expect(seen).toBeLessThanOrEqual(0.05 + noise(0.05, series));
  });

  it('is none in values that are all alike', () => {
    expect(trend(Array.from({ length: 12 }, () => 5))?.p).toBe(1);
  });
});

it('what is believed of a share agrees with qbeta of R', () => {
  // qbeta(c(0.05, 0.95), 0.5, 10.5): nothing seen in ten.
  const { point, low = 1, high = 0 } = believedShare({ good: 0, n: 10 });
  expect(point).toBeCloseTo(0.5 / 11, 9);
  expect(low).toBeLessThan(0.001);
  expect(high).toBeGreaterThan(0.16);
  expect(high).toBeLessThan(0.18);
});
