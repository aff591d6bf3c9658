/** How long clients took to get their run after their connection was broken. */
import type { Sample } from '../core/measure.ts';
import type { FaultEntry } from '../evidence/transcript.ts';
import { isCompleted, terminalOf } from './run-facts.ts';
import type { RunView, SocketView, TrialView } from './views.ts';

type Break = FaultEntry & { readonly socket: number };

const isBreak = (entry: TrialView['transcript']['entries'][number]): entry is Break =>
  entry.kind === 'fault' && entry.phase === 'begun' && entry.socket !== undefined;

/** The runs of the sockets on which the request that was broken off was made again. */
function runsAfter(view: TrialView, broken: SocketView, since: Break): readonly RunView[] {
  const requests = new Set(broken.runs.map(({ requestId }) => requestId));
  return view.apart
    .filter(({ id, dial }) => id !== broken.id && dial.seq > since.seq)
    .filter(({ runs }) => runs.some(({ requestId }) => requests.has(requestId)))
    .flatMap(({ runs }) => runs);
}

/** One sample for each broken connection whose request was made again, and waited for. */
export function recoverySamples(view: TrialView): readonly Sample[] {
  return view.transcript.entries.filter(isBreak).flatMap((since): readonly Sample[] => {
    const broken = view.apart.find(({ id }) => id === since.socket);
    const runs = broken === undefined ? [] : runsAfter(view, broken, since);
    const sample = { measure: 'recovery', of: since.fault, from: since.at } as const;
    const until = (at: number, ...entries: readonly number[]) => ({
      ms: at - since.at,
      entries: [since.seq, ...entries],
    });
    const done = runs.find(isCompleted);
    const end = done === undefined ? undefined : terminalOf(done);
    if (end !== undefined) return [{ ...sample, outcome: 'came', ...until(end.at, end.seq) }];
    const missed = runs.filter(({ end: ending }) => ending !== 'not-awaited');
    if (missed.length === 0) return [];
    const outcome = missed.some(({ end: ending }) => ending === 'deadline') ? 'deadline' : 'failed';
    return [{ ...sample, outcome, ...until(since.at, ...missed.flatMap(({ endRef }) => endRef.entries)) }];
  });
}
