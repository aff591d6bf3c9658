import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { HttpAnswer } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { expectOf, fieldOf, holds, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { conclude } from '../agents-api/run-parts.ts';
import { postAt } from './account.ts';
import { askUntil, type Ground, ingest, openGround, runBody, stepBody, store } from './ground.ts';

const SIDES = ['ingest', 'query'] as const;
const health = (side: string): string => `health of the ${side}`;

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

const isHealthy = holds('status healthy, a service and a version', (body) => {
  if (fieldOf(body, 'status') !== 'healthy') return `status ${String(fieldOf(body, 'status'))}`;
  const unnamed = ['service', 'version'].find((name) => !isText(fieldOf(body, name)));
  return unnamed === undefined ? undefined : `no ${unnamed}`;
});

export const healthCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-health',
  purpose: 'reads the health of the ingest and of the query side',
  needs: ['telemetry'],
  async drive(stage) {
    for (const surface of SIDES) {
      const ask = { label: health(surface), method: 'GET', path: stage.health, surface } as const;
      await stage.actor().request({ ...ask, authenticated: false, withinMs: stage.thresholds.healthMs });
    }
  },
  checks: [
    {
      id: 'telemetry/says-that-it-is-healthy',
      requirement: 'TR-10.1',
      title: 'each telemetry service says that it is healthy, its name and its version',
      judge: (view) =>
        SIDES.flatMap((side) =>
          labelled(view, health(side)).flatMap((exchange) =>
            expectOf(view, exchange, status(200), isHealthy),
          ),
        ),
    },
  ],
});

const COUNTERS = {
  ingested: 'runs_ingested_total',
  duplicate: 'runs_duplicate_total',
  failed: 'runs_failed_total',
} as const;
const BEFORE = 'metrics before';
const AFTER = 'metrics after';
const AGAIN = 'ingest again';
const REFUSED = 'ingest refused';

/** The sum of a counter over its labels; nothing where it is not there. */
function counter(text: string, name: string): number | undefined {
  const lines = text.split('\n').flatMap((line) => {
    const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})?\\s+(\\S+)`).exec(line) ?? [];
    return value === undefined ? [] : [Number(value)];
  });
  return lines.length === 0 ? undefined : lines.reduce((sum, value) => sum + value, 0);
}

async function readMetrics({ actor }: Ground, label: string): Promise<HttpAnswer | undefined> {
  return actor.request({ label, method: 'GET', surface: 'ingest', path: '/metrics' });
}

/** Whether every counter is above what it was. */
function hasRisen(before: HttpAnswer | undefined, { body }: HttpAnswer): boolean {
  return Object.values(COUNTERS).every(
    (name) => (counter(body, name) ?? 0) > (counter(before?.body ?? '', name) ?? 0),
  );
}

function judgeCounters(view: TrialView): readonly Finding[] {
  if (postAt(view, 'ingest')?.response?.status !== 201) return missing(view, 'a run that is taken', 'TR-1.1');
  const [before] = labelled(view, BEFORE);
  const readings = labelled(view, AFTER);
  if (before === undefined || readings.length === 0)
    return missing(view, 'metrics before and after', 'TR-10.3');
  const answers = [before, ...readings].flatMap((one) => expectOf(view, one, status(200)));
  const wrong = answers.filter(({ verdict }) => verdict !== 'pass');
  if (wrong.length > 0) return wrong;
  const isRepeated = [200, 201].includes(labelled(view, AGAIN)[0]?.response?.status ?? 0);
  const isRefused = (labelled(view, REFUSED)[0]?.response?.status ?? 0) >= 400;
  const names = [
    COUNTERS.ingested,
    ...(isRepeated ? [COUNTERS.duplicate] : []),
    ...(isRefused ? [COUNTERS.failed] : []),
  ];
  const courses = names.map((name) => ({
    name,
    course: [before, ...readings].map(({ response }) => counter(response?.body ?? '', name)),
  }));
  const faults = courses.flatMap(({ name, course }) => {
    const [first = 0, last] = [course[0], course.at(-1)];
    if (last === undefined || last < first + 1) return [`${name} went from ${first} to ${last ?? 'nothing'}`];
    const drop = course.some((value, at) => at > 0 && (value ?? 0) < (course[at - 1] ?? 0));
    return drop ? [`${name} went down: ${course.join(', ')}`] : [];
  });
  const refs = [refOf(view, before), ...readings.slice(-1).map((one) => refOf(view, one))];
  return conclude('not-counted', `${names.join(', ')} up by at least 1, and never down`, faults, refs);
}

export const metricsCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-metrics',
  purpose: 'reads the counters before and after a run, the same run again, and one that is refused',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    const before = await readMetrics(ground, BEFORE);
    const body = runBody(ground, 'counted');
    await store(ground, 'ingest', body);
    await ingest(ground, AGAIN, body);
    const steps = [stepBody(ground, 'not counted', 0, { latency_ms: -1 })];
    await ingest(ground, REFUSED, runBody(ground, 'not counted', { steps }));
    await askUntil(
      ground,
      () => readMetrics(ground, AFTER),
      (after) => hasRisen(before, after),
    );
  },
  checks: [
    {
      id: 'telemetry/counts-what-it-takes',
      requirement: 'TR-10.3',
      title: 'the counters of runs taken, repeated and refused rise, and none goes down',
      judge: judgeCounters,
    },
  ],
});
