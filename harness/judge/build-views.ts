import type {
  DeadlineEntry,
  Entry,
  FrameEntry,
  HttpRequestEntry,
  Transcript,
  TranscriptActor,
} from '../evidence/transcript.ts';
import type { Decoded, Dialect } from '../protocol/agent-event.ts';
import { Conversation } from '../protocol/conversation.ts';
import { buildRuns } from './build-runs.ts';
import { closedBy } from './closing.ts';
import { type ExchangeView, type InboundFrame, intentOf, type SocketView, type TrialView } from './views.ts';

/** The view of one transcript: one pass over its entries, nothing kept of what it derives from. */
export function viewTrial(transcript: Transcript, dialect: Dialect): TrialView {
  const { header, entries, seal } = transcript;
  const ref = (...seqs: readonly number[]): { trial: string; entries: readonly number[] } => ({
    trial: header.trial,
    entries: seqs,
  });
  const startedAt = Date.parse(header.startedAt);
  const all = viewSockets(transcript, dialect, ref);
  const chats = all.filter(({ dial }) => dial.surface !== 'stream');
  const sockets = chats.filter(({ dial }) => dial.apart === undefined);
  return {
    trial: header.trial,
    scenario: header.scenario,
    transcript,
    isWhole: seal !== undefined && seal.overflow === undefined && !entries.some(isBeyondBounds),
    sockets,
    apart: chats.filter(({ dial }) => dial.apart !== undefined),
    streams: all.filter(({ dial }) => dial.surface === 'stream'),
    exchanges: viewExchanges(entries),
    hooks: ofKind(entries, 'hook.open').map((open) => ({
      label: open.label,
      open,
      requests: ofKind(entries, 'hook.request').filter(({ hook }) => hook === open.hook),
    })),
    runs: sockets.flatMap(({ runs }) => runs),
    inspect: dialect.inspect,
    ref,
    wallAt: (at) => startedAt + at,
  };
}

/** With this error we end a socket ourselves, on a frame that is larger than we keep. */
const FRAME_TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/** Something that the target sent was cut, or not taken at all: what was in it is not known. */
function isBeyondBounds(entry: Entry): boolean {
  if (entry.kind === 'transport.error') return entry.code === FRAME_TOO_LARGE;
  if (entry.kind === 'http.response' || entry.kind === 'hook.request') return entry.cut !== undefined;
  return entry.kind === 'ws.frame' && entry.direction === 'in' && entry.cut !== undefined;
}

function groupBy<T>(items: Iterable<T>, key: (item: T) => number | undefined): ReadonlyMap<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const of = key(item);
    if (of === undefined) continue;
    const group = groups.get(of);
    if (group === undefined) groups.set(of, [item]);
    else group.push(item);
  }
  return groups;
}

function ofKind<K extends Entry['kind']>(
  entries: readonly Entry[],
  kind: K,
): readonly Extract<Entry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { kind: K }> => entry.kind === kind);
}

function viewExchanges(entries: readonly Entry[]): readonly ExchangeView[] {
  const groups = groupBy(entries, (entry) => ('exchange' in entry ? entry.exchange : undefined));
  return [...groups.values()].flatMap((own): ExchangeView[] => {
    const request: HttpRequestEntry | undefined = ofKind(own, 'http.request')[0];
    if (request === undefined) return [];
    const failure = ofKind(own, 'deadline')[0] ?? ofKind(own, 'transport.error')[0];
    const response = ofKind(own, 'http.response')[0];
    // Still open when the recording ended: that shows neither an answer nor that there was none.
    if (response === undefined && failure === undefined) return [];
    return [{ label: request.label, actor: request.actor, request, response, failure }];
  });
}

