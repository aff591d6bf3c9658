import type { RunRecord } from './record.ts';
import type { AgentRun } from './resources.ts';

/** A part of a run's work as it is given to another agent. */
export interface Errand {
  readonly agent: string;
  readonly query: string;
  readonly contextItemIds: readonly string[];
}

/** How a sub-run ended: with an answer, or with the reason why there is none. */
export interface SubRunEnd {
  readonly agent: string;
  readonly status: AgentRun['status'];
  readonly response: string | null;
  readonly failure: string | null;
}

/**
 * Gives a part of the work to another agent and waits for the end of its run, however it ends. The id of the
 * sub-run is announced once it is stored, and before it starts.
 */
export type HandOver = (errand: Errand, announce: (runId: string) => void) => Promise<SubRunEnd>;

/** Reads the end of a sub-run from what was told of it. */
export function endOfSubRun(agent: string, record: RunRecord): SubRunEnd {
  const frames = record.log.all();
  const answer = frames.findLast((frame) => frame.type === 'agent.message.appended');
  const failed = frames.findLast((frame) => frame.type === 'agent.run.failed');
  const { status } = record.run;
  return {
    agent,
    status,
    response: status === 'COMPLETED' && answer !== undefined ? answer.message.content : null,
    failure: failed?.errorMessage ?? null,
  };
}
