/**
 * The report for people who read it beside a change: on a pull request, in a ticket, in a terminal pager.
 * What must be acted on comes first; what was not shown comes last and is never left out.
 */
import { exitMeaning, exitWord } from '../harness/report/exit.ts';
import type { CampaignReport, ReportedMeasure } from '../harness/report/model.ts';
import { counted, enumerate } from '../harness/report/plain-text.ts';
import {
  evidenceOf,
  leftOut,
  type Reading,
  readingsOf,
  unexpectedFailures,
  whatWouldDecide,
} from '../harness/report/reading.ts';
import { duration } from './figures.ts';
import { fitted, type Section } from './fit.ts';
import { latencyLines } from './latency.ts';
import { block, code, prose } from './markdown-text.ts';
import { tableLines } from './tables.ts';

/** What a reader of a pull request scrolls through; all of it is in the JSON. */
const MOST_LINES = 60;
const MOST_FAILURES = 10;
const MOST_ITEMS = 12;
/** Lines of transcript under a failure. */
const MOST_EXCERPT_LINES = 4;

/** The whole report as GitHub-flavoured Markdown, in at most 60 lines. */
export function renderMarkdown(report: CampaignReport): string {
  const sections = [
    { head: head(report), items: [], most: 0, least: 0 },
    ...gateSection(report),
    ...failureSection(report),
    ...errorSection(report),
    ...openSection(report),
    ...latencySection(report),
    ...report.tables.map(tableSection),
    ...connectivitySection(report),
    ...leftOutSection(report),
    ...passSection(report),
    ...listed('What this campaign did not prove', report.notProven.map(prose), 1),
  ];
  return `${fitted(sections, MOST_LINES).join('\n')}\n`;
}

function head(report: CampaignReport): readonly string[] {
  const { target, plan, totals, exitCode, campaign, harness, evidence } = report;
  const { runs } = evidence;
  const when =
    report.startedAt === undefined ? '' : `, ${report.startedAt} to ${report.endedAt ?? 'unknown'}`;
  return [
    `# ${prose(report.conclusion)}`,
    '',
    `**${exitWord(exitCode)}** (exit code ${exitCode}: ${exitMeaning(exitCode)}). ${totals.selected} of ` +
      `${counted(totals.requirements, 'requirement')} selected: ${totals.pass} pass, ${totals.fail} fail, ` +
      `${totals.inconclusive} inconclusive, ${totals.error} error.`,
    `Target ${code(target.url)} (${prose(target.environment)}, profile ${prose(target.profile)}). Campaign ` +
      `${code(campaign)}, seed ${plan.seed}, ${counted(plan.trials, 'trial')}, ` +
      `${counted(runs.asked + runs.made, 'agent run')}${when}. ${paceOf(report)}${fixturesOf(report)}${prose(harness.name)} ${prose(harness.version)}.`,
  ];
}

/** How close the driving came to the shortest time that the plan allows. */
function paceOf({ evidence: { pace } }: CampaignReport): string {
  if (pace === undefined || pace.criticalPathMs === 0) return '';
  const ratio = (pace.wallMs / pace.criticalPathMs).toFixed(2);
  return `Driven in ${duration(pace.wallMs)}, ${ratio} times its critical path. `;
}

/** What was made on the target and whether it is gone again; nothing where nothing was made. */
function fixturesOf({ evidence }: CampaignReport): string {
  const { created, removed, left } = evidence.fixtures;
  if (created === 0) return '';
  const leftovers = left.length === 0 ? '' : `; left behind: ${left.slice(0, 5).map(code).join(', ')}`;
  return `${counted(created, 'fixture')} made, ${removed} removed${leftovers}. `;
}

/** A heading with a list under it; nothing when the list is empty. */
const listed = (title: string, items: readonly string[], least = 0): readonly Section[] =>
  items.length === 0
    ? []
    : [{ head: [`## ${title}`], items: items.map((item) => [`- ${item}`]), most: MOST_ITEMS, least }];

/** The line that sums it up stays where the table has no room. */
function tableSection(table: CampaignReport['tables'][number]): Section {
  const [summary = '', ...lines] = tableLines(table);
  const head = [`## ${prose(table.title)}`, summary];
  return { head, items: lines.length === 0 ? [] : [lines], most: 1, least: 0, more: () => [] };
}

function latencySection(report: CampaignReport): readonly Section[] {
  const [names, rule, ...lines] = latencyLines(report);
  if (names === undefined || rule === undefined) return [];
  const end = lines.includes('') ? lines.indexOf('') : lines.length;
  return [
    {
      head: ['## Latency', names, rule],
      items: lines.slice(0, end).map((line) => [line]),
      foot: lines.slice(end),
      most: MOST_LINES,
      least: 1,
      // Without the empty line it would be a row of the table.
      more: (hidden) => ['', `and ${hidden} more, in report.json`],
    },
  ];
}

const SAID = {
  pass: 'passes',
  fail: 'fails',
  inconclusive: 'could not be decided',
  error: 'ended in an error',
} as const;

