import {
  agentsApi,
  CANCEL,
  changingJson,
  handling,
  insteadOf,
  inventedMessage,
  itemsOf,
  MESSAGES,
  withBody,
} from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';

const SERVER_ERROR = { detail: 'internal server error', code: 'UNAVAILABLE' };

function statusOf(url: URL, request: Request, honest: (request: Request) => Promise<Response>) {
  const run = new Request(url.href.replace(/\/cancel$/, ''), { headers: request.headers });
  return honest(run).then(async (response) => ((await response.json()) as Frame)['status']);
}

/** Requests that continue or cancel runs, and are answered wrongly. */
export const runChangeDefects: readonly Defect[] = [
  {
    id: 'M14',
    family: 'swallowed error',
    title: 'a message to a cancelled run is accepted',
    breaks: '5',
    mustFail: ['AR-7.4', 'AR-7.4a'],
    mayFail: [],
    build: ({ newId }) =>
      insteadOf('POST', MESSAGES, 'RUN_CLOSED', (response, { path }) =>
        withBody(response, inventedMessage(path, newId()), 201),
      ),
  },
  {
    id: 'M15',
    family: 'swallowed error',
    title: 'a message without content is accepted',
    breaks: '5',
    mustFail: ['AR-7.5'],
    mayFail: ['AR-7.5a'],
    build: ({ newId }) =>
      insteadOf('POST', MESSAGES, 'CONTENT_REQUIRED', (response, { path }) =>
        withBody(response, inventedMessage(path, newId()), 201),
      ),
  },
  {
    id: 'D-AR-APPEND-TO-NOTHING',
    family: 'swallowed error',
    title: 'a message to an unknown run is accepted',
    breaks: '5',
    mustFail: ['AR-7.3', 'AR-7.6'],
    mayFail: ['IS-3'],
    build: ({ newId }) =>
      insteadOf('POST', MESSAGES, 'RUN_NOT_FOUND', (response, { path }) =>
        withBody(response, inventedMessage(path, newId()), 201),
      ),
  },
  {
    id: 'D-AR-APPEND-LOST',
    family: 'silent drop',
    title: 'an appended message is acknowledged and never listed',
    breaks: '5',
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
    family: 'missing',
    title: 'a message forgets its context items',
    breaks: '5',
    mustFail: ['AR-7.2'],
    mayFail: [],
    build: () => changingJson('POST', MESSAGES, (body) => ({ ...body, contextItemIds: [] })),
  },
  {
    id: 'D-AR-CANCEL-PENDING',
    family: 'over-refusal',
    title: 'a run that has not started cannot be cancelled',
    breaks: '5',
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
    family: 'swallowed error',
    title: 'cancelling a run that ended is answered with 200',
    breaks: '5',
    mustFail: ['AR-8.3', 'AR-8.3a'],
    mayFail: ['AR-8.1', 'AR-E3', 'AR-E4', 'AR-E5'],
    build: () =>
      insteadOf('POST', CANCEL, 'CONFLICT', (response) => withBody(response, { status: 'CANCELLED' }, 200)),
  },
  {
    id: 'D-AR-CANCEL-AGAIN',
    family: 'wrong status',
    title: 'cancelling again moves the time at which the run ended',
    breaks: '5',
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
    family: 'wrong status',
    title: 'cancelling an unknown run makes the server fail',
    breaks: '5',
    mustFail: ['AR-8.5', 'AR-8.1', 'AR-8.6'],
    mayFail: ['RS-13'],
    build: () =>
      insteadOf('POST', CANCEL, 'RUN_NOT_FOUND', (response) => withBody(response, SERVER_ERROR, 500)),
  },
  {
    id: 'D-AR-CANCEL-RACE',
    family: 'wrong status',
    title: 'of many who cancel at once all but one are met by a failing server',
    breaks: '5',
    mustFail: ['AR-E3'],
    mayFail: ['AR-8.1'],
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
