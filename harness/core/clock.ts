/** The only two clocks there are; injected, so that a trial can be repeated on paper. */
export interface Clock {
  /** Monotonic milliseconds with a fraction. */
  readonly now: () => number;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
}
