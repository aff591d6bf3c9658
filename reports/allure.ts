/**
 * The report as results for Allure, written from the report alone: the folder is the same whichever front end
 * drove the campaign. A test is a check under its permanent id, which is what its history hangs on; the level of
 * its requirement is its severity. What could not be decided is broken there, as in every other form.
 */
import { createHash } from 'node:crypto';
import type { CampaignReport } from '../harness/report/model.ts';
import { plainText } from '../harness/report/plain-text.ts';
import {
  detailLines,
  excerptLines,
  figuresOf,
  type Outcome,
  type OutcomeKind,
  outcomesOf,
} from './outcomes.ts';

/** One file of the folder. */
export interface AllureFile {
  readonly name: string;
  readonly text: string;
}

interface Pair {
  readonly name: string;
  readonly value: string;
}

/** What Allure is told of a check besides its result. */
export interface AllureFacts {
  readonly historyId: string;
  readonly labels: readonly Pair[];
  /** Left out of the history: figures differ from campaign to campaign. */
  readonly parameters: readonly (Pair & { readonly excluded: true })[];
  readonly links: readonly { readonly name: string; readonly url: string; readonly type: 'link' }[];
  readonly description: string;
  /** The lines of evidence, where there are any. */
  readonly excerpt: string;
}

const SEVERITY = { MUST: 'critical', SHOULD: 'normal', MAY: 'minor' } as const;

/** Everything about an outcome that is not its result. */
export function allureFacts(report: CampaignReport, outcome: Outcome): AllureFacts {
  const { requirement, check, kind, id } = outcome;
  const { level, suite, clause, text } = requirement;
  const pair = (name: string, value: string): Pair => ({ name, value: plainText(value) });
  const tags = [level, ...(kind === 'warning' || kind === 'admitted' ? [kind] : [])];
  return {
    historyId: hash(`agent-conformance ${id}`),
    labels: [
      pair('suite', suite),
      pair('feature', requirement.id),
      pair('severity', SEVERITY[level]),
      ...tags.map((tag) => pair('tag', tag)),
      pair('testMethod', id),
    ],
    parameters: [
      ...(check === undefined ? [] : [['verdict', check.verdict] as const]),
      ...figuresOf(report, outcome),
    ].map(([name, value]) => ({ ...pair(name, value), excluded: true })),
    links: [{ name: 'target', url: report.target.url, type: 'link' }],
    description: `${plainText(text)}\n\nClause: ${plainText(clause)}`,
    excerpt: check === undefined ? '' : excerptLines(check).join('\n'),
  };
}

const STATUS: Readonly<Record<OutcomeKind, 'passed' | 'failed' | 'broken' | 'skipped'>> = {
  passed: 'passed',
  warning: 'passed',
  failed: 'failed',
  broken: 'broken',
  admitted: 'skipped',
  skipped: 'skipped',
};

/** All files of the folder: a result for each check, its evidence, the surroundings, and kinds of trouble. */
export function allureResults(report: CampaignReport): readonly AllureFile[] {
  const results = outcomesOf(report).flatMap((outcome) => filesOf(report, outcome));
  return [
    ...results,
    { name: 'environment.properties', text: environmentOf(report) },
    { name: 'categories.json', text: json(CATEGORIES) },
  ];
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

function filesOf(report: CampaignReport, outcome: Outcome): readonly AllureFile[] {
  const { kind, message, check, requirement, id } = outcome;
  const { excerpt, historyId, labels, ...facts } = allureFacts(report, outcome);
  const uuid = hash(`${report.campaign} ${id}`).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const at = Date.parse(report.startedAt ?? '') || 0;
  const evidence = { name: 'evidence', source: `${uuid}-attachment.txt`, type: 'text/plain' };
  const trace = kind === 'passed' ? {} : { message, trace: detailLines(outcome).join('\n') };
  const result = {
    uuid,
    historyId,
    testCaseId: historyId,
    fullName: `${requirement.suite}: ${id}`,
    titlePath: [requirement.suite],
    name: plainText(`${requirement.id} ${check?.title ?? requirement.text}`),
    status: STATUS[kind],
    statusDetails: trace,
    stage: 'finished',
    start: at,
    stop: at,
    steps: [],
    attachments: excerpt === '' ? [] : [evidence],
    ...facts,
    labels: [
      ...labels,
      { name: 'package', value: requirement.suite },
      { name: 'host', value: plainText(report.connectivity.host) },
      { name: 'framework', value: report.harness.name },
    ],
  };
  return [
    { name: `${uuid}-result.json`, text: json(result) },
    ...(excerpt === '' ? [] : [{ name: evidence.source, text: `${excerpt}\n` }]),
  ];
}

/** Java properties: a backslash escapes, and so nothing of the target's begins a line or a name. */
function environmentOf({ target, campaign, harness, plan }: CampaignReport): string {
  const facts = {
    campaign,
    target: target.url,
    environment: target.environment,
    profile: target.profile,
    version: target.versions.slice(0, 5).join(', '),
    seed: String(plan.seed),
    harness: `${harness.version} on Node ${harness.node}`,
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name} = ${plainText(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
}

const CATEGORIES = [
  { name: 'Undecided', matchedStatuses: ['broken'], messageRegex: 'inconclusive: .*' },
  {
    name: 'Errors of the harness or of the evidence',
    matchedStatuses: ['broken'],
    messageRegex: 'error: .*',
  },
  { name: 'Admissions that are stale', matchedStatuses: ['failed'], messageRegex: 'stale: .*' },
  { name: 'Breaches', matchedStatuses: ['failed'] },
];
