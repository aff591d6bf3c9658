/** Comparisons survive a busy machine where figures do not: every pair was measured side by side. */

export interface Spread {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The value below which the share lies; of two neighbours the upper one, and `NaN` of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    n: values.length,
    min: percentile(values, 0),
    median: percentile(values, 0.5),
    max: percentile(values, 1),
  };
}

/** The ratio of each repetition's two figures; a pair that lies beside each other had the same disturbances. */
export function ratioOf(ours: readonly number[], bare: readonly number[]): Spread {
  return spreadOf(ours.map((own, index) => own / (bare[index] ?? Number.NaN)));
}
