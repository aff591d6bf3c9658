/** How people read the document: which failures come first, what is still open, what was left out and why. */
import { LEVELS } from '../core/verdict.ts';
import type { CampaignReport, ReportedCheck, ReportedFinding, ReportedRequirement } from './model.ts';
import { counted, enumerate } from './plain-text.ts';

type Judged = Pick<CampaignReport, 'requirements' | 'checks'>;

/** A check with the requirement it verifies and the finding that stands for its verdict. */
export interface Reading {
  readonly requirement: ReportedRequirement;
  readonly check: ReportedCheck;
  readonly finding: ReportedFinding | undefined;
  /** Findings of the same verdict that are not shown. */
  readonly more: number;
}

/** The checks of one verdict, MUST before SHOULD before MAY, otherwise in the order of the plan. */
export function readingsOf(report: Judged, verdict: ReportedCheck['verdict']): readonly Reading[] {
  const requirements = new Map(report.requirements.map((requirement) => [requirement.id, requirement]));
  const readings = report.checks.flatMap((check): Reading[] => {
    const requirement = requirements.get(check.requirement);
    if (check.verdict !== verdict || requirement === undefined) return [];
    const finding = check.findings.find((one) => one.verdict === verdict);
    return [{ requirement, check, finding, more: Math.max(0, check.counts[verdict] - 1) }];
  });
  return readings.sort((a, b) => levelOf(a) - levelOf(b));
}

const levelOf = ({ requirement }: Reading): number => LEVELS.indexOf(requirement.level);

/** Failures that nobody admitted. */
export const unexpectedFailures = (report: Judged): readonly Reading[] =>
  readingsOf(report, 'fail').filter(({ requirement }) => requirement.disposition !== 'as-expected');

const REMEDIES: Readonly<Record<string, string>> = {
  'evidence-not-whole':
    'raise the limits on evidence (entriesPerTrial, evidenceBytesPerTrial) and drive again',
  'script-aborted': 'let the campaign come to its end',
  'script-gave-up': 'remove what made the script give up and drive again',
  'nothing-to-judge': 'mend what kept the scenario from reaching what is judged, then drive again',
};

/** What would turn an undecided check into a pass or a fail. */
export function whatWouldDecide({ finding }: Pick<Reading, 'finding'>): string {
  if (finding === undefined) return 'drive again';
  if (finding.decide !== undefined) return finding.decide;
  if (finding.because !== undefined) return `mend ${finding.because}, which hides it, then drive again`;
  return REMEDIES[finding.code] ?? `evidence of this: ${finding.expected}`;
}

/** Requirements left out for one reason. */
export interface LeftOut {
  readonly reason: string;
  readonly kind: 'capability' | 'unverified' | 'not-asked';
  readonly ids: readonly string[];
}

/** The plan's word for what the selectors do not name. */
export const NOT_ASKED = 'not asked for';

/** What was not selected, by reason, in the order of the plan. */
export function leftOut(report: Pick<CampaignReport, 'requirements'>): readonly LeftOut[] {
  const groups = new Map<string, { reason: string; kind: LeftOut['kind']; ids: string[] }>();
  for (const requirement of report.requirements) {
    if (requirement.selected) continue;
    const kind = kindOf(requirement);
    const key = `${kind} ${requirement.reason}`;
    const group = groups.get(key) ?? { reason: requirement.reason, kind, ids: [] };
    group.ids.push(requirement.id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function kindOf({ reason, checks }: ReportedRequirement): LeftOut['kind'] {
  if (reason === NOT_ASKED) return 'not-asked';
  return checks.length === 0 ? 'unverified' : 'capability';
}

/** Ids of the selected requirements of which something is true. */
export const idsOf = (
  report: Pick<CampaignReport, 'requirements'>,
  is: (requirement: ReportedRequirement) => boolean,
): readonly string[] => report.requirements.filter((one) => one.selected && is(one)).map(({ id }) => id);

/** Entries that a finding points at: `two-tenants-3  entries 41, 42, 44`, one string for each trial. */
export function evidenceOf(finding: ReportedFinding): readonly string[] {
  return finding.refs.map(({ trial, entries }) =>
    entries.length === 0 ? trial : `${trial}  entries ${enumerate(entries.map(String))}`,
  );
}

/** Trials named beside a finding; the others are in the document. */
const MOST_TRIALS = 3;

/** The same on one line. */
export function evidenceText(finding: ReportedFinding): string {
  const places = evidenceOf(finding);
  const more = places.length - MOST_TRIALS;
  const shown = places.slice(0, MOST_TRIALS).join('; ');
  return more > 0 ? `${shown} and ${counted(more, 'more trial')}` : shown;
}
