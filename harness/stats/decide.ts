/**
 * The decision about a claim from a number of trials that was fixed beforehand, by the exact binomial test: Clopper &
 * Pearson, 1934, one bound at a time. Looking after each trial and stopping when it suits is not what it is for:
 * sequential.ts is.
 */
import { pbinom } from 'lib-r-math.js';
import type { Claim, Counts } from './claim.ts';
import type { Estimate } from './estimate.ts';
import { exactShare } from './proportion.ts';

export const ANSWERS = ['holds', 'does-not-hold', 'undecided'] as const;
export type Answer = (typeof ANSWERS)[number];

export interface Decision {
  readonly answer: Answer;
  /** Absent where there was no trial at all. */
  readonly estimate?: Estimate;
  /** Only where it is undecided. */
  readonly more?: More;
}

/** How many further trials would settle it. */
export interface More {
  /** If every one of them is good. */
  readonly atBest: number;
  /** So that a healthy target passes with the power of the claim; never less than `atBest`. */
  readonly planned: number;
}

/** No claim of ours needs as many; what does is not going to be decided by trials. */
const MOST_TRIALS = 1_000_000;

/** Decides the claim; three answers, and what would settle it where there is none yet. */
export function decide(counts: Counts, claim: Claim): Decision {
  const { good, n } = counts;
  const answer = answerTo(counts, claim);
  const seen = n === 0 ? {} : { estimate: exactShare(counts) };
  if (answer !== 'undecided') return { answer, ...seen };
  const atBest = leastTrials(claim, n - good) - n;
  return { answer, ...seen, more: { atBest, planned: Math.max(atBest, plannedTrials(claim) - n) } };
}

/** The answer alone. */
export function answerTo({ good, n }: Counts, { atLeast, alpha }: Claim): Answer {
  if (n === 0) return 'undecided';
  // The probability of so many good ones or more, if the share were the claimed one and no better.
  if (pbinom(good - 1, n, atLeast, false) <= alpha) return 'holds';
  return pbinom(good, n, atLeast) <= alpha ? 'does-not-hold' : 'undecided';
}

/** The smallest number of trials that decides for the claim with so many failures among them. */
export function leastTrials({ atLeast, alpha }: Claim, failures = 0): number {
  return smallest(failures + 1, (n) => pbinom(n - failures - 1, n, atLeast, false) <= alpha);
}

/**
 * The number of trials at which a healthy target passes with the power of the claim. Power does not grow with each
 * single trial, so it is the first n from which the power is reached, found by trying.
 */
export function plannedTrials(claim: Claim): number {
  for (let n = leastTrials(claim); n < MOST_TRIALS; n += 1)
    if (powerAt(claim, n, claim.healthy) >= claim.power) return n;
  throw new RangeError('the claim leaves no room between its bar and what is healthy');
}

/** The probability that so many trials decide for the claim when the true share is this. */
export function powerAt({ atLeast, alpha }: Claim, n: number, share: number): number {
  // The most failures with which n trials still decide for it; fewer do too.
  let failures = -1;
  while (failures < n && pbinom(n - failures - 2, n, atLeast, false) <= alpha) failures += 1;
  return failures < 0 ? 0 : pbinom(n - failures - 1, n, share, false);
}

/** The smallest number from `from` on that satisfies; what it asks is true for all larger ones too. */
export function smallest(from: number, satisfies: (n: number) => boolean): number {
  let high = Math.max(1, from);
  while (!satisfies(high)) {
    if (high >= MOST_TRIALS) throw new RangeError(`no number below ${MOST_TRIALS} decides the claim`);
    high *= 2;
  }
  let low = from;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (satisfies(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** Whether so many trials can decide for the claim at all, and how many it takes: told before any traffic. */
export interface Prospect {
  readonly canHold: boolean;
  /** The least, with no failure among them. */
  readonly least: number;
  /** What a healthy target needs. */
  readonly planned: number;
}

/** What so many trials can do for the claim. */
export function prospectOf(claim: Claim, n: number): Prospect {
  const least = leastTrials(claim);
  return { canHold: n >= least, least, planned: plannedTrials(claim) };
}
