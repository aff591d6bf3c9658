/** The earlier campaign that this one is judged against: its samples travel in the plan, so that judging needs no other file. */
import { z } from 'zod';
import { MEASURES, type MeasureName } from '../core/measure.ts';

export const comparedSchema = z.object({
  campaign: z.string(),
  margin: z.object({ percent: z.number().nonnegative(), leastMs: z.number().nonnegative() }),
  samples: z.array(
    z.object({
      measure: z.enum(Object.keys(MEASURES) as [MeasureName, ...MeasureName[]]),
      of: z.string().optional(),
      ms: z.array(z.number()),
      observerErrorMs: z.number(),
    }),
  ),
});

export type Compared = z.infer<typeof comparedSchema>;

/**
 * A stage is asked about where the earlier campaign has as many: with fewer it would be undecided whatever comes. Decided
 * before the first request, so not by what it shows.
 */
export const ENOUGH_SAMPLES = 20;
