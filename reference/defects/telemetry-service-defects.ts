import { changingJson, deafTo, handling, insteadOf } from './answers.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame } from './frames.ts';
import {
  listIn,
  TELEMETRY_METRICS,
  TELEMETRY_RUN,
  TELEMETRY_RUNS,
  TELEMETRY_STATS,
} from './telemetry-answers.ts';

const SECTION = { breaks: '7' } as const;

const STEPS_UNDER_LOAD = 5;
const SLOW_MS = 1_200;

/** Statistics that are changed before they leave. */
function changingStats(change: (stats: Frame) => Frame) {
  return changingJson('GET', TELEMETRY_STATS, change);
}

function hasRuns({ total_runs }: Frame): boolean {
  return Number(total_runs) > 0;
}

/** The numbers of the metrics, changed. */
function changingCounters(change: (name: string, value: number) => number) {
  return handling(
    ({ path }) => TELEMETRY_METRICS.test(path),
    async ({ request }, honest) => {
      const response = await honest(request);
      if (response.status >= 300) return response;
      const text = (await response.text()).replaceAll(
        /^(\w+) (\d+)$/gm,
        (_, name: string, value: string) => `${name} ${change(name, Number(value))}`,
      );
      return new Response(text, response);
    },
  );
}

/** Statistics, counters and methods that are other than they should be. */
export const telemetryServiceDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-TR-RATE-FRACTION',
    family: 'wrong figure',
    title: 'the rate of success is a fraction',
    mustFail: ['TR-9.1'],
    mayFail: ['TR-9.5'],
    build: () => changingStats((stats) => ({ ...stats, success_rate: Number(stats['success_rate']) / 100 })),
  },
  {
    ...SECTION,
    id: 'D-TR-MEAN-OVER-RUNS',
    family: 'wrong figure',
    title: 'the mean latency is one over runs',
    mustFail: ['TR-9.2'],
    mayFail: ['TR-9.5'],
    build: () =>
      changingStats((stats) => {
        const steps = Object.values((stats['step_type_breakdown'] ?? {}) as Readonly<Record<string, number>>);
        const count = steps.reduce((sum, each) => sum + each, 0);
        const runs = Math.max(1, Number(stats['total_runs']));
        return { ...stats, avg_latency_ms: (Number(stats['avg_latency_ms']) * count) / runs };
      }),
  },
  {
    ...SECTION,
    id: 'D-TR-BREAKDOWN-CODES',
    family: 'wrong figure',
    title: 'failures are counted by their code alone',
    mustFail: ['TR-9.3'],
    mayFail: ['TR-9.5'],
    build: () =>
      changingStats((stats) => ({
        ...stats,
        failure_breakdown: Object.fromEntries(
          Object.entries((stats['failure_breakdown'] ?? {}) as Frame).map(([key, count]) => [
            key.split('/').at(-1),
            count,
          ]),
        ),
      })),
  },
  {
    ...SECTION,
    id: 'D-TR-EMPTY-STATS-NULL',
    family: 'placeholder',
    title: 'without runs the rate and the mean are null',
    mustFail: ['TR-9.4', 'TR-9.1'],
    mayFail: ['TR-9.5'],
    build: () =>
      changingStats((stats) =>
        hasRuns(stats) ? stats : { ...stats, success_rate: null, avg_latency_ms: null },
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-STATS-DEAF',
    family: 'silent drop',
    title: 'statistics hear of no filter but the agent',
    mustFail: ['TR-9.5'],
    mayFail: [],
    build: () =>
      deafTo(TELEMETRY_STATS, () => ['agent_version', 'status', 'environment', 'start_time', 'end_time']),
  },
  {
    ...SECTION,
    id: 'D-TR-COUNTERS-STILL',
    family: 'stuck state',
    title: 'the counters never move',
    mustFail: ['TR-10.3'],
    mayFail: [],
    build: () => changingCounters(() => 7),
  },
  {
    ...SECTION,
    id: 'D-TR-COUNTERS-BACK',
    family: 'stuck state',
    title: 'the counters go down',
    mustFail: ['TR-10.3'],
    mayFail: [],
    build: () => changingCounters((_, value) => 1_000_000 - value),
  },
  {
    ...SECTION,
    id: 'D-TR-DELETABLE',
    family: 'swallowed error',
    title: 'a stored run can be deleted, or so it says',
    mustFail: ['TR-11.1'],
    mayFail: [],
    build: () =>
      insteadOf('DELETE', TELEMETRY_RUN, 'METHOD_NOT_ALLOWED', () => new Response(null, { status: 204 })),
  },
  {
    ...SECTION,
    id: 'D-TR-SLOW',
    family: 'intermittent',
    title: 'every eighth run of some size takes the ingest more than a second',
    mustFail: ['TR-11.3'],
    mayFail: ['TR-6.4'],
    build: () => {
      let taken = 0;
      return handling(
        ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
        async ({ request }, honest) => {
          // Only what comes in numbers is slow: other requirements wait for single runs.
          const isOfSize =
            listIn(readFrame(await request.clone().text()), 'steps').length === STEPS_UNDER_LOAD;
          if (isOfSize) taken += 1;
          if (isOfSize && taken % 8 === 1) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
          return honest(request);
        },
      );
    },
  },
];
