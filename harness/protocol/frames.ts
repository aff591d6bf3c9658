/**
 * The frames that a target may send on the chat socket, as docs/protocol.md section 4 has them. They say
 * what a sender must put in; a receiver ignores what it does not know, which is why unknown fields are
 * found apart from the schema.
 */
import { z } from 'zod';

const id = z.string().min(1);
/** RFC 3339 in UTC, `Z` or `+00:00`, 0 to 9 digits of fraction. */
const utcTimestamp = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|\+00:00)$/, 'not an RFC 3339 UTC timestamp');
const durationMs = z.number().nonnegative();
const count = z.number().int().nonnegative();

const envelope = {
  type: id,
  event_id: id,
  seq: z.number().int().min(1),
  timestamp: utcTimestamp,
  request_id: z.string().nullable(),
  run_id: id,
  parent_run_id: z.string().min(1).nullable(),
  thread_id: id,
  user_id: id,
  agent: id,
  turn: z.number().int().min(1),
};

const toolError = z.object({ code: id, message: z.string() }).loose();

const data = {
  agent_started: z.object({ model: id }),
  agent_thinking: z.object({ thought: id, step: z.number().int().min(0) }),
  tool_executing: z.object({
    tool_call_id: id,
    tool_name: id,
    arguments: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]),
  }),
  tool_completed: z.object({
    tool_call_id: id,
    tool_name: id,
    status: z.enum(['success', 'error']),
    result: z.unknown(),
    error: z.union([z.null(), z.string(), toolError]).optional(),
    duration_ms: durationMs,
  }),
  agent_completed: z.object({
    response: id,
    duration_ms: durationMs,
    tools_used: z.array(id),
    usage: z.object({ input_tokens: count, output_tokens: count, total_tokens: count }),
  }),
  agent_failed: z.object({
    error: z.object({
      type: z.enum(['tool', 'model', 'retrieval', 'orchestration']),
      code: id,
      message: z.string(),
    }),
  }),
  agent_cancelled: z.object({}),
  agent_handoff: z.object({ to_agent: id, to_run_id: id }),
} as const;

export type LifecycleType = keyof typeof data;

/** Fields whose inner shape belongs to the tool, so nothing in them is unknown. */
export const FREE_FORM: ReadonlySet<string> = new Set(['data.arguments', 'data.result', 'data.error']);

export const LIFECYCLE_FRAMES = Object.fromEntries(
  Object.entries(data).map(([type, body]) => [type, z.object({ ...envelope, data: body })]),
) as unknown as Readonly<Record<LifecycleType, z.ZodObject>>;

export const GREETING_FRAME = z.object({
  type: id,
  connection_id: id,
  user_id: id,
  server_version: id,
  timestamp: utcTimestamp,
});
export const PONG_FRAME = z.object({ type: id, request_id: z.string().nullable() });
export const CANCEL_ACCEPTED_FRAME = z.object({ type: id, run_id: id, request_id: z.string().nullable() });
export const REFUSAL_FRAME = z.object({
  type: id,
  code: id,
  message: z.string(),
  request_id: z.string().nullable().optional(),
});
