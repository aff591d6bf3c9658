/**
 * A decision that may be taken after any sample. Two sequential probability ratio tests run side by side, one for
 * "holds" (the bar against `healthy`), one for "does not hold" (the bar against `broken`); whichever ratio first reaches
 * 1/alpha decides, and the decision stands whatever comes later.
 *
 * If the share lies below the bar, the first ratio is a supermartingale, so the probability that it ever reaches 1/alpha
 * is at most alpha, however often one looks and whenever one stops; likewise above the bar and the second. Assumes
 * independent samples in an order that was fixed before they were seen.
 *
 * Wald, "Sequential Tests of Statistical Hypotheses", 1945; two tests for three answers: Armitage, "Sequential Analysis
 * with More than Two Alternative Hypotheses", 1950; the bound at every moment: Ville, "Étude critique de la notion de
 * collectif", 1939.
 */
import type { Claim, Counts } from './claim.ts';
import { type Answer, type Decision, type Prospect, smallest } from './decide.ts';
import { exactShare } from './proportion.ts';

/** A spoilt sample may be our own doing: it counts against a pass, and against a fail. */
export type Outcome = 'good' | 'bad' | 'spoilt';

/** What was seen so far, and the decision once there is one. */
export interface Sequence extends Counts {
  readonly spoilt: number;
  /** Logarithms of the two ratios. */
  readonly forIt: number;
  readonly againstIt: number;
  readonly answer: Answer;
}

export const NOTHING_SEEN: Sequence = {
  good: 0,
  n: 0,
  spoilt: 0,
  forIt: 0,
  againstIt: 0,
  answer: 'undecided',
};

/** What one good and one bad sample add to the ratio of `rival` to the bar. */
const weights = (rival: number, { atLeast }: Claim): Readonly<Record<'good' | 'bad', number>> => ({
  good: Math.log(rival / atLeast),
  bad: Math.log((1 - rival) / (1 - atLeast)),
});

const threshold = ({ alpha }: Claim): number => -Math.log(alpha);

/** The sequence after one more sample; what comes after the decision changes nothing. */
export function advance(seen: Sequence, outcome: Outcome, claim: Claim): Sequence {
  if (seen.answer !== 'undecided') return seen;
  const forIt = seen.forIt + weights(claim.healthy, claim)[outcome === 'good' ? 'good' : 'bad'];
  const againstIt = seen.againstIt + weights(claim.broken, claim)[outcome === 'bad' ? 'bad' : 'good'];
  const limit = threshold(claim);
  return {
    good: seen.good + (outcome === 'good' ? 1 : 0),
    n: seen.n + 1,
    spoilt: seen.spoilt + (outcome === 'spoilt' ? 1 : 0),
    forIt,
    againstIt,
    answer: reaches(forIt, limit) ? 'holds' : reaches(againstIt, limit) ? 'does-not-hold' : 'undecided',
  };
}

/** Sums of logarithms differ in their last digits from the product that is meant. */
const reaches = (sum: number, limit: number): boolean => sum >= limit - 1e-9;

/** The decision with its estimate. Taken at a moment that the samples chose, the interval is a description only. */
export function conclude(seen: Sequence, claim: Claim): Decision {
  const { good, n, spoilt, answer } = seen;
  // What may be our own doing is in no estimate.
  const counted = n - spoilt;
  const estimate = counted === 0 ? {} : { estimate: exactShare({ good, n: counted }) };
  if (answer !== 'undecided') return { answer, ...estimate };
  const atBest = Math.ceil((threshold(claim) - seen.forIt) / weights(claim.healthy, claim).good - 1e-9);
  return { answer, ...estimate, more: { atBest, planned: Math.max(atBest, plannedSamples(claim) - n) } };
}

/** The fewest samples that can decide for the claim: all of them good. */
export function leastSamples(claim: Claim, failures = 0): number {
  const { good, bad } = weights(claim.healthy, claim);
  return failures + Math.ceil((threshold(claim) - failures * bad) / good - 1e-9);
}

/** The search below takes 20 ms, and is asked for again with every sample that a watcher is told of. */
const found = new WeakMap<Claim, number>();

/** The number of samples within which a healthy target has passed with the power of the claim. */
export function plannedSamples(claim: Claim): number {
  const known = found.get(claim);
  if (known !== undefined) return known;
  const { healthy, power } = claim;
  const planned = smallest(leastSamples(claim), (n) => chanceToHold(claim, n, healthy) >= power);
  found.set(claim, planned);
  return planned;
}

/**
 * The probability that the claim is decided for within n samples when the true share is this: exact, by counting
 * failures forward and taking out what has crossed.
 */
export function chanceToHold(claim: Claim, n: number, share: number): number {
  let open: number[] = [1];
  let held = 0;
  for (let seen = 1; seen <= n; seen += 1) {
    const next = new Array<number>(open.length + 1).fill(0);
    open.forEach((chance, failures) => {
      if (chance === 0) return;
      if (seen >= leastSamples(claim, failures)) held += chance * share;
      else next[failures] = (next[failures] ?? 0) + chance * share;
      next[failures + 1] = (next[failures + 1] ?? 0) + chance * (1 - share);
    });
    open = next;
  }
  return held;
}

/** What so many samples, looked at one by one, can do for the claim: told before any traffic. */
export function sequentialProspect(claim: Claim, n: number): Prospect {
  const least = leastSamples(claim);
  return { canHold: n >= least, least, planned: plannedSamples(claim) };
}
