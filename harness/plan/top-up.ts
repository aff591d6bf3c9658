/**
 * How often each topping-up scenario may be played: as often as a healthy target needs, if the budget of agent runs
 * allows it. Every claim gets the least it can be decided with before any gets more; a claim that cannot have even that
 * is told so before the first request, and not selected.
 */
import type { ClaimCheck } from '../core/check.ts';
import { P95_CLAIM } from '../stats/claim.ts';
import { leastSamples, plannedSamples } from '../stats/sequential.ts';

/** What one trial of a topping-up scenario costs, and how many act in it. */
export interface TopUpScenario {
  readonly id: string;
  readonly agentRuns: number;
  /** Actors of a crowd, by which the samples of a trial multiply; else 1. */
  readonly crowd: number;
}

export interface TopUps {
  /** By scenario, how many trials at most. */
  readonly trials: ReadonlyMap<string, number>;
  /** By check, why the budget can never decide it. */
  readonly undecidable: ReadonlyMap<string, string>;
}

/** The first sample of each claim is a cold one, and not in its decision. */
const COLD = 1;

/** Sizes the topping up for these claims; `left` is what the budget leaves of agent runs. */
export function sizeTopUps(
  claims: readonly ClaimCheck[],
  scenarios: readonly TopUpScenario[],
  left: number,
): TopUps {
  const trials = new Map<string, number>();
  const undecidable = new Map<string, string>();
  const wanted = new Map<string, number>();
  // Found by search, and the same for every claim.
  const [leastToHold, plannedToHold] = [leastSamples(P95_CLAIM), plannedSamples(P95_CLAIM)];
  let remaining = left;
  for (const check of claims) {
    const scenario = scenarios.find(({ id }) => id === check.claim.topUp);
    if (scenario === undefined) continue;
    const have = trials.get(scenario.id) ?? 0;
    const least = Math.max(have, trialsFor(check, scenario, leastToHold));
    const cost = (least - have) * scenario.agentRuns;
    if (cost > remaining) {
      undecidable.set(check.id, reasonOf(least * scenario.agentRuns, remaining + have * scenario.agentRuns));
      continue;
    }
    remaining -= cost;
    trials.set(scenario.id, least);
    const planned = trialsFor(check, scenario, plannedToHold);
    wanted.set(scenario.id, Math.max(wanted.get(scenario.id) ?? 0, planned));
  }
  shareOut(trials, wanted, scenarios, remaining);
  return { trials, undecidable };
}

const trialsFor = ({ claim }: ClaimCheck, { crowd }: TopUpScenario, samples: number): number =>
  Math.ceil((samples + COLD) / (claim.samplesPerTrial * crowd));

const reasonOf = (needed: number, allowed: number): string =>
  `described, not decided: needs about ${needed} agent runs, the budget allows ${allowed} (HARNESS_MAX_AGENT_RUNS)`;

/** One more trial for each in turn, until all have what they want or nothing is left. */
function shareOut(
  trials: Map<string, number>,
  wanted: ReadonlyMap<string, number>,
  scenarios: readonly TopUpScenario[],
  left: number,
): void {
  let remaining = left;
  let isGiving = true;
  while (isGiving) {
    isGiving = false;
    for (const { id, agentRuns } of scenarios) {
      const have = trials.get(id);
      if (have === undefined || have >= (wanted.get(id) ?? 0) || agentRuns > remaining) continue;
      trials.set(id, have + 1);
      remaining -= agentRuns;
      isGiving = true;
    }
  }
}
