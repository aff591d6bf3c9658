import type { PlannedTrial } from './plan.ts';

/** Trials that may overlap, or follow one another. */
export interface Group {
  readonly trials: readonly PlannedTrial[];
  readonly concurrency: 'one' | 'many';
}

/** Opening, quiet, topping up, load, disruptive, closing; within each as the plan names them, which is how they start. */
export function inOrder(trials: readonly PlannedTrial[]): readonly Group[] {
  const anytime = (interference: string, isTopUp: boolean): readonly PlannedTrial[] =>
    trials.filter(
      (trial) =>
        trial.moment === 'any' && trial.interference === interference && (trial.topUp === true) === isTopUp,
    );
  const at = (moment: string): readonly PlannedTrial[] => trials.filter((trial) => trial.moment === moment);
  return [
    { trials: at('opening'), concurrency: 'many' },
    { trials: anytime('quiet', false), concurrency: 'many' },
    // Apart from the others: as long as one of those is going on, the rule could not see what was sampled.
    { trials: anytime('quiet', true), concurrency: 'many' },
    { trials: anytime('load', false), concurrency: 'one' },
    { trials: anytime('load', true), concurrency: 'one' },
    { trials: anytime('disruptive', false), concurrency: 'one' },
    { trials: at('closing'), concurrency: 'many' },
  ];
}
