import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../reference/store/embedded.ts';
import { catalogue } from '../../suites/catalogue.ts';
import { loadPlan } from '../campaign/folder.ts';
import { judgeStored } from '../campaign/judge-stored.ts';
import type { CampaignResult } from '../campaign/run-campaign.ts';
import { compareReports } from '../compare/compare-reports.ts';
import type { CampaignReport } from '../report/model.ts';
import { type CampaignWish, campaignAt } from './campaigns.ts';

/** So slow that what two busy cores add is far less than a fifth of it. */
const THINKING_MS = 250;
/** The defect holds the completion back three times as long: a fifth of the time from the first tool to the end. */
const LATE_MS = 125;
const CAMPAIGN_MS = 240_000;

let server: EmbeddedServer;
let results: string;
let before: CampaignResult;
let slower: CampaignResult;

async function drive(wish: CampaignWish): Promise<CampaignResult> {
  const storeUrl = await server.createDatabase();
  try {
    const env = { HARNESS_MAX_AGENT_RUNS: '110', ...wish.env };
    return await campaignAt(storeUrl, results, {
      selectors: ['LT-3', 'LT-9', 'LT-11'],
      thinkingMs: THINKING_MS,
      ...wish,
      env,
    });
  } finally {
    await server.dropDatabase(storeUrl);
  }
}

beforeAll(async () => {
  server = await startEmbeddedServer();
  results = mkdtempSync(join(tmpdir(), 'agent-conformance-comparison-'));
  before = await drive({});
  slower = await drive({
    defects: ['D-LT-COMPLETION'],
    defectDelayMs: LATE_MS,
    env: { HARNESS_BASELINE_REPORT: before.dir },
  });
}, 2 * CAMPAIGN_MS);

afterAll(async () => {
  await server.stop();
  rmSync(results, { recursive: true, force: true });
});

const requirement = (
  report: CampaignReport,
  id: string,
): CampaignReport['requirements'][number] | undefined => report.requirements.find((one) => one.id === id);

describe('a deployment that became slower by a fifth at one stage', () => {
  it('is caught there, and nowhere else', () => {
    const { stages } = compareReports(before.report, slower.report);
    const worse = stages.filter(({ verdict }) => verdict === 'worse').map(({ measure }) => measure);
    expect(worse).toEqual(['tool-to-end']);
  });

  it('breaks LT-9 against the report of the campaign before, now and whenever it is judged again', () => {
    const ofBefore = requirement(before.report, 'LT-9');
    expect([ofBefore?.selected, ofBefore?.reason]).toEqual([
      false,
      expect.stringContaining('no earlier campaign was named'),
    ]);
    expect(requirement(slower.report, 'LT-9')?.verdict).toBe('fail');
    const again = judgeStored(slower.dir, loadPlan(slower.dir), catalogue);
    expect(again).toEqual(slower.report);
  });

  it('is in the history, with the one before', () => {
    const lines = readFileSync(join(results, 'history.ndjson'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).campaign)).toEqual(
      [before, slower].map(({ report }) => report.campaign),
    );
  });
});
