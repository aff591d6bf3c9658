import { setTimeout } from 'node:timers/promises';
import { storableText } from '../store/ids.ts';
import { insertFrames } from '../store/run-parts.ts';
import type { EndedTurn } from './account.ts';
import type { RunListener } from './events.ts';
import { RunExecution, type RunSurroundings, type TurnInput } from './execution.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { RunRecord } from './record.ts';
import { storeLate } from './repair.ts';
import type { AgentMessage, AgentRun } from './resources.ts';
import type { LiveRun, StopReason } from './run.ts';
import type { RunWork } from './work.ts';

/** A turn to be worked on. */
export interface Launch {
  readonly live: LiveRun;
  readonly run: AgentRun;
  /** The message that asks for the turn, stored already. */
  readonly message: AgentMessage;
  readonly work: RunWork;
  readonly firstSeq: number;
  readonly input: TurnInput;
}

/** A turn that is being worked on. */
export interface RunInFlight {
  readonly live: LiveRun;
  readonly record: RunRecord;
  readonly done: Promise<void>;
}

/** How soon an end that could not be stored is tried again. */
const REPAIR_MS = 250;

/** The runs this process works on. */
export class RunsInFlight {
  readonly #around: RunSurroundings;
  readonly #runs = new Map<string, RunInFlight>();
  readonly #queue = new KeyedQueue();
  /** Who follows a run on the chat socket, over all its turns. */
  readonly #listeners = new Map<string, Set<RunListener>>();
  readonly #stopping = new AbortController();

  constructor(around: RunSurroundings) {
    this.#around = around;
  }

  get(runId: string): RunInFlight | undefined {
    return this.#runs.get(runId);
  }

  /** Does something when nothing else changes the same run. */
  exclusively<R>(runId: string, work: () => Promise<R>): Promise<R> {
    return this.#queue.run(runId, work);
  }

  /** Waits until everything told of a run so far can be read from the store. */
  async settle(runId: string): Promise<void> {
    await this.#runs
      .get(runId)
      ?.record.flush()
      .catch(() => undefined); // the run itself tells that its store is gone
  }

  /** Who listens to a run, whichever turn it is in. */
  listenersOf(runId: string): Set<RunListener> {
    const listeners = this.#listeners.get(runId) ?? new Set();
    this.#listeners.set(runId, listeners);
    return listeners;
  }

  /** Forgets who listened once nobody does. */
  forgetListeners(runId: string): void {
    if (this.#listeners.get(runId)?.size === 0 && !this.#runs.has(runId)) this.#listeners.delete(runId);
  }

  /** Sets a turn going. */
  launch({ live, run, message, work, firstSeq, input }: Launch, onEnd: () => void): RunInFlight {
    const { store, clock, newId } = this.#around;
    const record = new RunRecord(
      {
        clock,
        newId,
        write: (frames) => insertFrames(store, frames),
        onFailure: () => live.stop('store'),
      },
      run,
      firstSeq,
    );
    record.tell({ type: run.turn === 1 ? 'agent.run.created' : 'agent.run.updated', run });
    record.tell({ type: 'agent.message.appended', message });
    const execution = new RunExecution(this.#around, live, record, input);
    const exclusively = <R>(change: () => Promise<R>) => this.exclusively(run.id, change);
    const forget = (): void => {
      if (this.#runs.get(run.id)?.live === live) this.#runs.delete(run.id);
      this.forgetListeners(run.id);
      this.ended(live.account.of(live.identity.principal, live.identity.agent, record));
    };
    const done = execution.perform(work, exclusively).then((isStored) => {
      if (isStored) forget();
      else this.#repair(live, record).then(forget, forget);
      onEnd();
    });
    const flying = { live, record, done };
    this.#runs.set(run.id, flying);
    return flying;
  }

  /** Tells of a turn that ended; nobody is told of later turns (docs/protocol.md 8). */
  ended(turn: EndedTurn): void {
    if (turn.run.turn === 1) this.#around.onEnded(turn);
  }

  /** Stores an end that the store did not hear of, as soon as it is back. */
  async #repair(live: LiveRun, record: RunRecord): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await setTimeout(REPAIR_MS, undefined, { signal: this.#stopping.signal });
      const isStored = await storeLate(this.#around.store, live, record).then(
        () => true,
        () => false,
      );
      if (isStored) return;
    }
  }

  /** Stops every run in flight and waits until each has told its end. */
  async stopAll(reason: StopReason): Promise<void> {
    const all = [...this.#runs.values()];
    for (const { live } of all) live.stop(reason);
    await Promise.all(all.map(({ done }) => done));
    this.#stopping.abort();
  }
}

/** The message that opens a turn, as it can be read back. */
export function userMessage(
  run: AgentRun,
  message: { readonly id: string; readonly content: string },
  contextItemIds: readonly string[],
  createdAt: string,
): AgentMessage {
  return {
    id: message.id,
    runId: run.id,
    turn: run.turn,
    role: 'user',
    content: storableText(message.content),
    contextItemIds: [...contextItemIds],
    createdAt,
  };
}
