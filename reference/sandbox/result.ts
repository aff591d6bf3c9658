import { z } from 'zod';

const duration = z.number().min(0);
const time = z.iso.datetime({ offset: true });
const jsonObject = z.record(z.string(), z.unknown());

/** How a dry run ended. */
const testStatus = z.enum(['success', 'failed']);

/** Tokens and what they cost. */
export const tokenUsage = z.object({
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
  estimated_cost_usd: z.number().min(0),
});

const numbered = { step_number: z.int().min(1), timestamp: time, duration_ms: duration };

/** One step of a dry run: a call of a tool, or a request to a model. */
export const traceStep = z.discriminatedUnion('step_type', [
  z.object({
    ...numbered,
    step_type: z.literal('tool_call'),
    tool_name: z.string(),
    input: jsonObject,
    output: jsonObject,
  }),
  z.object({
    ...numbered,
    step_type: z.literal('llm_request'),
    model: z.string(),
    input: jsonObject,
    output: jsonObject,
    token_usage: tokenUsage,
  }),
]);

/** What went wrong in a dry run. */
export const testError = z.object({
  error_type: z.enum(['tool', 'llm', 'system']),
  message: z.string(),
  stack_trace: z.string(),
});

/** The result of a dry run (docs/protocol.md 6.3). */
export const testResult = z.object({
  test_id: z.uuid(),
  agent_id: z.uuid(),
  status: testStatus,
  execution_trace: z.object({
    trigger: z.enum(['webhook', 'schedule']),
    steps: z.array(traceStep),
    total_duration_ms: duration,
    status: testStatus,
  }),
  token_usage: tokenUsage,
  execution_time: z.object({
    total_duration_ms: duration,
    steps: z.array(z.object({ name: z.string(), duration_ms: duration })),
  }),
  errors: testError.nullable(),
  created_at: time,
});

/** An item of the history. */
export const testSummary = z.object({
  test_id: z.uuid(),
  agent_id: z.uuid(),
  status: testStatus,
  token_usage: tokenUsage,
  total_duration_ms: duration,
  error_type: z.enum(['tool', 'llm', 'system']).nullable(),
  created_at: time,
});

/** What changed from one test to another. */
export const testComparison = z.object({
  test_id_1: z.uuid(),
  test_id_2: z.uuid(),
  status_changed: z.boolean(),
  token_delta: z.int(),
  cost_delta: z.number(),
  timing_delta: z.number(),
  trace_differences: z.array(z.string()),
});

export type TokenUsage = Readonly<z.infer<typeof tokenUsage>>;
export type TraceStep = Readonly<z.infer<typeof traceStep>>;
export type TestError = Readonly<z.infer<typeof testError>>;
export type TestResult = Readonly<z.infer<typeof testResult>>;
export type TestComparison = Readonly<z.infer<typeof testComparison>>;
