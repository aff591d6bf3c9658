import type { AgentEvent } from '../protocol/agent-event.ts';
import { TERMINAL_KINDS } from '../protocol/agent-event.ts';
import { createGate } from './gate.ts';

/**
 * What the driver must know of a run in order to go on: that it was answered, its ids, that it ended. It
 * decides when to stop waiting and nothing else; whether all was well is for the checks.
 */
export class RunTracker {
  readonly requestId: string;
  readonly answered = createGate();
  readonly ended = createGate();
  runId: string | undefined;
  threadId: string | undefined;

  constructor(requestId: string) {
    this.requestId = requestId;
  }

  /** Takes an event that names this run or its request. */
  see(event: AgentEvent): void {
    this.runId ??= event.runId;
    this.threadId ??= event.threadId;
    this.answered.settle(true);
    const isOwn = event.runId === undefined || event.runId === this.runId;
    if (TERMINAL_KINDS.has(event.kind) && isOwn) this.ended.settle(true);
  }

  /** The target refused the run: nothing more will come of it. */
  refuse(): void {
    this.answered.settle(true);
    this.ended.settle(false);
  }

  /** The socket is gone: what has not come will not come. */
  lose(): void {
    this.answered.settle(false);
    this.ended.settle(false);
  }
}
