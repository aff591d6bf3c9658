import { z } from 'zod';
import { estimateSchema, measureNameSchema } from '../report/schemas.ts';

export const COMPARISON_FORMAT = 'agent-conformance/comparison@1';

/** What is said of a stage; `too-few`: one side has too few samples to be compared at all. */
export const STAGE_VERDICTS = ['worse', 'better', 'not-worse', 'inconclusive', 'too-few'] as const;

const side = z.object({
  campaign: z.string(),
  target: z.string(),
  url: z.string(),
  versions: z.array(z.string()),
  harness: z.string(),
  startedAt: z.string().optional(),
  exitCode: z.number().int(),
});
const samples = z.object({ n: z.number().int(), medianMs: z.number().optional() });

const stage = z.object({
  measure: measureNameSchema,
  of: z.string().optional(),
  meaning: z.string(),
  verdict: z.enum(STAGE_VERDICTS),
  baseline: samples,
  current: samples,
  /** What it may be slower by. */
  marginMs: z.number(),
  /** By how much the current samples are larger; absent, as what follows, where there are too few. */
  shiftMs: estimateSchema.optional(),
  /** How often they are larger, less how often they are smaller. */
  dominance: estimateSchema.optional(),
  /** Corrected for the number of stages. */
  pDifferent: z.number().optional(),
  pNotWorse: z.number().optional(),
  /** Whether the distribution was counted out, or approximated. */
  isExact: z.boolean().optional(),
});

/** Two campaigns side by side; the baseline is the earlier one. */
export const comparisonSchema = z.object({
  format: z.literal(COMPARISON_FORMAT),
  conclusion: z.string(),
  isWorse: z.boolean(),
  baseline: side,
  current: side,
  alpha: z.number(),
  margin: z.object({ percent: z.number(), leastMs: z.number() }),
  /** Why a difference may not be the target's doing. */
  caveats: z.array(z.string()),
  stages: z.array(stage),
  /** Counted from the beginning, so each slow stage is in several of them: shown, not compared. */
  cumulative: z.array(
    z.object({ measure: measureNameSchema, of: z.string().optional(), baseline: samples, current: samples }),
  ),
  requirements: z.object({
    newlyFailing: z.array(z.string()),
    newlyPassing: z.array(z.string()),
    newlyUndecided: z.array(z.string()),
    newlyUnselected: z.array(z.object({ id: z.string(), reason: z.string() })),
    newlySelected: z.array(z.string()),
  }),
  capabilities: z.object({
    lost: z.array(z.object({ name: z.string(), reason: z.string() })),
    gained: z.array(z.string()),
  }),
});

export type Comparison = z.infer<typeof comparisonSchema>;
export type ComparedStage = Comparison['stages'][number];
