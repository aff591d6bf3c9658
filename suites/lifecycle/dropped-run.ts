/** What must be true of a run whose socket was dropped: it is judged by what others were told of it. */
import type { Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { fieldOf, labelled } from '../agents-api/expect.ts';
import {
  divergence,
  gapIn,
  lastSaid,
  readRun,
  readStatuses,
  type StreamView,
  streamNamed,
} from '../agents-api/stream-view.ts';
import { say } from '../statements.ts';

/** Labels of the run, of who listens besides its asker, and of what is read of it. */
export const DROPPED = {
  run: 'run that loses its socket',
  again: 'session again',
  witness: 'subscriber from before the drop',
  middle: 'the second step of the run',
  replay: 'subscriber after the end',
  read: 'read the run',
  steps: 'read its steps',
} as const;

const EXPECTED = 'the run completes, is read so, and is replayed without gap or repeat';

const hidden = (view: TrialView, what: string, because: string): readonly Finding[] => [
  inconclusive(say('not-reached', EXPECTED, what, view.ref()), because),
];

/** Why nothing can be said of the run. */
function whatHides(
  run: RunView | undefined,
  witness: StreamView | undefined,
): readonly [what: string, because: string] | undefined {
  if (run === undefined) return ['no run was asked for', 'CN-2'];
  if (run.end === 'refused') return ['the run was refused', 'CN-9'];
  if (run.events.length === 0) return ['the run never began', 'CN-4'];
  if (terminalOf(run) === undefined) return undefined;
  if (terminalOf(run)?.event.kind === 'run.failed') return ['the run failed before the drop', 'CN-9'];
  // Where the stream did not show the middle of the run, it was the wait for it that came too late.
  const isShown = witness?.socket.deadlines.every(({ waitedFor }) => waitedFor !== DROPPED.middle) ?? true;
  return ['the run was over before the drop', isShown ? 'LC-11' : 'AR-10.1'];
}

/** What is wrong with what HTTP shows; the second is the requirement that keeps us from seeing it. */
function httpFault(view: TrialView): { readonly fault?: string; readonly because?: string } {
  const [reading] = labelled(view, DROPPED.read);
  const code = reading?.response?.status;
  if (code === 404) return { fault: 'HTTP does not know it' };
  if (code !== 200) return { because: code === undefined ? 'AR-10.1b' : 'AR-3.1' };
  const status = fieldOf(readRun(view, DROPPED.read), 'status');
  return status === 'COMPLETED' ? {} : { fault: `it is ${String(status)}` };
}

/** The frames of the replay against those that were heard live, or against what is read where only the end is shown. */
function replayFault(live: StreamView, replay: StreamView, terms: Terms): string | undefined {
  const choice = terms.variationPoints['VP-REPLAY'];
  const isFull = choice === undefined ? replay.frames.length > 1 : choice === 'full-history';
  if (isFull) return gapIn(replay.frames) ?? divergence(live.frames, replay.frames);
  const status = [...lastSaid(replay.frames, 'run').values()].at(-1);
  return status === 'COMPLETED' ? undefined : `the stream ends with ${status ?? 'no run'}`;
}

/** A step that was made and that no frame told of; what the frames say of it is a matter of AR-10.1c. */
function stepsFault(live: StreamView, view: TrialView): string | undefined {
  const told = lastSaid(live.frames, 'step');
  const untold = [...(readStatuses(view, DROPPED.steps)?.keys() ?? [])].find((id) => !told.has(id));
  return untold === undefined ? undefined : `no frame tells of step ${untold}`;
}

/** LC-18 */
export function judgeDropped(view: TrialView, terms: Terms): readonly Finding[] {
  const [run] = view.runs;
  const [live, replay] = [DROPPED.witness, DROPPED.replay].map((label) => streamNamed(view, label));
  const hiding = whatHides(run, live);
  if (hiding !== undefined) return hidden(view, ...hiding);
  if (live === undefined || live.frames.length === 0) return hidden(view, 'the stream is silent', 'AR-10.1');
  const { fault, because } = httpFault(view);
  const ref = view.ref(run?.askedSeq ?? 1, live.socket.dial.seq);
  if (fault !== undefined) return [fail(say('died-with-its-socket', EXPECTED, fault, ref))];
  if (because !== undefined) return hidden(view, 'the run cannot be read', because);
  if (replay === undefined || replay.frames.length === 0) return hidden(view, 'no replay', 'AR-10.3');
  const wrong = replayFault(live, replay, terms) ?? stepsFault(live, view);
  if (wrong !== undefined) return [fail(say('gap-or-repeat', EXPECTED, wrong, live.ref, replay.ref))];
  return [pass(say('outlived', EXPECTED, `${live.frames.length} frames`, ref, replay.ref))];
}