function gateSection({ gate, requirements, stopped }: CampaignReport): readonly Section[] {
  if (stopped !== undefined) return listed('Why', [`${prose(stopped.message)} (${stopped.code})`], 1);
  const reasons = gate.because.map((id) => {
    const requirement = requirements.find((one) => one.id === id);
    if (requirement === undefined) return prose(id);
    const { level, verdict, disposition, text } = requirement;
    const what =
      disposition === 'stale' ? 'passes although it is admitted to fail' : SAID[verdict ?? 'error'];
    return `${prose(id)} (${level}) ${what}: ${prose(text)}`;
  });
  return listed('Why', reasons, 1);
}

function failureSection(report: CampaignReport): readonly Section[] {
  const failures = unexpectedFailures(report);
  if (failures.length === 0) return [];
  const items = failures.map((failure, index) => (index < MOST_FAILURES ? failureLines(failure) : []));
  return [{ head: ['## Unexpected failures'], items, most: MOST_FAILURES, least: 1, weight: 3 }];
}

function failureLines({ requirement, check, finding, more }: Reading): readonly string[] {
  const excerpt = check.excerpt.slice(0, MOST_EXCERPT_LINES);
  const seen = excerpt.map(({ seq, at, text }) => `${seq}  ${duration(at)}  ${text}`);
  const evidence = finding === undefined ? '' : `; evidence ${enumerate(evidenceOf(finding).map(code), 3)}`;
  const lines =
    finding === undefined
      ? []
      : [
          `- expected ${code(finding.expected)}`,
          `- actual ${code(finding.actual)}${more > 0 ? ` (and ${counted(more, 'more finding')})` : ''}`,
        ];
  return [
    `### ${prose(requirement.id)} ${requirement.level} ${prose(check.title)}`,
    ...lines,
    `- clause ${prose(requirement.clause)}${evidence}; reproduce with ${code(check.reproduce)}`,
    ...(seen.length === 0 ? [] : block(seen)),
  ];
}

function errorSection(report: CampaignReport): readonly Section[] {
  if (report.stopped !== undefined) return [];
  const errors = readingsOf(report, 'error');
  const told = errors.map(
    ({ check, finding }) =>
      `${code(check.id)}: ${finding === undefined ? 'nobody looked' : code(finding.actual)}`,
  );
  return listed('Errors of the harness or of the evidence', told, 1);
}

function openSection(report: CampaignReport): readonly Section[] {
  const told = readingsOf(report, 'inconclusive').map((reading) => {
    const { requirement, check, finding } = reading;
    const seen = finding === undefined ? '' : `; seen ${code(finding.actual)}`;
    const decide = code(whatWouldDecide(reading));
    return `${prose(requirement.id)} ${requirement.level} ${prose(check.title)}${seen}; to decide: ${decide}`;
  });
  return listed('Inconclusive', told, 1);
}

function connectivitySection({ connectivity, measures }: CampaignReport): readonly Section[] {
  const { host, versions, auth, skew, notVerified } = connectivity;
  const rows = auth.map(({ label, answer, n }) => `${code(label)} ${prose(answer)} (n=${n})`);
  const clock =
    skew === undefined
      ? []
      : [`its clock minus ours: ${duration(skew.lowMs)} to ${duration(skew.highMs)} (n=${skew.n})`];
  const times = [...measures.flatMap(reached), ...clock];
  return listed('Connectivity', [
    `host ${code(host)}, version ${versions.length === 0 ? 'not told' : enumerate(versions.map(code))}`,
    ...(times.length === 0 ? [] : [times.join('; ')]),
    ...(rows.length === 0 ? [] : [`dials: ${enumerate(rows, MOST_ITEMS)}`]),
    ...(notVerified.length === 0
      ? []
      : [`not verified: ${notVerified.slice(0, MOST_ITEMS).map(prose).join(' ')}`]),
  ]);
}

function reached({ measure, n, medianMs, maxMs }: ReportedMeasure): readonly string[] {
  if (measure !== 'connect' && measure !== 'ping') return [];
  return [`${measure}: median ${duration(medianMs.point)}, max ${duration(maxMs)} (n=${n})`];
}

function leftOutSection(report: CampaignReport): readonly Section[] {
  const groups = leftOut(report).map(({ ids, reason }) => `${prose(enumerate(ids))}: ${prose(reason)}`);
  return listed('Not selected', groups);
}

/** One line for each suite: a long list of what is well is not read, but may be searched. */
function passSection(report: CampaignReport): readonly Section[] {
  const passes = readingsOf(report, 'pass');
  if (passes.length === 0) return [];
  const suites = [...new Set(passes.map(({ requirement }) => requirement.suite))];
  const items = suites.map((suite) => {
    const own = passes.filter(({ requirement }) => requirement.suite === suite);
    return [`- ${prose(suite)}: ${own.map(passed).join('; ')}`];
  });
  const head = [`<details><summary>${counted(passes.length, 'check')} passed</summary>`, ''];
  return [{ head, items, foot: ['</details>'], most: items.length, least: 0 }];
}

const passed = ({ requirement, check }: Reading): string =>
  `${prose(requirement.id)} ${requirement.level} ${prose(check.title)}`;
