/** A statistic never travels without its interval and n. */
export interface Estimate {
  readonly point: number;
  /** Absent where n is too small for any bound at this confidence. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly n: number;
  readonly confidence: number;
}

/** Two-sided 90 %, so that the picture agrees with a decision at 5 % on one side. */
export const CONFIDENCE = 0.9;
