import { changingJson, handling, insteadOf, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame, without } from './frames.ts';
import {
  ANY_READING,
  changingList,
  listIn,
  showing,
  TELEMETRY_FAILURES,
  TELEMETRY_RUN,
  TELEMETRY_RUNS,
  TELEMETRY_STEPS,
  telemetry,
  withSteps,
} from './telemetry-answers.ts';

const SECTION = { breaks: '7' } as const;

/** Of several requests with one id that are under way at once all but the first are taken for this. */
function whileStoring(answer: (honest: Response) => Response) {
  const storing = new Set<unknown>();
  return handling(
    ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
    async ({ request }, honest) => {
      const id = readFrame(await request.clone().text())['run_id'];
      if (storing.has(id)) return answer(await honest(request));
      storing.add(id);
      try {
        return await honest(request);
      } finally {
        storing.delete(id);
      }
    },
  );
}

/** Runs that are stored, or shown after that, otherwise than they were sent. */
export const telemetryIngestDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-TR-CREATED-MISSING',
    family: 'missing',
    title: 'a run does not say when it was stored',
    mustFail: ['TR-1.1'],
    mayFail: ANY_READING,
    build: () => showing((run) => without(run, 'created_at')),
  },
  {
    ...SECTION,
    id: 'D-TR-STEPS-REVERSED',
    family: 'reordered',
    title: 'the steps of a run are shown last first',
    mustFail: ['TR-2.1', 'TR-2.2'],
    mayFail: ANY_READING,
    build: () =>
      showing((run) => ('steps' in run ? { ...run, steps: listIn(run, 'steps').toReversed() } : run)),
  },
  {
    ...SECTION,
    id: 'D-TR-RETRIES-MERGED',
    family: 'wrong figure',
    title: 'steps of one name are shown with the latency of the first',
    mustFail: ['TR-2.4'],
    mayFail: ANY_READING,
    build: () =>
      showing((run) => {
        const first = new Map<unknown, unknown>();
        return withSteps(run, (step) => {
          const { name, latency_ms } = step;
          if (!first.has(name)) first.set(name, latency_ms);
          return { ...step, latency_ms: first.get(name) };
        });
      }),
  },
  {
    ...SECTION,
    id: 'M7',
    family: 'wrong status',
    title: 'a run that is stored already is answered as a new one',
    mustFail: ['TR-3.1'],
    mayFail: ['TR-3.3'],
    build: () =>
      handling(
        ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          return response.status === 200 ? withBody(response, await response.json(), 201) : response;
        },
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-OVERWRITES',
    family: 'half done',
    title: 'another body under the id of a stored run replaces what is shown of it',
    mustFail: ['TR-3.2'],
    mayFail: ['TR-1.1', 'TR-3.1', 'TR-3.3', 'TR-3.4'],
    build: () => {
      const replaced = new Map<unknown, Frame>();
      const writing = handling(
        ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
        async ({ request }, honest) => {
          const run = readFrame(await request.clone().text());
          const response = await honest(request);
          if (response.status !== 409) return response;
          replaced.set(run['run_id'], { agent_version: run['agent_version'] });
          return withBody(response, { ...run, failures: [] }, 200);
        },
      ).http;
      const reading = showing((run) => ({ ...run, ...replaced.get(run['run_id']) })).http;
      return { http: (honest) => reading?.(writing?.(honest) ?? honest) ?? honest };
    },
  },
  {
    ...SECTION,
    id: 'D-TR-STORED-TWICE',
    family: 'duplicated',
    title: 'a run that was sent again is in lists twice',
    mustFail: ['TR-3.1', 'TR-3.3'],
    mayFail: telemetry(5),
    build: () => {
      const repeated = new Set<unknown>();
      const writing = handling(
        ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (response.status === 200) repeated.add(((await response.clone().json()) as Frame)['run_id']);
          return response;
        },
      ).http;
      const reading = changingList(TELEMETRY_RUNS, (runs) =>
        runs.flatMap((run) => (repeated.has(run['run_id']) ? [run, run] : [run])),
      ).http;
      return { http: (honest) => reading?.(writing?.(honest) ?? honest) ?? honest };
    },
  },
  {
    ...SECTION,
    id: 'D-TR-RACE-FAILS',
    family: 'wrong status',
    title: 'two equal runs at once make the ingest fail',
    mustFail: ['TR-3.3'],
    mayFail: ['TR-1.1'],
    build: () =>
      whileStoring((response) =>
        withBody(response, { detail: 'duplicate key value', code: 'UNAVAILABLE' }, 500),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-STEP-IDS-GLOBAL',
    family: 'over-refusal',
    title: 'a step id that another tenant has is refused',
    mustFail: ['TR-3.4'],
    mayFail: ['TR-11.2'],
    build: () => {
      const taken = new Map<unknown, string>();
      return handling(
        ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
        async ({ request }, honest) => {
          const run = readFrame(await request.clone().text());
          const payload = request.headers.get('authorization')?.split('.')[1] ?? '';
          const { tenant } = readFrame(Buffer.from(payload, 'base64url').toString());
          const ids = listIn(run, 'steps').map((step) => step['step_id']);
          const response = await honest(request.clone());
          const foreign = ids.some((id) => taken.has(id) && taken.get(id) !== String(tenant));
          for (const id of ids) if (!taken.has(id)) taken.set(id, String(tenant));
          if (!foreign || response.status !== 201) return response;
          return withBody(response, { detail: 'a step_id is taken', code: 'CONFLICT' }, 409);
        },
      );
    },
  },
  {
    ...SECTION,
    id: 'D-TR-RUN-WITHOUT-FAILURES',
    family: 'missing',
    title: 'a run that is read does not show its failures',
    mustFail: ['TR-6.1'],
    mayFail: ANY_READING,
    build: () => changingJson('GET', TELEMETRY_RUN, (run) => without(run, 'failures')),
  },
  {
    ...SECTION,
    id: 'D-TR-STEPS-WITHOUT-RUN',
    family: 'missing',
    title: 'listed steps do not name their run',
    mustFail: ['TR-7.1'],
    mayFail: ['X-3'],
    build: () => changingList(TELEMETRY_STEPS, (steps) => steps.map((step) => without(step, 'run_id'))),
  },
  {
    ...SECTION,
    id: 'D-TR-FAILURE-UNLINKED',
    family: 'missing',
    title: 'a failure does not show its step',
    mustFail: ['TR-8.1'],
    mayFail: ['X-3'],
    build: () =>
      changingList(TELEMETRY_FAILURES, (failures) => failures.map((each) => ({ ...each, step_id: null }))),
  },
  {
    ...SECTION,
    id: 'D-TR-NO-FAILURES-NULL',
    family: 'placeholder',
    title: 'a run without failures has null instead of an empty list',
    mustFail: ['TR-8.2', 'TR-8.1'],
    mayFail: ['X-3'],
    build: () =>
      handling(
        ({ method, path }) => method === 'GET' && TELEMETRY_FAILURES.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          const isEmpty = response.status === 200 && (await response.clone().text()) === '[]';
          return isEmpty ? withBody(response, null) : response;
        },
      ),
  },
  {
    ...SECTION,
    id: 'M11',
    family: 'wrong status',
    title: 'an unknown run has no failures, and a run without steps is not found',
    mustFail: ['TR-7.3', 'TR-8.3'],
    mayFail: [...telemetry(4), 'TR-11.2'],
    build: () => {
      const failures = insteadOf('GET', TELEMETRY_FAILURES, 'RUN_NOT_FOUND', (response) =>
        withBody(response, [], 200),
      ).http;
      const steps = handling(
        ({ method, path }) => method === 'GET' && TELEMETRY_STEPS.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (response.status !== 200 || (await response.clone().text()) !== '[]') return response;
          return withBody(response, { detail: 'no steps', code: 'RUN_NOT_FOUND' }, 404);
        },
      ).http;
      return { http: (honest) => failures?.(steps?.(honest) ?? honest) ?? honest };
    },
  },
];
