import type { MeasureName } from './measure.ts';
import type { Thresholds } from './thresholds.ts';

/** The limits that are times. */
export type TimeLimit = Exclude<
  keyof Thresholds,
  'tolerancePercent' | 'successRate' | 'resilienceRate' | 'answerQuality'
>;

/** "95 % of these samples lie within that limit", decided over the campaign, topped up until it is. */
export interface LatencyClaim {
  readonly measure: MeasureName;
  /**
   * The agent, or the endpoint, that the samples are of; of all without it. `{health}`, `{ingest}` and `{query}` are where
   * the target has them.
   */
  readonly of?: string;
  /** Under load the samples are those of the `topUp` trials alone. */
  readonly from: 'quiet' | 'load';
  readonly limit: TimeLimit;
  /** The scenario that yields more of these samples. */
  readonly topUp: string;
  /** How many one trial of it yields, or each actor of a crowd. */
  readonly samplesPerTrial: number;
}
