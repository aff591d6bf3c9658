/**
 * The vocabularies that one family of platforms has spoken over the years: flat events, events under `data` or
 * `payload`, wrapped in `system_message` or batched, with or without a handshake. All are read; which of them was met
 * is told as drift, unless the profile declares it. docs/dialects.md lists the spellings.
 */
import { parseJson } from '../../../core/json.ts';
import type { Vocabulary } from '../../../core/vocabulary.ts';
import type { Carriage, Decoded, Dialect, EventKind, Inspection, Json } from '../../agent-event.ts';
import { Conversation } from '../../conversation.ts';
import { isRecord, type Unwrapped, unwrap } from './envelope.ts';
import { readEvent } from './event.ts';
import { issuesOf } from './inspect.ts';
import { greetingOf, handshakeOf, refusalOf, requestIn, some, spelt, textIn } from './session.ts';
import { ERRORS, EVENT_DRIFT, EVENT_WORDS, GREETINGS, KNOWN_FIELDS, NOTICES } from './words.ts';

/** More than any honest batch holds. */
const BATCH_AT_MOST = 1_000;

const OUTCOMES = {
  completed: 'run.completed',
  failed: 'run.failed',
  cancelled: 'run.cancelled',
  nothing: undefined,
} as const satisfies Record<string, EventKind | undefined>;

/** What a word means for a run: as declared, else as the table has it. */
function kindOf(type: string, { terminal = {} }: Vocabulary): EventKind | undefined {
  const declared = Object.hasOwn(terminal, type) ? terminal[type] : undefined;
  if (declared !== undefined) return OUTCOMES[declared];
  return Object.hasOwn(EVENT_WORDS, type) ? EVENT_WORDS[type] : undefined;
}

function decodeFrame(
  value: unknown,
  words: Vocabulary,
  conversation: Conversation,
  inBatch: boolean,
): readonly Decoded[] {
  if (!isRecord(value)) return [{ kind: 'malformed', reason: 'not a JSON object' }];
  const type = Object.hasOwn(value, 'type') ? value['type'] : undefined;
  if (typeof type !== 'string') return [{ kind: 'malformed', reason: 'no string field "type"' }];
  if (type === 'event_batch' && !inBatch) return decodeBatch(value, words, conversation);
  const unwrapped = unwrap(type, value);
  const drift = [...(inBatch ? ['envelope:event_batch'] : []), ...unwrapped.drift];
  return [meaningOf({ ...unwrapped, drift }, words, conversation)];
}

function decodeBatch(frame: Json, words: Vocabulary, conversation: Conversation): readonly Decoded[] {
  const inside = [frame, frame['data'], frame['payload']].filter(isRecord);
  const events = inside.map((layer) => layer['events']).find(Array.isArray);
  if (events === undefined || events.length > BATCH_AT_MOST)
    return [
      { kind: 'malformed', reason: `an event_batch without a list of at most ${BATCH_AT_MOST} events` },
    ];
  return events.flatMap((event: unknown) => decodeFrame(event, words, conversation, true));
}

function meaningOf(unwrapped: Unwrapped, words: Vocabulary, conversation: Conversation): Decoded {
  const { type, facts } = unwrapped;
  const kind = kindOf(type, words);
  // An agent_error that names no run is about a request, whatever its name says.
  const isAboutRequest = type === 'agent_error' && textIn(facts, 'run_id') === undefined;
  if (kind !== undefined && !isAboutRequest) return eventOf(kind, unwrapped, words, conversation);
  if (GREETINGS.has(type)) return greetingOf(unwrapped, conversation);
  if (ERRORS.has(type) || isAboutRequest) return refusalOf(unwrapped, conversation);
  if (type.startsWith('handshake_')) return handshakeOf(unwrapped, conversation);
  return replyOf(unwrapped, words, conversation);
}

function eventOf(
  kind: EventKind,
  unwrapped: Unwrapped,
  words: Vocabulary,
  conversation: Conversation,
): Decoded {
  const { type } = unwrapped;
  const event = readEvent(kind, unwrapped, conversation);
  const isUnusual = EVENT_DRIFT.has(type) && words.terminal?.[type] === undefined;
  const drift = [...(event.drift ?? []), ...(isUnusual ? [`event:${type}`] : [])];
  return { kind: 'event', event: { ...event, drift } };
}

