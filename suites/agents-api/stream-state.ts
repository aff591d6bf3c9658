/** The state that a subscriber is brought to, whenever it comes, against what is read over HTTP. */
import type { Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import { fail, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { fieldOf, missing } from './expect.ts';
import { type Account, concluded, HEARD, judgeSilence, ofSubscribers, readAccount } from './stream-judges.ts';
import {
  differenceOf,
  divergence,
  gapIn,
  lastSaid,
  readRun,
  readStatuses,
  type StreamView,
  streamNamed,
} from './stream-view.ts';

const runStatus = ({ frames }: StreamView): string | undefined =>
  [...lastSaid(frames, 'run').values()].at(-1);

const hasEnd = ({ frames }: StreamView): boolean => frames.some(({ isTerminal }) => isTerminal);

/** AR-10.1c */
export const agreesWithTheLists = ofSubscribers([HEARD.early], ([stream], view) => {
  const account = readAccount(view);
  const expected = 'the steps and messages of the lists, with their last statuses';
  if (typeof account === 'string') return missing(view, expected, account);
  if (!hasEnd(stream)) return missing(view, expected, 'AR-10.1a');
  const steps = differenceOf(lastSaid(stream.frames, 'step'), account.steps);
  const messages = differenceOf(
    new Map([...lastSaid(stream.frames, 'message').keys()].map((id) => [id, ''])),
    new Map([...account.messages.keys()].map((id) => [id, ''])),
  );
  return concluded(expected, [steps, messages], 'disagrees', stream);
});

/** AR-10.1i */
export const nodeStatesAgree = ofSubscribers([HEARD.early], ([stream], view) => {
  const said = lastSaid(stream.frames, 'nodeState');
  const expected = 'node states, if the stream shows any, as they are read';
  if (said.size === 0) return concluded(expected, [], 'disagrees', stream);
  const read = readStatuses(view, HEARD.nodesAfter);
  if (read === undefined) return missing(view, expected, 'AR-5.1');
  if (!hasEnd(stream)) return missing(view, expected, 'AR-10.1a');
  const shown = new Map([...read].filter(([id]) => said.has(id)));
  return concluded(expected, [differenceOf(said, shown)], 'disagrees', stream);
});

/** The declared way with those who come late; undeclared, the one that the stream of a finished run shows. */
function isFullHistory(view: TrialView, { variationPoints }: Terms): boolean {
  const declared = variationPoints['VP-REPLAY'];
  if (declared !== undefined) return declared === 'full-history';
  return (streamNamed(view, HEARD.afterwards)?.frames.length ?? 0) > 1;
}

/** Whether what an early subscriber heard before this one dialled is marked as history. */
function unmarked(early: StreamView, late: StreamView): string | undefined {
  const dialled = late.socket.dial.at;
  const past = new Set(early.frames.filter(({ at }) => at < dialled).map(({ key }) => key));
  const frame = late.frames.find(({ key, isReplay }) => past.has(key) && !isReplay);
  return frame === undefined ? undefined : `${frame.key} is history, and not marked so`;
}

/** What is wrong with the history that a latecomer got. */
function historyFaults(early: StreamView, late: StreamView): readonly (string | undefined)[] {
  const difference = gapIn(late.frames) ?? divergence(early.frames, late.frames);
  return [difference === undefined ? undefined : `gap or repeat: ${difference}`, unmarked(early, late)];
}

/** What is wrong with the state of somebody who was shown a snapshot: only what was shown can be compared. */
function snapshotFaults(late: StreamView, account: Account): readonly (string | undefined)[] {
  const steps = lastSaid(late.frames, 'step');
  const repeated = new Set(late.frames.map(({ key }) => key)).size < late.frames.length;
  return [
    differenceOf(steps, new Map([...account.steps].filter(([id]) => steps.has(id)))),
    repeated ? 'a frame comes twice' : undefined,
  ];
}

function judgeLatecomer(
  early: StreamView,
  late: StreamView,
  view: TrialView,
  terms: Terms,
): readonly Finding[] {
  const account = readAccount(view);
  const isFull = isFullHistory(view, terms);
  const how = isFull ? 'the whole history, marked so, then the news' : 'the state, then the news';
  const expected = `${how}, and in the end what is read`;
  if (typeof account === 'string') return missing(view, expected, account);
  if (!hasEnd(early)) return missing(view, expected, 'AR-10.1a');
  const status = runStatus(late);
  const faults = [
    status === account.status ? undefined : `the run is ${status ?? 'not there'}, read ${account.status}`,
    ...(isFull ? historyFaults(early, late) : snapshotFaults(late, account)),
  ];
  return concluded(expected, faults, 'not-brought-up-to-date', late);
}

/** AR-10.1j */
export const bringsLatecomersUpToDate = ofSubscribers(
  [HEARD.early, HEARD.late],
  ([early, late], view, terms) => judgeLatecomer(early, late, view, terms),
);

/** AR-10.3 */
export const showsFinishedRuns = ofSubscribers([HEARD.early], ([early], view, terms) => {
  const stream = streamNamed(view, HEARD.afterwards);
  const expected = 'the stream of a run that is over opens and shows how it ended';
  if (!hasEnd(early) || stream === undefined) return missing(view, expected, 'AR-10.1a');
  if (stream.frames.length === 0) return judgeSilence(stream, expected);
  return judgeLatecomer(early, stream, view, terms);
});

/** Whether the other run, which nobody left, came to its end: else the fault is not in who vanished. */
function blamesOthers(view: TrialView): string | undefined {
  if (fieldOf(readRun(view, HEARD.otherAfter), 'status') !== 'COMPLETED') return 'AR-3.4';
  const control = streamNamed(view, HEARD.ofOther);
  return control === undefined || !hasEnd(control) ? 'AR-10.1a' : undefined;
}

/** What becomes of a run, and of those who stay, when one of them is gone. */
function judgeThoseWhoStay(gone: StreamView, early: StreamView, view: TrialView): readonly Finding[] {
  const expected = 'the run completes, and its other subscribers hear it';
  const status = fieldOf(readRun(view, HEARD.runAfter), 'status');
  if (status === 'COMPLETED' && hasEnd(early))
    return [pass(say('undisturbed', expected, 'as expected', gone.ref))];
  const blame = blamesOthers(view);
  if (blame !== undefined) return missing(view, expected, blame);
  const actual = `it is ${String(status)}, and they ${hasEnd(early) ? '' : 'do not '}hear an end`;
  return [fail(say('disturbed', expected, actual, gone.ref, early.ref))];
}

/** AR-E8 */
export const outlivesVanishedSubscribers = ofSubscribers(
  [HEARD.vanishing, HEARD.early],
  ([gone, early], view, terms) => {
    if (hasEnd(gone)) return missing(view, 'a subscriber that is gone before the end', 'AR-10.1', 'AR-10.1k');
    const findings = judgeThoseWhoStay(gone, early, view);
    if (findings.some(({ verdict }) => verdict !== 'pass')) return findings;
    const back = streamNamed(view, HEARD.returned);
    if (back !== undefined && back.frames.length > 0)
      return [...findings, ...judgeLatecomer(early, back, view, terms)];
    return [fail(say('not-let-back', 'who returns is brought up to date', 'nothing is heard', gone.ref))];
  },
);
