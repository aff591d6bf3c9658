import type { Suite } from '../core/suite.ts';
import type { Plan } from './plan.ts';

const WAITING = 'not driven yet';

/**
 * What of a campaign that is still going on can be judged: the checks whose trials are all over. Claims wait for the end,
 * since their samples are not counted before.
 */
export function planSoFar<View>(plan: Plan, suites: readonly Suite<View>[], over: ReadonlySet<string>): Plan {
  const pending = new Set(plan.trials.filter(({ id }) => !over.has(id)).map(({ scenario }) => scenario));
  const waits = new Set(
    suites
      .flatMap(({ checks }) => checks)
      .filter(({ kind, scenarios }) => kind === 'claim' || scenarios.some((id) => pending.has(id)))
      .map(({ id }) => id),
  );
  const checks = plan.checks.map((check) =>
    check.selected && waits.has(check.id) ? { ...check, selected: false, reason: WAITING } : check,
  );
  const ready = new Set(checks.filter(({ selected }) => selected).map(({ requirement }) => requirement));
  return {
    ...plan,
    checks,
    requirements: plan.requirements.map((one) =>
      one.selected && !ready.has(one.id) ? { ...one, selected: false, reason: WAITING } : one,
    ),
    trials: plan.trials.filter(({ id }) => over.has(id)),
  };
}
