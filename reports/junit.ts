/**
 * The report as JUnit XML, for pipelines and dashboards that count tests. There is no standard: this is what
 * Jenkins, GitLab and their peers read, with properties in each test case as Maven Surefire writes them. A
 * testcase is a check under its permanent id, whatever became of it, so that its history is one history.
 */
import { create } from 'xmlbuilder2';
import type { CampaignReport } from '../harness/report/model.ts';
import { plainText } from '../harness/report/plain-text.ts';
import { detailLines, figuresOf, type Outcome, outcomesOf } from './outcomes.ts';

type Attributes = Readonly<Record<string, string | number>>;
type Element = ReturnType<typeof create>;

/** One suite of tests for each suite of requirements. */
export function renderJUnit(report: CampaignReport): string {
  const outcomes = outcomesOf(report);
  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '' });
  const root = document.ele('testsuites', {
    name: `agent-conformance ${plainText(report.target.name)}`,
    ...countsOf(outcomes),
    time: seconds(report.evidence.pace?.wallMs),
  });
  const suites = [...new Set(outcomes.map(({ requirement }) => requirement.suite))];
  for (const [index, suite] of suites.entries())
    writeSuite(
      root,
      report,
      suite,
      index,
      outcomes.filter(({ requirement }) => requirement.suite === suite),
    );
  return `${document.end({ prettyPrint: true })}\n`;
}

const seconds = (ms = 0): string => (ms / 1000).toFixed(3);

/** Without a zone, as the schemas have it: it is UTC. */
const timestampOf = ({ startedAt }: CampaignReport): Attributes =>
  startedAt === undefined ? {} : { timestamp: startedAt.slice(0, 19) };

function countsOf(outcomes: readonly Outcome[]): Attributes {
  const count = (...kinds: readonly Outcome['kind'][]): number =>
    outcomes.filter(({ kind }) => kinds.includes(kind)).length;
  return { tests: outcomes.length, failures: count('failed'), errors: count('broken') };
}

function writeSuite(
  root: Element,
  report: CampaignReport,
  suite: string,
  id: number,
  outcomes: readonly Outcome[],
): void {
  const skipped = outcomes.filter(({ kind }) => kind === 'skipped' || kind === 'admitted').length;
  const element = root.ele('testsuite', {
    name: suite,
    ...countsOf(outcomes),
    skipped,
    // Judging takes no time worth telling; how long the driving took stands above.
    time: seconds(),
    ...timestampOf(report),
    hostname: plainText(report.connectivity.host),
    id,
    package: 'agent-conformance',
  });
  writeProperties(element, [
    ['campaign', report.campaign],
    ['target', report.target.url],
    ['target version', report.target.versions.join(', ')],
    ['harness', report.harness.version],
    ['seed', String(report.plan.seed)],
  ]);
  for (const outcome of outcomes) writeCase(element, report, outcome);
}

function writeProperties(element: Element, pairs: readonly (readonly [string, string])[]): void {
  const properties = element.ele('properties');
  for (const [name, value] of pairs) properties.ele('property', { name, value: plainText(value) });
}

function writeCase(suite: Element, report: CampaignReport, outcome: Outcome): void {
  const { requirement, id, check, message, kind } = outcome;
  const element = suite.ele('testcase', {
    classname: requirement.suite,
    name: id === requirement.id ? id : `${requirement.id} ${id}`,
    file: `suites/${requirement.suite}/requirements.ts`,
    time: seconds(),
    ...timestampOf(report),
  });
  writeProperties(element, [
    ['title', check?.title ?? requirement.text],
    ['clause', requirement.clause],
    ['level', requirement.level],
    ...(check === undefined ? [] : [['verdict', check.verdict] as const]),
    ...(requirement.disposition === undefined ? [] : [['disposition', requirement.disposition] as const]),
    ...figuresOf(report, outcome),
    ...(kind === 'warning' ? [['warning', `${requirement.level} ${message}`] as const] : []),
  ]);
  writeResult(element, outcome);
}

function writeResult(element: Element, outcome: Outcome): void {
  const { kind, message, check } = outcome;
  const text = (): string => detailLines(outcome).join('\n');
  if (kind === 'skipped' || kind === 'admitted') element.ele('skipped', { message });
  else if (kind === 'failed') element.ele('failure', { message, type: typeOf(outcome) }).txt(text());
  else if (kind === 'broken') element.ele('error', { message, type: typeOf(outcome) }).txt(text());
  if (kind === 'warning' || (kind === 'admitted' && check !== undefined))
    element.ele('system-out').txt(text());
}

/** The stable code of the finding, where there is one. */
const typeOf = ({ check, kind }: Outcome): string =>
  plainText(check?.findings.find(({ verdict }) => verdict === check.verdict)?.code ?? kind, 80);
