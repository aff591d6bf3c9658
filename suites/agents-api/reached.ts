/**
 * How far a case must have come before a check has anything to judge. The first thing that did not come about
 * hides the rest: the check is inconclusive, because of the requirement that promises that thing.
 */
import type { Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, labelled, missing } from './expect.ts';
import { notSetUp } from './made.ts';
import { LABELS } from './own-run.ts';
import { readList } from './run-parts.ts';
import { streamNamed } from './stream-view.ts';

export type Judge = (view: TrialView, terms: Terms) => readonly Finding[];
export type Need = (view: TrialView) => readonly Finding[] | undefined;

/** A judge that is asked when all of this came about. */
export const after =
  (needs: readonly Need[], judge: Judge): Judge =>
  (view, terms) => {
    for (const need of needs) {
      const hidden = need(view);
      if (hidden !== undefined) return hidden;
    }
    return judge(view, terms);
  };

/** So many runs were started under that label. */
export const started =
  (label: string = LABELS.start, count = 1): Need =>
  (view) =>
    notSetUp(view, label, count);

/** The run was last read in one of these statuses. */
export const stood =
  (label: string, statuses: readonly string[], because = 'AR-2.1e'): Need =>
  (view) => {
    const last = labelled(view, label).at(-1);
    const what = `a run that is ${statuses.join(' or ')}`;
    if (last !== undefined && last.response?.status !== 200) return missing(view, what, 'AR-3.1');
    const status = last === undefined ? undefined : fieldOf(bodyOf(last), 'status');
    return statuses.some((one) => one === status) ? undefined : missing(view, what, because);
  };

export const completed: Need = stood(LABELS.end, ['COMPLETED']);
export const running: Need = stood(LABELS.running, ['RUNNING']);

/** Every request of that label was answered with that status. */
export const answered =
  (label: string, status: number, because: string): Need =>
  (view) => {
    const all = labelled(view, label);
    const isSo = all.length > 0 && all.every(({ response }) => response?.status === status);
    return isSo ? undefined : missing(view, `"${label}" answered with ${status}`, because);
  };

/** The list of that label can be read to its end. */
export const readable =
  (label: string, because: string): Need =>
  (view) =>
    readList(view, label) === undefined ? missing(view, `"${label}" as pages`, because) : undefined;

/** The subscriber heard something. */
export const heard =
  (label: string = LABELS.stream): Need =>
  (view) =>
    (streamNamed(view, label)?.frames.length ?? 0) === 0
      ? missing(view, 'a subscriber that hears something', 'AR-10.1')
      : undefined;
