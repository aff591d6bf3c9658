/** What a trial of several users shows, gathered once for all checks that read it. */
import { type Finding, inconclusive } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { type Canary, canariesOf, canarySearch } from './canaries.ts';
import { overlapOf } from './overlap.ts';
import { missedLeaks } from './planted.ts';
import { type Leak, leaksIn, type Received, receivedIn } from './received.ts';

export interface Examination {
  readonly canaries: readonly Canary[];
  readonly received: readonly Received[];
  readonly leaks: readonly Leak[];
  /** Planted leaks that the search did not find. */
  readonly missed: readonly string[];
  /** Users whose runs were under way at one moment. */
  readonly overlap: number;
  /** Users who sent canaries. */
  readonly users: number;
}

const known = new WeakMap<TrialView, Examination>();

/** The examination of this view. */
export function examined(view: TrialView): Examination {
  const before = known.get(view);
  if (before !== undefined) return before;
  const canaries = canariesOf(view);
  const search = canarySearch(canaries);
  const received = receivedIn(view);
  const examination = {
    canaries,
    received,
    leaks: leaksIn(received, search),
    missed: missedLeaks(received, canaries, search),
    overlap: overlapOf(view),
    users: new Set(canaries.map(({ owner }) => owner)).size,
  };
  known.set(view, examination);
  return examination;
}

/** Why the silence of this trial shows nothing, if so. */
export function unsound(view: TrialView, expected: string): Finding | undefined {
  const { users, missed, overlap } = examined(view);
  const because = (code: string, actual: string, requirement?: string): Finding =>
    inconclusive(say(code, expected, actual, view.ref()), requirement);
  if (users < 2) return because('too-few-users', `${users} users sent anything`, 'CN-2');
  if (missed.length > 0) return because('blind', `a planted leak was not found: ${missed[0]}`, 'IS-11');
  if (view.runs.every(({ end }) => end === 'refused'))
    return because('refused', 'every run was refused', 'CN-9');
  if (overlap === 0) return because('nothing-seen', 'no run showed an event', 'CN-4');
  if (overlap < 2) return because('not-at-once', 'the runs did not overlap', 'IS-11');
  return undefined;
}

/** In words, how much was looked at. */
export const lookedAt = ({ users, overlap, received }: Examination): string =>
  `${users} users, ${overlap} of them at once, ${received.length} texts searched`;

/** In words, what came to whom. */
export const leakWords = ({ canary, dress, received }: Leak): string =>
  `${received.actor} received, ${dress}, what ${canary.owner} sent (${received.surface})`;
