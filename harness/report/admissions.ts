/** What became of each admission, and what of the baseline keeps a campaign from conforming. */
import type { Verdict } from '../core/verdict.ts';
import type { Judgement } from '../judge/judge.ts';
import { type Admission, subjectOf } from '../plan/baseline.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * `stale`: it passes. `expired`: its day is over. `unmatched`: it names nothing that is judged. `open`: it could not be
 * decided. `not-selected`: nobody looked.
 */
export const ADMISSION_STATES = [
  'as-expected',
  'stale',
  'expired',
  'unmatched',
  'open',
  'not-selected',
] as const;
export type AdmissionState = (typeof ADMISSION_STATES)[number];

export interface JudgedAdmission {
  readonly subject: string;
  /** The requirement it concerns, where there is one. */
  readonly requirement: string | undefined;
  readonly admission: Admission;
  readonly state: AdmissionState;
}

/** The admissions of the plan's baseline, in their order. */
export function judgeAdmissions(plan: Plan, judgement: Judgement | undefined): readonly JudgedAdmission[] {
  const verdicts = new Map(judgement?.checks.map(({ check, verdict }) => [check, verdict]));
  return (plan.baseline?.failures ?? []).map((admission): JudgedAdmission => {
    const own = checksOf(plan, admission);
    const requirement = admission.requirement ?? own[0]?.requirement;
    return {
      subject: subjectOf(admission),
      requirement: own.length === 0 ? undefined : requirement,
      admission,
      state: stateOf(plan, admission, own, verdicts),
    };
  });
}

type PlannedCheck = Plan['checks'][number];

const checksOf = ({ checks }: Plan, admission: Admission): readonly PlannedCheck[] =>
  checks.filter(({ id, requirement }) => id === admission.check || requirement === admission.requirement);

function stateOf(
  plan: Plan,
  { until }: Admission,
  own: readonly PlannedCheck[],
  verdicts: ReadonlyMap<string, Verdict>,
): AdmissionState {
  if (own.length === 0) return 'unmatched';
  // By the day on which it was planned, so that judging again later gives the same.
  if (plan.createdAt.slice(0, 10) > until) return 'expired';
  const selected = own.filter((check) => check.selected);
  if (selected.length === 0) return 'not-selected';
  const found = selected.map(({ id }) => verdicts.get(id));
  if (found.includes('fail')) return 'as-expected';
  return found.every((verdict) => verdict === 'pass') ? 'stale' : 'open';
}

/** Whether all that fails of a requirement is admitted, and whether anything of it is. */
export function admittedOf(
  requirement: string,
  failing: readonly string[],
  admissions: readonly JudgedAdmission[],
): boolean {
  const live = admissions.filter(({ state }) => state !== 'expired' && state !== 'unmatched');
  const names = new Set(live.map(({ subject }) => subject));
  if (names.has(requirement)) return true;
  if (failing.length > 0) return failing.every((check) => names.has(check));
  return live.some((one) => one.requirement === requirement);
}

/** Capabilities that the baseline had and the target lost. */
export function lostCapabilities({ baseline, capabilities }: Plan): readonly {
  readonly name: string;
  readonly reason: string;
}[] {
  return (baseline?.capabilities ?? [])
    .filter((name) => capabilities[name]?.available !== true)
    .map((name) => ({ name, reason: capabilities[name]?.reason ?? 'it is not stated' }));
}

const BLOCKING: readonly AdmissionState[] = ['stale', 'expired', 'unmatched'];

/** What of the baseline blocks, whatever the verdicts are: ids of admissions and names of capabilities. */
export function blockersOf(plan: Plan, judgement: Judgement | undefined): readonly string[] {
  const admissions = judgeAdmissions(plan, judgement).filter(({ state }) => BLOCKING.includes(state));
  return [...admissions.map(({ subject }) => subject), ...lostCapabilities(plan).map(({ name }) => name)];
}