/** What answers something that we sent, and whatever is left. */
function replyOf(unwrapped: Unwrapped, words: Vocabulary, conversation: Conversation): Decoded {
  const { type, facts } = unwrapped;
  const named = requestIn(facts);
  if (type === 'pong')
    return { kind: 'pong', ...some('requestId', conversation.pingOf(named)), ...spelt(unwrapped) };
  if (type === 'cancel_accepted') {
    const requestId = some('requestId', conversation.cancelOf(named));
    return {
      kind: 'cancel-accepted',
      ...requestId,
      ...some('runId', textIn(facts, 'run_id')),
      ...spelt(unwrapped),
    };
  }
  const isKnown = NOTICES.has(type) || words.terminal?.[type] === 'nothing';
  return { kind: isKnown ? 'notice' : 'unknown', type, ...some('requestId', named), ...spelt(unwrapped) };
}

/** As many are named of one frame, and so much of each. */
const UNKNOWN_AT_MOST = 20;
const NAME_AT_MOST = 60;

const unknownFields = (frame: Json): readonly string[] =>
  Object.keys(frame)
    .filter((name) => !KNOWN_FIELDS.has(name))
    .slice(0, UNKNOWN_AT_MOST)
    .map((name) => `field:${name.slice(0, NAME_AT_MOST)}`);

/** Without the spellings that this deployment is known for. */
function undeclared(decoded: Decoded, known: ReadonlySet<string>): Decoded {
  if (decoded.kind === 'malformed') return decoded;
  const left = (drift: readonly string[] = []): readonly string[] => [
    ...new Set(drift.filter((one) => !known.has(one))),
  ];
  if (decoded.kind === 'event') {
    const { drift = [], frame } = decoded.event;
    return { kind: 'event', event: { ...decoded.event, drift: left([...drift, ...unknownFields(frame)]) } };
  }
  const { kind, drift = [], frame } = decoded;
  const isStrict = kind === 'greeting' || kind === 'refusal';
  return { ...decoded, drift: left([...drift, ...(isStrict ? unknownFields(frame) : [])]) };
}

function inspect(decoded: Decoded): Inspection {
  if (decoded.kind === 'malformed') return { issues: [decoded.reason], unknownFields: [] };
  const { drift = [] } = decoded.kind === 'event' ? decoded.event : decoded;
  return { issues: issuesOf(decoded), unknownFields: drift };
}

const base64url = (token: string): string =>
  btoa(token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Raw where a token may stand in a header as it is, which those with dots and dashes may. */
const spellable = (token: string): string => (/^[\w.~-]+$/.test(token) ? token : base64url(token));

function carry(token: string, { token: way = 'header' }: Vocabulary): Carriage {
  if (way === 'header') return { headers: { authorization: `Bearer ${token}` } };
  if (way === 'query-token') return { query: { token } };
  if (way === 'query-ticket') return { query: { ticket: token } };
  return { protocols: ['jwt-auth', `${way}.${spellable(token)}`] };
}

/** The dialect, in the words that a profile declares. */
export function netra(words: Vocabulary = {}): Dialect {
  const known = new Set(words.spellings ?? []);
  return Object.freeze({
    id: 'netra',
    offer: (token: string) =>
      carry(token, { token: 'jwt', ...(words.token === undefined ? {} : subProtocolOf(words)) }).protocols ??
      [],
    carry: (token: string) => carry(token, words),
    start: ({ requestId, agent, message, threadId }) =>
      JSON.stringify({
        type: 'start_agent',
        message_id: requestId,
        thread_id: threadId,
        payload: {
          user_request: message,
          agent_type: agent,
          thread_id: threadId,
          run_id: requestId,
          request_id: requestId,
        },
      }),
    cancel: ({ requestId, runId }) =>
      JSON.stringify({
        type: 'cancel_agent',
        message_id: requestId,
        payload: { run_id: runId, request_id: requestId },
      }),
    ping: ({ requestId }) => JSON.stringify({ type: 'ping', message_id: requestId, payload: {} }),
    decode(text, conversation = new Conversation()) {
      if (words.handshake === true && conversation.handshake === 'none') conversation.handshake = 'open';
      const value = parseJson(text);
      if (value === undefined) return [{ kind: 'malformed', reason: 'not JSON' }];
      return decodeFrame(value, words, conversation, false).map((one) => undeclared(one, known));
    },
    inspect,
  } satisfies Dialect);
}

const subProtocolOf = ({ token }: Vocabulary): Vocabulary =>
  token === 'jwt-auth' || token === 'bearer' || token === 'staging-auth' ? { token } : {};
