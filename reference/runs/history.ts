import type { Store } from '../store/open.ts';
import type { RunEvent } from './events.ts';

/**
 * Writes the events of one run behind its back, in their order and in as few statements as the
 * store's speed allows; nobody waits for it except the end of the run.
 */
export class RunHistory {
  readonly #store: Store;
  readonly #onFailure: (error: unknown) => void;
  #waiting: RunEvent[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;

  constructor(store: Store, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#onFailure = onFailure;
  }

  /** Queues an event. */
  append(event: RunEvent): void {
    this.#waiting.push(event);
    this.#writing ??= this.#drain();
  }

  /** Waits until everything is written; rejects when something could not be. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        await insertEvents(this.#store, batch);
      }
    } catch (error) {
      this.#failure = error;
      this.#onFailure(error);
    } finally {
      this.#writing = undefined;
    }
  }
}

/** Inserts events of a run as they left the deployment. */
export async function insertEvents(store: Store, events: readonly RunEvent[]): Promise<void> {
  await store
    .insertInto('run_events')
    .values(
      events.map((event) => ({
        run_id: event.run_id,
        seq: event.seq,
        turn: event.turn,
        type: event.type,
        event: JSON.stringify(event),
        created_at: new Date(event.timestamp),
      })),
    )
    .execute();
}

/** All stored events of a run in their order. */
export async function readEvents(store: Store, runId: string): Promise<readonly RunEvent[]> {
  const rows = await store
    .selectFrom('run_events')
    .select('event')
    .where('run_id', '=', runId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => row.event as RunEvent);
}
