/** Who is let in to the stream of a run, who is not, and how. */
import { canonicalText } from '../../harness/core/canonical-json.ts';
import type { Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { BAD_TOKENS, type BadToken } from '../../harness/core/scenario.ts';
import { isLate } from '../../harness/judge/observer.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { inMs, say } from '../statements.ts';
import { fieldOf, labelled, missing } from './expect.ts';
import { concluded, startedId } from './stream-judges.ts';
import { readRun, type StreamView, streamNamed } from './stream-view.ts';

/** Labels of those who come to the door. */
export const DOORS = {
  run: 'start run',
  runAfter: 'run afterwards',
  /** A run like the other, whose only subscriber behaves. */
  control: 'control run',
  controlAfter: 'control run afterwards',
  valid: 'subscriber',
  unknown: 'subscriber of an unknown run',
  foreign: 'subscriber of a foreign run',
  bad: (kind: BadToken) => `subscriber with token ${kind}`,
  junk: 'subscriber that sends junk',
  binary: 'subscriber that sends bytes',
  oversize: 'subscriber that sends too much',
} as const;

/** 1008 as the protocol has it; a code of its own for "not found" is tolerated. */
const REFUSAL_CODES: ReadonlySet<number> = new Set([1008, 4404]);

const streamsNamed = (view: TrialView, label: string): readonly StreamView[] =>
  view.streams.flatMap((socket) =>
    socket.label === label ? (streamNamed({ ...view, streams: [socket] }, label) ?? []) : [],
  );

const idAsked = ({ socket: { dial } }: StreamView): string =>
  decodeURIComponent(dial.url.slice(dial.url.lastIndexOf('/') + 1));

/** How a dial came out, in words, without the id that was asked for. */
export function outcomeOf(stream: StreamView): string {
  const { refused, open, close } = stream.socket;
  const id = idAsked(stream);
  const strip = (text: string): string => canonicalText(text).replaceAll(id, '…');
  if (refused !== undefined) return `refused with ${refused.status} ${strip(refused.body)}`.trim();
  if (open === undefined) return 'no answer';
  const frames = stream.frames.map(({ text }) => strip(text)).join(' ') || 'no frame';
  const end = close === undefined || close.by === 'harness' ? 'left open' : `closed with ${close.code}`;
  return `${frames}, ${end}`;
}

function unknownFault(stream: StreamView): string | undefined {
  const { refused, close } = stream.socket;
  const outcome = outcomeOf(stream);
  if (refused !== undefined)
    return refused.status >= 400 && refused.status < 500 && refused.status !== 401 ? undefined : outcome;
  const [only, ...more] = stream.frames;
  const isTold =
    fieldOf(only?.body, 'error') === 'run_not_found' && fieldOf(only?.body, 'runId') === idAsked(stream);
  const isClosed = close?.by === 'target' && REFUSAL_CODES.has(close.code);
  return isTold && isClosed && more.length === 0 ? undefined : outcome;
}

/** AR-10.2 */
export function judgeUnknown(view: TrialView): readonly Finding[] {
  const streams = streamsNamed(view, DOORS.unknown);
  const [first] = streams;
  const expected =
    'refused on the upgrade, or {error: "run_not_found", runId} and close 1008, each time alike';
  const alike = first === undefined ? '' : outcomeOf(first);
  return streams.flatMap((stream) => {
    const isAlike = outcomeOf(stream) === alike;
    const faults = [unknownFault(stream), isAlike ? undefined : `${alike}, then ${outcomeOf(stream)}`];
    return concluded(expected, faults, 'not-refused', stream);
  });
}

/** Why a subscriber hears nothing: the run is not told, not as it goes on, or not what was before. */
const SILENT: readonly string[] = ['AR-10.1', 'AR-10.1k', 'AR-10.3'];

/** Why there is no run at whose door somebody could stand. */
function hidesDoor(view: TrialView): readonly string[] | undefined {
  if (labelled(view, DOORS.run).length === 0) return ['AR-1.1d'];
  if (startedId(view, DOORS.run) === undefined) return ['AR-2.1'];
  const valid = streamNamed(view, DOORS.valid);
  return valid === undefined || valid.frames.length === 0 ? SILENT : undefined;
}

/** AR-10.2a */
export function judgeForeign(view: TrialView): readonly Finding[] {
  const hidden = hidesDoor(view);
  const [unknown, foreign] = [DOORS.unknown, DOORS.foreign].map((label) => streamNamed(view, label));
  if (hidden !== undefined || unknown === undefined || foreign === undefined)
    return missing(view, 'a run of somebody else', ...(hidden ?? SILENT));
  const [expected, actual] = [outcomeOf(unknown), outcomeOf(foreign)];
  const statement = say('looks-the-same', expected, actual, unknown.ref, foreign.ref);
  return [expected === actual ? pass(statement) : fail({ ...statement, code: 'tells-them-apart' })];
}

const isUpgradeRefusal = ({ socket }: StreamView): boolean =>
  socket.refused?.status === 401 || socket.refused?.status === 403;

/** Closed with 1008, and nothing was shown of the run: whatever came before says that it is an error. */
const isClosedAfterError = ({ socket, frames }: StreamView): boolean =>
  socket.close?.by === 'target' &&
  socket.close.code === 1008 &&
  frames.every(({ body }) => fieldOf(body, 'run') === undefined && fieldOf(body, 'step') === undefined);

function isKeptOut(stream: StreamView, declared: string | undefined): boolean {
  if (declared === 'refuse-upgrade') return isUpgradeRefusal(stream);
  if (declared === 'accept-error-close') return isClosedAfterError(stream);
  return isUpgradeRefusal(stream) || isClosedAfterError(stream);
}

/** AR-10.2b */
export function judgeTokens(view: TrialView, { variationPoints }: Terms): readonly Finding[] {
  const hidden = hidesDoor(view);
  if (hidden !== undefined) return missing(view, 'a run that its owner can follow', ...hidden);
  const declared = variationPoints['VP-WSREJECT'];
  return BAD_TOKENS.flatMap((kind) => {
    const stream = streamNamed(view, DOORS.bad(kind));
    if (stream === undefined) return [];
    const expected = `token ${kind}: ${declared ?? 'refuse-upgrade or accept-error-close'}`;
    const fault = isKeptOut(stream, declared) ? undefined : outcomeOf(stream).slice(0, 120);
    return concluded(expected, [fault], 'not-kept-out', stream);
  });
}

const ROUGH_CODES: ReadonlySet<number> = new Set([1003, 1007, 1009]);

/** Ignored, or closed with a code that says why; while too much is still being sent, the line may just go. */
function roughFault(stream: StreamView): string | undefined {
  const { close } = stream.socket;
  const isServed = stream.frames.some(({ isTerminal }) => isTerminal);
  if (isServed || close === undefined || ROUGH_CODES.has(close.code)) return undefined;
  if (stream.label === DOORS.oversize && close.by === 'network') return undefined;
  return `${stream.label} was closed with ${close.code} by the ${close.by}`;
}

/** Whether a run that was followed came to its end, and its subscriber heard it; else what hides that. */
function endFault(view: TrialView, label: string, after: string): 'AR-3.4' | 'AR-10.1a' | undefined {
  if (fieldOf(readRun(view, after), 'status') !== 'COMPLETED') return 'AR-3.4';
  const heard = streamNamed(view, label)?.frames.some(({ isTerminal }) => isTerminal) ?? false;
  return heard ? undefined : 'AR-10.1a';
}

/** AR-10.2c */
export function judgeRough(view: TrialView): readonly Finding[] {
  const expected =
    'rough clients ignored, or closed with 1003, 1007 or 1009; the run completes, and others hear it';
  const fault = endFault(view, DOORS.control, DOORS.controlAfter);
  const hidden = hidesDoor(view) ?? (fault === undefined ? undefined : [fault]);
  const witness = streamNamed(view, DOORS.valid);
  if (hidden !== undefined || witness === undefined) return missing(view, expected, ...(hidden ?? SILENT));
  const rough = [DOORS.junk, DOORS.binary, DOORS.oversize].flatMap((label) => streamNamed(view, label) ?? []);
  const disturbed = endFault(view, DOORS.valid, DOORS.runAfter);
  const words =
    disturbed === 'AR-3.4' ? 'the run does not complete' : 'another subscriber does not hear the end';
  const faults = [...rough.map(roughFault), disturbed === undefined ? undefined : words];
  return concluded(expected, faults, 'disturbed', witness);
}

const LONGEST_PING_S = 30;

/** Moments between which no ping came. */
function pingMoments(view: TrialView, { socket }: StreamView): readonly number[] {
  const { id, open, close } = socket;
  const pings = view.transcript.entries.flatMap((entry) =>
    entry.kind === 'ws.ping' && entry.socket === id && entry.direction === 'in' ? [entry.at] : [],
  );
  return [open?.at, ...pings, close?.at].filter((at) => at !== undefined);
}

/** AR-10.1h; that a peer that does not answer is closed needs a client that does not */
export function judgeIdle(view: TrialView, { thresholds, variationPoints }: Terms): readonly Finding[] {
  const hidden = hidesDoor(view);
  const stream = streamNamed(view, DOORS.valid);
  if (hidden !== undefined || stream === undefined)
    return missing(view, 'a run that is followed', ...(hidden ?? SILENT));
  const declaredMs = Number(variationPoints['VP-PING'] ?? LONGEST_PING_S) * 1000;
  // A timer and a network lie between the declared interval and the observed one.
  const limitMs = declaredMs + Math.max(thresholds.graceMs, thresholds.toleranceMs);
  const expected = `never ${inMs(limitMs)} without a ping`;
  const moments = pingMoments(view, stream);
  const silences = moments.slice(1).map((at, index) => at - (moments[index] ?? at));
  const longest = Math.max(0, ...silences);
  if (isLate(longest, limitMs, view))
    return concluded(expected, [`${inMs(longest)} without one`], 'not-pinged', stream);
  if ((moments.at(-1) ?? 0) - (moments[0] ?? 0) > limitMs)
    return concluded(expected, [], 'not-pinged', stream);
  const actual = 'it was over before a ping was due';
  return [inconclusive(say('not-held', expected, actual, stream.ref), 'AR-10.1g')];
}
