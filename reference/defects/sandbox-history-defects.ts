import { changingJson, deafTo, handling, insteadOf, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import { broken, HISTORY, partsOf, RESULT, remembering, sandbox, withSteps } from './sandbox-answers.ts';

const testsIn = (body: Frame): readonly Frame[] => (body['tests'] ?? []) as readonly Frame[];

const WHOLE = /^\d+$/;

/** Stored tests that are not listed or read as they were made. */
export const sandboxHistoryDefects: readonly Defect[] = [
  {
    id: 'M2',
    family: 'wrong status',
    title: 'the history of an agent that was tested breaks on its own rows',
    breaks: '6',
    mustFail: ['SB-4.1'],
    mayFail: [...sandbox(4, 7, 8, 9, 10), 'SB-1.4', 'SB-1.8'],
    build: () =>
      handling(
        ({ method, path }) => method === 'GET' && HISTORY.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (response.status !== 200) return response;
          const body = (await response.clone().json()) as Frame;
          return testsIn(body).length === 0 ? response : broken();
        },
      ),
  },
  {
    id: 'D-SB-OLDEST-FIRST',
    family: 'reordered',
    title: 'a history begins with the oldest test',
    breaks: '6',
    mustFail: ['SB-4.1'],
    mayFail: sandbox(4),
    build: () => changingJson('GET', HISTORY, (body) => ({ ...body, tests: testsIn(body).toReversed() })),
  },
  {
    id: 'D-SB-LIMIT-IGNORED',
    family: 'silent drop',
    title: 'the limit of a history is echoed and ignored',
    breaks: '6',
    mustFail: ['SB-4.2'],
    mayFail: ['SB-4.6'],
    build: () =>
      handling(
        ({ method, path }) => method === 'GET' && HISTORY.test(path),
        async ({ request, url }, honest) => {
          const limit = Number(url.searchParams.get('limit') ?? 0);
          if (!(limit >= 1 && limit <= 500)) return honest(request);
          const all = new URL(url);
          all.searchParams.set('limit', '500');
          const response = await honest(new Request(all, { headers: request.headers }));
          if (response.status >= 300) return response;
          return withBody(response, { ...((await response.json()) as Frame), limit });
        },
      ),
  },
  {
    id: 'D-SB-LIMIT-CLAMPED',
    family: 'drifted schema',
    title: 'a limit out of range is replaced, although its refusal is declared',
    breaks: '6',
    mustFail: ['SB-4.3'],
    mayFail: [],
    build: () =>
      deafTo(HISTORY, (query) => {
        const limit = query.get('limit') ?? '1';
        return WHOLE.test(limit) && Number(limit) >= 1 && Number(limit) <= 500 ? [] : ['limit'];
      }),
  },
  {
    id: 'D-SB-OFFSET-CLAMPED',
    family: 'drifted schema',
    title: 'an offset that is none counts as 0, although its refusal is declared',
    breaks: '6',
    mustFail: ['SB-4.4'],
    mayFail: [],
    build: () => deafTo(HISTORY, (query) => (WHOLE.test(query.get('offset') ?? '0') ? [] : ['offset'])),
  },
  {
    id: 'D-SB-TOTAL-FORGOTTEN',
    family: 'lost page',
    title: 'beyond the last test a history has the total 0',
    breaks: '6',
    mustFail: ['SB-4.5'],
    mayFail: [],
    build: () =>
      changingJson('GET', HISTORY, (body) => (testsIn(body).length === 0 ? { ...body, total: 0 } : body)),
  },
  {
    id: 'D-SB-PAGES-OVERLAP',
    family: 'lost page',
    title: 'each page of a history but the first begins one test too early',
    breaks: '6',
    mustFail: ['SB-4.6'],
    mayFail: ['SB-4.5'],
    build: () =>
      handling(
        ({ method, path }) => method === 'GET' && HISTORY.test(path),
        async ({ request, url }, honest) => {
          const offset = Number(url.searchParams.get('offset') ?? 0);
          if (!(offset >= 1)) return honest(request);
          const earlier = new URL(url);
          earlier.searchParams.set('offset', String(offset - 1));
          const response = await honest(new Request(earlier, { headers: request.headers }));
          if (response.status >= 300) return response;
          return withBody(response, { ...((await response.json()) as Frame), offset });
        },
      ),
  },
  {
    id: 'D-SB-NO-HISTORY',
    family: 'missing',
    title: 'an agent that was never tested has no history',
    breaks: '6',
    mustFail: ['SB-4.7'],
    mayFail: [...sandbox(9), 'SB-1.4', 'SB-1.8', 'SB-4.5', 'SB-7.2'],
    build: () =>
      handling(
        ({ method, path }) => method === 'GET' && HISTORY.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (response.status !== 200) return response;
          const body = (await response.clone().json()) as Frame;
          if (Number(body['total']) > 0) return response;
          return withBody(response, { detail: 'Test not found', code: 'TEST_NOT_FOUND' }, 404);
        },
      ),
  },
  {
    id: 'D-SB-ANY-HISTORY',
    family: 'swallowed error',
    title: 'the history of an unknown agent is empty',
    breaks: '6',
    mustFail: ['SB-4.8'],
    mayFail: ['SB-9.1', 'X-5', 'AR-9.2'],
    build: () =>
      insteadOf('GET', HISTORY, 'AGENT_NOT_FOUND', (response) =>
        withBody(response, { tests: [], total: 0, limit: 50, offset: 0 }, 200),
      ),
  },
  {
    id: 'D-SB-ITEM-ID',
    family: 'renamed',
    title: 'the items of a history call their test_id "id"',
    breaks: '6',
    mustFail: ['SB-4.9'],
    mayFail: [...sandbox(4, 9, 10), 'SB-7.2', 'SB-8.3'],
    build: () =>
      changingJson('GET', HISTORY, (body) => ({
        ...body,
        tests: testsIn(body).map(({ test_id: id, ...item }) => ({ id, ...item })),
      })),
  },
  {
    id: 'D-SB-FAILED-UNLISTED',
    family: 'silent drop',
    title: 'failed tests are not listed',
    breaks: '6',
    mustFail: ['SB-8.3'],
    mayFail: [],
    build: () =>
      changingJson('GET', HISTORY, (body) => {
        const kept = testsIn(body).filter(({ status }) => status !== 'failed');
        const total = Number(body['total']) - (testsIn(body).length - kept.length);
        return { ...body, tests: kept, total };
      }),
  },
  {
    id: 'D-SB-READ-ROUNDED',
    family: 'truncated',
    title: 'a test that is read again has its times in whole milliseconds',
    breaks: '6',
    mustFail: ['SB-5.1'],
    mayFail: ['SB-8.3'],
    build: () =>
      changingJson('GET', RESULT, (body) =>
        withSteps(body, (step) => ({ ...step, duration_ms: Math.round(Number(step['duration_ms'])) + 1 })),
      ),
  },
  {
    id: 'D-SB-READ-UNDER-ANY-AGENT',
    family: 'wrong user',
    title: 'a test can be read under any agent of its tenant',
    breaks: '6',
    mustFail: ['SB-5.3'],
    mayFail: [],
    build: () =>
      remembering(async (known, { path, request }, honest) => {
        const response = await honest(request);
        const test = RESULT.test(path) ? known.get(partsOf(path).test) : undefined;
        const isForeign = response.status === 404 && test?.by === request.headers.get('authorization');
        return isForeign ? withBody(response, test?.result, 200) : response;
      }),
  },
  {
    id: 'D-SB-READ-BY-ANYBODY',
    family: 'leaked raw',
    title: 'a test can be read by every tenant',
    breaks: '6',
    mustFail: ['SB-9.1'],
    mayFail: ['SB-5.3', 'SB-9.3', 'SB-9.4'],
    build: () =>
      remembering(async (known, { path, request }, honest) => {
        const response = await honest(request);
        const test = RESULT.test(path) ? known.get(partsOf(path).test) : undefined;
        return response.status === 404 && test !== undefined
          ? withBody(response, test.result, 200)
          : response;
      }),
  },
  {
    id: 'D-SB-ONE-HISTORY',
    family: 'wrong user',
    title: 'the history of a built-in agent is the same for every tenant',
    breaks: '6',
    mustFail: ['SB-9.3'],
    mayFail: [...sandbox(4), 'SB-9.1', 'SB-9.4', 'SB-10.1'],
    build: () =>
      remembering(async (known, { path, method, request }, honest) => {
        const response = await honest(request);
        if (method !== 'GET' || !HISTORY.test(path) || response.status !== 200) return response;
        const body = (await response.json()) as Frame;
        const listed = new Set(testsIn(body).map(({ test_id }) => test_id));
        const { agent } = partsOf(path);
        const others = [...known.values()]
          .map(({ result }) => result)
          .filter(({ agent_id, test_id }) => agent_id === agent && !listed.has(test_id));
        const tests = [...others.toReversed(), ...testsIn(body)];
        return withBody(response, { ...body, tests, total: Number(body['total']) + others.length });
      }),
  },
];
