import type { Millis } from '../evidence/transcript.ts';

/** Something that is awaited once by anyone and settles once: it came, or it will not come any more. */
export interface Gate {
  readonly settle: (came: boolean) => void;
  /** Whether it came, decided at the latest when the limit is over. */
  readonly within: (limitMs: Millis, onDeadline: () => void) => Promise<boolean>;
}

/** A gate that nobody has settled yet. */
export function createGate(): Gate {
  let settle: (came: boolean) => void = () => undefined;
  const settled = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return {
    settle: (came) => settle(came),
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
