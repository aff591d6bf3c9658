import { deafTo, handling, insteadOf, withBody } from './answers.ts';
import type { Defect, DefectContext } from './defect.ts';
import type { Frame } from './frames.ts';
import {
  changingList,
  TELEMETRY_RUN,
  TELEMETRY_RUNS,
  TELEMETRY_STEPS,
  telemetry,
} from './telemetry-answers.ts';

const SECTION = { breaks: '7' } as const;
const FILTERS = ['agent_version', 'status', 'environment'];

/** What is told of a run when it is taken. */
async function takenRun(method: string, response: Response): Promise<Frame> {
  return method === 'POST' && response.status === 201 ? ((await response.clone().json()) as Frame) : {};
}

/** Reading a run that succeeded after retries fails for a while after it was taken. */
function lateBy(delayMs: number) {
  const takenAtMs = new Map<unknown, number>();
  return handling(
    ({ path }) => path.startsWith('/v1/runs'),
    async ({ request, method, path }, honest) => {
      const response = await honest(request);
      const { run_id, status } = await takenRun(method, response);
      if (status === 'partial') takenAtMs.set(run_id, performance.now());
      const takenMs = takenAtMs.get(path.split('/')[3]) ?? Number.NEGATIVE_INFINITY;
      if (response.status !== 200 || performance.now() - takenMs >= delayMs) return response;
      return withBody(response, { detail: 'telemetry run not found', code: 'RUN_NOT_FOUND' }, 404);
    },
  );
}

/** Whoever asks for a run gets it, as who stored it would. */
function anybodys() {
  const owners = new Map<string, string>();
  return handling(
    ({ path }) => path.startsWith('/v1/runs'),
    async ({ request, method, path, url }, honest) => {
      const response = await honest(request.clone());
      const authorization = request.headers.get('authorization') ?? '';
      if (method === 'POST' && response.status === 201) {
        owners.set(String(((await response.clone().json()) as Frame)['run_id']), authorization);
      }
      const owner = owners.get(/^\/v1\/runs\/([^/]+)/.exec(path)?.[1] ?? '');
      if (method !== 'GET' || response.status !== 404 || owner === undefined) return response;
      return honest(new Request(url, { headers: { authorization: owner } }));
    },
  );
}

/** A list that a second filter widens instead of narrowing. */
function filtersOred() {
  return handling(
    ({ method, path }) => method === 'GET' && TELEMETRY_RUNS.test(path),
    async ({ request, url }, honest) => {
      const given = FILTERS.filter((name) => url.searchParams.has(name));
      if (given.length < 2) return honest(request);
      const answers = given.map(async (kept) => {
        const heard = new URL(url);
        for (const name of given) if (name !== kept) heard.searchParams.delete(name);
        const response = await honest(new Request(heard, { headers: request.headers }));
        return { response, runs: response.ok ? ((await response.clone().json()) as readonly Frame[]) : [] };
      });
      const all = await Promise.all(answers);
      const runs = new Map(all.flatMap(({ runs: each }) => each.map((run) => [run['run_id'], run])));
      const response = all[0]?.response ?? (await honest(request));
      return response.ok ? withBody(response, [...runs.values()]) : response;
    },
  );
}

