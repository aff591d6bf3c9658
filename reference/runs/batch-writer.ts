/** Statements stay small enough for the store however fast a run produces. */
const BATCH = 500;

/** What comes in quick succession shares a statement; a reader who waits is not made to wait for that. */
const LINGER_MS = 10;

/**
 * Writes what a run produces behind its back, in order and in as few statements as the store's
 * speed allows; nobody waits for it except who wants to read what was written.
 */
export class BatchWriter<T> {
  readonly #write: (batch: readonly T[]) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #waiting: T[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #hurry = (): void => undefined;
  #isAwaited = false;

  constructor(write: (batch: readonly T[]) => Promise<void>, onFailure: (error: unknown) => void) {
    this.#write = write;
    this.#onFailure = onFailure;
  }

  /** Queues one item. */
  append(item: T): void {
    this.#waiting.push(item);
    this.#writing ??= this.#drain();
  }

  /** Waits until everything is written; rejects when something could not be. */
  async flush(): Promise<void> {
    this.#isAwaited = true;
    this.#hurry();
    await this.#writing;
    this.#isAwaited = false;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #linger(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LINGER_MS);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && this.#failure === undefined) {
        if (!this.#isAwaited && this.#waiting.length < BATCH) await this.#linger();
        await this.#write(this.#waiting.splice(0, BATCH));
      }
    } catch (error) {
      this.#failure = error;
      this.#onFailure(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
