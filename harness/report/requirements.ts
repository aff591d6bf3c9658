import { type Disposition, type Verdict, worstVerdict } from '../core/verdict.ts';
import type { GateInput } from '../judge/gate.ts';
import type { Judgement } from '../judge/judge.ts';
import type { CheckVerdict } from '../judge/verdicts.ts';
import type { Plan } from '../plan/plan.ts';
import { admittedOf, judgeAdmissions } from './admissions.ts';
import type { ReportedRequirement } from './model.ts';

/**
 * Compares a verdict with what the target's owners admit. An admission excuses a failure and nothing else:
 * an error is ours, and what could not be seen was not admitted.
 */
export function disposition(verdict: Verdict, isAdmitted: boolean): Disposition {
  if (verdict === 'pass') return isAdmitted ? 'stale' : 'as-expected';
  return verdict === 'fail' && isAdmitted ? 'as-expected' : 'unexpected';
}

/** Every requirement of the plan; those that were selected with their verdict, the worst of their checks'. */
export function judgeRequirements(plan: Plan, judgement: Judgement | undefined): ReportedRequirement[] {
  const verdicts = new Map(judgement?.checks.map((check) => [check.check, check]));
  const admissions = judgeAdmissions(plan, judgement);
  const selected = new Set(plan.checks.filter((check) => check.selected).map(({ id }) => id));
  return plan.requirements.map((requirement): ReportedRequirement => {
    const stated = { ...requirement, because: [] };
    if (!requirement.selected) return stated;
    const own = requirement.checks.filter((id) => selected.has(id)).map((id) => verdicts.get(id));
    // A selected check without a verdict is one that nobody looked at.
    const verdict = worstVerdict(own.map((check) => check?.verdict ?? 'error'));
    const failing = own.flatMap((check) => (check?.verdict === 'fail' ? [check.check] : []));
    const isAdmitted = admittedOf(requirement.id, failing, admissions);
    return { ...stated, verdict, disposition: disposition(verdict, isAdmitted), because: causesOf(own) };
  });
}

function causesOf(checks: readonly (CheckVerdict | undefined)[]): string[] {
  const findings = checks.flatMap((check) => check?.findings ?? []);
  const open = findings.filter(({ verdict }) => verdict === 'inconclusive');
  return [...new Set(open.flatMap(({ because }) => because ?? []))];
}

/** What the gate needs of each selected requirement. */
export function gateInputs(plan: Plan, judgement: Judgement | undefined): readonly GateInput[] {
  return judgeRequirements(plan, judgement).flatMap(({ id, level, verdict, disposition: compared }) =>
    verdict === undefined || compared === undefined ? [] : [{ id, level, verdict, disposition: compared }],
  );
}
