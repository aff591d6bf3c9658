/**
 * What earlier campaigns against the same target say beside the report of one: a document of its own, so that the report
 * stays what its evidence says.
 */
import { z } from 'zod';
import { VERDICTS } from '../core/verdict.ts';
import { estimateSchema, measureNameSchema } from '../report/schemas.ts';

export const HISTORY_FORMAT = 'agent-conformance/history@1';

const pastCampaign = z.object({
  campaign: z.string(),
  at: z.string(),
  harness: z.string(),
  /** What the target said it is; none where it does not say. */
  versions: z.array(z.string()),
  exitCode: z.number().int(),
  /** False for one that was interrupted or could not be judged: it is in no statistic. */
  isWhole: z.boolean(),
  totals: z.object({
    pass: z.number().int(),
    inconclusive: z.number().int(),
    fail: z.number().int(),
    error: z.number().int(),
  }),
});

const past = z.object({
  id: z.string(),
  /** One for each of the campaigns, in their order; absent where it was not selected. */
  verdicts: z.array(z.enum(VERDICTS).nullable()),
});

const pastMeasure = z.object({
  measure: measureNameSchema,
  /** The agent, or the endpoint; absent for all of them. */
  of: z.string().optional(),
  meaning: z.string(),
  /** Oldest first, of whole campaigns only. */
  points: z.array(
    z.object({
      campaign: z.string(),
      at: z.string(),
      n: z.number().int(),
      medianMs: estimateSchema,
      p95Ms: estimateSchema,
    }),
  ),
  /** How the median moves from campaign to campaign; absent where there are too few to say. */
  trend: z.object({ msPerCampaign: z.number(), p: z.number(), n: z.number().int() }).optional(),
  /** Where the medians changed; absent where nothing shows that they did. */
  change: z
    .object({
      /** The first campaign after the change. */
      campaign: z.string(),
      beforeMs: z.number(),
      afterMs: z.number(),
      /** Corrected for the number of measures. */
      p: z.number(),
      n: z.number().int(),
    })
    .optional(),
});

const flaky = z.object({
  check: z.string(),
  /** Campaigns against the same version in which it passed or failed. */
  n: z.number().int(),
  failed: z.number().int(),
  /** The probability that it fails again, although nothing changed. */
  probability: estimateSchema,
});

const nearLimit = z.object({
  check: z.string(),
  measure: measureNameSchema,
  of: z.string().optional(),
  limitMs: z.number(),
  p95Ms: estimateSchema,
  /** The estimate as a part of the limit. */
  share: z.number(),
});

/** All that a renderer may show of the past; the newest campaign is the last one. */
export const historySchema = z.object({
  format: z.literal(HISTORY_FORMAT),
  target: z.string(),
  /** Oldest first, bounded. */
  campaigns: z.array(pastCampaign),
  requirements: z.array(past),
  measures: z.array(pastMeasure),
  /** Checks that both passed and failed against the version that the newest campaign met. */
  flaky: z.array(flaky),
  /** Of the newest campaign. */
  nearLimits: z.array(nearLimit),
});

export type HistorySummary = z.infer<typeof historySchema>;
export type PastMeasure = HistorySummary['measures'][number];
