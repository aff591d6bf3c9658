import { describe, expect, it } from 'vitest';
import { type Check, defineCheck, defineClaim } from '../core/check.ts';
import { HarnessError } from '../core/errors.ts';
import { CAPABILITIES, type Capability, defineRequirements } from '../core/requirement.ts';
import { defineScenario, type Scenario } from '../core/scenario.ts';
import type { Suite } from '../core/suite.ts';
import { makePlan, type PlanBasis } from './make.ts';
import type { Plan } from './plan.ts';
import { readPlan } from './seal.ts';
import type { Capabilities } from './select.ts';

const scenario = (id: string, over: Partial<Scenario> = {}): Scenario =>
  defineScenario({ id, purpose: 'something is done', play: async () => undefined, ...over });
const check = (id: string, requirement: string, over: Partial<Check<unknown>> = {}): Check<unknown> =>
  defineCheck<unknown>({
    id,
    requirement,
    title: `${id} holds`,
    scenarios: ['visit'],
    judge: () => [],
    ...over,
  });
const clause = { level: 'MUST', text: 'It MUST.', clause: '1', source: 'here' } as const;

const DOORS: Suite<unknown> = {
  id: 'doors',
  title: 'Doors',
  requirements: defineRequirements([
    { id: 'DR-1', ...clause },
    { id: 'DR-2', ...clause, when: ['threads'] },
    { id: 'DR-3', ...clause, excluded: 'nobody can see it' },
    { id: 'DR-4', ...clause },
  ]),
  scenarios: [scenario('visit', { trials: 2, agentRuns: 3 }), scenario('pair', { actors: 2 })],
  checks: [
    check('doors/opens', 'DR-1'),
    check('doors/remembers', 'DR-2', { scenarios: ['visit'] }),
    check('doors/shuts', 'DR-4', { scenarios: ['pair'], when: ['fixtures'] }),
  ],
};
const CLOCKS: Suite<unknown> = {
  id: 'clocks',
  title: 'Clocks',
  requirements: defineRequirements([{ id: 'CL-1', ...clause }]),
  scenarios: [
    scenario('brackets', { moment: 'both-ends' }),
    scenario('secret-visit', { needs: ['sub-protocol-auth'] }),
  ],
  checks: [check('clocks/tick', 'CL-1', { scenarios: ['brackets', 'secret-visit'] })],
};
const SUITES = [DOORS, CLOCKS];

const capabilities = (...missing: readonly Capability[]): Capabilities =>
  Object.fromEntries(
    CAPABILITIES.map((name) => [
      name,
      { available: !missing.includes(name), reason: `the profile says of ${name}` },
    ]),
  ) as Capabilities;

const BASIS: PlanBasis = {
  campaign: 'c-1',
  createdAt: '2026-01-05T10:00:00.000Z',
  harness: { name: 'agent-conformance', version: '0.1.0', node: 'v20.20.0' },
  seed: 7,
  target: {
    name: 'target',
    url: 'https://target.example',
    wsUrl: 'wss://target.example/ws',
    environment: 'staging',
    profile: 'default',
    dialect: 'agent-events.v1',
    endpoints: { health: '/health' },
  },
  capabilities: capabilities(),
  variationPoints: { 'VP-FANOUT': 'all-sockets' },
  thresholds: {
    connectMs: 1,
    greetingMs: 1,
    pongMs: 1,
    firstEventMs: 1,
    firstToolMs: 1,
    completionMs: 1,
    optimisationMs: 1,
    multiAgentMs: 1,
    silenceMs: 1,
    cancelMs: 1,
    httpMs: 1,
    healthMs: 1,
    graceMs: 1,
    heldBackMs: 1,
    toleranceMs: 1,
    tolerancePercent: 5,
    skewMs: 1,
    telemetryMs: 60_000,
    successRate: 0.8,
    resilienceRate: 0.6,
    answerQuality: 0.7,
  },
  departures: [],
  origins: { unlisted: 'https://other.example' },
  limits: {
    concurrency: 1,
    users: 5,
    startsPerSecond: 1,
    agentRuns: 0,
    frameBytes: 1,
    entriesPerTrial: 1,
    evidenceBytesPerTrial: 1,
  },
  selectors: [],
  identities: [
    { name: 'ada', user: 'ada' },
    { name: 'grace', tenant: 'globex', user: 'grace' },
  ],
};

