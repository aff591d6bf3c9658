import { z } from 'zod';

const id = z.guid();
const time = z.iso.datetime({ offset: true });

/** How a reported run ended (docs/protocol.md 7.1). */
export const telemetryStatus = z.enum(['success', 'failure', 'partial']);

/** The kinds of reported steps. */
export const telemetryStepType = z.enum(['plan', 'retrieve', 'tool', 'respond', 'other']);

/** Where a reported failure came from. */
export const telemetryFailureType = z.enum(['tool', 'model', 'retrieval', 'orchestration']);

/** A step as it is shown. */
export const shownStep = z.object({
  step_id: id,
  run_id: id,
  seq: z.int().min(0),
  step_type: telemetryStepType,
  name: z.string(),
  latency_ms: z.int().min(0),
  started_at: time,
  ended_at: time.nullable(),
  metadata: z.record(z.string(), z.unknown()),
});

/** A failure as it is shown. */
export const shownFailure = z.object({
  failure_id: id,
  run_id: id,
  step_id: id.nullable(),
  failure_type: telemetryFailureType,
  failure_code: z.string(),
  message: z.string(),
  created_at: time,
});

/** A run as lists show it. */
export const listedRun = z.object({
  run_id: id,
  agent_id: z.string(),
  agent_version: z.string(),
  environment: z.string(),
  status: telemetryStatus,
  started_at: time,
  ended_at: time.nullable(),
  created_at: time,
});

/** A run as it is shown by itself. */
export const shownRun = listedRun.extend({ steps: z.array(shownStep), failures: z.array(shownFailure) });

/** What many runs come to. */
export const shownStats = z.object({
  total_runs: z.int().min(0),
  total_failures: z.int().min(0),
  success_rate: z.number().min(0).max(100),
  avg_latency_ms: z.number().min(0),
  failure_breakdown: z.record(z.string(), z.int()),
  step_type_breakdown: z.record(z.string(), z.int()),
});

/** A step as it is shown. */
export type ShownStep = Readonly<z.infer<typeof shownStep>>;
/** A failure as it is shown. */
export type ShownFailure = Readonly<z.infer<typeof shownFailure>>;
/** A run as lists show it. */
export type ListedRun = Readonly<z.infer<typeof listedRun>>;
/** A run as it is shown by itself. */
export type ShownRun = Readonly<z.infer<typeof shownRun>>;
/** What many runs come to. */
export type ShownStats = Readonly<z.infer<typeof shownStats>>;
