/**
 * What is claimed of a share: of sessions that succeed, of samples within a limit. "p95 ≤ limit" is such a claim
 * too: at least 95 % of the samples lie within the limit, at most 5 % exceed it.
 *
 * Three shares make a claim decidable. `atLeast` is the bar, and the only one that errors are counted at: a target
 * below it passes, and one above it fails, with probability `alpha` at most. `healthy` and `broken` say where a
 * decision should be likely; between them and the bar it may take more samples than anybody pays for.
 */
export interface Claim {
  /** The share of good ones that is claimed. */
  readonly atLeast: number;
  /** A target this good passes with probability `power` at the planned n. */
  readonly healthy: number;
  /** What the search for a breach is tuned to; a target this bad fails in most campaigns. */
  readonly broken: number;
  /** The largest probability of a wrong pass, and of a wrong fail. */
  readonly alpha: number;
  readonly power: number;
}

/** How many were good, of how many. */
export interface Counts {
  readonly good: number;
  readonly n: number;
}

const ERRORS = { alpha: 0.05, power: 0.95 } as const;

/** Sessions that succeed: four of five are claimed, nineteen of twenty are healthy. */
export const SUCCESS_CLAIM: Claim = { atLeast: 0.8, healthy: 0.95, broken: 0.6, ...ERRORS };

/** Attempts that succeed while dependencies fail. */
export const RECOVERY_CLAIM: Claim = { atLeast: 0.6, healthy: 0.8, broken: 0.4, ...ERRORS };

/** A 95th percentile within its limit; healthy is one exceedance in a hundred, broken is one in ten. */
export const P95_CLAIM: Claim = { atLeast: 0.95, healthy: 0.99, broken: 0.9, ...ERRORS };

/** A 99th percentile within its limit. */
export const P99_CLAIM: Claim = { atLeast: 0.99, healthy: 0.998, broken: 0.98, ...ERRORS };

/**
 * A claim of another share, healthy where a quarter of the permitted failures occur and broken where twice as many do.
 * @throws RangeError for a share that is not between 0 and 1.
 */
export function claimOf(atLeast: number): Claim {
  if (!(atLeast > 0 && atLeast < 1)) throw new RangeError(`a share of ${atLeast} cannot be claimed`);
  const failures = 1 - atLeast;
  return {
    atLeast,
    healthy: 1 - failures / 4,
    broken: Math.max(atLeast / 2, 1 - failures * 2),
    ...ERRORS,
  };
}
