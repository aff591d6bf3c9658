import type { TestResult } from 'allure-js-commons';
import { describe, expect, it } from 'vitest';
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { redCampaign } from '../harness/report/sample-campaign.ts';
import { allureResults } from './allure.ts';
import { admittingReport, brokenReport, hostileReport, stoppedReport } from './test-support/reports.ts';

const resultsOf = (report: CampaignReport): readonly TestResult[] =>
  allureResults(report)
    .filter(({ name }) => name.endsWith('-result.json'))
    .map(({ text }) => JSON.parse(text));
const statuses = (report: CampaignReport): readonly (readonly unknown[])[] =>
  resultsOf(report).map(({ fullName, status, statusDetails }) => [fullName, status, statusDetails.message]);

describe('results for Allure', () => {
  it('show each verdict', () => {
    expect(statuses(assembleReport(redCampaign()))).toEqual([
      ['lifecycle: lifecycle/lc-1', 'passed', undefined],
      ['lifecycle: lifecycle/lc-3', 'failed', '2 late events, first: message'],
      ['lifecycle: lifecycle/lc-9', 'failed', 'seq 0'],
      ['lifecycle: lifecycle/lc-15', 'passed', 'breached: none'],
      ['lifecycle: lifecycle/lc-4', 'broken', 'inconclusive: the stream was broken before'],
      [
        'lifecycle: lifecycle/cn-6',
        'skipped',
        'not-applicable: needs mint-tokens: no signing key is configured',
      ],
      ['lifecycle: LC-30', 'skipped', 'not-applicable: internal state, not visible from outside'],
    ]);
  });

  it('show what is admitted, what is stale, and that nothing was judged', () => {
    expect(statuses(admittingReport())[2]).toEqual([
      'lifecycle: lifecycle/lc-9',
      'skipped',
      'admitted failure: seq 0',
    ]);
    expect(statuses(admittingReport())[0]?.[1]).toBe('failed');
    expect(statuses(stoppedReport()).map(([, status]) => status)).toEqual(['broken']);
  });

  it('have one history for each check, and other results in each campaign', () => {
    const report = assembleReport(redCampaign());
    const [now, later] = [resultsOf(report), resultsOf({ ...report, campaign: 'c-20260106' })];
    expect(later.map(({ historyId }) => historyId)).toEqual(now.map(({ historyId }) => historyId));
    expect(new Set([...now, ...later].map(({ uuid }) => uuid)).size).toBe(2 * now.length);
    expect(new Set(now.map(({ historyId }) => historyId)).size).toBe(now.length);
  });

  it('attach what they name', () => {
    const files = new Set(allureResults(assembleReport(redCampaign())).map(({ name }) => name));
    const named = resultsOf(assembleReport(redCampaign())).flatMap(({ attachments }) => attachments);
    expect(named).toHaveLength(1);
    for (const { source } of named) expect(files.has(source)).toBe(true);
  });

  it('hold no control characters of the target, and no second line in the surroundings', () => {
    for (const { name, text } of allureResults(hostileReport())) {
      expect(name).toMatch(/^[\w.-]+$/);
      expect(text).not.toMatch(/[^\P{C}\n]/u);
    }
    const environment = allureResults(hostileReport()).find(({ name }) => name === 'environment.properties');
    expect(environment?.text.trimEnd().split('\n')).toHaveLength(7);
  });

  it('stay small whatever the target breaks', () => {
    const size = allureResults(brokenReport('fail')).reduce((sum, { text }) => sum + text.length, 0);
    expect(size).toBeLessThan(2_000_000);
  });
});
