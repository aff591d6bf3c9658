/** What a new dialect has to show before a campaign is worth its time: held against streams that were recorded. */
import { parseJson } from '../core/json.ts';
import { type Decoded, type Dialect, EVENT_KINDS, type EventKind, TERMINAL_KINDS } from './agent-event.ts';
import { Conversation } from './conversation.ts';

/** What passed on one socket, in order: texts that came in, and what we asked by what went out. */
export type RecordedStream = readonly (
  | { readonly in: string }
  | { readonly out: { readonly kind: 'start' | 'ping' | 'cancel'; readonly requestId: string } }
)[];

/** What was found; a dialect without faults reads these streams. */
export interface DialectReport {
  /** What is missing or wrong, one sentence each. */
  readonly faults: readonly string[];
  /** How often each kind of event was read. */
  readonly kinds: Readonly<Partial<Record<EventKind, number>>>;
  /** The unusual spellings that were met. */
  readonly spellings: readonly string[];
}

/** Kinds without which the lifecycle of a run cannot be judged. */
const NEEDED: readonly EventKind[] = EVENT_KINDS.filter(
  (kind) => kind !== 'handoff' && kind !== 'run.cancelled',
);

/** Reads recorded streams of a healthy target through a dialect, and says what is missing. */
export function checkDialect(
  dialect: Dialect,
  streams: Readonly<Record<string, RecordedStream>>,
): DialectReport {
  const read = Object.entries(streams).map(([name, stream]) => ({
    name,
    stream,
    ...readStream(dialect, stream),
  }));
  const kinds = countKinds(read.flatMap(({ decoded }) => decoded));
  const never = NEEDED.filter((kind) => kinds[kind] === undefined);
  return {
    faults: [
      ...encodingFaults(dialect),
      ...(never.length === 0 ? [] : [`events never decoded: ${never.join(', ')}`]),
      ...read.flatMap(({ name, ...one }) => streamFaults(dialect, one).map((fault) => `${name}: ${fault}`)),
      ...junkFaults(dialect, Object.values(streams)),
    ],
    kinds,
    spellings: [...new Set(read.flatMap(({ decoded }) => decoded.flatMap(driftOf)))].sort(),
  };
}

interface Read {
  readonly stream: RecordedStream;
  readonly decoded: readonly Decoded[];
}

function readStream(dialect: Dialect, stream: RecordedStream): { readonly decoded: readonly Decoded[] } {
  const conversation = new Conversation();
  const decoded = stream.flatMap((step): readonly Decoded[] => {
    if ('in' in step) return dialect.decode(step.in, conversation);
    conversation.asked(step.out.kind, step.out.requestId);
    return [];
  });
  return { decoded };
}

const driftOf = (decoded: Decoded): readonly string[] => {
  if (decoded.kind === 'malformed') return [];
  return (decoded.kind === 'event' ? decoded.event : decoded).drift ?? [];
};

function countKinds(decoded: readonly Decoded[]): Partial<Record<EventKind, number>> {
  const kinds: Partial<Record<EventKind, number>> = {};
  for (const one of decoded)
    if (one.kind === 'event') kinds[one.event.kind] = (kinds[one.event.kind] ?? 0) + 1;
  return kinds;
}

function streamFaults(dialect: Dialect, { stream, decoded }: Read): readonly string[] {
  const again = readStream(dialect, stream).decoded;
  const isSame = JSON.stringify(again) === JSON.stringify(decoded);
  const asked = stream.flatMap((step) =>
    'out' in step && step.out.kind === 'start' ? [step.out.requestId] : [],
  );
  return [
    ...(isSame ? [] : ['not deterministic: read twice, it says two things']),
    ...asked.flatMap((requestId) =>
      hasEnd(decoded, requestId) ? [] : [`no terminal event and no refusal for request ${requestId}`],
    ),
    ...decoded.flatMap((one) => faultsOf(one, dialect)),
  ];
}

