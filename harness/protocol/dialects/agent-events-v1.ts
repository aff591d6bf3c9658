import type { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import type { AgentEvent, Decoded, Dialect, EventKind, Inspection, Json } from '../agent-event.ts';
import {
  CANCEL_ACCEPTED_FRAME,
  FREE_FORM,
  GREETING_FRAME,
  LIFECYCLE_FRAMES,
  type LifecycleType,
  PONG_FRAME,
  REFUSAL_FRAME,
} from '../frames.ts';

const KINDS: Readonly<Record<LifecycleType, EventKind>> = {
  agent_started: 'run.started',
  agent_thinking: 'reasoning',
  tool_executing: 'tool.started',
  tool_completed: 'tool.finished',
  agent_completed: 'run.completed',
  agent_failed: 'run.failed',
  agent_cancelled: 'run.cancelled',
  agent_handoff: 'handoff',
};

const isLifecycle = (type: string): type is LifecycleType => Object.hasOwn(KINDS, type);

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field under its canonical name if it is text, else nothing: presence of a wrong type proves nothing. */
function text<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  return (typeof value === 'string' ? { [key]: value } : {}) as { readonly [P in K]?: string };
}

type EventDraft = { -readonly [K in keyof AgentEvent]: AgentEvent[K] };
type KeysOf<V> = {
  [K in keyof AgentEvent]-?: AgentEvent[K] extends V | undefined ? K : never;
}[keyof AgentEvent];
type TextKey = Exclude<KeysOf<string>, 'kind' | 'type'>;

function takeText(event: EventDraft, key: TextKey, value: unknown): void {
  if (typeof value === 'string') event[key] = value;
}

function takeNumber(event: EventDraft, key: KeysOf<number>, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) event[key] = value;
}

/** Sets field by field, since it runs for every event that arrives: to spread as many objects costs ten times as much. */
function eventOf(type: LifecycleType, frame: Json): AgentEvent {
  const data = isRecord(frame['data']) ? frame['data'] : {};
  const event: EventDraft = { kind: KINDS[type], type, data, frame };
  takeText(event, 'runId', frame['run_id']);
  takeText(event, 'parentRunId', frame['parent_run_id']);
  takeText(event, 'requestId', frame['request_id']);
  takeText(event, 'threadId', frame['thread_id']);
  takeText(event, 'userId', frame['user_id']);
  takeText(event, 'agent', frame['agent']);
  takeText(event, 'eventId', frame['event_id']);
  takeText(event, 'timestamp', frame['timestamp']);
  takeNumber(event, 'seq', frame['seq']);
  takeNumber(event, 'turn', frame['turn']);
  takeText(event, 'callId', data['tool_call_id']);
  takeText(event, 'toolName', data['tool_name']);
  takeText(event, 'toolStatus', data['status']);
  takeText(event, 'response', data['response']);
  takeText(event, 'toAgent', data['to_agent']);
  takeText(event, 'toRunId', data['to_run_id']);
  takeNumber(event, 'durationMs', data['duration_ms']);
  const words = data['tools_used'];
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) event.toolsUsed = words;
  return event;
}

function decode(textOfFrame: string): readonly Decoded[] {
  const frame = parseJson(textOfFrame);
  if (frame === undefined) return [{ kind: 'malformed', reason: 'not JSON' }];
  if (!isRecord(frame)) return [{ kind: 'malformed', reason: 'not a JSON object' }];
  const type = frame['type'];
  if (typeof type !== 'string') return [{ kind: 'malformed', reason: 'no string field "type"' }];
  return [decodeFrame(type, frame)];
}

function decodeFrame(type: string, frame: Json): Decoded {
  if (isLifecycle(type)) return { kind: 'event', event: eventOf(type, frame) };
  const requestId = text('requestId', frame['request_id']);
  switch (type) {
    case 'connection_established':
      return {
        kind: 'greeting',
        ...text('connectionId', frame['connection_id']),
        ...text('userId', frame['user_id']),
        ...text('serverVersion', frame['server_version']),
        frame,
      };
    case 'pong':
      return { kind: 'pong', ...requestId, frame };
    case 'cancel_accepted':
      return { kind: 'cancel-accepted', ...requestId, ...text('runId', frame['run_id']), frame };
    case 'error':
      return { kind: 'refusal', ...requestId, ...text('code', frame['code']), frame };
    default:
      return { kind: 'unknown', type, ...requestId, frame };
  }
}

function schemaOf(decoded: Decoded): z.ZodObject | undefined {
  switch (decoded.kind) {
    case 'event':
      return LIFECYCLE_FRAMES[decoded.event.type as LifecycleType];
    case 'greeting':
      return GREETING_FRAME;
    case 'pong':
      return PONG_FRAME;
    case 'cancel-accepted':
      return CANCEL_ACCEPTED_FRAME;
    case 'refusal':
      return REFUSAL_FRAME;
    case 'notice':
    case 'unknown':
    case 'malformed':
      return undefined;
  }
}

/** Paths in `value` that the schema does not name; what a tool put into its own fields is never unknown. */
function unknownFields(schema: z.ZodObject, value: Json, prefix = ''): readonly string[] {
  const { shape } = schema;
  const unknown: string[] = [];
  for (const key of Object.keys(value)) {
    const known: unknown = shape[key];
    const inner = value[key];
    if (known === undefined) unknown.push(`${prefix}${key}`);
    else if (isRecord(inner) && isObjectSchema(known) && !FREE_FORM.has(`${prefix}${key}`))
      unknown.push(...unknownFields(known, inner, `${prefix}${key}.`));
  }
  return unknown;
}

const isObjectSchema = (schema: unknown): schema is z.ZodObject =>
  (schema as { readonly shape?: unknown }).shape !== undefined;

function inspect(decoded: Decoded): Inspection {
  if (decoded.kind === 'malformed') return { issues: [decoded.reason], unknownFields: [] };
  const schema = schemaOf(decoded);
  const frame = decoded.kind === 'event' ? decoded.event.frame : decoded.frame;
  if (schema === undefined) return { issues: [], unknownFields: [] };
  const result = schema.safeParse(frame);
  const issues = result.success
    ? []
    : result.error.issues.map((issue) => `${issue.path.join('.') || 'frame'}: ${issue.message}`);
  return { issues, unknownFields: unknownFields(schema, frame) };
}

/** The vocabulary of docs/protocol.md section 4: one flat envelope, every type under its own name. */
export const agentEventsV1: Dialect = Object.freeze({
  id: 'agent-events.v1',
  offer: (token: string) => ['agent-events.v1', `jwt.${token}`],
  // JSON leaves out what is not there.
  start: ({ requestId, agent, message, threadId, projectId, contextItemIds }) =>
    JSON.stringify({
      type: 'start_agent',
      request_id: requestId,
      payload: {
        agent,
        message,
        thread_id: threadId,
        project_id: projectId,
        context_item_ids: contextItemIds,
      },
    }),
  cancel: ({ requestId, runId }) =>
    JSON.stringify({ type: 'cancel_agent', request_id: requestId, payload: { run_id: runId } }),
  ping: ({ requestId }) => JSON.stringify({ type: 'ping', request_id: requestId }),
  decode,
  inspect,
} satisfies Dialect);
