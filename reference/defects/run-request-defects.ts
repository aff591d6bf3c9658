import {
  ANY_RUN,
  agentsApi,
  CANCEL,
  changingJson,
  handling,
  insteadOf,
  inventedMessage,
  itemsOf,
  MESSAGES,
  RUN,
  RUNS,
  withBody,
} from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';

const SERVER_ERROR = { detail: 'internal server error', code: 'UNAVAILABLE' };

function statusOf(url: URL, request: Request, honest: (request: Request) => Promise<Response>) {
  const run = new Request(url.href.replace(/\/cancel$/, ''), { headers: request.headers });
  return honest(run).then(async (response) => ((await response.json()) as Frame)['status']);
}

/** Requests that make, continue or cancel runs, and are answered wrongly. */
export const runRequestDefects: readonly Defect[] = [
  {
    id: 'M22',
    title: 'POST answers 200 instead of 201',
    breaks: '5',
    family: 'fields',
    mustFail: ['AR-2.1', 'AR-7.1'],
    mayFail: ANY_RUN,
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
    title: 'the same request again answers with the run of the first one',
    breaks: '5',
    family: 'fake results',
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
    title: 'a run cannot be read right after it was made',
    breaks: '5',
    family: 'time',
    mustFail: ['AR-2.1d'],
    mayFail: ANY_RUN,
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
    title: 'a refused run is in the list nevertheless',
    breaks: '2',
    family: 'fake results',
    mustFail: ['AR-2.3', 'AR-2.4'],
    mayFail: ['AR-2.1a', 'AR-2.1b', 'AR-2.4a', 'AR-2.5', 'AR-2.5a', ...agentsApi(1)],
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
    title: 'a run of an unknown workflow is accepted',
    breaks: '5',
    family: 'fake results',
    mustFail: ['AR-2.3'],
    mayFail: ['AR-E5'],
    build: () =>
      insteadOf('POST', RUNS, 'WORKFLOW_NOT_FOUND', (response) =>
        withBody(response, { id: crypto.randomUUID(), status: 'PENDING' }, 201),
      ),
  },
  {
    id: 'D-AR-CONTEXT-UNCHECKED',
    title: 'context items are not looked for',
    breaks: '5',
    family: 'isolation',
    mustFail: ['AR-2.4', 'AR-2.4a'],
    mayFail: [],
    build: () =>
      insteadOf('POST', RUNS, 'CONTEXT_ITEM_INVALID', (response) =>
        withBody(response, { id: crypto.randomUUID(), status: 'PENDING' }, 201),
      ),
  },
  {
    id: 'D-AR-EMPTY-QUERY',
    title: 'an empty query is accepted, although its refusal is declared',
    breaks: '5',
    family: 'fields',
    mustFail: ['AR-2.5'],
    mayFail: ['AR-2.5a'],
    build: () =>
      insteadOf('POST', RUNS, 'QUERY_REQUIRED', (response) =>
        withBody(response, { id: crypto.randomUUID(), status: 'PENDING' }, 201),
      ),
  },
  {
    id: 'D-AR-BAD-INPUT-FAILS',
    title: 'input of the wrong shape makes the server fail',
    breaks: '2',
    family: 'surroundings',
    mustFail: ['AR-2.1a', 'AR-7.5a'],
    mayFail: ['AR-1.1b', 'AR-1.2a', 'AR-2.1b', 'AR-7.5'],
    build: () =>
      insteadOf('POST', /\/agent-runs/, 'VALIDATION', (response) => withBody(response, SERVER_ERROR, 500)),
  },
  {
    id: 'M14',
    title: 'a message to a cancelled run is accepted',
    breaks: '5',
    family: 'fields',
    mustFail: ['AR-7.4'],
    mayFail: ['AR-7.4a'],
    build: ({ newId }) =>
      insteadOf('POST', MESSAGES, 'RUN_CLOSED', (response, { path }) =>
        withBody(response, inventedMessage(path, newId()), 201),
      ),
  },
  {
    id: 'M15',
    title: 'a message without content is accepted',
    breaks: '5',
    family: 'fields',
    mustFail: ['AR-7.5'],
    mayFail: ['AR-7.5a'],
    build: ({ newId }) =>
      insteadOf('POST', MESSAGES, 'CONTENT_REQUIRED', (response, { path }) =>
        withBody(response, inventedMessage(path, newId()), 201),
      ),
  },
  {
    id: 'D-AR-APPEND-TO-NOTHING',
    title: 'a message to an unknown run is accepted',
    breaks: '5',
    family: 'fake results',
    mustFail: ['AR-7.3'],
    mayFail: ['AR-7.6'],
    build: ({ newId }) =>
      insteadOf('POST', MESSAGES, 'RUN_NOT_FOUND', (response, { path }) =>
        withBody(response, inventedMessage(path, newId()), 201),
      ),
  },
  {
    id: 'D-AR-APPEND-LOST',
    title: 'an appended message is acknowledged and never listed',
    breaks: '5',
    family: 'silence',
    mustFail: ['AR-7.1a'],
    mayFail: [...agentsApi(6, 7), 'AR-10.1c', 'AR-10.1j', 'AR-E2', 'AR-E6', 'AR-E8'],
    build: () => {
      const lost = new Set<unknown>();
      return handling(
        ({ path }) => MESSAGES.test(path),
        async ({ method, request }, honest) => {
          const response = await honest(request);
          if (response.status >= 300) return response;
          const body = (await response.json()) as Frame;
          if (method === 'POST') lost.add(body['id']);
          const left = itemsOf(body).filter(({ id }) => !lost.has(id));
          return withBody(response, method === 'POST' ? body : { ...body, items: left, total: left.length });
        },
      );
    },
  },
  {
    id: 'D-AR-MESSAGE-CONTEXT-LOST',
    title: 'a message forgets its context items',
    breaks: '5',
    family: 'fields',
    mustFail: ['AR-7.2'],
    mayFail: [],
    build: () => changingJson('POST', MESSAGES, (body) => ({ ...body, contextItemIds: [] })),
  },
  {
    id: 'D-AR-CANCEL-PENDING',
    title: 'a run that has not started cannot be cancelled',
    breaks: '5',
    family: 'fields',
    mustFail: ['AR-8.2'],
    mayFail: ['AR-8.4', 'AR-E4', 'AR-1.2', 'AR-1.2b', 'AR-E5', 'AR-7.4'],
    build: () =>
      handling(
        ({ path, method }) => method === 'POST' && CANCEL.test(path),
        async ({ url, request }, honest) => {
          const status = await statusOf(url, request, honest);
          if (status !== 'PENDING') return honest(request);
          return Response.json({ detail: 'the run has not started', code: 'CONFLICT' }, { status: 409 });
        },
      ),
  },
  {
    id: 'D-AR-CANCEL-ENDED',
    title: 'cancelling a run that ended is answered with 200',
    breaks: '5',
    family: 'fake results',
    mustFail: ['AR-8.3', 'AR-8.3a'],
    mayFail: ['AR-E3', 'AR-E4', 'AR-E5'],
    build: () =>
      insteadOf('POST', CANCEL, 'CONFLICT', (response) => withBody(response, { status: 'CANCELLED' }, 200)),
  },
  {
    id: 'D-AR-CANCEL-AGAIN',
    title: 'cancelling again moves the time at which the run ended',
    breaks: '5',
    family: 'fields',
    mustFail: ['AR-8.4'],
    mayFail: ['AR-E3'],
    build: () => {
      const asked = new Set<string>();
      return changingJson('POST', CANCEL, (body, { path }) => {
        if (!asked.has(path)) {
          asked.add(path);
          return body;
        }
        return { ...body, finishedAt: new Date(Date.parse(String(body['finishedAt'])) + 1000).toISOString() };
      });
    },
  },
  {
    id: 'D-AR-CANCEL-NOTHING',
    title: 'cancelling an unknown run makes the server fail',
    breaks: '5',
    family: 'surroundings',
    mustFail: ['AR-8.5'],
    mayFail: ['AR-8.6'],
    build: () =>
      insteadOf('POST', CANCEL, 'RUN_NOT_FOUND', (response) => withBody(response, SERVER_ERROR, 500)),
  },
  {
    id: 'D-AR-CANCEL-RACE',
    title: 'of many who cancel at once all but one are met by a failing server',
    breaks: '5',
    family: 'surroundings',
    mustFail: ['AR-E3'],
    mayFail: [],
    build: () => {
      const busy = new Set<string>();
      return handling(
        ({ path, method }) => method === 'POST' && CANCEL.test(path),
        async ({ path, request }, honest) => {
          if (busy.has(path)) return Response.json(SERVER_ERROR, { status: 500 });
          busy.add(path);
          try {
            return await honest(request);
          } finally {
            busy.delete(path);
          }
        },
      );
    },
  },
];
