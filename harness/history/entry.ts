/** What the history keeps of a campaign: verdicts and figures, no finding and no evidence. */
import { z } from 'zod';
import { EXIT } from '../core/exit-code.ts';
import { VERDICTS, type Verdict } from '../core/verdict.ts';
import type { CampaignReport } from '../report/model.ts';
import { estimateSchema, measureNameSchema } from '../report/schemas.ts';

const ENTRY_FORMAT = 'agent-conformance/history-entry@1';

const verdicts = z.record(z.string(), z.enum(VERDICTS));

export const entrySchema = z.object({
  format: z.literal(ENTRY_FORMAT),
  campaign: z.string().min(1).max(200),
  at: z.string(),
  target: z.string().max(1000),
  url: z.string(),
  versions: z.array(z.string()),
  harness: z.string(),
  exitCode: z.number().int(),
  requirements: verdicts,
  checks: verdicts,
  measures: z.array(
    z.object({
      measure: measureNameSchema,
      of: z.string().optional(),
      n: z.number().int(),
      medianMs: estimateSchema,
      p95Ms: estimateSchema,
    }),
  ),
  claims: z.array(
    z.object({
      check: z.string(),
      measure: measureNameSchema,
      of: z.string().optional(),
      limitMs: z.number(),
      p95Ms: estimateSchema,
    }),
  ),
});

export type HistoryEntry = z.infer<typeof entrySchema>;

/** Whether the campaign came to its end and was judged; only those are comparable. */
export const isWhole = ({ exitCode }: Pick<HistoryEntry, 'exitCode'>): boolean =>
  exitCode === EXIT.conforms || exitCode === EXIT.fails || exitCode === EXIT.inconclusive;

/** The entry of a report; nothing for a campaign that saw nothing of its target. */
export function entryOf(report: CampaignReport): HistoryEntry | undefined {
  const { campaign, target, harness, exitCode, startedAt } = report;
  if (startedAt === undefined) return undefined;
  const of = (one: { readonly of?: string | undefined }): { of?: string } =>
    one.of === undefined ? {} : { of: one.of };
  return {
    format: ENTRY_FORMAT,
    campaign,
    at: startedAt,
    target: target.name,
    url: target.url,
    versions: [...target.versions],
    harness: harness.version,
    exitCode,
    requirements: verdictsOf(report.requirements),
    checks: verdictsOf(report.checks),
    measures: report.measures.map((one) => ({
      measure: one.measure,
      ...of(one),
      n: one.n,
      medianMs: one.medianMs,
      p95Ms: one.p95Ms,
    })),
    claims: report.claims.flatMap((one) =>
      one.p95Ms === undefined
        ? []
        : [
            {
              check: one.check,
              measure: one.measure,
              ...of(one),
              limitMs: one.limitMs,
              p95Ms: one.p95Ms,
            },
          ],
    ),
  };
}

const verdictsOf = (
  judged: readonly { readonly id: string; readonly verdict?: Verdict | undefined }[],
): Record<string, Verdict> =>
  Object.fromEntries(judged.flatMap(({ id, verdict }) => (verdict === undefined ? [] : [[id, verdict]])));
