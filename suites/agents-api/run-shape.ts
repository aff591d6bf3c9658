import { z } from 'zod';
import { isInstant } from './expect.ts';

export const RUN_STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

const id = z.string().min(1);
export const INSTANT = z.string().refine(isInstant, 'is no time in RFC 3339 UTC');

/** AgentRun, as docs/protocol.md section 5 has it; a target may send more. */
export const AGENT_RUN = z.looseObject({
  id,
  projectId: id,
  workflowId: id,
  status: z.enum(RUN_STATUSES),
  inputQuery: z.string(),
  outputSummary: z.string().nullable(),
  startedAt: INSTANT,
  finishedAt: INSTANT.nullable(),
  contextItemIds: z.array(z.string()),
  turn: z.int().min(1),
});

/** Whether a run in that status is over. */
export const isTerminal = (status: unknown): boolean =>
  status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
