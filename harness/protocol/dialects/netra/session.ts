import type { Decoded, Json, Spelled } from '../../agent-event.ts';
import type { Conversation } from '../../conversation.ts';
import { isRecord, type Unwrapped } from './envelope.ts';
import { errorOf } from './event.ts';
import { readTime } from './time.ts';
import { NOTICES } from './words.ts';

/** The text under that name, if it is one. */
export const textIn = (facts: Json, name: string): string | undefined => {
  const value = Object.hasOwn(facts, name) ? facts[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The member, where there is a value for it. */
export const some = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };

/** The request that a frame names, under any of its names. */
export const requestIn = (frame: Json): string | undefined =>
  textIn(frame, 'request_id') ?? textIn(frame, 'correlation_id') ?? textIn(frame, 'message_id');

/** The frame with how it was spelt. */
export const spelt = ({ facts: frame, drift, breaches }: Unwrapped): Spelled & { readonly frame: Json } => ({
  frame,
  drift,
  breaches,
});

/** A user id that is shown in part proves nothing about whose connection it is. */
const isMasked = (user: string): boolean => /(\.\.\.|…)$/.test(user);

/** A greeting, or a notice where it is told again or does not open the session yet. */
export function greetingOf(unwrapped: Unwrapped, conversation: Conversation): Decoded {
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
export function handshakeOf(unwrapped: Unwrapped, conversation: Conversation): Decoded {
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

/** An error about the connection or a request, in any of its shapes. */
export function refusalOf(unwrapped: Unwrapped, conversation: Conversation): Decoded {
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
