import { describe, expect, it } from 'vitest';
import { type ClaimCheck, defineClaim } from '../core/check.ts';
import { sizeTopUps, type TopUpScenario } from './top-up.ts';

const claim = (id: string, topUp: string, samplesPerTrial = 1): ClaimCheck =>
  defineClaim({
    id,
    requirement: 'LT-1',
    title: 'it is quick',
    claim: { measure: 'completion', from: 'quiet', limit: 'completionMs', topUp, samplesPerTrial },
  });
const scenario = (id: string, agentRuns = 1, crowd = 1): TopUpScenario => ({ id, agentRuns, crowd });

const sized = (
  claims: readonly ClaimCheck[],
  scenarios: readonly TopUpScenario[],
  left: number,
): Readonly<Record<string, number>> => Object.fromEntries(sizeTopUps(claims, scenarios, left).trials);

describe('topping up', () => {
  it('is planned for what a healthy target needs, and one cold sample, where the budget allows it', () => {
    expect(sized([claim('a', 'runs')], [scenario('runs')], 5000)).toEqual({ runs: 274 });
  });

  it('costs no budget where it starts no run', () => {
    expect(sized([claim('a', 'dials', 10)], [scenario('dials', 0)], 0)).toEqual({ dials: 28 });
  });

  it('counts the samples of a crowd', () => {
    expect(sized([claim('a', 'load', 5)], [scenario('load', 25, 5)], 5000)).toEqual({ load: 11 });
  });

  it('gives every claim its least before any gets more, then shares out in turn', () => {
    const [a, b] = [claim('a', 'one'), claim('b', 'two')];
    expect(sized([a, b], [scenario('one'), scenario('two')], 74 * 2)).toEqual({ one: 74, two: 74 });
    expect(sized([a, b], [scenario('one'), scenario('two')], 74 * 2 + 21)).toEqual({ one: 85, two: 84 });
  });

  it('is shared by the claims of one scenario', () => {
    expect(sized([claim('a', 'runs'), claim('b', 'runs')], [scenario('runs')], 80)).toEqual({ runs: 80 });
  });

  it('tells beforehand what the budget can never decide, and does not drive for it', () => {
    const { trials, undecidable } = sizeTopUps(
      [claim('a', 'one'), claim('b', 'two')],
      [scenario('one'), scenario('two')],
      100,
    );
    expect(Object.fromEntries(trials)).toEqual({ one: 100 });
    expect(Object.fromEntries(undecidable)).toEqual({
      b: 'described, not decided: needs about 74 agent runs, the budget allows 26 (HARNESS_MAX_AGENT_RUNS)',
    });
  });
});
