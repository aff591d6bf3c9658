import type { Check } from '../core/check.ts';
import { HarnessError } from '../core/errors.ts';
import type { Capability, Requirement } from '../core/requirement.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Suite } from '../core/suite.ts';
import { readSelectors } from './selectors.ts';

/** For each capability, whether the target has it and, if not, why. */
export type Capabilities = Readonly<
  Record<Capability, { readonly available: boolean; readonly reason: string }>
>;

/** Whether something is judged, and the reason a reader is given. */
export interface Choice {
  readonly selected: boolean;
  readonly reason: string;
}

export interface ChosenCheck<View> extends Choice {
  readonly suite: Suite<View>;
  readonly requirement: Requirement;
  readonly check: Check<View>;
}

/** Every check of the suites with whether it is selected and why; decided before any traffic. */
export function chooseChecks<View>(
  suites: readonly Suite<View>[],
  selectors: readonly string[],
  capabilities: Capabilities,
): readonly ChosenCheck<View>[] {
  const every = suites.flatMap((suite) => suite.checks.map((check) => locate(suite, check)));
  const stated = suites.flatMap(({ requirements }) => requirements.map(({ id }) => id));
  const scenarios = suites.flatMap((suite) => suite.scenarios);
  const isAskedFor = readSelectors(selectors, every, stated, scenarios);
  const asked = selectors.length === 0 ? 'everything is selected' : 'asked for';
  const chosen = every.map((located) => ({
    ...located,
    ...(isAskedFor(located) ? choose(located, asked, scenarios, capabilities) : LEFT_OUT),
  }));
  refuseNothing(chosen, selectors);
  return chosen;
}

/**
 * A campaign that would judge nothing is a mistake, and told with the nearest reason.
 * @throws HarnessError `NOTHING_SELECTED` where no check is selected.
 */
export function refuseNothing<View>(
  chosen: readonly ChosenCheck<View>[],
  selectors: readonly string[],
): void {
  if (chosen.some(({ selected }) => selected)) return;
  const asked = chosen.find(({ reason }) => reason !== NOT_ASKED);
  throw new HarnessError('NOTHING_SELECTED', `${quoted(selectors)} selects nothing that can be judged here`, {
    hint: asked === undefined ? 'run "list" for what there is' : `${asked.requirement.id}: ${asked.reason}`,
  });
}

const NOT_ASKED = 'not asked for';
const LEFT_OUT: Choice = { selected: false, reason: NOT_ASKED };

type Located<View> = Omit<ChosenCheck<View>, keyof Choice>;

function locate<View>(suite: Suite<View>, check: Check<View>): Located<View> {
  const requirement = suite.requirements.find(({ id }) => id === check.requirement);
  if (requirement === undefined)
    throw new TypeError(
      `check ${check.id} verifies ${check.requirement}, which suite ${suite.id} does not state`,
    );
  return { suite, requirement, check };
}

function choose<View>(
  located: Located<View>,
  asked: string,
  scenarios: readonly Scenario[],
  capabilities: Capabilities,
): Choice {
  const needed = [...(located.requirement.when ?? []), ...(located.check.when ?? [])];
  const missing =
    needed.find((capability) => !capabilities[capability].available) ??
    missingForAll(located.check, scenarios, capabilities);
  if (missing !== undefined)
    return { selected: false, reason: `needs ${missing}: ${capabilities[missing].reason}` };
  return { selected: true, reason: asked };
}

/** What the scenario needs and the target lacks, if anything. */
export const missingFor = (
  { needs, actors, tenants }: Scenario,
  capabilities: Capabilities,
): Capability | undefined =>
  [...needs, ...(actors === 1 ? [] : ALONE_NOBODY), ...NEEDED_TENANTS[tenants]].find(
    (capability) => !capabilities[capability].available,
  );

const ALONE_NOBODY: readonly Capability[] = ['several-users'];

const NEEDED_TENANTS: Readonly<Record<Scenario['tenants'], readonly Capability[]>> = {
  any: [],
  one: ['tenant-mates'],
  two: ['two-tenants'],
};

/** What keeps every scenario of the check from being played; one that can be played is enough. */
function missingForAll<View>(
  check: Check<View>,
  scenarios: readonly Scenario[],
  capabilities: Capabilities,
): Capability | undefined {
  const own = scenarios.filter(({ id }) => check.scenarios.includes(id));
  const missing = own.map((scenario) => missingFor(scenario, capabilities));
  return missing.includes(undefined) ? undefined : missing[0];
}

const quoted = (selectors: readonly string[]): string =>
  selectors.length === 0 ? 'the whole catalogue' : selectors.map((selector) => `"${selector}"`).join(', ');
