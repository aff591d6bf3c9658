import type { Millis } from '../evidence/transcript.ts';

/** Something that is awaited once by anyone and settles once: it came, or it will not come any more. */
export interface Gate {
  readonly settle: (came: boolean) => void;
  /** Whether it came, decided at the latest when the limit is over. */
  readonly within: (limitMs: Millis, onDeadline: () => void) => Promise<boolean>;
}

const nothing = (): void => undefined;

/** A timer this late was held up by our own process, and with it everything that waits to be read. */
const STALL_MS = 50;

/** A gate that nobody has settled yet. */
export function createGate(): Gate {
  let settle: (came: boolean) => void = nothing;
  const settled = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return {
    settle(came) {
      settle(came);
      // Every further resolve of a promise is reported to the process, which costs more than all the rest.
      settle = nothing;
    },
    within: (limitMs, onDeadline) =>
      new Promise((resolve) => {
        const stop = waitOut(Math.max(0, limitMs), () => {
          onDeadline();
          resolve(false);
        });
        void settled.then((came) => {
          stop();
          resolve(came);
        });
      }),
  };
}

/**
 * Calls back after so much time in which our own process was there to hear something. Timers run before what
 * arrived meanwhile is read, so a stall that outlasts a deadline would hide an answer that came in time: what
 * the timer is late by is waited once more.
 */
function waitOut(ms: Millis, expired: () => void): () => void {
  const due = performance.now() + ms;
  let timer = setTimeout(() => {
    const late = performance.now() - due;
    if (late < STALL_MS) expired();
    else timer = setTimeout(expired, late);
  }, ms);
  return () => clearTimeout(timer);
}
