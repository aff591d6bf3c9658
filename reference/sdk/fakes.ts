import type { Surroundings, Transport } from './surroundings.ts';
import type { RunBody } from './wire.ts';

/** A clock that only moves when it is told to, and the timers that hang on it. */
export class ManualTime {
  nowMs = 1_700_000_000_000;
  #timers: { readonly atMs: number; readonly work: () => void }[] = [];
  #ids = 0;

  readonly surroundings: Surroundings = {
    now: () => this.nowMs,
    later: (work, delayMs) => {
      const timer = { atMs: this.nowMs + delayMs, work };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      };
    },
    random: () => 1,
    newId: () => {
      this.#ids += 1;
      return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`;
    },
  };

  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass, and everything happen that happens in it. */
  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.work();
    }
    this.nowMs = endMs;
  }
}

/** Everything that only waits for promises has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** An ingest that remembers what it took, and can be away. */
export class FakeIngest {
  readonly taken: RunBody[] = [];
  attempts = 0;
  answer: number | 'away' | 'silent' = 201;
  retryAfter: string | null = null;

  readonly transport: Transport = async (_, { body }) => {
    this.attempts += 1;
    const { answer, retryAfter } = this;
    if (answer === 'away') throw new Error('connection refused');
    if (answer === 'silent') return new Promise(() => undefined);
    if (answer < 300) this.taken.push(JSON.parse(body) as RunBody);
    return { status: answer, headers: { get: () => retryAfter }, text: async () => '' };
  };
}
