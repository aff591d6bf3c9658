import type { Principal } from '../auth/principal.ts';
import { type Clock, timestamp } from '../clock.ts';
import type { RunOrigin } from '../store/tables.ts';
import { TurnAccount } from './account.ts';
import type { RunEvent, RunEventBody, RunListener } from './events.ts';

/** What identifies a run and never changes during it. */
export interface RunIdentity {
  readonly id: string;
  readonly parentRunId: string | null;
  readonly threadId: string;
  readonly projectId: string;
  readonly principal: Principal;
  readonly agent: string;
  readonly requestId: string | null;
  readonly turn: number;
  readonly origin: RunOrigin;
}

/** Why a run is asked to stop. */
export type StopReason = 'cancelled' | 'timeout' | 'shutdown' | 'store';

/** A run in flight: its events so far, who listens, and the means to stop it. */
export class LiveRun {
  readonly identity: RunIdentity;
  readonly account = new TurnAccount();
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #events: RunEvent[];
  readonly #listeners: Set<RunListener>;
  readonly #stopper = new AbortController();
  #nextSeq: number;
  #stopReason: StopReason | undefined;
  #sealed = false;

  /** `earlier` are the events of the turns before, and `listeners` who heard them and goes on listening. */
  constructor(
    identity: RunIdentity,
    { clock, newId }: { readonly clock: Clock; readonly newId: () => string },
    earlier: readonly RunEvent[] = [],
    listeners: Set<RunListener> = new Set(),
  ) {
    this.identity = identity;
    this.#clock = clock;
    this.#newId = newId;
    this.#events = [...earlier];
    this.#listeners = listeners;
    this.#nextSeq = (earlier.at(-1)?.seq ?? 0) + 1;
  }

  get signal(): AbortSignal {
    return this.#stopper.signal;
  }

  get stopReason(): StopReason | undefined {
    return this.#stopReason;
  }

  /** Whether the terminal event is decided: from here on nothing can change the outcome. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /** Closes the question of the outcome; every later stop is ignored. */
  seal(): void {
    this.#sealed = true;
  }

  /** Asks the run to stop; the first reason stands. */
  stop(reason: StopReason): void {
    if (this.#sealed || this.#stopReason !== undefined) return;
    this.#stopReason = reason;
    this.#stopper.abort(new Error(`the run was stopped: ${reason}`));
  }

  /** Gives an event its place in the run without telling anybody yet. */
  stamp(body: RunEventBody, atMs = this.#clock.now()): RunEvent {
    const { id, parentRunId, threadId, principal, agent, requestId, turn } = this.identity;
    return {
      type: body.type,
      event_id: this.#newId(),
      seq: this.#nextSeq++,
      timestamp: timestamp(atMs),
      request_id: requestId,
      run_id: id,
      parent_run_id: parentRunId,
      thread_id: threadId,
      user_id: principal.user,
      agent,
      turn,
      data: body.data,
    } as RunEvent; // a spread of a union loses the tie between type and data
  }

  /** Tells every listener, of an event of a sub-run too; one that throws does not keep the others from hearing. */
  publish(event: RunEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** The run's own events of the turn so far. */
  eventsOfTurn(): readonly RunEvent[] {
    const { id, turn } = this.identity;
    return this.#events.filter((event) => event.run_id === id && event.turn === turn);
  }

  /** Gives all events so far and then the live ones, those of sub-runs too, without a gap and without a repeat. */
  subscribe(listener: RunListener): () => void {
    for (const event of this.#events) listener(event);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
