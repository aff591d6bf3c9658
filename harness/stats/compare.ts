/**
 * Whether samples are worse, that is larger, than those of a baseline, by more than a margin that matters. Each measure
 * is asked twice, by the rank test of the samples moved by the margin: is it surely worse, is it surely not? The answers
 * of all measures are corrected together (holm.ts). Three answers, since samples too few to tell tell nothing. Margin
 * instead of plain difference: Wellek, "Testing Statistical Hypotheses of Equivalence and Noninferiority", 2010.
 */
import { dominance, shift } from './effect-size.ts';
import type { Estimate } from './estimate.ts';
import { holm } from './holm.ts';
import { rankTest } from './rank-test.ts';

/** One measure in both campaigns, and what it may be worse by. */
export interface Pair {
  readonly baseline: readonly number[];
  readonly current: readonly number[];
  readonly margin: number;
}

export interface Comparison {
  readonly answer: 'not-worse' | 'worse' | 'undecided';
  /** By how much the current samples are larger, in their unit. */
  readonly shift: Estimate;
  /** How often they are larger, less how often they are smaller. */
  readonly dominance: Estimate;
  /** Corrected for the number of pairs. */
  readonly pWorse: number;
  readonly pNotWorse: number;
}

/**
 * Compares all pairs at one level.
 * @throws RangeError for a side with fewer than two samples.
 */
export function compareAll(pairs: readonly Pair[], alpha = 0.05): readonly Comparison[] {
  const tests = pairs.map(({ baseline, current, margin }) =>
    rankTest(
      current.map((sample) => sample - margin),
      baseline,
    ),
  );
  const worse = holm(tests.map(({ pGreater }) => pGreater));
  const notWorse = holm(tests.map(({ pLess }) => pLess));
  return pairs.map(({ baseline, current }, index) => {
    const [pWorse = 1, pNotWorse = 1] = [worse[index], notWorse[index]];
    const answer = pWorse <= alpha ? 'worse' : pNotWorse <= alpha ? 'not-worse' : 'undecided';
    const size = { shift: shift(current, baseline), dominance: dominance(current, baseline) };
    return { answer, ...size, pWorse, pNotWorse };
  });
}

export interface Contrast {
  /** Worse or better by more than the margin; surely not worse by more; or samples too few to tell. */
  readonly answer: 'worse' | 'better' | 'not-worse' | 'undecided';
  readonly shift: Estimate;
  readonly dominance: Estimate;
  /** Of a difference beyond the margin either way, corrected for the number of pairs. */
  readonly pDifferent: number;
  /** Corrected likewise, in a family of its own. */
  readonly pNotWorse: number;
  readonly isExact: boolean;
}

/**
 * Looks for differences both ways: of pairs that do not differ, any is called different with probability `alpha` at most.
 * @throws RangeError for a side with fewer than two samples.
 */
export function contrastAll(pairs: readonly Pair[], alpha = 0.05): readonly Contrast[] {
  const tests = pairs.map(({ baseline, current, margin }) => {
    const moved = (by: number): readonly number[] => current.map((sample) => sample + by);
    const above = rankTest(moved(-margin), baseline);
    return { above, below: margin === 0 ? above : rankTest(moved(margin), baseline) };
  });
  const either = holm(
    tests.map(({ above, below }) => Math.min(1, 2 * Math.min(above.pGreater, below.pLess))),
  );
  const notWorse = holm(tests.map(({ above }) => above.pLess));
  return tests.map(({ above, below }, index) => {
    const { baseline = [], current = [] } = pairs[index] ?? {};
    const [pDifferent = 1, pNotWorse = 1] = [either[index], notWorse[index]];
    const direction = above.pGreater < below.pLess ? 'worse' : 'better';
    const rest = pNotWorse <= alpha ? 'not-worse' : 'undecided';
    return {
      answer: pDifferent <= alpha ? direction : rest,
      shift: shift(current, baseline),
      dominance: dominance(current, baseline),
      pDifferent,
      pNotWorse,
      isExact: above.isExact,
    };
  });
}
