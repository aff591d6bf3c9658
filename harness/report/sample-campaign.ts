/** Small campaigns for the tests of the report and of its renderers: one red, one green, both by hand. */

import type { Finding } from '../core/finding.ts';
import { CAPABILITIES } from '../core/requirement.ts';
import { type Verdict, worstVerdict } from '../core/verdict.ts';
import type { Judgement } from '../judge/judge.ts';
import type { CheckVerdict } from '../judge/verdicts.ts';
import type { Plan } from '../plan/plan.ts';
import type { ReportInput } from './assemble.ts';

type Requirement = Plan['requirements'][number];

/** A selected requirement with one check, unless said otherwise. */
export function sampleRequirement(id: string, over: Partial<Requirement> = {}): Requirement {
  const stated = {
    id,
    suite: 'lifecycle',
    level: 'MUST',
    text: `The target MUST keep ${id}.`,
    clause: '4.3',
  } as const;
  return {
    ...stated,
    selected: true,
    reason: 'everything is selected',
    checks: [`lifecycle/${id.toLowerCase()}`],
    ...over,
  };
}

const TARGET = {
  name: 'staging',
  url: 'https://staging.example.com',
  wsUrl: 'wss://staging.example.com/ws',
  environment: 'staging',
  profile: 'default',
  dialect: 'agent-events-v1',
  endpoints: { health: 'https://staging.example.com/health' },
};

/** A plan of these requirements. */
export function samplePlan(requirements: readonly Requirement[], over: Partial<Plan> = {}): Plan {
  const trial = { seed: 1, number: 1, moment: 'any', actors: [] } as const;
  const offered = CAPABILITIES.map((name) => [name, { available: true, reason: 'the profile says so' }]);
  return {
    format: 'agent-conformance/plan@1',
    campaign: 'c-20260105',
    createdAt: '2026-01-05T10:00:00.000Z',
    harness: { name: 'agent-conformance', version: '0.1.0', node: 'v20.20.2' },
    seed: 7,
    target: TARGET,
    capabilities: Object.fromEntries(offered) as Plan['capabilities'],
    variationPoints: { 'VP-FANOUT': 'originating-socket' },
    thresholds: {} as Plan['thresholds'],
    departures: [],
    origins: { listed: 'https://app.example.com', unlisted: 'https://other.example.com' },
    limits: {
      concurrency: 4,
      users: 5,
      agentRuns: 0,
      startsPerSecond: 5,
      frameBytes: 65_536,
      entriesPerTrial: 1000,
      evidenceBytesPerTrial: 1e6,
    },
    selectors: [],
    requirements: [...requirements],
    checks: requirements.flatMap(({ id, checks, selected, reason }) =>
      checks.map((check) => ({ id: check, requirement: id, title: `${id} is kept`, selected, reason })),
    ),
    trials: [
      { ...trial, id: 'two-tenants-1', scenario: 'two-tenants', interference: 'quiet', actors: [] },
      {
        ...trial,
        id: 'two-tenants-2',
        scenario: 'two-tenants',
        interference: 'quiet',
        number: 2,
        actors: [],
      },
    ],
    agentRuns: 9,
    agentRunsAtMost: 9,
    seal: 'f00d',
    ...over,
  };
}

/** A finding with something in every field. */
export function sampleFinding(verdict: Verdict, over: Partial<Finding> = {}): Finding {
  return {
    verdict,
    code: 'sample',
    expected: 'no event after the terminal one',
    actual: verdict === 'pass' ? 'none' : '2 late events, first: message',
    refs: [{ trial: 'two-tenants-1', entries: [41, 42, 44] }],
    ...over,
  };
}

/** What the judge says of one check. */
export function sampleVerdict(requirement: string, findings: readonly Finding[]): CheckVerdict {
  const count = (verdict: Verdict): number => findings.filter((one) => one.verdict === verdict).length;
  return {
    check: `lifecycle/${requirement.toLowerCase()}`,
    requirement,
    verdict: worstVerdict(findings.map(({ verdict }) => verdict)),
    findings,
    counts: {
      pass: count('pass'),
      inconclusive: count('inconclusive'),
      fail: count('fail'),
      error: count('error'),
    },
  };
}

const MEDIAN = { point: 8420.5, low: 6100, high: 9900, n: 9, confidence: 0.9 };
const P95 = { point: 11_800, low: 8500, n: 9, confidence: 0.9 };
const PING = { point: 12.25, low: 11, high: 14, n: 80, confidence: 0.9 };

