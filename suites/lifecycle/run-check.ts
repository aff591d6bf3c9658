import { type Check, defineCheck, type Terms } from '../../harness/core/check.ts';
import { type Finding, inconclusive } from '../../harness/core/finding.ts';
import { isSubRun, terminalOf, withSubRuns } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { costOptimisation, singleAnalysis, thoroughAnalysis } from '../../scenarios/chat-runs.ts';
import { say } from '../statements.ts';

/** How much of a run a check must have seen before it has anything to judge. */
export type Needs = 'events' | 'terminal' | 'completion';

/** Scenarios whose runs the checks of every run rest on. */
export const ORDINARY = [singleAnalysis.id, thoroughAnalysis.id, costOptimisation.id] as const;

interface RunCheck {
  readonly id: string;
  readonly requirement: string;
  readonly title: string;
  readonly needs: Needs;
  /** Whether it judges sub-runs like the runs that were asked for; what else must be true of them is MA-2 and MA-3. */
  readonly andSubRuns?: true;
  readonly judge: (run: RunView, view: TrialView, terms: Terms) => readonly Finding[];
}

/** A check of every run of the campaign; a run that shows too little is inconclusive under what hid it. */
export function defineRunCheck({ judge, needs, andSubRuns, ...check }: RunCheck): Check<TrialView> {
  return defineCheck<TrialView>({
    ...check,
    scenarios: ORDINARY,
    restsOn: 'CN-9',
    judge: (view, terms) =>
      (andSubRuns === true ? withSubRuns(view.runs) : view.runs).flatMap((run) => {
        const hidden = whatHides(run, needs);
        if (hidden === 'not-concerned') return [];
        if (hidden === undefined) return judge(run, view, terms);
        const actual = `run "${run.label}" ended "${run.end}" after ${run.events.length} events`;
        return [inconclusive(say('hidden', check.title, actual, run.endRef), hidden)];
      }),
  });
}

/** The requirement whose breach hides what is to be judged. */
function whatHides(run: RunView, needs: Needs): string | undefined | 'not-concerned' {
  if (run.end === 'not-awaited') return 'not-concerned';
  if (run.end === 'refused') return 'CN-9';
  if (isSubRun(run) && run.events.length === 0) return 'not-concerned';
  if (run.events.length === 0) return 'CN-4';
  if (needs === 'events') return undefined;
  const terminal = terminalOf(run);
  if (terminal === undefined) return 'LC-3';
  if (needs === 'completion' && terminal.event.kind !== 'run.completed') return 'not-concerned';
  return undefined;
}

/** The entries of the run's events at these places. */
export const eventRef = (
  run: RunView,
  view: TrialView,
  ...indices: readonly number[]
): ReturnType<TrialView['ref']> =>
  view.ref(run.askedSeq, ...indices.flatMap((index) => run.events[index]?.seq ?? []));

/** First and last entry of the run. */
export const wholeRef = (run: RunView, view: TrialView): ReturnType<TrialView['ref']> =>
  eventRef(run, view, 0, run.events.length - 1);
