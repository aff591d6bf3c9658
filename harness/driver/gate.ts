import type { Millis } from '../evidence/transcript.ts';

/** Something that is awaited once by anyone and settles once: it came, or it will not come any more. */
export interface Gate {
  readonly settle: (came: boolean) => void;
  /** Whether it came, decided at the latest when the limit is over. */
  readonly within: (limitMs: Millis, onDeadline: () => void) => Promise<boolean>;
}

const nothing = (): void => undefined;

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
    within(limitMs, onDeadline) {
      return new Promise((resolve) => {
        const timer = setTimeout(
          () => {
            onDeadline();
            resolve(false);
          },
          Math.max(0, limitMs),
        );
        void settled.then((came) => {
          clearTimeout(timer);
          resolve(came);
        });
      });
    },
  };
}
