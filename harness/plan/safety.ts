import type { Check } from '../core/check.ts';
import { HarnessError } from '../core/errors.ts';
import { markingOf } from '../core/safety.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Suite } from '../core/suite.ts';
import type { Plan } from './plan.ts';

/** As many are named in a message. */
const NAMED = 3;

/**
 * Lets a plan pass that its target bears: anything where a deployment is marked as being for tests, else what only reads.
 * @throws HarnessError `CONFIG_INVALID` before the first request, with how to mark the target.
 */
export function refuseUnsafe<View>(
  { target, trials, checks }: Pick<Plan, 'target' | 'trials' | 'checks'>,
  suites: readonly Suite<View>[],
): void {
  const marking = markingOf(target.environment);
  if (marking === 'for-tests') return;
  const scenarios = new Map(suites.flatMap((suite) => suite.scenarios.map((one) => [one.id, one])));
  const planned = [...new Set(trials.map(({ scenario }) => scenario))];
  const unsafe = planned.flatMap((id) => {
    const scenario = scenarios.get(id);
    return scenario?.safety === 'read-only' ? [] : [`${id} (${scenario?.safety ?? 'unknown'})`];
  });
  if (unsafe.length === 0) return;
  const isSafe = (id: string): boolean => scenarios.get(id)?.safety === 'read-only';
  const rest = unsafe.length > NAMED ? `, and ${unsafe.length - NAMED} more` : '';
  const what = `${unsafe.slice(0, NAMED).join(', ')}${rest}`;
  const is =
    marking === 'production'
      ? `is marked as production ("${target.environment}")`
      : 'is not marked as a deployment for tests';
  throw new HarnessError(
    'CONFIG_INVALID',
    `${target.url} ${is}, and more than reading was asked for: ${what}`,
    {
      hint: hintFor(marking, readable(checks, suites, isSafe)),
    },
  );
}

/** Requirements that reading alone can decide. */
function readable<View>(
  selected: Plan['checks'],
  suites: readonly Suite<View>[],
  isSafe: (scenario: Scenario['id']) => boolean,
): readonly string[] {
  const wanted = new Set(selected.filter((check) => check.selected).map(({ id }) => id));
  const own = suites.flatMap((suite) => suite.checks).filter(({ id }) => wanted.has(id));
  const onlyReads = ({ scenarios }: Check<View>): boolean => scenarios.length > 0 && scenarios.every(isSafe);
  const requirements = [...new Set(own.map(({ requirement }) => requirement))];
  return requirements.filter((id) => own.filter(({ requirement }) => requirement === id).every(onlyReads));
}

function hintFor(marking: 'production' | 'unmarked', ids: readonly string[]): string {
  const reading = ids.length === 0 ? 'nothing of it only reads' : `what only reads: run ${ids.join(' ')}`;
  if (marking === 'production') return reading;
  return `if it is for tests, say so: TARGET_ENVIRONMENT=staging, or "environment": "staging" in its profile; ${reading}`;
}
