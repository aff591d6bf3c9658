import type { TestResult } from 'allure-js-commons';
import { InMemoryWriter, ReporterRuntime } from 'allure-js-commons/sdk/reporter';
import { expect, it } from 'vitest';
import { assembleReport } from '../report/assemble.ts';
import { redCampaign } from '../report/sample-campaign.ts';
import { presentedOf } from './presented.ts';
import { type AllureMessage, tellAllure } from './tell-allure.ts';

/** What Allure makes of the messages of one test. */
function heard(check: string): {
  readonly result: TestResult | undefined;
  readonly attached: readonly string[];
} {
  const meta: { allureRuntimeMessages?: AllureMessage[] } = {};
  tellAllure(presentedOf(assembleReport(redCampaign()))[check]?.allure, meta);
  const writer = new InMemoryWriter();
  const runtime = new ReporterRuntime({ writer });
  const uuid = runtime.startTest({ name: check });
  runtime.applyRuntimeMessages(uuid, meta.allureRuntimeMessages as never);
  runtime.stopTest(uuid);
  runtime.writeTest(uuid);
  const attached = Object.values(writer.attachments).map((one) => one.toString());
  return { result: writer.tests[0], attached };
}

it('tells Allure labels, figures and history of a check', () => {
  const { result, attached } = heard('lifecycle/lc-15');
  const labels = result?.labels.map(({ name, value }) => `${name} ${value}`);
  for (const label of ['suite lifecycle', 'feature LC-15', 'severity normal', 'tag SHOULD', 'tag warning'])
    expect(labels).toContain(label);
  expect(result?.parameters).toContainEqual({ name: 'verdict', value: 'fail', excluded: true });
  expect(result?.links).toEqual([{ name: 'target', url: 'https://staging.example.com', type: 'link' }]);
  expect(result?.historyId).toMatch(/^[0-9a-f]{32}$/);
  expect(result?.testCaseId).toBe(result?.historyId);
  expect(attached).toEqual([]);
});

it('attaches the lines of evidence', () => {
  const { attached } = heard('lifecycle/lc-3');
  expect(attached).toHaveLength(1);
  expect(attached[0]).toContain('two-tenants-1 41  8.12 s  <- ada ws.frame');
});

it('gives each check a history of its own, the same in every campaign', () => {
  const ids = ['lifecycle/lc-3', 'lifecycle/lc-9', 'lifecycle/lc-3'].map(
    (check) => heard(check).result?.historyId,
  );
  expect(ids[0]).not.toBe(ids[1]);
  expect(ids[0]).toBe(ids[2]);
});
