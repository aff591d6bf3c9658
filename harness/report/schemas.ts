/** Shapes that the documents made of campaigns share: report, comparison, history. */
import { z } from 'zod';
import { MEASURES, type MeasureName } from '../core/measure.ts';

/** `Estimate` of harness/stats, as it is written. */
export const estimateSchema = z.object({
  point: z.number(),
  low: z.number().optional(),
  high: z.number().optional(),
  n: z.number().int(),
  confidence: z.number(),
});

export const measureNameSchema = z.enum(Object.keys(MEASURES) as [MeasureName, ...MeasureName[]]);
