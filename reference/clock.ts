/** Wall-clock time in milliseconds since the epoch; never runs backwards within one process. */
export interface Clock {
  readonly now: () => number;
}

/**
 * A clock anchored once to the system time and driven by the monotonic timer, so that a time
 * correction of the host can never give an event an earlier timestamp than its predecessor.
 */
export function steadyClock(): Clock {
  const anchorMs = Date.now() - performance.now();
  return { now: () => anchorMs + performance.now() };
}

/** An RFC 3339 UTC timestamp with milliseconds. */
export function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** A duration rounded to microseconds, so that no float noise reaches the wire. */
export function roundedMs(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
