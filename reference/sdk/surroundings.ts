/** What the tracer takes from its surroundings, so that a test or an odd runtime can give its own. */
export interface Surroundings {
  /** Milliseconds since the epoch; should never run backwards. */
  readonly now: () => number;
  /** Does something later; answers with the way to call it off. Keeps the process alive only if asked to. */
  readonly later: (work: () => void, delayMs: number, keepsAlive?: boolean) => () => void;
  /** From 0 to 1; spreads the attempts of many agents. */
  readonly random: () => number;
  readonly newId: () => string;
}

/** The surroundings of an ordinary runtime. */
export const ordinary: Surroundings = {
  now: () => performance.timeOrigin + performance.now(),
  later: (work, delayMs, keepsAlive = false) => {
    const timer = setTimeout(work, delayMs);
    if (!keepsAlive) timer.unref?.(); // elsewhere than in Node a timer is a number
    return () => clearTimeout(timer);
  },
  random: Math.random,
  newId: () => crypto.randomUUID(),
};

/** As much of `fetch` as is needed; the global one fits. */
export type Transport = (
  url: string,
  request: {
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  /** Read to its end, so that the connection is free again. */
  readonly text: () => Promise<string>;
}>;
