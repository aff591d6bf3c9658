import type { Surroundings, Transport } from './surroundings.ts';

/** How runs are brought to the ingest. */
export interface DeliveryOptions {
  /** The address of `POST /v1/runs`. */
  readonly url: string;
  /** A bearer token, asked for again with every attempt. */
  readonly token: () => string | Promise<string>;
  readonly transport: Transport;
  /** How many runs, and how many characters of them, wait at most. */
  readonly bufferRuns: number;
  readonly bufferCharacters: number;
  /** When an attempt is given up, and the shortest and the longest pause after one that failed. */
  readonly attemptMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** What has become of the runs so far. */
export interface DeliveryCounts {
  readonly delivered: number;
  readonly waiting: number;
  /** Did not fit into the buffer, or came after the end. */
  readonly overflowed: number;
  /** The ingest will not have them, however often they are sent. */
  readonly refused: number;
  /** Were still waiting when the tracer was closed. */
  readonly abandoned: number;
}

/** Answers that another attempt may change: no time, no token any more, too many, no service. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 425, 429]);

type Attempt = 'done' | 'refused' | { readonly retryAfterMs: number };

function pauseAskedFor(header: string | null): number {
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/**
 * A bounded buffer that empties itself towards the ingest, one run after the other. While the ingest
 * is away it keeps what it has and tries again at growing intervals; what no longer fits is counted
 * and dropped. Nothing here throws or rejects.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #around: Surroundings;
  readonly #waiting: string[] = [];
  #characters = 0;
  #failures = 0;
  #busy = false;
  #closed = false;
  #cancelPause: (() => void) | undefined;
  #cancelAttempt: (() => void) | undefined;
  #onEmpty: (() => void)[] = [];
  readonly #counts = { delivered: 0, overflowed: 0, refused: 0, abandoned: 0 };

  constructor(options: DeliveryOptions, around: Surroundings) {
    this.#options = options;
    this.#around = around;
  }

  get counts(): DeliveryCounts {
    return { ...this.#counts, waiting: this.#waiting.length };
  }

  /** Takes a run in if there is room. */
  add(body: string): void {
    const { bufferRuns, bufferCharacters } = this.#options;
    const fits = this.#waiting.length < bufferRuns && this.#characters + body.length <= bufferCharacters;
    if (this.#closed || !fits) {
      this.#counts.overflowed += 1;
      return;
    }
    this.#waiting.push(body);
    this.#characters += body.length;
    if (this.#cancelPause === undefined) void this.#empty();
  }

  /** Tries at once and waits until nothing is left, or until the time is over; tells which. */
  async flush(limitMs: number): Promise<boolean> {
    if (this.#waiting.length > 0 && !this.#closed) {
      let cancel = (): void => undefined;
      const late = new Promise<void>((resolve) => {
        cancel = this.#around.later(resolve, limitMs, true);
      });
      const emptied = new Promise<void>((resolve) => {
        this.#onEmpty.push(resolve);
      });
      this.#endPause();
      void this.#empty();
      await Promise.race([emptied, late]);
      cancel();
    }
    return this.#waiting.length === 0;
  }

  /** Delivers what it can within the time, then lets go of the rest. */
  async close(limitMs: number): Promise<void> {
    await this.flush(limitMs);
    this.#closed = true;
    this.#endPause();
    this.#cancelAttempt?.();
    this.#counts.abandoned += this.#waiting.splice(0).length;
    this.#characters = 0;
    this.#tellEmpty();
  }

  #endPause(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  #tellEmpty(): void {
    for (const tell of this.#onEmpty.splice(0)) tell();
  }

  async #empty(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let body = this.#waiting[0]; body !== undefined; body = this.#waiting[0]) {
      const attempt = await this.#attempt(body).catch(() => ({ retryAfterMs: 0 }));
      if (this.#closed) break;
      if (typeof attempt === 'object') {
        this.#pause(attempt.retryAfterMs);
        break;
      }
      this.#failures = 0;
      this.#waiting.shift();
      this.#characters -= body.length;
      this.#counts[attempt === 'done' ? 'delivered' : 'refused'] += 1;
    }
    this.#busy = false;
    if (this.#waiting.length === 0) this.#tellEmpty();
  }

  /** Doubles with every failure in a row; half of it is left to chance, so that agents spread. */
  #pause(atLeastMs: number): void {
    const { firstPauseMs, longestPauseMs } = this.#options;
    const doubled = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    const spread = doubled * (0.5 + this.#around.random() / 2);
    this.#cancelPause = this.#around.later(
      () => {
        this.#cancelPause = undefined;
        void this.#empty();
      },
      Math.min(longestPauseMs, Math.max(spread, atLeastMs)),
    );
  }

  async #attempt(body: string): Promise<Attempt> {
    const giveUp = new AbortController();
    const abort = (): void => giveUp.abort(new Error('the attempt was given up'));
    const cancelLimit = this.#around.later(abort, this.#options.attemptMs);
    this.#cancelAttempt = abort;
    try {
      // A transport that does not listen to the signal must not hold everything up.
      return await Promise.race([this.#send(body, giveUp.signal), aborted(giveUp.signal)]);
    } finally {
      cancelLimit();
      this.#cancelAttempt = undefined;
    }
  }

  async #send(body: string, signal: AbortSignal): Promise<Attempt> {
    const { url, token, transport } = this.#options;
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' };
    const answer = await transport(url, { method: 'POST', headers, body, signal });
    await answer.text();
    const { status } = answer;
    if (status >= 200 && status < 300) return 'done';
    if (status < 500 && !PASSING.has(status)) return 'refused';
    return { retryAfterMs: pauseAskedFor(answer.headers.get('retry-after')) };
  }
}
