import { createHash } from 'node:crypto';
import { HarnessError } from '../core/errors.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Suite } from '../core/suite.ts';
import { ENOUGH_SAMPLES } from './compared.ts';
import { PLAN_FORMAT, type Plan, type PlannedTrial } from './plan.ts';
import { sealPlan } from './seal.ts';
import { type Capabilities, type ChosenCheck, chooseChecks, missingFor, refuseNothing } from './select.ts';
import { sizeTopUps, type TopUpScenario } from './top-up.ts';

/** What a plan is made from, besides the suites. */
export type PlanBasis = Pick<
  Plan,
  | 'campaign'
  | 'createdAt'
  | 'harness'
  | 'seed'
  | 'target'
  | 'capabilities'
  | 'variationPoints'
  | 'thresholds'
  | 'departures'
  | 'origins'
  | 'limits'
  | 'prices'
  | 'selectors'
  | 'baseline'
  | 'comparedWith'
> & {
  readonly identities: readonly { readonly name: string; readonly tenant?: string; readonly user?: string }[];
  /** How many times as often everything is driven; once without it. */
  readonly repeat?: number;
};

/**
 * Decides everything that can be decided before the first request.
 * @throws HarnessError `NOTHING_SELECTED`, or `TOO_FEW_IDENTITIES` when a scenario needs more users than
 * the target was configured with.
 */
export function makePlan<View>(suites: readonly Suite<View>[], basis: PlanBasis): Plan {
  const { identities, repeat = 1, ...stated } = basis;
  const asked = chooseChecks(suites, basis.selectors, basis.capabilities).map(comparable(basis));
  const needed = neededScenarios(suites, asked, basis.capabilities).map((scenario) =>
    sized({ ...scenario, trials: scenario.trials * repeat }, basis.limits.users),
  );
  const { chosen, scenarios } = withinBudget(asked, needed, basis.limits.agentRuns);
  refuseNothing(chosen, basis.selectors);
  const trials = planTrials(scenarios, identities, basis.seed);
  return sealPlan({
    format: PLAN_FORMAT,
    ...stated,
    ...(repeat === 1 ? {} : { repeat }),
    requirements: suites.flatMap((suite) => planRequirements(suite, chosen)),
    checks: chosen.map(({ check, selected, reason }) => ({
      id: check.id,
      requirement: check.requirement,
      title: check.title,
      selected,
      reason,
    })),
    trials,
    agentRuns: costOf(scenarios.filter(({ isTopUp }) => !isTopUp)),
    agentRunsAtMost: costOf(scenarios),
  });
}

/** Whether a latency became worse can be asked only where an earlier campaign says what it was. */
const comparable =
  ({ comparedWith }: Pick<PlanBasis, 'comparedWith'>) =>
  <View>(choice: ChosenCheck<View>): ChosenCheck<View> => {
    if (choice.check.kind !== 'comparison' || !choice.selected) return choice;
    if (comparedWith === undefined) return { ...choice, selected: false, reason: NO_EARLIER };
    const isEnough = comparedWith.samples.some(({ ms }) => ms.length >= ENOUGH_SAMPLES);
    const reason = `the report of ${comparedWith.campaign} has ${ENOUGH_SAMPLES} samples of no stage`;
    return isEnough ? choice : { ...choice, selected: false, reason };
  };

const NO_EARLIER =
  'no earlier campaign was named to compare with: run --baseline <report>, or HARNESS_BASELINE_REPORT';

const costOf = (scenarios: readonly SizedScenario[]): number =>
  scenarios.reduce((sum, { trials, moment, agentRuns }) => sum + agentRuns * countOf({ trials, moment }), 0);

const countOf = ({ trials, moment }: Pick<Scenario, 'trials' | 'moment'>): number =>
  moment === 'both-ends' ? 2 : trials;

/** Leaves out the claims that the budget can never decide, and plans as many topping-up trials as it allows. */
function withinBudget<View>(
  asked: readonly ChosenCheck<View>[],
  needed: readonly SizedScenario[],
  agentRuns: number,
): { readonly chosen: readonly ChosenCheck<View>[]; readonly scenarios: readonly SizedScenario[] } {
  const claims = asked.flatMap(({ check, selected }) => (selected && check.kind === 'claim' ? [check] : []));
  const ids = new Set(claims.map(({ claim }) => claim.topUp));
  const always = needed.filter(({ id }) => !ids.has(id));
  // In the order of the claims: what is cheap and named first is decided first.
  const topping = [...ids].flatMap((id) => needed.find((scenario) => scenario.id === id) ?? []);
  const { trials, undecidable } = sizeTopUps(
    claims,
    topping.map(({ id, agentRuns: cost, crowd }): TopUpScenario => ({ id, agentRuns: cost, crowd })),
    Math.max(0, agentRuns - costOf(always)),
  );
  const toppingUp = topping.flatMap((scenario): SizedScenario[] => {
    const count = trials.get(scenario.id) ?? 0;
    return count === 0 ? [] : [{ ...scenario, trials: count, isTopUp: true }];
  });
  return {
    chosen: asked.map((choice) => {
      const reason = undecidable.get(choice.check.id);
      return reason === undefined ? choice : { ...choice, selected: false, reason };
    }),
    scenarios: [...always, ...toppingUp],
  };
}

