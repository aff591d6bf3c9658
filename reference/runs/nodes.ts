import { type Clock, timestamp } from '../clock.ts';
import type { AgentNodeState } from './resources.ts';

type End = 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Where the nodes of a turn stand; told whenever it changes. */
export class NodeBoard {
  readonly #runId: string;
  readonly #clock: Clock;
  readonly #tell: (state: AgentNodeState) => void;
  readonly #states = new Map<string, AgentNodeState>();

  constructor(runId: string, clock: Clock, tell: (state: AgentNodeState) => void) {
    this.#runId = runId;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Announces nodes that have not begun. */
  expect(nodeIds: readonly string[]): void {
    for (const nodeId of nodeIds) this.#change(nodeId, {});
  }

  /** A node begins, unless it has begun already. */
  start(nodeId: string): void {
    if ((this.#states.get(nodeId)?.status ?? 'PENDING') !== 'PENDING') return;
    this.#change(nodeId, { status: 'RUNNING', startedAt: this.#now() });
  }

  /** A node that runs has come this far. */
  advance(nodeId: string, progress: number, messages?: readonly string[]): void {
    this.#change(nodeId, { progress, ...(messages === undefined ? {} : { messages: [...messages] }) });
  }

  /** A node that runs ends. */
  finish(nodeId: string, status: End, error: string | null = null): void {
    if (this.#states.get(nodeId)?.status !== 'RUNNING') return;
    const done = status === 'COMPLETED' ? { progress: 1 } : {};
    this.#change(nodeId, { ...done, status, error, completedAt: this.#now() });
  }

  /** A node will never begin. */
  skip(nodeId: string): void {
    if (this.#states.get(nodeId)?.status === 'PENDING') this.#change(nodeId, { status: 'SKIPPED' });
  }

  /** Ends what still runs and skips what never began. */
  close(status: End, error: string | null): void {
    for (const nodeId of this.#states.keys()) {
      this.finish(nodeId, status, error);
      this.skip(nodeId);
    }
  }

  #now(): string {
    return timestamp(this.#clock.now());
  }

  #change(nodeId: string, change: Partial<AgentNodeState>): void {
    const before: AgentNodeState = this.#states.get(nodeId) ?? {
      runId: this.#runId,
      nodeId,
      status: 'PENDING',
      progress: 0,
      messages: [],
      startedAt: null,
      completedAt: null,
      error: null,
    };
    const state = { ...before, ...change };
    this.#states.set(nodeId, state);
    this.#tell(state);
  }
}
