import { type CampaignReport, reportSchema } from '../harness/report/model.ts';

/** The document itself; members come in the order of its schema, whoever built it. */
export function renderJson(report: CampaignReport): string {
  return `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`;
}
