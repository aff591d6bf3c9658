import type { Boundaries } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import { shifted } from './field-defects.ts';
import { changingEvents, replacing } from './frames.ts';

const HOUR_MS = 3_600_000;

/** Changes the answers to some requests. */
function answering(
  change: (response: Response, request: Request) => Promise<Response> | Response,
): Partial<Boundaries> {
  return { http: (honest) => async (request) => change(await honest(request), request) };
}

function isAbout(request: Request, path: string): boolean {
  return new URL(request.url).pathname === path;
}

function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  const headers = new Headers(response.headers);
  change(headers);
  return new Response(response.body, { status: response.status, headers });
}

/** HTTP answers that are untrue, or that browsers cannot use. */
export const httpDefects: readonly Defect[] = [
  {
    id: 'I065',
    family: 'auth bypass',
    title: 'the list of projects needs no token',
    breaks: '2',
    mustFail: ['X-2'],
    mayFail: ['CN-5'],
    build: () =>
      answering((response, request) =>
        response.status === 401 && request.method === 'GET' && isAbout(request, '/api/projects')
          ? Response.json({ items: [], nextCursor: null, total: 0 })
          : response,
      ),
  },
  {
    id: 'I097',
    family: 'constant health',
    title: 'health is a constant OK',
    breaks: '3',
    mustFail: ['CN-10', 'TR-10.2'],
    mayFail: [],
    build: () =>
      answering(async (response, request) => {
        if (!isAbout(request, '/health') || response.status !== 503) return response;
        const body = (await response.json()) as object;
        return Response.json({ ...body, status: 'healthy', components: { store: { status: 'healthy' } } });
      }),
  },
  {
    id: 'I108',
    family: 'missing',
    title: 'every preflight is refused, and Vary: Origin is missing',
    breaks: '2',
    mustFail: ['CN-12'],
    mayFail: [],
    build: () =>
      answering((response, request) => {
        const detail = { detail: 'this origin is not on the list', code: 'ORIGIN_REFUSED' };
        const answer = request.method === 'OPTIONS' ? Response.json(detail, { status: 403 }) : response;
        return withHeaders(answer, (headers) => headers.delete('vary'));
      }),
  },
  {
    id: 'D-VERSION-CHANGES',
    family: 'drifted schema',
    title: 'health reports another version each time',
    breaks: '3',
    mustFail: [],
    mayFail: [],
    leavesOpen: ['CN-7'],
    build: () => {
      let answers = 0;
      return answering(async (response, request) => {
        if (!isAbout(request, '/health') || request.method !== 'GET') return response;
        const body = (await response.clone().json()) as { readonly version: string };
        answers += 1;
        const text = JSON.stringify({ ...body, version: `${body.version}-${answers}` });
        return new Response(text, { status: response.status, headers: response.headers });
      });
    },
  },
  {
    id: 'D-DATE-FROZEN',
    family: 'stuck state',
    title: 'every answer is dated with the time of the first',
    breaks: '2',
    mustFail: ['CN-8'],
    mayFail: [],
    build: () => {
      let first: string | undefined;
      return answering((response) => {
        first ??= new Date().toUTCString();
        const date = first;
        return withHeaders(response, (headers) => headers.set('date', date));
      });
    },
  },
  {
    id: 'D-HEALTH-BARE',
    family: 'wrapped',
    title: 'health answers 200 with nothing but "ok"',
    breaks: '3',
    mustFail: ['CN-1'],
    mayFail: ['CN-10', 'TR-10.1', 'CN-12'],
    build: () =>
      answering((response, request) =>
        isAbout(request, '/health') && request.method === 'GET'
          ? new Response('ok', { status: response.status, headers: response.headers })
          : response,
      ),
  },
  {
    id: 'D-CLOCK-SKEW',
    family: 'wrong figure',
    title: 'the whole deployment is an hour ahead: events and Date header',
    breaks: '4',
    mustFail: [],
    mayFail: ['LC-10', 'X-3'],
    leavesOpen: ['CN-8'],
    build: () => ({
      ...answering((response) =>
        withHeaders(response, (headers) => headers.set('date', new Date(Date.now() + HOUR_MS).toUTCString())),
      ),
      sockets: (honest) => {
        const events = changingEvents(() => (frame) => ({
          ...frame,
          timestamp: shifted(frame['timestamp'], HOUR_MS),
        }));
        const greeting = replacing(['connection_established'], (frame) => ({
          ...frame,
          timestamp: shifted(frame['timestamp'], HOUR_MS),
        }));
        return greeting.sockets?.(events.sockets?.(honest) ?? honest) ?? honest;
      },
    }),
  },
];
