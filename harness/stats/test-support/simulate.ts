/** Seeded chance for the tests that measure error rates. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A source of numbers in [0, 1) that is the same for the same seed. */
export function chance(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** The share of campaigns in which it happened. */
export function shareOf(campaigns: number, happens: () => boolean): number {
  let count = 0;
  for (let campaign = 0; campaign < campaigns; campaign += 1) if (happens()) count += 1;
  return count / campaigns;
}

/** Three standard errors of a share that is estimated from so many campaigns. */
export const noise = (share: number, campaigns: number): number =>
  3 * Math.sqrt((share * (1 - share)) / campaigns);