const hasEnd = (decoded: readonly Decoded[], requestId: string): boolean =>
  decoded.some((one) => {
    if (one.kind === 'event') return one.event.requestId === requestId && TERMINAL_KINDS.has(one.event.kind);
    return one.kind === 'refusal' && one.requestId === requestId;
  });

function faultsOf(decoded: Decoded, dialect: Dialect): readonly string[] {
  if (decoded.kind === 'malformed') return [`a frame that is none: ${decoded.reason}`];
  if (decoded.kind === 'unknown') return [`type "${decoded.type}" is unknown`];
  const { issues } = dialect.inspect(decoded);
  if (decoded.kind !== 'event') return issues.map((issue) => `${decoded.kind}: ${issue}`);
  const { type, timestamp, requestId } = decoded.event;
  return [
    ...issues.map((issue) => `${type}: ${issue}`),
    ...(Number.isNaN(Date.parse(timestamp ?? '')) ? [`${type}: no time that can be read`] : []),
    ...(requestId === undefined ? [`${type}: belongs to no request`] : []),
  ];
}

const MESSAGE = 'What is the total? "Quoted", \\ and \n a line.';

/** What is sent has to hold what was meant, as JSON, with the id that answers are found by. */
function encodingFaults(dialect: Dialect): readonly string[] {
  const asks = {
    start: () => dialect.start({ requestId: 'request-1', agent: 'agent-1', message: MESSAGE }),
    cancel: () => dialect.cancel({ requestId: 'request-1', runId: 'run-1' }),
    ping: () => dialect.ping({ requestId: 'request-1' }),
  };
  const held = { start: ['request-1', 'agent-1', MESSAGE], cancel: ['run-1'], ping: [] } as const;
  return (Object.keys(asks) as (keyof typeof asks)[]).flatMap((name) => {
    const value = attempt(() => parseJson(asks[name]()));
    if (value === undefined) return [`${name} cannot be encoded: expected JSON`];
    const texts = textsIn(value);
    const missing = held[name].filter((text) => !texts.includes(text));
    return missing.map((text) => `${name} does not carry ${JSON.stringify(text)}`);
  });
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

const attempt = <T>(act: () => T): T | undefined => {
  try {
    return act();
  } catch {
    return undefined;
  }
};

/** Values that stand where another one was meant. */
const ODD: readonly unknown[] = [null, 0, -1, 1e308, true, '', [], [null], {}, { toString: null }];
/** Beyond this many frames more of them show nothing new. */
const FRAMES_AT_MOST = 200;

/** Texts that no healthy target sends: cut short, with odd values, or nothing like a frame. */
function* junk(streams: readonly RecordedStream[]): Generator<string> {
  yield* [
    '',
    'null',
    '[]',
    '[[]]',
    '7',
    '"text"',
    '{}',
    '{"type":null}',
    '{"type":"__proto__"}',
    '\u0000',
    '{"type":',
  ];
  const frames = streams.flatMap((stream) => stream.flatMap((step) => ('in' in step ? [step.in] : [])));
  for (const text of frames.slice(0, FRAMES_AT_MOST)) {
    yield text.slice(0, Math.floor(text.length / 2));
    const frame = parseJson(text);
    if (typeof frame !== 'object' || frame === null) continue;
    for (const key of Object.keys(frame))
      for (const odd of ODD) yield JSON.stringify({ ...frame, [key]: odd });
  }
}

/** Reads one text whatever it is; what it threw, if it did. */
export function throwsOn(dialect: Dialect, text: string): unknown {
  try {
    for (const one of dialect.decode(text, new Conversation())) dialect.inspect(one);
    return undefined;
  } catch (cause) {
    return cause;
  }
}

function junkFaults(dialect: Dialect, streams: readonly RecordedStream[]): readonly string[] {
  for (const text of junk(streams)) {
    const cause = throwsOn(dialect, text);
    if (cause !== undefined) return [`decode throws on ${text.slice(0, 100)}: ${String(cause)}`];
  }
  return [];
}
