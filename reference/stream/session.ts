import type { ChatPeer, ChatReceiver } from '../boundaries.ts';
import { feedOf } from '../runs/feed.ts';
import type { RunsInFlight } from '../runs/in-flight.ts';
import { findOwnRun, type StoredRun } from '../store/agent-runs.ts';
import type { Store } from '../store/open.ts';
import { isStoreOutage } from '../store/outage.ts';

/** What stream sessions are composed of. */
export interface StreamParts {
  readonly store: Store;
  readonly inFlight: RunsInFlight;
}

/** Closing codes (RFC 6455 7.4.1 and the registry of IANA). */
const DONE = 1000;
const REFUSED = 1008;
const FAILED = 1011;
const TRY_LATER = 1013;

/**
 * One subscriber of the stream of a run: it takes frames at its own speed from a record that all
 * subscribers share, so that a slow one holds back nobody and costs no more than a fast one.
 */
class StreamSession {
  readonly #parts: StreamParts;
  readonly #peer: ChatPeer;
  readonly #runId: string;
  #isClosed = false;

  constructor(parts: StreamParts, peer: ChatPeer, runId: string) {
    this.#parts = parts;
    this.#peer = peer;
    this.#runId = runId;
  }

  async serve(): Promise<void> {
    const { store, inFlight } = this.#parts;
    const known = await findOwnRun(store, this.#peer.credential.principal, this.#runId);
    if (known === undefined) {
      this.#peer.send({ error: 'run_not_found', runId: this.#runId });
      this.#peer.close(REFUSED, 'no run with that id');
      return;
    }
    // Not while the run is being made or reopened: it must be known by then who works on it.
    const { id } = known.run;
    const [now, record] = await inFlight.exclusively(id, async () => {
      const current = await findOwnRun(store, this.#peer.credential.principal, id);
      return [current ?? known, inFlight.get(id)?.record] as const;
    });
    await this.#pump(now, record);
  }

  close(): void {
    this.#isClosed = true;
  }

  fail(error: unknown): void {
    if (isStoreOutage(error)) this.#peer.close(TRY_LATER, 'the store does not answer; try again later');
    else this.#peer.close(FAILED, 'the stream could not be served');
  }

  async #pump({ run }: StoredRun, record: Parameters<typeof feedOf>[2]): Promise<void> {
    for await (const frame of feedOf(this.#parts.store, run, record)) {
      await this.#peer.drained();
      if (this.#isClosed) return;
      this.#peer.send(frame);
    }
    const isOver = record !== undefined || run.finishedAt !== null;
    if (isOver) this.#peer.close(DONE, 'the turn has ended');
    else this.#peer.close(TRY_LATER, 'nobody works on this run at present');
  }
}

/** Opens the stream of a run on a socket. What a subscriber says is not listened to. */
export function openStream(parts: StreamParts, peer: ChatPeer, runId: string): ChatReceiver {
  const session = new StreamSession(parts, peer, runId);
  session.serve().catch((error: unknown) => session.fail(error));
  return { message: () => undefined, closed: () => session.close() };
}