function planRequirements<View>(
  suite: Suite<View>,
  chosen: readonly ChosenCheck<View>[],
): Plan['requirements'] {
  return suite.requirements.map(({ id, level, text, clause, excluded }) => {
    const own = chosen.filter(({ requirement }) => requirement.id === id);
    const selected = own.some((choice) => choice.selected);
    const reason =
      excluded ?? own.find((choice) => choice.selected === selected)?.reason ?? 'no check verifies it';
    return {
      id,
      suite: suite.id,
      level,
      text,
      clause,
      selected,
      reason,
      checks: own.map(({ check }) => check.id),
    };
  });
}

function neededScenarios<View>(
  suites: readonly Suite<View>[],
  chosen: readonly ChosenCheck<View>[],
  capabilities: Capabilities,
): readonly Scenario[] {
  const known = new Map(
    suites.flatMap(({ scenarios }) => scenarios.map((scenario) => [scenario.id, scenario])),
  );
  const ids = new Set(chosen.filter(({ selected }) => selected).flatMap(({ check }) => check.scenarios));
  const scenarios = [...ids].sort().map((id) => {
    const scenario = known.get(id);
    if (scenario === undefined)
      throw new TypeError(`scenario ${id} is needed by a check and declared by no suite`);
    return scenario;
  });
  return scenarios.filter((scenario) => missingFor(scenario, capabilities) === undefined);
}

/** A scenario whose number of actors is known. */
interface SizedScenario extends Scenario {
  readonly actors: number;
  readonly crowd: number;
  readonly isTopUp: boolean;
}

const sized = (scenario: Scenario, users: number): SizedScenario =>
  scenario.actors === 'crowd'
    ? { ...scenario, actors: users, agentRuns: scenario.agentRuns * users, crowd: users, isTopUp: false }
    : { ...scenario, actors: scenario.actors, crowd: 1, isTopUp: false };

function planTrials(
  scenarios: readonly SizedScenario[],
  identities: PlanBasis['identities'],
  seed: number,
): PlannedTrial[] {
  // Rotating the first actor spreads the trials over the users, so that no user's limit is reached early.
  let rotation = 0;
  return scenarios.flatMap((scenario) => {
    if (scenario.actors > identities.length) throw tooFew(scenario, identities.length);
    return Array.from({ length: countOf(scenario) }, (_, index): PlannedTrial => {
      const first = rotation;
      rotation += scenario.actors;
      return {
        id: `${scenario.id}-${index + 1}`,
        scenario: scenario.id,
        number: index + 1,
        seed: trialSeed(seed, scenario.id, index),
        interference: scenario.interference,
        moment: scenario.moment === 'any' ? 'any' : index === 0 ? 'opening' : 'closing',
        ...(scenario.isTopUp ? { topUp: true } : {}),
        actors: castOf(scenario, identities, first).map((identity) => allot(identities, identity)),
      };
    });
  });
}

/** Who plays in a trial, the first being `first` or the next one that has the neighbours it takes. */
function castOf(
  { id, actors, tenants }: SizedScenario,
  identities: PlanBasis['identities'],
  first: number,
): readonly number[] {
  const inTurn = (offset: number): readonly number[] =>
    identities.map((_identity, index) => (first + offset + index) % identities.length);
  const tenantOf = (index: number): string | undefined => identities[index]?.tenant;
  for (let offset = 0; offset < identities.length; offset += 1) {
    const [lead = 0, ...others] = inTurn(offset);
    const mates = others.filter((other) => tenantOf(other) === tenantOf(lead));
    const strangers = others.filter((other) => !mates.includes(other));
    const company = { any: others, one: mates, two: strangers.slice(0, 1).concat(others) }[tenants];
    const cast = [...new Set([lead, ...company])].slice(0, actors);
    const isMixed = tenants !== 'two' || strangers.length > 0;
    if (cast.length === actors && isMixed) return cast;
  }
  throw new HarnessError(
    'TOO_FEW_IDENTITIES',
    `scenario ${id} needs ${actors} users of ${tenants === 'one' ? 'one tenant' : 'two tenants'}, and the target was configured with none such`,
    { hint: 'give TARGET_USERS or TARGET_TOKENS users of as many tenants, or select other suites' },
  );
}

function allot(identities: PlanBasis['identities'], index: number): PlannedTrial['actors'][number] {
  const identity = identities[index];
  if (identity === undefined) throw new RangeError(`there is no identity ${index}`);
  const { name, tenant, user } = identity;
  return {
    name,
    identity: index,
    ...(tenant === undefined ? {} : { tenant }),
    ...(user === undefined ? {} : { user }),
  };
}

function tooFew(scenario: SizedScenario, have: number): HarnessError {
  return new HarnessError(
    'TOO_FEW_IDENTITIES',
    `scenario ${scenario.id} needs ${scenario.actors} users, the target was configured with ${have}`,
    {
      hint: 'name as many users with TARGET_USERS or TARGET_TOKENS, lower HARNESS_USERS, or select other suites',
    },
  );
}

/** A seed of its own for each trial, so that adding a scenario changes no other trial. */
function trialSeed(seed: number, scenario: string, index: number): number {
  return createHash('sha256').update(`${seed}/${scenario}/${index}`).digest().readInt32BE(0);
}
