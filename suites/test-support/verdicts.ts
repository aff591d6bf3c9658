/** Has transcripts judged by one check of the catalogue, through the judge that judges campaigns. */
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { createJudge, type Judgement } from '../../harness/judge/judge.ts';
import { agentEventsV1 } from '../../harness/protocol/dialects/agent-events-v1.ts';
import { catalogue } from '../catalogue.ts';

type Plan = Parameters<typeof createJudge>[0];

/** The limits that docs/protocol.md names. */
const THRESHOLDS: Plan['thresholds'] = {
  connectMs: 10_000,
  greetingMs: 10_000,
  pongMs: 10_000,
  firstEventMs: 15_000,
  firstToolMs: 30_000,
  completionMs: 120_000,
  optimisationMs: 180_000,
  multiAgentMs: 240_000,
  silenceMs: 15_000,
  cancelMs: 5_000,
  httpMs: 2_000,
  healthMs: 10_000,
  graceMs: 1_000,
  heldBackMs: 1_000,
  toleranceMs: 250,
  tolerancePercent: 5,
  skewMs: 2_000,
  telemetryMs: 60_000,
  successRate: 0.8,
  resilienceRate: 0.6,
  answerQuality: 0.7,
};

export const ORIGINS = { listed: 'https://app.example', unlisted: 'https://other.example' };

const LIMITS: Plan['limits'] = {
  concurrency: 4,
  users: 5,
  agentRuns: 0,
  startsPerSecond: 10,
  frameBytes: 1_000_000,
  entriesPerTrial: 10_000,
  evidenceBytesPerTrial: 10_000_000,
};

/** A plan that selects these checks and has planned exactly these transcripts. */
export function planOf(
  checks: readonly string[],
  transcripts: readonly Transcript[],
  over: Partial<Plan> = {},
): Plan {
  return {
    format: 'agent-conformance/plan@1',
    campaign: 'c-1',
    createdAt: '2026-01-05T10:00:00.000Z',
    harness: { name: 'agent-conformance', version: '0.1.0', node: 'v20.20.0' },
    seed: 1,
    target: {
      name: 'target',
      url: 'https://target.example',
      wsUrl: 'wss://target.example/ws',
      environment: 'staging',
      profile: 'default',
      dialect: 'agent-events.v1',
      endpoints: { health: '/health' },
    },
    capabilities: {} as Plan['capabilities'],
    variationPoints: {},
    thresholds: THRESHOLDS,
    departures: [],
    origins: ORIGINS,
    limits: LIMITS,
    selectors: [],
    requirements: [],
    checks: checks.map((id) => ({ id, requirement: '', title: '', selected: true, reason: '' })),
    trials: transcripts.map(({ header }, index) => ({
      id: header.trial,
      scenario: header.scenario,
      number: index + 1,
      seed: 1,
      interference: 'quiet',
      moment: 'any',
      actors: [],
    })),
    agentRuns: 0,
    agentRunsAtMost: 0,
    seal: '',
    ...over,
  };
}

/** What the judge says of these transcripts. */
export function judgementOf(plan: Plan, transcripts: readonly Transcript[]): Judgement {
  const judge = createJudge(plan, catalogue, agentEventsV1);
  for (const transcript of transcripts) judge.take(transcript.header.trial, { transcript });
  return judge.conclude();
}

/** The findings of one check, each as `verdict code (because …): expected | actual`. */
export function findingsOf(
  check: string,
  transcripts: Transcript | readonly Transcript[],
  variationPoints: Plan['variationPoints'] = {},
): readonly string[] {
  const all = 'header' in transcripts ? [transcripts] : transcripts;
  const judgement = judgementOf(planOf([check], all, { variationPoints }), all);
  return judgement.checks.flatMap(({ findings }) =>
    findings.map(({ verdict, code, because, expected, actual }) => {
      const cause = because === undefined ? '' : ` (because ${because})`;
      return `${verdict} ${code}${cause}: ${expected} | ${actual}`;
    }),
  );
}

/** The verdicts of every check of both suites on these transcripts, other than pass. */
export function complaintsOf(
  transcripts: readonly Transcript[],
  variationPoints: Plan['variationPoints'] = {},
): Readonly<Record<string, string>> {
  // A claim needs more samples than a few transcripts by hand have.
  const every = catalogue.flatMap(({ checks }) =>
    checks.flatMap(({ id, kind }) => (kind === 'claim' ? [] : [id])),
  );
  const judgement = judgementOf(planOf(every, transcripts, { variationPoints }), transcripts);
  return Object.fromEntries(
    judgement.checks
      .filter(({ verdict, findings }) => verdict !== 'pass' && findings.length > 0)
      .map(({ check, verdict, findings }) => [check, `${verdict} ${findings[0]?.code ?? ''}`]),
  );
}
