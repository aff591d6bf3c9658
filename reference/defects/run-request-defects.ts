import { ANY_RUN, agentsApi, handling, insteadOf, MESSAGES, RUN, RUNS, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';

const SERVER_ERROR = { detail: 'internal server error', code: 'UNAVAILABLE' };

/** Requests that make runs, and are answered wrongly. */
export const runRequestDefects: readonly Defect[] = [
  {
    id: 'M22',
    family: 'wrong status',
    title: 'POST answers 200 instead of 201',
    breaks: '5',
    mustFail: ['AR-2.1', 'AR-7.1'],
    mayFail: [...ANY_RUN],
    build: () =>
      handling(
        ({ method, path }) => method === 'POST' && (RUNS.test(path) || MESSAGES.test(path)),
        async ({ request }, honest) => {
          const response = await honest(request);
          return response.status === 201 ? withBody(response, await response.json(), 200) : response;
        },
      ),
  },
  {
    id: 'D-AR-CREATE-ONCE',
    family: 'wrong id',
    title: 'the same request again answers with the run of the first one',
    breaks: '5',
    mustFail: ['AR-2.1c'],
    mayFail: ANY_RUN,
    build: () => {
      const made = new Map<string, unknown>();
      return handling(
        ({ method, path }) => method === 'POST' && RUNS.test(path),
        async ({ path, request }, honest) => {
          const key = `${path} ${await request.clone().text()}`;
          const response = await honest(request);
          if (response.status !== 201) return response;
          const known = made.get(key);
          if (known !== undefined) return withBody(response, known);
          made.set(key, await response.clone().json());
          return response;
        },
      );
    },
  },
  {
    id: 'D-AR-READ-LATE',
    family: 'delayed',
    title: 'a run cannot be read right after it was made',
    breaks: '5',
    mustFail: ['AR-2.1d'],
    mayFail: [...ANY_RUN, 'IS-3'],
    build: () => {
      const asked = new Set<string>();
      return handling(
        ({ method, path }) => method === 'GET' && RUN.test(path),
        async ({ path, request }, honest) => {
          if (asked.has(path)) return honest(request);
          asked.add(path);
          return Response.json({ detail: 'Agent run not found', code: 'RUN_NOT_FOUND' }, { status: 404 });
        },
      );
    },
  },
  {
    id: 'D-AR-REFUSED-IS-COUNTED',
    family: 'half done',
    title: 'a refused run is in the list nevertheless',
    breaks: '2',
    mustFail: ['AR-2.3', 'AR-2.4'],
    mayFail: ['AR-2.1a', 'AR-2.1b', 'AR-2.4a', 'AR-2.5', 'AR-2.5a', ...agentsApi(1), 'RS-13'],
    build: () => {
      const refused = new Map<string, number>();
      return handling(
        ({ path }) => RUNS.test(path),
        async ({ path, method, request }, honest) => {
          const response = await honest(request);
          const count = refused.get(path) ?? 0;
          if (method === 'POST' && response.status >= 400) refused.set(path, count + 1);
          if (method !== 'GET' || response.status !== 200) return response;
          const body = (await response.json()) as Frame;
          return withBody(response, { ...body, total: Number(body['total']) + count });
        },
      );
    },
  },
  {
    id: 'D-AR-UNKNOWN-WORKFLOW',
    family: 'swallowed error',
    title: 'a run of an unknown workflow is accepted',
    breaks: '5',
    mustFail: ['AR-2.3'],
    mayFail: ['AR-2.1', 'AR-E5'],
    build: () =>
      insteadOf('POST', RUNS, 'WORKFLOW_NOT_FOUND', (response) =>
        withBody(response, { id: crypto.randomUUID(), status: 'PENDING' }, 201),
      ),
  },
  {
    id: 'D-AR-CONTEXT-UNCHECKED',
    family: 'swallowed error',
    title: 'context items are not looked for',
    breaks: '5',
    mustFail: ['AR-2.4', 'AR-2.4a'],
    mayFail: ['AR-2.1'],
    build: () =>
      insteadOf('POST', RUNS, 'CONTEXT_ITEM_INVALID', (response) =>
        withBody(response, { id: crypto.randomUUID(), status: 'PENDING' }, 201),
      ),
  },
  {
    id: 'D-AR-EMPTY-QUERY',
    family: 'drifted schema',
    title: 'an empty query is accepted, although its refusal is declared',
    breaks: '5',
    mustFail: ['AR-2.5'],
    mayFail: ['AR-2.1', 'AR-2.5a'],
    build: () =>
      insteadOf('POST', RUNS, 'QUERY_REQUIRED', (response) =>
        withBody(response, { id: crypto.randomUUID(), status: 'PENDING' }, 201),
      ),
  },
  {
    id: 'D-AR-BAD-INPUT-FAILS',
    family: 'wrong status',
    title: 'input of the wrong shape makes the server fail',
    breaks: '2',
    mustFail: ['AR-2.1a', 'AR-7.5a', 'AR-2.1b'],
    mayFail: ['AR-2.1', 'AR-7.1', 'AR-1.1b', 'AR-1.2a', 'AR-7.5', 'RS-13'],
    build: () =>
      insteadOf('POST', /\/agent-runs/, 'VALIDATION', (response) => withBody(response, SERVER_ERROR, 500)),
  },
];
