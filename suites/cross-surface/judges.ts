/** What must agree between the accounts of a run, each as one judgement of one run. */
import type { Terms } from '../../harness/core/check.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { stalledMs } from '../../harness/judge/observer.ts';
import { showings } from '../../harness/judge/telemetry-lag.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { CANARY_LENGTH, CANARY_LETTERS } from '../../scenarios/canary.ts';
import { fieldOf, labelled, missing, refOf } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { differenceOf, lastSaid, type Statuses, type StreamView } from '../agents-api/stream-view.ts';
import { canarySearch } from '../isolation/canaries.ts';
import { inMs, say } from '../statements.ts';
import { runsIn } from '../telemetry/list-shape.ts';
import {
  type Chat,
  chatOf,
  type Http,
  httpOf,
  isHidden,
  streamAt,
  type Telemetry,
  telemetryOf,
} from './accounts.ts';
import { outcomeFaults, stepFaults, telemetryOutcomeFaults, telemetryStepFaults } from './agreement.ts';
import { stepDurationFaults, telemetryDurationFaults, wholeDurationFaults } from './durations.ts';
import { OF } from './follow.ts';

export type RunJudge = (view: TrialView, terms: Terms, label: string) => readonly Finding[];
type Faults = readonly (string | undefined)[];

const told = (code: string, expected: string, label: string, faults: Faults, refs: readonly EvidenceRef[]) =>
  conclude(code, `${label}: ${expected}`, faults, refs.slice(0, 8));

/** The run on chat socket and over HTTP. */
const ofTwo =
  (code: string, expected: string, faultsOf: (chat: Chat, http: Http, terms: Terms) => Faults): RunJudge =>
  (view, terms, label) => {
    const chat = chatOf(view, label);
    if (isHidden(chat)) return chat;
    const http = httpOf(view, label);
    if (isHidden(http)) return http;
    return told(code, expected, label, faultsOf(chat, http, terms), [chat.ref, ...http.refs]);
  };

/** And in the telemetry. */
const ofThree =
  (
    code: string,
    expected: string,
    faultsOf: (chat: Chat, http: Http, telemetry: Telemetry, terms: Terms) => Faults,
  ): RunJudge =>
  (view, terms, label) => {
    const chat = chatOf(view, label);
    if (isHidden(chat)) return chat;
    const http = httpOf(view, label);
    if (isHidden(http)) return http;
    const telemetry = telemetryOf(view, label);
    if (isHidden(telemetry)) return telemetry;
    const refs = [chat.ref, ...http.refs, ...telemetry.refs];
    return told(code, expected, label, faultsOf(chat, http, telemetry, terms), refs);
  };

export const stepsAgree = ofTwo('steps-differ', 'its steps are its events, in one order', stepFaults);

export const durationsAgree: RunJudge = (view, terms, label) =>
  ofTwo('durations-differ', 'durations within the tolerance', (chat, http, { thresholds }) => [
    ...wholeDurationFaults(chat, http, thresholds, stalledMs(view)),
    ...stepDurationFaults(chat, http, thresholds),
  ])(view, terms, label);

export const telemetryStepsAgree = ofThree(
  'steps-differ',
  'the telemetry has the same steps',
  telemetryStepFaults,
);

export const telemetryOutcomeAgrees = ofThree(
  'outcomes-differ',
  'the telemetry has the same outcome',
  telemetryOutcomeFaults,
);

export const telemetryDurationsAgree = ofThree(
  'durations-differ',
  'durations of the telemetry within the tolerance',
  (chat, http, telemetry, { thresholds }) => telemetryDurationFaults(chat, http, telemetry, thresholds),
);

/** The end of the stream is that of the run. */
export const outcomesAgree: RunJudge = (view, terms, label) => {
  const stream = streamAt(view, label);
  if (isHidden(stream)) return stream;
  const end = stream.frames.find(({ isTerminal }) => isTerminal)?.type;
  const expected = 'one outcome on chat socket, stream and HTTP';
  return ofTwo('outcomes-differ', expected, (chat, http) => outcomeFaults(chat, http, end))(
    view,
    terms,
    label,
  );
};