const MEASURED: Judgement['facts']['measures'] = [
  {
    measure: 'ping',
    meaning: '',
    n: 80,
    minMs: 9,
    meanMs: 12.5,
    medianMs: PING,
    p95Ms: PING,
    p99Ms: PING,
    failed: 0,
    maxMs: 20,
    observerErrorMs: 1.4,
  },
  {
    measure: 'completion',
    meaning: '',
    n: 9,
    minMs: 5000,
    meanMs: 8400,
    medianMs: MEDIAN,
    p95Ms: P95,
    p99Ms: P95,
    failed: 0,
    maxMs: 12_100,
    observerErrorMs: 1.4,
  },
];

/** A judgement of these checks over two trials and nine runs. */
export function sampleJudgement(checks: readonly CheckVerdict[]): Judgement {
  return {
    checks,
    claims: [],
    trials: [
      { trial: 'two-tenants-1', state: 'sealed', end: 'finished', entries: 60 },
      { trial: 'two-tenants-2', state: 'sealed', end: 'finished', entries: 58 },
    ],
    facts: {
      measures: MEASURED,
      samples: [{ measure: 'ping', ms: [11.5, 12.25, 14], n: 80, observerErrorMs: 1.2 }],
      connectivity: {
        versions: ['1.4.2'],
        auth: [
          { label: 'header', answer: 'greeted', n: 4 },
          { label: 'bad token: garbage', answer: 'refused with 401', n: 1 },
        ],
        skew: { n: 12, lowMs: -30, highMs: 45, isContradictory: false, refs: [] },
      },
      startedAt: '2026-01-05T10:00:01.000Z',
      endedAt: '2026-01-05T10:04:09.000Z',
      fixtures: { created: 0, removed: 0, left: [] },
      runs: { asked: 9, completed: 9, made: 0 },
      pace: { wallMs: 248_000, criticalPathMs: 220_000 },
      tables: [],
      timelines: [],
    },
  };
}

const EXCERPT = [
  { trial: 'two-tenants-1', seq: 41, at: 8120.25, text: '<- ada ws.frame "type":"agent_completed" "seq":9' },
  { trial: 'two-tenants-1', seq: 42, at: 8121.5, text: '<- ada ws.frame "type":"agent_thinking" "seq":10' },
];

/** Two MUST and one SHOULD fail, one is undecided, two were not selected, one passes. */
export function redCampaign(): ReportInput {
  const missing = 'needs mint-tokens: no signing key is configured';
  const plan = samplePlan([
    sampleRequirement('LC-1'),
    sampleRequirement('LC-3'),
    sampleRequirement('LC-9'),
    sampleRequirement('LC-15', { level: 'SHOULD' }),
    sampleRequirement('LC-4'),
    sampleRequirement('CN-6', { selected: false, reason: missing }),
    sampleRequirement('LC-30', {
      selected: false,
      reason: 'internal state, not visible from outside',
      checks: [],
    }),
  ]);
  const checks = [
    sampleVerdict('LC-1', [sampleFinding('pass')]),
    sampleVerdict('LC-3', [sampleFinding('fail'), sampleFinding('fail'), sampleFinding('pass')]),
    sampleVerdict('LC-9', [sampleFinding('fail', { expected: 'seq counts from 1', actual: 'seq 0' })]),
    sampleVerdict('LC-15', [sampleFinding('fail', { expected: 'a usage of tokens', actual: 'none' })]),
    sampleVerdict('LC-4', [
      sampleFinding('inconclusive', { because: 'LC-3', actual: 'the stream was broken before' }),
    ]),
  ];
  const excerpts = new Map([['lifecycle/lc-3', EXCERPT]]);
  return {
    plan,
    judgement: sampleJudgement(checks),
    excerpts,
    gate: { exitCode: 1, because: ['LC-3', 'LC-9'] },
  };
}

/** Everything selected passes. */
export function greenCampaign(): ReportInput {
  const ids = ['LC-1', 'LC-3'];
  return {
    plan: samplePlan(ids.map((id) => sampleRequirement(id))),
    judgement: sampleJudgement(ids.map((id) => sampleVerdict(id, [sampleFinding('pass')]))),
    excerpts: new Map(),
    gate: { exitCode: 0, because: [] },
  };
}
