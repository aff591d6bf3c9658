import { describe, expect, it } from 'vitest';
import { defineClaim } from '../core/check.ts';
import { assumedMs, criticalPathMs, forecast } from './forecast.ts';
import type { Plan, PlannedTrial } from './plan.ts';

const trial = (id: string, over: Partial<PlannedTrial> = {}): PlannedTrial => ({
  ...{ id: `${id}-1`, scenario: id, number: 1, seed: 1, interference: 'quiet', moment: 'any', actors: [] },
  ...over,
});
const planOf = (trials: PlannedTrial[], over: Partial<Plan> = {}): Plan =>
  ({ trials, agentRuns: 10, agentRunsAtMost: 40, limits: { concurrency: 2 }, ...over }) as Plan;

const CLAIM = defineClaim({
  ...{ id: 'latency/pings', requirement: 'LT-1', title: 'pings come in time' },
  claim: { measure: 'ping', from: 'quiet', limit: 'pongMs', topUp: 'pings', samplesPerTrial: 50 },
});

describe('the critical path', () => {
  it('shares quiet trials out, and lets the others wait for each other', () => {
    const trials = [
      ...['a', 'b', 'c', 'd'].map((id) => trial(id)),
      ...['e', 'f'].map((id) => trial(id, { interference: 'disruptive' })),
    ];
    expect(criticalPathMs(planOf(trials), trials, () => 1_000)).toBe(2_000 + 2_000);
    expect(criticalPathMs(planOf(trials), trials, ({ id }) => (id === 'a-1' ? 9_000 : 1_000))).toBe(11_000);
  });

  it('of nothing is no time', () => {
    expect(criticalPathMs(planOf([]), [], () => 1_000)).toBe(0);
  });
});

describe('a forecast', () => {
  it('spans from what is driven in any case to all topping up', () => {
    const trials = [trial('a'), trial('pings', { topUp: true })];
    const { ms, tokens, dollars } = forecast(planOf(trials), [], () => 1_000);
    expect(ms).toEqual({ least: 1_000, most: 2_000 });
    expect(tokens).toEqual({ least: 25_000, most: 100_000 });
    expect(dollars).toBeUndefined();
  });

  it('prices runs at the fallback model and at the dearest', () => {
    const models = {
      cheap: { input_nusd: 100, output_nusd: 100 },
      dear: { input_nusd: 1_000, output_nusd: 1_000 },
    };
    const prices = { version: '1', fallback: 'cheap', models };
    const { dollars } = forecast(planOf([], { prices }), [], () => 0);
    expect(dollars?.least).toBeCloseTo(10 * 2_500 * 1e-7, 9);
    expect(dollars?.most).toBeCloseTo(40 * 2_500 * 1e-6, 9);
  });

  it('tells of each claim whether it can be decided for', () => {
    const times = (n: number) => Array.from({ length: n }, () => trial('pings', { topUp: true }));
    const [few] = forecast(planOf(times(1)), [CLAIM], () => 0).claims;
    expect(few).toMatchObject({ n: 49, leastToHold: 73, canHold: false });
    const [many] = forecast(planOf(times(2)), [CLAIM], () => 0).claims;
    expect(many).toMatchObject({ n: 99, canHold: true });
  });

  it('assumes that actors work side by side', () => {
    expect(assumedMs({ agentRuns: 4, actors: 2 })).toBe(assumedMs({ agentRuns: 2, actors: 1 }));
    expect(assumedMs({ agentRuns: 2, actors: 'crowd' })).toBe(assumedMs({ agentRuns: 2, actors: 1 }));
  });
});
