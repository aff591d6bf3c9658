/**
 * Another vocabulary at the sockets of the deployment: frames are translated on their way out, messages on their way in.
 * What is behind does not know.
 */
import { randomUUID } from 'node:crypto';
import type { Boundaries, ChatOpener, ChatPeer, UpgradeGate } from '../boundaries.ts';

/** Flat events, or all that inside of `system_message` after a handshake. */
export const WIRES = ['netra-flat', 'netra-wrapped'] as const;
export type Wire = (typeof WIRES)[number];

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Seconds with a fraction, as this vocabulary tells the time. */
const seconds = (stamp: unknown): number => Date.parse(String(stamp)) / 1000;

/** The data of an event under the names of this vocabulary. */
function content(type: string, data: Fields): Fields {
  switch (type) {
    case 'agent_thinking':
      return { thought: data['thought'], step_number: data['step'] };
    case 'tool_executing':
      return {
        tool_name: data['tool_name'],
        parameters: data['arguments'],
        execution_id: data['tool_call_id'],
      };
    case 'tool_completed': {
      const { tool_name, tool_call_id, result, error, duration_ms, status } = data;
      const success = status === 'success';
      return { tool_name, execution_id: tool_call_id, results: result, success, duration_ms, error };
    }
    case 'agent_completed':
      return { final_response: data['response'], status: 'completed', duration_ms: data['duration_ms'] };
    case 'agent_failed': {
      const { type: kind, code, message } = fieldsOf(data['error']);
      return { error_message: message, error_context: { type: kind, code } };
    }
    case 'agent_handoff':
      return data;
    default:
      return {};
  }
}

/** An event on one level. */
function flatEvent(type: string, frame: Fields): Fields {
  const { event_id, user_id, thread_id, run_id, parent_run_id, agent, timestamp, request_id } = frame;
  return {
    ...{ event_id, user_id, thread_id, run_id, agent_name: agent, correlation_id: request_id },
    ...(parent_run_id === null ? {} : { parent_run_id }),
    ...content(type, fieldsOf(frame['data'])),
    timestamp: seconds(timestamp),
  };
}

const NAMES: Readonly<Record<string, string>> = { agent_failed: 'agent_error' };

function greeting(frame: Fields): Fields {
  const { connection_id, user_id, server_version, timestamp } = frame;
  const at = seconds(timestamp);
  const facts = { connection_id, user_id, server_version, server_time: at, connection_ready: true };
  return {
    type: 'system_message',
    data: { event: 'connection_established', ...facts, environment: 'staging', startup_complete: true },
    timestamp: at,
  };
}

/** One frame of the deployment as this vocabulary has it. */
function translated(frame: Fields, wire: Wire): Fields {
  const type = String(frame['type']);
  if (type === 'connection_established') return greeting(frame);
  if (type === 'pong') return { type, timestamp: Date.now() / 1000 };
  if (type === 'cancel_accepted') return { type, run_id: frame['run_id'] };
  if (type === 'error') {
    const { code, message, request_id } = frame;
    const details = { request_id };
    return {
      type: 'error_message',
      error_code: code,
      error_message: message,
      details,
      timestamp: Date.now() / 1000,
    };
  }
  const name = NAMES[type] ?? type;
  const facts = flatEvent(type, frame);
  if (wire === 'netra-flat') return { type: name, ...facts };
  const timestamp = String(frame['timestamp']);
  return { type: 'system_message', event: name, payload: { ...facts, timestamp }, timestamp };
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const START_WORDS: ReadonlySet<unknown> = new Set(['start_agent', 'execute_agent', 'EXECUTE_AGENT']);

/** One message of a client as the deployment understands it; what it would refuse anyway goes on as it is. */
function understood(text: string): string {
  const message = parsed(text);
  if (message === undefined) return text;
  const payload = fieldsOf(message['payload']);
  const request_id = payload['request_id'] ?? message['message_id'] ?? null;
  if (START_WORDS.has(message['type'])) {
    const { agent_type: agent, user_request, thread_id, project_id, context_item_ids } = payload;
    const start = { agent, message: user_request, thread_id, project_id, context_item_ids };
    return JSON.stringify({ type: 'start_agent', request_id, payload: start });
  }
  if (message['type'] === 'ping') return JSON.stringify({ type: 'ping', request_id });
  return JSON.stringify({ ...message, request_id });
}

/** What is left to be said until a session is open; nothing for a vocabulary without a handshake. */
function handshake(peer: ChatPeer): { readonly takes: (text: string) => boolean } {
  const thread_id = randomUUID();
  let isOpen = false;
  const timestamp = (): number => Date.now() / 1000;
  const offer = { thread_id, run_id: randomUUID(), request_id: randomUUID(), session_token: randomUUID() };
  peer.send({ type: 'handshake_response', ...offer, timestamp: timestamp(), message: 'ready when you are' });
  return {
    takes(text) {
      const message = parsed(text);
      if (message?.['type'] === 'handshake_acknowledged' && message['thread_id'] === thread_id) {
        isOpen = true;
        peer.send({ type: 'handshake_complete', thread_id, timestamp: timestamp() });
        return true;
      }
      if (isOpen) return false;
      const error_message = 'acknowledge the handshake first';
      peer.send({ type: 'error_message', error_code: 'FORMAT_ERROR', error_message, timestamp: timestamp() });
      return true;
    },
  };
}

const opener =
  (wire: Wire) =>
  (honest: ChatOpener): ChatOpener =>
  (peer) => {
    const inner = honest({ ...peer, send: (frame) => peer.send(translated(frame as Fields, wire)) });
    const door = wire === 'netra-wrapped' ? handshake(peer) : undefined;
    return {
      message: (text) => {
        if (door?.takes(text) !== true) inner.message(understood(text));
      },
      closed: () => inner.closed(),
    };
  };

const TOKEN = /^(?:jwt-auth|jwt|bearer|staging-auth)\.(.{10,})$/;

/** Sub-protocols as this vocabulary spells them; the token is taken and never sent back. */
const gate =
  (honest: UpgradeGate): UpgradeGate =>
  async (offer) => {
    const tokens = offer.protocols.flatMap((name) => TOKEN.exec(name)?.[1] ?? []);
    const isOurs = tokens.length > 0 || offer.protocols.includes('jwt-auth');
    // A stream of the agents API speaks its own words, whatever the chat socket does.
    if (offer.protocols.length === 0 || offer.protocols.includes('agent-events.v1')) return honest(offer);
    if (!isOurs) return { kind: 'close', closeCode: 1003, reason: 'No supported subprotocols' };
    const protocols = ['agent-events.v1', ...tokens.map((token) => `jwt.${token}`)];
    const decision = await honest({ ...offer, protocols });
    return decision.kind === 'open' ? { ...decision, protocol: 'jwt-auth' } : decision;
  };

/** The boundaries at which a deployment speaks this vocabulary. */
export const wireBoundaries = (wire: Wire): Partial<Boundaries> => ({
  sockets: opener(wire),
  upgrades: gate,
});
