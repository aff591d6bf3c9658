/** What a plan will cost and what it can prove, told before the first request. */
import type { ClaimCheck } from '../core/check.ts';
import type { PriceTable } from '../core/prices.ts';
import type { Scenario } from '../core/scenario.ts';
import { P95_CLAIM } from '../stats/claim.ts';
import { leastSamples, plannedSamples } from '../stats/sequential.ts';
import { inOrder } from './order.ts';
import type { Plan, PlannedTrial } from './plan.ts';

/** The least, without any topping up, and the most, with all of it. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

export interface ClaimForecast {
  readonly check: string;
  readonly requirement: string;
  /** Samples that the plan can bring at most, the cold one left out. */
  readonly n: number;
  /** Samples that can decide for it if all are good, and with which a healthy target passes. */
  readonly leastToHold: number;
  readonly plannedToHold: number;
  readonly canHold: boolean;
}

export interface Forecast {
  readonly agentRuns: Span;
  readonly ms: Span;
  readonly tokens: Span;
  /** In US dollars at the dearest and at the usual model; absent where the target declares no prices. */
  readonly dollars?: Span;
  readonly claims: readonly ClaimForecast[];
}

/** Tokens that a run is assumed to take where nothing is known of the target's. */
export const ASSUMED_TOKENS = { input: 2_000, output: 500 } as const;
/** A trial takes so long, and so much longer for each agent run of an actor: the reference's times, rounded up. */
const TRIAL_MS = 1_000;
const RUN_MS = 1_500;

/** How long a trial takes where no earlier campaign tells. */
export function assumedMs({ agentRuns, actors }: Pick<Scenario, 'agentRuns' | 'actors'>): number {
  const each = actors === 'crowd' ? agentRuns : agentRuns / actors;
  return TRIAL_MS + RUN_MS * each;
}

/**
 * The shortest time in which trials that take so long can be driven in the order of the plan: of each group the longest
 * one, or all of them shared out evenly among as many as may overlap, whichever is longer.
 */
export function criticalPathMs(
  { limits }: Pick<Plan, 'limits'>,
  trials: readonly PlannedTrial[],
  msOf: (trial: PlannedTrial) => number,
): number {
  const paths = inOrder(trials).map((group) => {
    const times = group.trials.map(msOf);
    const total = times.reduce((sum, ms) => sum + ms, 0);
    return Math.max(total / (group.concurrency === 'one' ? 1 : limits.concurrency), ...times, 0);
  });
  return paths.reduce((sum, ms) => sum + ms, 0);
}

/** The forecast of a plan; `msOf` tells how long a trial takes. */
export function forecast(
  plan: Plan,
  claims: readonly ClaimCheck[],
  msOf: (trial: PlannedTrial) => number,
): Forecast {
  const always = plan.trials.filter(({ topUp }) => topUp !== true);
  const agentRuns = { least: plan.agentRuns, most: plan.agentRunsAtMost };
  const perRun = ASSUMED_TOKENS.input + ASSUMED_TOKENS.output;
  const dollars = plan.prices === undefined ? undefined : dollarsOf(plan.prices);
  return {
    agentRuns,
    ms: { least: criticalPathMs(plan, always, msOf), most: criticalPathMs(plan, plan.trials, msOf) },
    tokens: { least: agentRuns.least * perRun, most: agentRuns.most * perRun },
    ...(dollars === undefined
      ? {}
      : { dollars: { least: agentRuns.least * dollars.least, most: agentRuns.most * dollars.most } }),
    claims: claimForecasts(plan, claims),
  };
}

/** What a run of the assumed size costs at the fallback model, or else the cheapest, and at the dearest. */
function dollarsOf({ fallback, models }: PriceTable): Span | undefined {
  const costs = Object.entries(models).map(([name, { input_nusd, output_nusd }]) => ({
    name,
    dollars: (input_nusd * ASSUMED_TOKENS.input + output_nusd * ASSUMED_TOKENS.output) / 1e9,
  }));
  if (costs.length === 0) return undefined;
  const all = costs.map(({ dollars }) => dollars);
  const usual = costs.find(({ name }) => name === fallback)?.dollars;
  return { least: usual ?? Math.min(...all), most: Math.max(...all) };
}

function claimForecasts(plan: Plan, claims: readonly ClaimCheck[]): readonly ClaimForecast[] {
  if (claims.length === 0) return [];
  const [leastToHold, plannedToHold] = [leastSamples(P95_CLAIM), plannedSamples(P95_CLAIM)];
  return claims.map(({ id: check, requirement, claim }) => {
    const samples = plan.trials
      .filter(({ scenario }) => scenario === claim.topUp)
      .reduce(
        (sum, { actors }) => sum + claim.samplesPerTrial * (claim.from === 'load' ? actors.length : 1),
        0,
      );
    const n = Math.max(0, samples - 1);
    return { check, requirement, n, leastToHold, plannedToHold, canHold: n >= leastToHold };
  });
}
