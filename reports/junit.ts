/**
 * The report as JUnit XML, for pipelines and dashboards that count tests. There is no standard: this is what
 * Jenkins, GitLab and their peers read, with properties in each test case as Maven Surefire writes them. A
 * testcase is a check under its permanent id, whatever became of it, so that its history is one history.
 */
import XmlBuilder from 'fast-xml-builder';
import type { CampaignReport } from '../harness/report/model.ts';
import { plainText } from '../harness/report/plain-text.ts';
import { detailLines, figuresOf, findingOf, type Outcome, outcomesOf } from './outcomes.ts';

/** An element: attributes begin with @, what it holds has the name of its tag, its text is called text. */
interface Element {
  readonly [member: string]: string | number | Element | readonly Element[];
}

const BUILDER = new XmlBuilder({
  attributeNamePrefix: '@',
  ignoreAttributes: false,
  suppressBooleanAttributes: false,
  suppressEmptyNode: true,
  textNodeName: 'text',
  format: true,
});

/** One suite of tests for each suite of requirements. */
export function renderJUnit(report: CampaignReport): string {
  const outcomes = outcomesOf(report);
  const suites = [...new Set(outcomes.map(({ requirement }) => requirement.suite))];
  const testsuites: Element = {
    '@name': `agent-conformance ${plainText(report.target.name)}`,
    ...countsOf(outcomes),
    '@time': seconds(report.evidence.pace?.wallMs),
    testsuite: suites.map((suite, id) => {
      const own = outcomes.filter(({ requirement }) => requirement.suite === suite);
      return suiteElement(report, suite, id, own);
    }),
  };
  return BUILDER.build({ '?xml': { '@version': '1.0', '@encoding': 'UTF-8' }, testsuites });
}

const seconds = (ms = 0): string => (ms / 1000).toFixed(3);

/** Without a zone, as the schemas have it: it is UTC. */
const timestampOf = ({ startedAt }: CampaignReport): Element =>
  startedAt === undefined ? {} : { '@timestamp': startedAt.slice(0, 19) };

function countsOf(outcomes: readonly Outcome[]): Element {
  const count = (one: Outcome['kind']): number => outcomes.filter(({ kind }) => kind === one).length;
  return { '@tests': outcomes.length, '@failures': count('failed'), '@errors': count('broken') };
}

function suiteElement(
  report: CampaignReport,
  suite: string,
  id: number,
  outcomes: readonly Outcome[],
): Element {
  const skipped = outcomes.filter(({ kind }) => kind === 'skipped' || kind === 'admitted').length;
  return {
    '@name': suite,
    ...countsOf(outcomes),
    '@skipped': skipped,
    // Judging takes no time worth telling; how long the driving took stands above.
    '@time': seconds(),
    ...timestampOf(report),
    '@hostname': plainText(report.connectivity.host),
    '@id': id,
    '@package': 'agent-conformance',
    properties: properties([
      ['campaign', report.campaign],
      ['target', report.target.url],
      ['target version', report.target.versions.join(', ')],
      ['harness', report.harness.version],
      ['seed', String(report.plan.seed)],
    ]),
    testcase: outcomes.map((outcome) => caseElement(report, outcome)),
  };
}

const properties = (pairs: readonly (readonly [string, string])[]): Element => ({
  property: pairs.map(([name, value]) => ({ '@name': name, '@value': plainText(value) })),
});

function caseElement(report: CampaignReport, outcome: Outcome): Element {
  const { requirement, id, check, message, kind } = outcome;
  return {
    '@classname': requirement.suite,
    '@name': id === requirement.id ? id : `${requirement.id} ${id}`,
    '@file': `suites/${requirement.suite}/requirements.ts`,
    '@time': seconds(),
    ...timestampOf(report),
    properties: properties([
      ['title', check?.title ?? requirement.text],
      ['clause', requirement.clause],
      ['level', requirement.level],
      ...(check === undefined ? [] : [['verdict', check.verdict] as const]),
      ...(requirement.disposition === undefined ? [] : [['disposition', requirement.disposition] as const]),
      ...figuresOf(report, outcome),
      ...(kind === 'warning' ? [['warning', `${requirement.level} ${message}`] as const] : []),
    ]),
    ...resultOf(outcome),
  };
}

function resultOf(outcome: Outcome): Element {
  const { kind, message, check } = outcome;
  const text = (): string => detailLines(outcome).join('\n');
  const type = plainText((check === undefined ? undefined : findingOf(check)?.code) ?? kind, 80);
  if (kind === 'failed') return { failure: { '@message': message, '@type': type, text: text() } };
  if (kind === 'broken') return { error: { '@message': message, '@type': type, text: text() } };
  if (kind === 'skipped') return { skipped: { '@message': message } };
  if (kind === 'admitted') return { skipped: { '@message': message }, 'system-out': text() };
  return kind === 'warning' ? { 'system-out': text() } : {};
}
