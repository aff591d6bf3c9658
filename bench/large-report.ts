/** A report as a campaign of one size would leave it, with something to say in every part. */
import { assembleReport } from '../harness/report/assemble.ts';
import type { CampaignReport, ReportedCheck, ReportedTimeline } from '../harness/report/model.ts';
import { redCampaign } from '../harness/report/sample-campaign.ts';

export interface ReportShape {
  readonly checks: number;
  readonly trials: number;
  readonly entriesEach: number;
}

/** As the judge keeps them at most. */
const FINDINGS = 10;
const LINES = 12;
const RUNS = 60;
const EVENTS = 60;
const MEASURES = 80;
const SAMPLES = 2_000;
const USERS = 24;
const WORDS =
  'the second event of this run came after its end, which nobody may see, and named another user’s project ';

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index);
/** Between 0 and 1, the same for the same number. */
const chance = (n: number): number => Math.abs(Math.sin(n * 12.9898) * 43_758.5453) % 1;
/** Every third fails, every fifth is open. */
const verdictOf = (n: number): ReportedCheck['verdict'] =>
  n % 3 === 0 ? 'fail' : n % 5 === 0 ? 'inconclusive' : 'pass';

/** The document. */
export function largeReport({ checks, trials, entriesEach }: ReportShape): CampaignReport {
  const small = assembleReport(redCampaign());
  const [requirement] = small.requirements;
  if (requirement === undefined) throw new Error('the sample has no requirement');
  return {
    ...small,
    requirements: range(checks).map((n) => ({
      ...requirement,
      id: `RQ-${n}`,
      suite: `suite-${n % 12}`,
      text: WORDS.repeat(2),
      verdict: verdictOf(n),
      checks: [`suite-${n % 12}/check-${n}`],
    })),
    checks: range(checks).map(checkOf),
    measures: range(MEASURES).flatMap((n) =>
      small.measures.map((one) => ({ ...one, of: `GET /api/things/{}/${n}` })),
    ),
    samples: range(MEASURES).flatMap((n) =>
      small.measures.map(({ measure }) => ({
        measure,
        of: `GET /api/things/{}/${n}`,
        ms: range(SAMPLES).map((index) => 5 / (0.001 + chance(index + n))),
        n: SAMPLES,
        observerErrorMs: 1,
      })),
    ),
    tables: [{ ...TABLE, cells: cells() }],
    timelines: range(RUNS).map(timelineOf),
    evidence: {
      ...small.evidence,
      trials: range(trials).map((n) => ({
        trial: `trial-${n}`,
        state: 'sealed',
        entries: entriesEach,
        end: 'finished',
      })),
    },
  };
}

function checkOf(n: number): ReportedCheck {
  const verdict = verdictOf(n);
  const refs = range(10).map((trial) => ({ trial: `trial-${trial}`, entries: [1, 2, 3] }));
  const finding = { verdict, code: 'seen', expected: WORDS.repeat(2), actual: WORDS.repeat(2), refs };
  const step = {
    actor: 'acme/ada',
    channel: 'socket 1',
    direction: 'in',
    kind: 'ws.frame',
    isMeant: true,
  } as const;
  const line = { trial: 'trial-1', text: WORDS, step: { ...step, wire: WORDS.slice(0, 80) } };
  return {
    id: `suite-${n % 12}/check-${n}`,
    requirement: `RQ-${n}`,
    title: WORDS,
    verdict,
    counts: { pass: 5_000, inconclusive: 10, fail: 10, error: 0 },
    findings: range(FINDINGS).map(() => finding),
    excerpt:
      verdict === 'pass' ? [] : range(LINES).map((seq) => ({ ...line, seq: seq + 1, at: seq * 17.25 })),
    reproduce: `npx agent-conformance run suite-${n % 12}/check-${n} --seed 7`,
  };
}

const KINDS = ['reasoning', 'tool.started', 'tool.finished'] as const;

const timelineOf = (n: number): ReportedTimeline => ({
  why: n % 2 === 0 ? 'failure' : 'agent',
  trial: `trial-${n}`,
  label: `run ${n}`,
  agent: `agent-${n}`,
  actor: 'acme/ada',
  seq: 4,
  end: 'completed',
  tookMs: EVENTS * 100,
  events: range(EVENTS).map((index) => ({
    seq: index + 5,
    atMs: index * 100,
    kind: KINDS[index % KINDS.length] ?? 'reasoning',
    tool: 'search',
  })),
  omitted: 40,
});

const TABLE = {
  id: 'isolation/who-sees-whom',
  title: 'Who sees whom',
  rows: 'whose',
  columns: 'who',
  notLooked: [] as string[],
} as const satisfies Omit<CampaignReport['tables'][number], 'cells'>;

const cells = (): CampaignReport['tables'][number]['cells'] =>
  range(USERS * USERS * 5).map((n) => ({
    row: `tenant/user-${n % USERS}`,
    column: `tenant/user-${Math.floor(n / USERS) % USERS}`,
    aspect: `aspect-${Math.floor(n / USERS / USERS)}`,
    looked: 100,
    found: n % 17 === 0 ? 1 : 0,
  }));
