import { isCompleted, terminalOf } from './run-facts.ts';
import type { TrialView } from './views.ts';

/** No run of ours uses as many; more is nonsense that must not end a campaign's sampling, or a number that is none. */
const MOST_TOKENS = 100_000_000;

/** Tokens that the completed runs of a trial say they used. */
export function tokensOf(view: TrialView): number {
  return view.runs.filter(isCompleted).reduce((sum, run) => {
    const usage = terminalOf(run)?.event.data['usage'] as
      | Readonly<Record<string, unknown>>
      | null
      | undefined;
    const total = usage?.['total_tokens'];
    const isCount = typeof total === 'number' && total > 0 && total <= MOST_TOKENS;
    return sum + (isCount ? total : 0);
  }, 0);
}