const byId = (items: readonly unknown[], word: (item: unknown) => string): Statuses =>
  new Map(items.map((item) => [String(fieldOf(item, 'id')), word(item)]));

const statusOf = (item: unknown): string => String(fieldOf(item, 'status') ?? '');

/** The stream shows the steps and the messages that HTTP shows. */
/** Who came when the run was over may have been shown its end alone: then only what was shown can be compared. */
const isEndOnly = (stream: StreamView, { variationPoints }: Terms): boolean =>
  variationPoints['VP-REPLAY'] !== 'full-history' &&
  stream.frames.some(({ isTerminal, isReplay }) => isTerminal && isReplay);

const among = <T>(said: ReadonlyMap<string, unknown>, read: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
  new Map([...read].filter(([id]) => said.has(id)));

export const streamAgrees: RunJudge = (view, terms, label) => {
  const stream = streamAt(view, label);
  if (isHidden(stream)) return stream;
  const http = httpOf(view, label);
  if (isHidden(http)) return http;
  if (!stream.frames.some(({ isTerminal }) => isTerminal))
    return missing(view, `the end of the stream of "${label}"`, 'AR-10.1a');
  const [steps, messages] = [lastSaid(stream.frames, 'step'), lastSaid(stream.frames, 'message')];
  const read = { steps: byId(http.steps, statusOf), messages: byId(http.messages, () => '') };
  const isShort = isEndOnly(stream, terms);
  const faults = [
    differenceOf(steps, isShort ? among(steps, read.steps) : read.steps),
    differenceOf(messages, isShort ? among(messages, read.messages) : read.messages),
  ];
  return told('stream-differs', 'the stream shows the same steps and messages', label, faults, [
    stream.ref,
    ...http.refs,
  ]);
};

/** The word that was in what was asked. */
function askedWord(view: TrialView, askedSeq: number): string | undefined {
  const frame = view.transcript.entries.find(({ seq }) => seq === askedSeq);
  const text = frame?.kind === 'ws.frame' ? frame.text : '';
  return new RegExp(`[${CANARY_LETTERS}]{${CANARY_LENGTH}}`).exec(text)?.[0];
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What is wrong with the account of the answer. */
function answerFaults({ terminal }: Chat, { run, messages }: Http): Faults {
  if (terminal.event.kind !== 'run.completed') return [];
  const response = textIn(terminal.event.response);
  const last = messages.at(-1);
  const isAnswer = fieldOf(last, 'role') === 'assistant' && fieldOf(last, 'content') === response;
  const summary = textIn(fieldOf(run, 'outputSummary')).replace(/(…|\.\.\.)$/, '');
  const isBeginning = summary !== '' && response.startsWith(summary);
  return [
    isAnswer ? undefined : 'the last message is not the response',
    isBeginning ? undefined : 'outputSummary is not the beginning of the response',
  ];
}

/** The first message is what was asked, and the last what was answered. */
export const messagesAgree: RunJudge = (view, terms, label) =>
  ofTwo('messages-differ', 'what was asked first, what was answered last', (chat, http) => {
    const word = askedWord(view, chat.run.askedSeq) ?? '';
    const [first] = http.messages;
    const isAsked = fieldOf(first, 'role') === 'user' && textIn(fieldOf(first, 'content')).includes(word);
    return [isAsked ? undefined : 'the first message is not what was asked', ...answerFaults(chat, http)];
  })(view, terms, label);

const OPEN: ReadonlySet<unknown> = new Set(['PENDING', 'RUNNING']);

/** Every step is of a node, and no node is still at work. */
export const nodesAgree = ofTwo(
  'nodes-differ',
  'the node of each step, none still at work',
  (_chat, { steps, nodes }) => {
    const known = new Set(nodes.map((node) => fieldOf(node, 'nodeId')));
    const stray = steps.find((step) => !known.has(fieldOf(step, 'nodeId')));
    const open = nodes.find((node) => OPEN.has(fieldOf(node, 'status')));
    return [
      stray === undefined ? undefined : `no node ${String(fieldOf(stray, 'nodeId'))}`,
      open === undefined ? undefined : `node ${String(fieldOf(open, 'nodeId'))} is ${statusOf(open)}`,
    ];
  },
);

/** The run shows in the telemetry in time. */
export const showsInTime: RunJudge = (view, { thresholds }, label) => {
  const chat = chatOf(view, label);
  if (isHidden(chat)) return chat;
  const runId = chat.run.events[0]?.event.runId;
  const showing = showings(view).find((one) => one.runId === runId);
  if (showing === undefined) return missing(view, `readings of "${label}" in the telemetry`, 'TR-5.1');
  const { since, shown, unseen } = showing;
  const expected = `${label}: in the telemetry within ${inMs(thresholds.telemetryMs)} of its end`;
  const refs = [shown, unseen].flatMap((one) => (one === undefined ? [] : [refOf(view, one)]));
  const hiddenMs = unseen === undefined ? 0 : unseen.request.at - since;
  // However late we hear or ask ourselves, what is not there when it is asked for is at least so late.
  if (unseen !== undefined && hiddenMs > thresholds.telemetryMs)
    return [fail(say('late', expected, `not there after ${inMs(hiddenMs)}`, chat.ref, ...refs))];
  if (shown === undefined) return missing(view, `"${label}" in the telemetry`, 'TR-6.1');
  const lag = Math.max(0, (shown.response?.at ?? since) - since);
  return [pass(say('in-time', expected, `read after ${inMs(lag)}`, chat.ref, ...refs))];
};

/** An agent that worked once has one run in the telemetry, and it is that one. */
export const showsOnce: RunJudge = (view, terms, label) => {
  const chat = chatOf(view, label);
  if (isHidden(chat)) return chat;
  const telemetry = telemetryOf(view, label);
  if (isHidden(telemetry)) return telemetry;
  const [list] = labelled(view, OF.ofAgent(label));
  const runs = runsIn(list, terms);
  if (list === undefined || runs === undefined)
    return missing(view, `a list of the runs of "${label}"`, 'TR-5.1');
  const fault = runs.length === 1 ? undefined : `${runs.length} runs of an agent that worked once`;
  return told('not-once', 'once in the telemetry', label, [fault], [refOf(view, list), ...telemetry.refs]);
};

/** Shorter texts are in the telemetry by chance. */
const SHORTEST_CONTENT = 24;

/** Nothing that was asked, thought or answered is in any answer of the telemetry. */
export const holdsNoContent: RunJudge = (view, _terms, label) => {
  const chat = chatOf(view, label);
  if (isHidden(chat)) return chat;
  const telemetry = telemetryOf(view, label);
  if (isHidden(telemetry)) return telemetry;
  const readings = view.exchanges.filter(({ request }) => request.url.includes('/v1/'));
  const word = askedWord(view, chat.run.askedSeq);
  const { search } = canarySearch(word === undefined ? [] : [{ word, owner: '' }]);
  const said = chat.run.events
    .flatMap(({ event }) => [event.response, textIn(event.data['thought'])])
    .filter((text) => text !== undefined && text.length >= SHORTEST_CONTENT);
  const faults = readings.flatMap(({ label: reading, response }) => {
    const body = response?.body ?? '';
    const isSaid = said.some((text) => body.includes(JSON.stringify(text).slice(1, -1)));
    return search(body).length > 0 || isSaid ? [`content in "${reading}"`] : [];
  });
  return told('content-leaked', 'none of its content in the telemetry', label, faults, [
    chat.ref,
    ...telemetry.refs,
  ]);
};
