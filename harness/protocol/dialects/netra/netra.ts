/**
 * The vocabularies that one family of platforms has spoken over the years: flat events, events under `data` or
 * `payload`, wrapped in `system_message` or batched, with or without a handshake. All are read; which of them was met
 * is told as drift, unless the profile declares it. docs/dialects.md lists the spellings.
 */
import { parseJson } from '../../../core/json.ts';
import type { Vocabulary } from '../../../core/vocabulary.ts';
import type { Carriage, Decoded, Dialect, EventKind, Inspection, Json, Spelled } from '../../agent-event.ts';
import { Conversation } from '../../conversation.ts';
import { isRecord, type Unwrapped, unwrap } from './envelope.ts';
import { errorOf, readEvent } from './event.ts';
import { issuesOf } from './inspect.ts';
import { readTime } from './time.ts';
import { ERRORS, EVENT_DRIFT, EVENT_WORDS, GREETINGS, NOTICES } from './words.ts';

/** More than any honest batch holds. */
const BATCH_AT_MOST = 1_000;

const textIn = (facts: Json, name: string): string | undefined => {
  const value = Object.hasOwn(facts, name) ? facts[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const some = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };

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

const requestIn = (frame: Json): string | undefined =>
  textIn(frame, 'request_id') ?? textIn(frame, 'correlation_id') ?? textIn(frame, 'message_id');

const spelt = ({ facts: frame, drift, breaches }: Unwrapped): Spelled & { readonly frame: Json } => ({
  frame,
  drift,
  breaches,
});

/** A user id that is shown in part proves nothing about whose connection it is. */
const isMasked = (user: string): boolean => /(\.\.\.|…)$/.test(user);

function greetingOf(unwrapped: Unwrapped, conversation: Conversation): Decoded {
  const { type, facts } = unwrapped;
  const connectionId = textIn(facts, 'connection_id');
  const drift = [
    ...unwrapped.drift,
    ...(type === 'connection_established' ? [] : [`event:${type}`]),
    ...driftOfTime(facts),
  ];
  if (connectionId !== undefined && connectionId === conversation.greeted) {
    const again = { frame: facts, drift: [...drift, 'greeting:repeated'], breaches: unwrapped.breaches };
    return { kind: 'notice', type, ...again };
  }
  conversation.greeted ??= connectionId;
  const user = textIn(facts, 'user_id');
  const greeting: Decoded = {
    kind: 'greeting',
    ...some('connectionId', connectionId),
    ...some('userId', user === undefined || isMasked(user) ? undefined : user),
    ...some('serverVersion', textIn(facts, 'server_version')),
    ...spelt({ ...unwrapped, drift }),
  };
  if (conversation.handshake !== 'open') return greeting;
  conversation.held = greeting;
  return { kind: 'notice', type, ...spelt({ ...unwrapped, drift: [] }) };
}

const driftOfTime = (facts: Json): readonly string[] => {
  const drift = readTime(facts['timestamp'])?.drift;
  return drift === undefined ? [] : [drift];
};

/** The server's offer is answered, and its last word opens the session. */
function handshakeOf(unwrapped: Unwrapped, conversation: Conversation): Decoded {
  const { type, facts } = unwrapped;
  const notice = { kind: 'notice', type, ...spelt(unwrapped) } as const;
  if (type === 'handshake_response') {
    if (conversation.handshake === 'none') conversation.handshake = 'open';
    const { thread_id, timestamp } = facts;
    return { ...notice, reply: JSON.stringify({ type: 'handshake_acknowledged', thread_id, timestamp }) };
  }
  if (type !== 'handshake_complete') return NOTICES.has(type) ? notice : { ...notice, kind: 'unknown' };
  conversation.handshake = 'over';
  const held = conversation.held as Decoded | undefined;
  conversation.held = undefined;
  return held ?? notice;
}

/** Where an error says its code tells which of the shapes it has. */
function shapeOf(type: string, facts: Json, wasData: boolean): string | undefined {
  if (type === 'error_message') return wasData ? 'error:server-message' : undefined;
  if (type === 'authentication_error') return 'error:authentication';
  if (type === 'agent_error') return 'error:agent_error without a run';
  return isRecord(facts['error']) ? 'error:nested' : 'error:bare-message';
}

function refusalOf(unwrapped: Unwrapped, conversation: Conversation): Decoded {
  const { type, facts, drift } = unwrapped;
  const shape = shapeOf(type, facts, drift.includes('envelope:data'));
  const { code } = errorOf({ own: (name) => (Object.hasOwn(facts, name) ? facts[name] : undefined) });
  return {
    kind: 'refusal',
    ...some('code', typeof code === 'string' ? code : undefined),
    ...some('requestId', conversation.refused(requestIn(facts))),
    ...spelt({ ...unwrapped, drift: shape === undefined ? drift : [shape] }),
  };
}

/** Without the spellings that this deployment is known for. */
function undeclared(decoded: Decoded, known: ReadonlySet<string>): Decoded {
  if (decoded.kind === 'malformed') return decoded;
  const left = (drift: readonly string[] = []): readonly string[] => [
    ...new Set(drift.filter((one) => !known.has(one))),
  ];
  if (decoded.kind === 'event')
    return { kind: 'event', event: { ...decoded.event, drift: left(decoded.event.drift) } };
  return { ...decoded, drift: left(decoded.drift) };
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
