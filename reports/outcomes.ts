/**
 * What became of each check, in the words that tools for test results know. Nothing that was not seen to hold
 * is green there unless it may: a MUST that could not be decided is an error, and so is what nobody looked at.
 */
import type { CampaignReport, ReportedCheck, ReportedRequirement } from '../harness/report/model.ts';
import { counted, plainText } from '../harness/report/plain-text.ts';
import { evidenceText, NOT_ASKED, whatWouldDecide } from '../harness/report/reading.ts';
import { duration } from './figures.ts';

/** `warning`: breached or open, and allowed to be; `admitted`: a failure that the target's owners admit. */
export type OutcomeKind = 'passed' | 'warning' | 'failed' | 'broken' | 'admitted' | 'skipped';

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly requirement: ReportedRequirement;
  /** The check's id; the requirement's where no check verifies it. */
  readonly id: string;
  /** Absent when it has no verdict. */
  readonly check: ReportedCheck | undefined;
  /** One line: why it is not simply green; empty when it is. */
  readonly message: string;
}

/** One for each check, and for each requirement that no check verifies; what nobody asked for is left out. */
export function outcomesOf(report: CampaignReport): readonly Outcome[] {
  const checks = new Map(report.checks.map((check) => [check.id, check]));
  return report.requirements
    .filter(({ selected, reason }) => selected || reason !== NOT_ASKED)
    .flatMap((requirement) =>
      (requirement.checks.length === 0 ? [requirement.id] : requirement.checks).map((id): Outcome => {
        const check = checks.get(id);
        const kind = check === undefined ? unjudged(requirement) : kindOf(requirement, check);
        return { kind, requirement, id, check, message: messageOf(kind, requirement, check, report) };
      }),
    );
}

/** A selected requirement may have checks that were not asked for; one in error lacks what it should have. */
const unjudged = ({ selected, verdict }: ReportedRequirement): OutcomeKind =>
  selected && verdict === 'error' ? 'broken' : 'skipped';

function kindOf({ level, disposition }: ReportedRequirement, { verdict }: ReportedCheck): OutcomeKind {
  if (verdict === 'error') return 'broken';
  if (disposition === 'stale') return 'failed';
  if (verdict === 'pass') return 'passed';
  if (verdict === 'fail' && disposition === 'as-expected') return 'admitted';
  if (level !== 'MUST') return 'warning';
  return verdict === 'fail' ? 'failed' : 'broken';
}

function messageOf(
  kind: OutcomeKind,
  requirement: ReportedRequirement,
  check: ReportedCheck | undefined,
  { stopped }: CampaignReport,
): string {
  if (kind === 'passed') return '';
  if (check === undefined) return unjudgedMessage(kind, requirement, stopped?.message);
  if (kind === 'failed' && check.verdict === 'pass')
    return 'stale: it is admitted to fail, and passes; take it off the baseline';
  const finding = findingOf(check);
  const said = finding === undefined ? 'nobody looked' : finding.actual;
  return `${wordsBefore(kind, check)}${plainText(said)}`;
}

function wordsBefore(kind: OutcomeKind, { verdict }: ReportedCheck): string {
  if (kind === 'admitted') return 'admitted failure: ';
  if (verdict === 'fail') return kind === 'warning' ? 'breached: ' : '';
  return `${verdict}: `;
}

function unjudgedMessage(kind: OutcomeKind, { selected, reason }: ReportedRequirement, stopped = ''): string {
  if (kind === 'broken')
    return `error: nobody looked${stopped === '' ? '' : `, since ${plainText(stopped)}`}`;
  const why = selected ? 'this check was not asked for, or is beyond what the target has' : reason;
  return `not-applicable: ${plainText(why)}`;
}

/** The finding that stands for the verdict of a check. */
export const findingOf = ({
  findings,
  verdict,
}: ReportedCheck): ReportedCheck['findings'][number] | undefined =>
  findings.find((one) => one.verdict === verdict);

/** Findings and lines of transcript in the text of one outcome. */
const MOST_FINDINGS = 3;
const MOST_EXCERPT_LINES = 12;

/** What a person needs to judge an outcome, line by line: bounded, and without anything that acts. */
export function detailLines({ requirement, check }: Outcome): readonly string[] {
  const clause = `clause    ${plainText(requirement.clause)}`;
  if (check === undefined) return [plainText(requirement.text), clause];
  const worst = check.findings.filter(({ verdict }) => verdict === check.verdict);
  const more = worst.length - MOST_FINDINGS;
  return [
    plainText(requirement.text),
    ...worst
      .slice(0, MOST_FINDINGS)
      .flatMap((finding) => [
        `expected  ${plainText(finding.expected)}`,
        `actual    ${plainText(finding.actual)}`,
        ...(finding.verdict === 'inconclusive'
          ? [`decide    ${plainText(whatWouldDecide({ finding }))}`]
          : []),
        `evidence  ${plainText(evidenceText(finding))}`,
      ]),
    ...(more > 0 ? [`and ${counted(more, 'more finding')}, in report.json`] : []),
    ...excerptLines(check),
    clause,
    `repeat    ${plainText(check.reproduce)}`,
  ];
}

/** The lines of the transcript that the first finding points at. */
export const excerptLines = ({ excerpt }: ReportedCheck): readonly string[] =>
  excerpt
    .slice(0, MOST_EXCERPT_LINES)
    .map(({ trial, seq, at, text }) => `${plainText(trial)} ${seq}  ${duration(at)}  ${plainText(text)}`);

/** The figures behind a verdict, as names and values: findings looked at, and what a limit was decided on. */
export function figuresOf(
  report: CampaignReport,
  { check }: Outcome,
): readonly (readonly [string, string])[] {
  if (check === undefined) return [];
  const { pass, fail, inconclusive, error } = check.counts;
  const findings = ['findings', String(pass + fail + inconclusive + error)] as const;
  const claim = report.claims.find((one) => one.check === check.id);
  if (claim === undefined) return [findings];
  const { n, good, p95Ms, limitMs } = claim;
  const { low, high, confidence } = p95Ms ?? {};
  return [
    findings,
    ['n', String(n)],
    ['within limit', `${good} of ${n}`],
    ['limit', duration(limitMs)],
    ...(p95Ms === undefined ? [] : [['estimate', `p95 ${duration(p95Ms.point)}`] as const]),
    ...(low === undefined && high === undefined
      ? []
      : [
          ['interval', `${bound(low)} to ${bound(high)} (${Math.round((confidence ?? 0) * 100)} %)`] as const,
        ]),
  ];
}

const bound = (ms: number | undefined): string => (ms === undefined ? 'unbounded' : duration(ms));
