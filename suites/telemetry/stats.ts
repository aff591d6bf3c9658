import { canonicalJson } from '../../harness/core/canonical-json.ts';
import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { bodyOf, expectOf, fieldOf, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { arrayOf, takenUnder } from './account.ts';
import {
  askUntil,
  type Fields,
  failed,
  type Ground,
  ingest,
  openGround,
  query,
  runBody,
  stepBody,
  timeAt,
} from './ground.ts';

const SEND = 'ingest';
const ALL = 'stats';
const FRESH = 'stats of a fresh agent';
const STEP_MS = 1_000;

/** Latencies whose mean has more than two decimals, and differs from the mean of the means of the runs. */
const LATENCIES = [[100, 205], [10], [40, 41, 45], [77], [334, 1, 2, 4]] as const;
const STATUSES = ['success', 'success', 'partial', 'failure', 'success'] as const;
const TYPES = ['tool', 'plan', 'retrieve', 'respond'] as const;

function runAt(ground: Ground, index: number): Fields {
  const name = `counted ${index}`;
  const outcome = STATUSES[index];
  return runBody(ground, name, {
    agent_version: index % 2 === 0 ? '1.0.0' : '2.0.0',
    environment: index < 3 ? 'conformance' : 'conformance-b',
    started_at: timeAt(ground, index * STEP_MS),
    ended_at: timeAt(ground, index * STEP_MS + 900),
    steps: (LATENCIES[index] ?? []).map((latency_ms, seq) =>
      stepBody(ground, name, seq, { latency_ms, step_type: TYPES[seq] ?? 'other', ended_at: null }),
    ),
    ...(outcome === 'failure'
      ? failed({ failure_type: 'model', failure_code: 'rate_limited' })
      : { status: outcome }),
  });
}

type Match = (run: Fields) => boolean;
const startOf = (run: Fields): number => Date.parse(String(run['started_at']));

const FILTERED: Readonly<Record<string, Match>> = {
  'stats of a version': (run) => run['agent_version'] === '1.0.0',
  'stats of an environment': (run) => run['environment'] === 'conformance-b',
};
const OF_STATUS = 'stats of a status';
const WINDOW = 'stats of a window';

async function askAll(ground: Ground): Promise<void> {
  const agent = `agent_id=${encodeURIComponent(ground.agentId)}`;
  const ask = (label: string, more = '') => query(ground, label, `/v1/stats?${agent}${more}`);
  await askUntil(
    ground,
    () => ask(ALL),
    ({ body }) => Number(/"total_runs"\s*:\s*(\d+)/.exec(body)?.[1] ?? 0) >= STATUSES.length,
  );
  await ask('stats of a version', '&agent_version=1.0.0');
  await ask('stats of an environment', '&environment=conformance-b');
  await ask(OF_STATUS, '&status=failure');
  const [from, to] = [timeAt(ground, STEP_MS), timeAt(ground, 3 * STEP_MS)].map(encodeURIComponent);
  await ask(WINDOW, `&start_time=${from}&end_time=${to}`);
  await query(ground, FRESH, `/v1/stats?agent_id=${encodeURIComponent(`${ground.agentId}-fresh`)}`);
}

const stepsOf = (runs: readonly Fields[]): readonly unknown[] => runs.flatMap((run) => arrayOf(run['steps']));

function tally(keys: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

/** The statistics of these runs. */
function statsOf(runs: readonly Fields[]) {
  const failures = runs.filter((run) => run['status'] === 'failure');
  const latencies = stepsOf(runs).map((step) => Number(fieldOf(step, 'latency_ms')));
  const sum = latencies.reduce((all, one) => all + one, 0);
  return {
    total_runs: runs.length,
    total_failures: failures.length,
    success_rate: runs.length === 0 ? 0 : (100 * (runs.length - failures.length)) / runs.length,
    avg_latency_ms: latencies.length === 0 ? 0 : sum / latencies.length,
    failure_breakdown: tally(
      failures.map(
        ({ failure }) => `${fieldOf(failure, 'failure_type')}/${fieldOf(failure, 'failure_code')}`,
      ),
    ),
    step_type_breakdown: tally(stepsOf(runs).map((step) => String(fieldOf(step, 'step_type')))),
  };
}
type Statistic = keyof ReturnType<typeof statsOf>;

/** Two decimals are told. */
const ROUNDING = 0.00501;

function isSame(wanted: unknown, got: unknown): boolean {
  if (typeof wanted !== 'number') return canonicalJson(wanted) === canonicalJson(got);
  return typeof got === 'number' && Math.abs(got - wanted) <= (Number.isInteger(wanted) ? 1e-9 : ROUNDING);
}

const EVERY: readonly Statistic[] = [
  'total_runs',
  'total_failures',
  'success_rate',
  'avg_latency_ms',
  'failure_breakdown',
  'step_type_breakdown',
];

interface Question {
  readonly label: string;
  readonly matches: Match;
  readonly names: readonly Statistic[];
}

function judgeStats(view: TrialView, { label, matches, names }: Question): readonly Finding[] {
  const sent = takenUnder(view, SEND);
  if (sent.length < STATUSES.length) return missing(view, `${STATUSES.length} runs that are taken`, 'TR-1.1');
  const reading = labelled(view, label).at(-1);
  if (reading === undefined) return missing(view, label, 'TR-9.1');
  const answer = expectOf(view, reading, status(200));
  if (answer.some(({ verdict }) => verdict !== 'pass')) return answer;
  const wanted = statsOf(sent.filter(matches));
  const body = bodyOf(reading);
  const faults = names
    .filter((name) => !isSame(wanted[name], fieldOf(body, name)))
    .map(
      (name) =>
        `${name} ${JSON.stringify(fieldOf(body, name)) ?? 'missing'}, not ${JSON.stringify(wanted[name])}`,
    );
  return conclude('wrong-statistics', `${label}: ${names.join(', ')} as sent`, faults, [
    refOf(view, reading),
  ]);
}

const all: Match = () => true;

/** Whether the whole is right: a filter of what is wrong anyway shows nothing. */
function unsettled(view: TrialView): readonly Finding[] | undefined {
  const own = judgeStats(view, { label: ALL, matches: all, names: ['total_runs'] });
  return own.some(({ verdict }) => verdict !== 'pass')
    ? missing(view, 'the runs of one agent', 'TR-9.1')
    : undefined;
}

function judgeFiltered(view: TrialView): readonly Finding[] {
  const starts = takenUnder(view, SEND).map(startOf);
  const first = Math.min(...starts);
  const inWindow: Match = (run) => {
    const at = startOf(run) - first;
    return at >= STEP_MS && at <= 3 * STEP_MS;
  };
  const isFailure: Match = (run) => run['status'] === 'failure';
  const questions = Object.entries({ ...FILTERED, [WINDOW]: inWindow, [OF_STATUS]: isFailure });
  return questions.flatMap(([label, matches]) =>
    judgeStats(view, { label, matches, names: ['total_runs', 'total_failures'] }),
  );
}

const checks: readonly CaseCheck<TrialView>[] = [
  {
    id: 'telemetry/counts-runs-and-failures',
    requirement: 'TR-9.1',
    title: 'runs and failures are counted, and the share of the others is given in percent',
    judge: (view) =>
      judgeStats(view, { label: ALL, matches: all, names: ['total_runs', 'total_failures', 'success_rate'] }),
  },
  {
    id: 'telemetry/averages-over-steps',
    requirement: 'TR-9.2',
    title: 'the average latency is the mean over steps',
    judge: (view) =>
      unsettled(view) ?? judgeStats(view, { label: ALL, matches: all, names: ['avg_latency_ms'] }),
  },
  {
    id: 'telemetry/breaks-down-failures-and-steps',
    requirement: 'TR-9.3',
    title: 'failures are counted by type and code, and steps by type',
    judge: (view) =>
      unsettled(view) ??
      judgeStats(view, { label: ALL, matches: all, names: ['failure_breakdown', 'step_type_breakdown'] }),
  },
  {
    id: 'telemetry/counts-nothing-of-a-fresh-agent',
    requirement: 'TR-9.4',
    title: 'the statistics of an agent without runs are zeros and empty maps',
    judge: (view) =>
      unsettled(view) ?? judgeStats(view, { label: FRESH, matches: () => false, names: EVERY }),
  },
  {
    id: 'telemetry/statistics-follow-filters',
    requirement: 'TR-9.5',
    title: 'the statistics follow the filters of the list',
    judge: (view) => unsettled(view) ?? judgeFiltered(view),
  },
];

export const statsCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-statistics',
  purpose: 'sends runs whose figures are known and asks for their statistics',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    for (let index = 0; index < STATUSES.length; index += 1) await ingest(ground, SEND, runAt(ground, index));
    await askAll(ground);
  },
  checks,
});