function viewSockets(transcript: Transcript, dialect: Dialect, ref: TrialView['ref']): readonly SocketView[] {
  const groups = groupBy(transcript.entries, (entry) => ('socket' in entry ? entry.socket : undefined));
  const actors = new Map(transcript.header.actors.map((actor) => [actor.name, actor]));
  return [...groups.entries()].flatMap(([id, own]): SocketView[] => {
    const dial = ofKind(own, 'ws.dial')[0];
    if (dial === undefined) return [];
    return [viewSocket(id, own, actors.get(dial.actor) ?? { name: dial.actor }, dialect, ref)];
  });
}

/** Text only: a binary frame has no meaning in the protocol, and is malformed for whoever decodes it. */
function decodeFrame(frame: FrameEntry, dialect: Dialect, conversation: Conversation): readonly Decoded[] {
  if (frame.encoding === 'utf8') return dialect.decode(frame.text, conversation);
  return [{ kind: 'malformed', reason: 'a binary frame' }];
}

/** In the order in which they passed, ours and theirs: some dialects know what is meant only by what was asked. */
function decodeAll(frames: readonly FrameEntry[], dialect: Dialect): readonly InboundFrame[] {
  const conversation = new Conversation();
  return frames.flatMap((frame): InboundFrame[] => {
    if (frame.direction === 'out') {
      const { intent } = frame;
      if (intent !== undefined && intent.kind !== 'probe') conversation.asked(intent.kind, intent.requestId);
      return [];
    }
    const { at, seq, text, bytes } = frame;
    return [{ at, seq, text, bytes, decoded: decodeFrame(frame, dialect, conversation) }];
  });
}

function viewSocket(
  id: number,
  own: readonly Entry[],
  actor: TranscriptActor,
  dialect: Dialect,
  ref: TrialView['ref'],
): SocketView {
  const frames = ofKind(own, 'ws.frame');
  const inbound = decodeAll(frames, dialect);
  const outbound = frames.filter(({ direction }) => direction === 'out');
  const replies = inbound.flatMap(({ at, seq, decoded }) =>
    decoded.map((one) => ({ at, seq, decoded: one })),
  );
  const deadlines: readonly DeadlineEntry[] = ofKind(own, 'deadline');
  const { close, errors } = viewEnd(own);
  const [dial] = ofKind(own, 'ws.dial');
  if (dial === undefined) throw new TypeError(`socket ${id} was never dialled`);
  return {
    id,
    label: dial.label,
    actor,
    dial,
    open: ofKind(own, 'ws.open')[0],
    refused: ofKind(own, 'ws.refused')[0],
    close,
    errors,
    deadlines,
    inbound,
    greetings: replies.filter(
      (reply): reply is SocketView['greetings'][number] => reply.decoded.kind === 'greeting',
    ),
    pings: viewPings(outbound, replies),
    probes: outbound.filter((frame) => intentOf(frame, 'probe') !== undefined),
    ...buildRuns({ socket: id, actor, outbound, replies, deadlines, close, errors, ref }),
  };
}

/** How the socket ended, and by whom. Over a frame that we would not take the end is ours. */
function viewEnd(own: readonly Entry[]): Pick<SocketView, 'close' | 'errors'> {
  const close = ofKind(own, 'ws.close')[0];
  const errors = ofKind(own, 'transport.error');
  if (close === undefined) return { close, errors };
  const others = errors.filter((error) => !isBeyondBounds(error));
  if (others.length < errors.length) return { close: { ...close, by: 'harness' }, errors: others };
  return { close: { ...close, by: closedBy(close) }, errors };
}

function viewPings(
  outbound: readonly FrameEntry[],
  replies: readonly { at: number; seq: number; decoded: Decoded }[],
): SocketView['pings'] {
  return outbound.flatMap((frame) => {
    const intent = intentOf(frame, 'ping');
    if (intent === undefined) return [];
    const pong = replies.find(
      ({ seq, decoded }) =>
        seq > frame.seq && decoded.kind === 'pong' && decoded.requestId === intent.requestId,
    );
    return [{ requestId: intent.requestId, at: frame.at, seq: frame.seq, pong }];
  });
}
