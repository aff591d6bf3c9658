/** What the checks of resilience ask alike of sockets that are apart, and of the runs on them. */
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SocketView, TrialView } from '../../harness/judge/views.ts';
import { failedDial, wasAbandoned } from '../connectivity/sessions.ts';
import { say } from '../statements.ts';

export const socketsNamed = (view: TrialView, label: string): readonly SocketView[] =>
  view.apart.filter((socket) => socket.label === label);

export const runsNamed = (view: TrialView, label: string): readonly RunView[] =>
  view.apart.flatMap(({ runs }) => runs).filter((run) => run.label === label);

/** Whether the other side, or the network, ended the socket. */
export const wasEnded = ({ close, errors }: SocketView): boolean =>
  close === undefined ? errors.length > 0 : close.by !== 'harness';

/** How a run that did not complete ended, in words. */
const endingOf = (run: RunView): string => {
  const terminal = terminalOf(run);
  if (terminal !== undefined) return `it ended with ${terminal.event.type}`;
  return `it ended "${run.end}" after ${run.events.length} events`;
};

/** Where nothing but a run is asked for and it does not complete, this is what is broken. */
function hiddenBy(run: RunView | undefined): string {
  if (run === undefined) return 'CN-2';
  if (run.end === 'refused') return 'CN-9';
  if (run.events.length === 0) return 'CN-4';
  return terminalOf(run) === undefined ? 'LC-3' : 'CN-9';
}

/** A run that nothing was done to has to complete, or there is nothing to compare with. */
export function withoutControl(view: TrialView, label: string, expected: string): Finding | undefined {
  const [run] = runsNamed(view, label);
  if (run !== undefined && isCompleted(run)) return undefined;
  const wasAwaited = run === undefined ? socketsNamed(view, label).some((one) => !wasAbandoned(one)) : true;
  const actual = run === undefined ? 'there was none' : endingOf(run);
  const statement = say('no-control', `${expected}, as a run that was left alone does`, actual, view.ref());
  if (!wasAwaited || run?.end === 'not-awaited') return inconclusive(statement);
  return inconclusive(statement, hiddenBy(run));
}

/** A run of that label has to complete; where there is none, the socket for it did not open. */
export function completes(view: TrialView, label: string, expected: string): Finding {
  const [run] = runsNamed(view, label);
  if (run === undefined) return notOpened(view, label, expected);
  if (isCompleted(run)) return pass(say('completed', expected, 'it completed', run.endRef));
  if (run.end === 'not-awaited')
    return inconclusive(say('not-awaited', expected, 'the harness stopped waiting', run.endRef));
  return fail(say('not-completed', expected, endingOf(run), run.endRef));
}

function notOpened(view: TrialView, label: string, expected: string): Finding {
  const [socket] = socketsNamed(view, label);
  if (socket === undefined || socket.greetings.length > 0 || wasAbandoned(socket))
    return inconclusive(say('not-awaited', expected, 'it was not asked for', view.ref()));
  const { actual, seq } = failedDial(socket);
  return fail(say('not-opened', expected, `no socket for it: ${actual}`, view.ref(socket.dial.seq, seq)));
}
