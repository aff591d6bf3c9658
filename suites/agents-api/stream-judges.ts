/** What the frames of a run must be, one after the other: their order, and their end. */
import type { Terms } from '../../harness/core/check.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { bodyOf, fieldOf, labelled, missing } from './expect.ts';
import {
  divergence,
  lastSaid,
  readRun,
  readStatuses,
  type Statuses,
  type StreamView,
  streamNamed,
} from './stream-view.ts';

/** Labels of one run and of those who follow it. */
export const HEARD = {
  run: 'start run',
  other: 'start other run',
  early: 'early subscriber',
  second: 'second subscriber',
  ofOther: 'subscriber of the other run',
  vanishing: 'vanishing subscriber',
  returned: 'returned subscriber',
  late: 'late subscriber',
  afterwards: 'subscriber afterwards',
  runAfter: 'run afterwards',
  otherAfter: 'other run afterwards',
  stepsAfter: 'steps afterwards',
  messagesAfter: 'messages afterwards',
  nodesAfter: 'node states afterwards',
} as const;

type Judge = (view: TrialView, terms: Terms) => readonly Finding[];

/** The id of a run that was started under that label. */
export function startedId(view: TrialView, label: string): string | undefined {
  const [started] = labelled(view, label);
  const id = started?.response?.status === 201 ? fieldOf(bodyOf(started), 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Why there is no run to follow, as a requirement. */
function hidesRun(view: TrialView): string | undefined {
  if (labelled(view, HEARD.run).length === 0) return 'AR-1.1d';
  return startedId(view, HEARD.run) === undefined ? 'AR-2.1' : undefined;
}

/** Judges subscribers that heard something; that they hear anything at all is AR-10.1. */
export const ofSubscribers =
  <const Labels extends readonly string[]>(
    labels: Labels,
    judge: (
      streams: { readonly [K in keyof Labels]: StreamView },
      view: TrialView,
      terms: Terms,
    ) => readonly Finding[],
  ): Judge =>
  (view, terms) => {
    const hidden = hidesRun(view);
    if (hidden !== undefined) return missing(view, 'a run that is followed', hidden);
    const heard = labels.flatMap((label) => streamNamed(view, label) ?? []);
    if (heard.length < labels.length || heard.some(({ frames }) => frames.length === 0))
      return missing(view, labels.join(', '), 'AR-10.1');
    return judge(heard as unknown as { readonly [K in keyof Labels]: StreamView }, view, terms);
  };

/** One finding of all that is wrong, or that nothing is. */
export function concluded(
  expected: string,
  faults: readonly (string | undefined)[],
  code: string,
  stream: StreamView,
): readonly Finding[] {
  const wrong = faults.filter((fault) => fault !== undefined);
  const actual = wrong.length === 0 ? `${stream.frames.length} frames` : wrong.slice(0, 4).join('; ');
  const statement = say(wrong.length === 0 ? 'as-expected' : code, expected, actual, stream.ref);
  return [wrong.length === 0 ? pass(statement) : fail(statement)];
}

const idsMissing = (
  kind: string,
  said: Statuses,
  read: ReadonlyMap<string, string> | undefined,
): readonly string[] =>
  [...(read?.keys() ?? [])].filter((id) => !said.has(id)).map((id) => `no ${kind} ${id}`);

/** What of a completed run the stream did not show. */
function omissions({ frames }: StreamView, steps: Statuses, messages: Statuses): readonly string[] {
  const types = new Set(frames.map(({ type }) => type));
  const wanted = ['agent.run.created', 'agent.run.updated', 'agent.run.completed'];
  return [
    ...wanted.filter((type) => !types.has(type)).map((type) => `no ${type}`),
    ...idsMissing('step', lastSaid(frames, 'step'), steps),
    ...idsMissing('message', lastSaid(frames, 'message'), messages),
  ];
}

/** A stream that shows nothing at all. */
export function judgeSilence(stream: StreamView, expected: string): readonly Finding[] {
  const actual = stream.socket.open === undefined ? 'it did not open' : 'it stayed silent';
  return [fail(say('nothing-heard', expected, actual, stream.ref))];
}

/** What HTTP says of the run when it is over. */
export interface Account {
  readonly status: string;
  readonly steps: Statuses;
  readonly messages: Statuses;
}

/** The account that can be read, or the requirement whose breach keeps us from it. */
export function readAccount(view: TrialView): Account | string {
  const status = fieldOf(readRun(view, HEARD.runAfter), 'status');
  const steps = readStatuses(view, HEARD.stepsAfter);
  const messages = readStatuses(view, HEARD.messagesAfter);
  if (typeof status !== 'string') return 'AR-3.1';
  if (steps === undefined) return 'AR-4.1';
  if (messages === undefined) return 'AR-6.1';
  return { status, steps, messages };
}

/** AR-10.1 */
export const tellsTheWholeRun: Judge = (view) => {
  const expected = 'created, updated, each step, each message, completed';
  const hidden = hidesRun(view);
  const stream = streamNamed(view, HEARD.early);
  if (hidden !== undefined || stream === undefined) return missing(view, expected, hidden ?? 'AR-2.1');
  if (stream.frames.length === 0) return judgeSilence(stream, expected);
  const account = readAccount(view);
  if (typeof account === 'string') return missing(view, expected, account);
  if (account.status !== 'COMPLETED') return missing(view, 'a run that completes', 'AR-3.4');
  return concluded(expected, omissions(stream, account.steps, account.messages), 'not-the-whole-run', stream);
};

function orderFaults({ frames }: StreamView): readonly string[] {
  const first = frames[0]?.type;
  const ends = frames.filter(({ isTerminal }) => isTerminal);
  return [
    ...(first === 'agent.run.created' ? [] : [`the first is ${first || 'no frame of a run'}`]),
    ...(ends.length === 1 ? [] : [`${ends.length} terminal frames`]),
    ...(ends.length === 0 || frames.at(-1)?.isTerminal === true ? [] : [`${frames.at(-1)?.type} is last`]),
  ];
}

/** AR-10.1a, of one turn */
export const beginsAndEnds = ofSubscribers([HEARD.early, HEARD.second], (streams, view) => {
  const status = fieldOf(readRun(view, HEARD.runAfter), 'status');
  const expected = 'agent.run.created first, one terminal frame, nothing after it';
  return streams.flatMap((stream) => {
    const hasEnd = stream.frames.some(({ isTerminal }) => isTerminal);
    if (!hasEnd && status !== 'COMPLETED') return missing(view, 'a run that completes', 'AR-3.4');
    return concluded(expected, orderFaults(stream), 'wrong-order', stream);
  });
});

/** AR-10.1e */
export const tellsAllTheSame = ofSubscribers([HEARD.early, HEARD.second], ([one, other], _view, terms) => {
  const isWhole = terms.variationPoints['VP-REPLAY'] === 'full-history';
  const keys = new Set(other.frames.map(({ key }) => key));
  const from = isWhole
    ? 0
    : Math.max(
        0,
        one.frames.findIndex(({ key }) => keys.has(key)),
      );
  const start = one.frames[from]?.key;
  const otherFrom = isWhole
    ? 0
    : Math.max(
        0,
        other.frames.findIndex(({ key }) => key === start),
      );
  const difference = divergence(one.frames.slice(from), other.frames.slice(otherFrom));
  const expected = 'two subscribers are told the same in the same order';
  return concluded(expected, [difference], 'told-otherwise', other);
});

/** AR-10.1f */
export const keepsToItsRun = ofSubscribers([HEARD.early, HEARD.ofOther], ([own, foreign], view) => {
  const [id, other] = [startedId(view, HEARD.run), startedId(view, HEARD.other)];
  if (id === undefined || other === undefined) return missing(view, 'two runs', 'AR-2.1');
  return [
    { stream: own, not: other },
    { stream: foreign, not: id },
  ].flatMap(({ stream, not }) => {
    const mentions = stream.frames
      .filter(({ text }) => text.includes(not))
      .map(({ type }) => `${type} of run ${not}`);
    return concluded('nothing of the other run, which is under way', mentions, 'other-run', stream);
  });
});

const END = { 'closes-1000': 'closed with 1000', 'stays-open': 'left open' } as const;

function endOf({ socket }: StreamView): string {
  const { close } = socket;
  if (close === undefined || close.by === 'harness') return END['stays-open'];
  return `closed with ${close.code}`;
}

/** AR-10.1g */
export const endsAsDeclared = ofSubscribers([HEARD.early, HEARD.second], (streams, view, terms) => {
  const declared = terms.variationPoints['VP-WSCLOSE'];
  const allowed = Object.entries(END).flatMap(([word, how]) =>
    declared === undefined || declared === word ? how : [],
  );
  const expected = `after the terminal frame ${allowed.join(' or ')}, each time alike`;
  if (streams.some(({ frames }) => !frames.some(({ isTerminal }) => isTerminal)))
    return missing(view, expected, 'AR-10.1a');
  const [how] = streams.map(endOf);
  return streams.flatMap((stream) => {
    const actual = endOf(stream);
    const isFine = allowed.some((one) => one === actual) && actual === how;
    return concluded(expected, [isFine ? undefined : actual], 'ended-otherwise', stream);
  });
});