const plan = (over: Partial<PlanBasis> = {}, suites: readonly Suite<unknown>[] = SUITES): Plan =>
  makePlan(suites, { ...BASIS, ...over });
const selected = (...selectors: readonly string[]): readonly string[] =>
  plan({ selectors: [...selectors] })
    .checks.filter((one) => one.selected)
    .map(({ id }) => id);
const choiceOf = (made: Plan, id: string) => {
  const { selected: isSelected, reason } = made.checks.find((one) => one.id === id) ?? {};
  return [isSelected, reason];
};
function refusal(make: () => unknown): HarnessError {
  try {
    make();
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('selection', () => {
  it.each([
    [[], ['doors/opens', 'doors/remembers', 'doors/shuts', 'clocks/tick']],
    [['doors'], ['doors/opens', 'doors/remembers', 'doors/shuts']],
    [['DR-1'], ['doors/opens']],
    [['clocks/tick'], ['clocks/tick']],
    [
      ['DR-1', 'clocks'],
      ['doors/opens', 'clocks/tick'],
    ],
    [['doors/*s'], ['doors/opens', 'doors/remembers', 'doors/shuts']],
    [['*/tick'], ['clocks/tick']],
    [['DR-*'], ['doors/opens', 'doors/remembers', 'doors/shuts']],
  ])('%j', (selectors, checks) => {
    expect(selected(...selectors)).toEqual(checks);
  });

  it('does not take a name for the beginning of another, nor a dot for any letter', () => {
    expect(refusal(() => selected('door')).message).toBe('"door" names no suite, requirement or check');
    expect(refusal(() => selected('DR.1')).code).toBe('NOTHING_SELECTED');
    expect(refusal(() => selected('D..1*')).code).toBe('NOTHING_SELECTED');
  });

  it.each([
    ['doors/open', 'doors/opens'],
    ['dr-2', 'DR-2'],
    ['Clock', 'clocks'],
  ])('of "%s", which does not exist, suggests "%s"', (asked, meant) => {
    const error = refusal(() => selected(asked));
    expect([error.code, error.hint]).toEqual([
      'NOTHING_SELECTED',
      `did you mean "${meant}"? "list" shows all of them`,
    ]);
  });

  it('refuses one unknown selector among good ones', () => {
    expect(refusal(() => selected('DR-1', 'DR-9')).message).toBe(
      '"DR-9" names no suite, requirement or check',
    );
  });

  it('states what is not selected, and why', () => {
    const made = plan({ selectors: ['DR-1'] });
    expect(choiceOf(made, 'doors/opens')).toEqual([true, 'asked for']);
    expect(choiceOf(made, 'clocks/tick')).toEqual([false, 'not asked for']);
    expect(choiceOf(plan(), 'clocks/tick')).toEqual([true, 'everything is selected']);
    expect(made.requirements.map(({ id, selected: is, reason }) => [id, is, reason])).toEqual([
      ['DR-1', true, 'asked for'],
      ['DR-2', false, 'not asked for'],
      ['DR-3', false, 'nobody can see it'],
      ['DR-4', false, 'not asked for'],
      ['CL-1', false, 'not asked for'],
    ]);
  });
});

describe('capabilities', () => {
  it('that are missing deselect by requirement and by check, with the reason', () => {
    const made = plan({ capabilities: capabilities('threads', 'fixtures') });
    expect(choiceOf(made, 'doors/remembers')).toEqual([false, 'needs threads: the profile says of threads']);
    expect(choiceOf(made, 'doors/shuts')).toEqual([false, 'needs fixtures: the profile says of fixtures']);
    expect(made.requirements.find(({ id }) => id === 'DR-2')?.reason).toBe(
      'needs threads: the profile says of threads',
    );
    expect(made.trials.map(({ scenario: of }) => of)).not.toContain('pair');
  });

  it('that a scenario needs keep it from being played, not the check that has another', () => {
    const made = plan({ capabilities: capabilities('sub-protocol-auth'), selectors: ['clocks'] });
    expect(choiceOf(made, 'clocks/tick')).toEqual([true, 'asked for']);
    expect(made.trials.map(({ id }) => id)).toEqual(['brackets-1', 'brackets-2']);
  });

  it('that every scenario of a check needs deselect the check', () => {
    const suite = {
      ...CLOCKS,
      checks: [check('clocks/tick', 'CL-1', { scenarios: ['secret-visit'] })],
    };
    const made = plan({ capabilities: capabilities('sub-protocol-auth') }, [DOORS, suite]);
    expect(choiceOf(made, 'clocks/tick')).toEqual([
      false,
      'needs sub-protocol-auth: the profile says of sub-protocol-auth',
    ]);
  });

  it('that leave nothing to judge are told', () => {
    const error = refusal(() => plan({ capabilities: capabilities('threads'), selectors: ['DR-2'] }));
    expect([error.code, error.message, error.hint]).toEqual([
      'NOTHING_SELECTED',
      '"DR-2" selects nothing that can be judged here',
      'DR-2: needs threads: the profile says of threads',
    ]);
  });

  it('do not help a requirement that nobody checks', () => {
    expect(refusal(() => selected('DR-3')).message).toBe('"DR-3" selects nothing that can be judged here');
  });
});

describe('trials', () => {
  it('are as many as the scenario says, each once, with their moment', () => {
    expect(plan().trials.map(({ id, moment, number }) => [id, moment, number])).toEqual([
      ['brackets-1', 'opening', 1],
      ['brackets-2', 'closing', 2],
      ['pair-1', 'any', 1],
      ['secret-visit-1', 'any', 1],
      ['visit-1', 'any', 1],
      ['visit-2', 'any', 2],
    ]);
  });

  it('are counted by the agent runs that they cost', () => {
    expect(plan().agentRuns).toBe(6);
    expect(plan({ selectors: ['clocks'] }).agentRuns).toBe(0);
  });

  it('never give one identity to two actors of a trial, and spread the trials over the users', () => {
    const actors = plan().trials.map((trial) => trial.actors.map(({ name }) => name));
    expect(actors).toContainEqual(expect.arrayContaining(['ada', 'grace']));
    expect(actors.flat().filter((name) => name === 'ada')).toHaveLength(4);
    expect(
      plan()
        .trials.flatMap((trial) => trial.actors)
        .find(({ name }) => name === 'grace'),
    ).toEqual({
      name: 'grace',
      identity: 1,
      tenant: 'globex',
      user: 'grace',
    });
  });

  it('refuse to play two users with one identity', () => {
    const error = refusal(() => plan({ identities: [{ name: 'ada' }] }));
    expect([error.code, error.message]).toEqual([
      'TOO_FEW_IDENTITIES',
      'scenario pair needs 2 users, the target was configured with 1',
    ]);
  });

  it.each([
    ['one', 'ada', ['ada', 'alan']],
    ['two', 'ada', ['ada', 'grace']],
    ['any', 'ada', ['ada', 'alan']],
  ] as const)('cast users of %s tenant(s) with %s', (tenants, _lead, cast) => {
    const pair = scenario('pair', { actors: 2, tenants });
    const suite = {
      ...CLOCKS,
      scenarios: [pair],
      checks: [check('clocks/a', 'CL-1', { scenarios: ['pair'] })],
    };
    const identities = [
      { name: 'ada', tenant: 'acme' },
      { name: 'alan', tenant: 'acme' },
      { name: 'grace', tenant: 'globex' },
    ];
    const [trial] = plan({ identities }, [suite]).trials;
    expect(trial?.actors.map(({ name }) => name)).toEqual(cast);
  });

  it('keep their seeds when a scenario is added, and have different ones', () => {
    const added = { ...CLOCKS, scenarios: [...CLOCKS.scenarios, scenario('another', { trials: 4 })] };
    const checks = [...CLOCKS.checks, check('clocks/more', 'CL-1', { scenarios: ['another'] })];
    const seeds = (made: Plan) => new Map(made.trials.map(({ id, seed }) => [id, seed]));
    const before = seeds(plan());
    const after = seeds(plan({}, [DOORS, { ...added, checks }]));
    for (const [id, seed] of before) expect(after.get(id)).toBe(seed);
    expect(new Set(after.values()).size).toBe(after.size);
    expect(seeds(plan({ seed: 8 })).get('visit-1')).not.toBe(before.get('visit-1'));
  });
});

describe('declarations', () => {
  it('of a requirement twice are refused', () => {
    expect(() =>
      defineRequirements([
        { id: 'X-1', ...clause },
        { id: 'X-1', ...clause },
      ]),
    ).toThrow('requirement X-1 is declared twice');
  });

  it('of a check without its requirement, or without its scenario, are refused', () => {
    const stray = { ...DOORS, checks: [check('doors/stray', 'DR-9')] };
    expect(() => plan({}, [stray])).toThrow('which suite doors does not state');
    const idle = { ...DOORS, checks: [check('doors/idle', 'DR-1', { scenarios: ['nowhere'] })] };
    expect(() => plan({}, [idle])).toThrow('scenario nowhere is needed by a check and declared by no suite');
  });
});

describe('the seal', () => {
  it('lets a plan be read back as it was made', () => {
    expect(readPlan(JSON.stringify(plan()))).toEqual(plan());
    expect(readPlan(JSON.stringify(plan(), null, 2))).toEqual(plan());
  });

  it.each([
    ['a threshold', (made: Plan) => ({ ...made, thresholds: { ...made.thresholds, silenceMs: 60_000 } })],
    [
      'a declared choice',
      (made: Plan) => ({ ...made, variationPoints: { 'VP-FANOUT': 'originating-socket' } }),
    ],
    ['the trials', (made: Plan) => ({ ...made, trials: made.trials.slice(1) })],
    ['the selection', (made: Plan) => ({ ...made, checks: made.checks.slice(1) })],
    [
      'a level',
      (made: Plan) => ({ ...made, requirements: made.requirements.map((one) => ({ ...one, level: 'MAY' })) }),
    ],
    ['the seal', (made: Plan) => ({ ...made, seal: made.seal.replace(/^./, 'x') })],
  ])('finds out that %s was changed', (_what, change) => {
    const error = refusal(() => readPlan(JSON.stringify(change(plan()))));
    expect([error.code, error.message]).toEqual([
      'EVIDENCE_INVALID',
      'plan.json was changed after it was sealed',
    ]);
  });

  it.each(['', 'null', '[]', '{"format":"agent-conformance/plan@2"}'])(
    'refuses what is no plan: %s',
    (text) => {
      const error = refusal(() => readPlan(text));
      expect(error.code).toBe('EVIDENCE_INVALID');
      expect(error.message).toMatch(/^plan\.json is not a plan this version can read: /);
    },
  );
});

describe('claims', () => {
  const QUICK: Suite<unknown> = {
    id: 'quick',
    title: 'Quick',
    requirements: defineRequirements([{ id: 'QK-1', ...clause }]),
    scenarios: [scenario('sample', { agentRuns: 1 })],
    checks: [
      defineClaim({
        id: 'quick/completes',
        requirement: 'QK-1',
        title: 'it completes',
        claim: {
          measure: 'completion',
          from: 'quiet',
          limit: 'completionMs',
          topUp: 'sample',
          samplesPerTrial: 1,
        },
      }),
    ],
  };
  const budget = (agentRuns: number, selectors: readonly string[] = []) =>
    plan({ selectors: [...selectors], limits: { ...BASIS.limits, agentRuns } }, [DOORS, QUICK]);

  it('are topped up by trials that are named before the first request, after all others', () => {
    const { trials, agentRuns, agentRunsAtMost } = budget(6 + 80);
    const topUps = trials.filter(({ topUp }) => topUp === true);
    expect([topUps.length, topUps[0]?.id, topUps.at(-1)?.id]).toEqual([80, 'sample-1', 'sample-80']);
    expect([agentRuns, agentRunsAtMost]).toEqual([6, 86]);
    expect(readPlan(JSON.stringify(budget(6 + 80))).trials).toEqual(trials);
  });

  it('that the budget can never decide are not selected, and told', () => {
    const made = budget(6 + 73);
    expect(made.trials.some(({ topUp }) => topUp === true)).toBe(false);
    expect(choiceOf(made, 'quick/completes')).toEqual([
      false,
      'described, not decided: needs about 74 agent runs, the budget allows 73 (HARNESS_MAX_AGENT_RUNS)',
    ]);
    expect(refusal(() => budget(10, ['quick'])).hint).toContain('needs about 74 agent runs');
  });

  it('cost nothing where they are not asked for', () => {
    expect(budget(1000, ['doors']).trials.some(({ topUp }) => topUp === true)).toBe(false);
  });
});