/** Questions about runs that are answered otherwise than it was asked. */
export const telemetryQueryDefects: readonly Defect[] = [
  {
    ...SECTION,
    id: 'D-TR-OLDEST-FIRST',
    family: 'reordered',
    title: 'the oldest runs are listed first',
    mustFail: ['TR-5.1'],
    mayFail: ['TR-5.4'],
    build: () => changingList(TELEMETRY_RUNS, (runs) => runs.toReversed()),
  },
  {
    ...SECTION,
    id: 'D-TR-LIST-WRAPPED',
    family: 'wrapped',
    title: 'the list of runs is an object, other than declared',
    mustFail: ['TR-5.1'],
    mayFail: [...telemetry(3, 4, 5, 6, 7, 8, 9, 11), 'X-3'],
    build: () =>
      changingList(TELEMETRY_RUNS, (runs) => ({ runs, total: runs.length, page: 1, page_size: 20 })),
  },
  {
    ...SECTION,
    id: 'D-TR-STATUS-IGNORED',
    family: 'silent drop',
    title: 'the status filter is ignored',
    mustFail: ['TR-5.2', 'TR-5.6'],
    mayFail: ['TR-5.3'],
    build: () => deafTo(TELEMETRY_RUNS, () => ['status']),
  },
  {
    ...SECTION,
    id: 'D-TR-FILTERS-ORED',
    family: 'silent drop',
    title: 'runs are listed that fit one of several filters',
    mustFail: ['TR-5.2'],
    mayFail: ['TR-5.3'],
    build: filtersOred,
  },
  {
    ...SECTION,
    id: 'D-TR-WINDOW-OPEN',
    family: 'silent drop',
    title: 'a window of time leaves out its bounds',
    mustFail: ['TR-5.3'],
    mayFail: ['TR-9.5'],
    build: () =>
      changingList(TELEMETRY_RUNS, (runs, { searchParams }) => {
        const bounds = [searchParams.get('start_time'), searchParams.get('end_time')];
        const atMs = new Set(bounds.map((bound) => Date.parse(bound ?? '')));
        return runs.filter((run) => !atMs.has(Date.parse(String(run['started_at']))));
      }),
  },
  {
    ...SECTION,
    id: 'D-TR-PAGE-IGNORED',
    family: 'lost page',
    title: 'every page is the first',
    mustFail: ['TR-5.4'],
    mayFail: ['TR-5.5'],
    build: () => deafTo(TELEMETRY_RUNS, () => ['page']),
  },
  {
    ...SECTION,
    id: 'D-TR-PAGE-ZERO',
    family: 'swallowed error',
    title: 'a page out of range is the first one',
    mustFail: ['TR-5.5'],
    mayFail: [],
    build: () =>
      deafTo(TELEMETRY_RUNS, (query) =>
        ['page', 'page_size'].filter((name) => !/^([1-9]\d?|100)$/.test(query.get(name) ?? '1')),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-TIME-GARBAGE',
    family: 'swallowed error',
    title: 'a time that is none is ignored',
    mustFail: ['TR-5.6'],
    mayFail: [],
    build: () =>
      deafTo(TELEMETRY_RUNS, (query) =>
        ['start_time', 'end_time'].filter((name) => Number.isNaN(Date.parse(query.get(name) ?? '2024'))),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-FRESH-AGENT-ALL',
    family: 'leaked through a list',
    title: 'an agent without runs is shown those of all others',
    mustFail: ['TR-5.7'],
    mayFail: [...telemetry(4, 5, 11), 'X-3'],
    build: () =>
      handling(
        ({ method, path, url }) =>
          method === 'GET' && TELEMETRY_RUNS.test(path) && !url.searchParams.has('page'),
        async ({ request, url }, honest) => {
          const response = await honest(request);
          if (response.status !== 200 || (await response.clone().text()) !== '[]') return response;
          return honest(new Request(new URL(url.pathname, url), { headers: request.headers }));
        },
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-UNKNOWN-RUN-EMPTY',
    family: 'swallowed error',
    title: 'an unknown run is an empty one',
    mustFail: ['TR-6.2'],
    mayFail: [...telemetry(1, 2, 3, 4, 6, 11), 'X-1', 'X-3', 'X-2'],
    build: () =>
      insteadOf('GET', TELEMETRY_RUN, 'RUN_NOT_FOUND', (response) =>
        withBody(response, { run_id: null, steps: [], failures: [] }, 200),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-ODD-ID-FAILS',
    family: 'wrong status',
    title: 'an id that is no UUID makes the query fail',
    mustFail: ['TR-6.3'],
    mayFail: ['TR-6.1', 'X-1', 'RS-13'],
    build: () =>
      insteadOf('GET', TELEMETRY_RUN, 'RUN_NOT_FOUND', (response, { path }) =>
        /[\da-f-]{36}$/i.test(path)
          ? response
          : withBody(response, { detail: 'invalid input syntax', code: 'UNAVAILABLE' }, 500),
      ),
  },
  {
    ...SECTION,
    id: 'D-TR-LATE',
    family: 'delayed',
    title: 'a run that succeeded after retries can be read long after it was taken',
    mustFail: ['TR-6.4'],
    mayFail: [...telemetry(9, 11)],
    build: ({ delayMs }: DefectContext) => lateBy(delayMs * 2),
  },
  {
    ...SECTION,
    id: 'D-TR-UNKNOWN-STEPS-EMPTY',
    family: 'swallowed error',
    title: 'an unknown run has no steps',
    mustFail: ['TR-7.2'],
    mayFail: [...telemetry(4), 'TR-11.2'],
    build: () =>
      insteadOf('GET', TELEMETRY_STEPS, 'RUN_NOT_FOUND', (response) => withBody(response, [], 200)),
  },
  {
    ...SECTION,
    id: 'D-TR-FOREIGN-READABLE',
    family: 'leaked raw',
    title: 'a run can be read by every tenant',
    mustFail: ['TR-11.2'],
    mayFail: ['TR-3.4'],
    build: anybodys,
  },
];
