import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { assembleReport } from './assemble.ts';
import { greenCampaign, redCampaign } from './sample-campaign.ts';
import { reportJsonSchema } from './schema.ts';

const PUBLISHED = new URL('../../docs/report.schema.json', import.meta.url);

it('the published schema is the one of the model; `vitest -u` writes it again', async () => {
  await expect(reportJsonSchema()).toMatchFileSnapshot(PUBLISHED.pathname);
});

it('the published schema admits reports and refuses what is none', () => {
  const published = z.fromJSONSchema(JSON.parse(readFileSync(PUBLISHED, 'utf8')));
  const report = assembleReport(redCampaign());
  expect(published.safeParse(report).error).toBeUndefined();
  expect(published.safeParse(assembleReport(greenCampaign())).success).toBe(true);
  expect(published.safeParse({ ...report, added: 'by a later version' }).success).toBe(true);
  expect(published.safeParse({ ...report, conclusion: 3 }).success).toBe(false);
  expect(published.safeParse({ ...report, totals: {} }).success).toBe(false);
});
