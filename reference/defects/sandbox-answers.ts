import type { Boundaries, HttpHandler } from '../boundaries.ts';
import { type Exchange, handling, withBody } from './answers.ts';
import type { Frame } from './frames.ts';

/** Paths of the sandbox. */
export const TEST = /\/agents\/[^/]+\/test$/;
export const HISTORY = /\/agents\/[^/]+\/test-history$/;
export const COMPARE = /\/agents\/[^/]+\/test\/compare$/;
export const RESULT = /\/agents\/[^/]+\/test\/(?!compare$)[^/]+$/;

const AREAS: Readonly<Record<number, number>> = {
  1: 9,
  2: 6,
  3: 4,
  4: 9,
  5: 4,
  6: 8,
  7: 3,
  8: 4,
  9: 4,
  10: 1,
};

/** All requirements on some areas of the sandbox. */
export function sandbox(...areas: readonly number[]): readonly string[] {
  return areas.flatMap((area) =>
    Array.from({ length: AREAS[area] ?? 0 }, (_, index) => `SB-${area}.${index + 1}`),
  );
}

/** Everything about the sandbox. */
export const ANY_TEST = [...sandbox(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 'X-4'];

/** Everything that reads results. */
export const ANY_RESULT = sandbox(1, 2, 3, 5, 6, 8, 10);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The parts of a path: `/api/agents/{agent}/test/{test}`. */
export function partsOf(path: string): { readonly agent: string; readonly test: string } {
  const [, , , agent = '', , test = ''] = path.split('/');
  return { agent, test };
}

/** Whether a part of a path is a UUID. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** An answer that means that something broke. */
export function broken(): Response {
  return Response.json({ detail: 'Internal Server Error' }, { status: 500 });
}

/** A refusal of a body. */
export function refusedBody(field: string): Response {
  const detail = [{ loc: ['body', field], msg: 'not accepted', type: 'refused' }];
  return Response.json({ detail, code: 'VALIDATION' }, { status: 422 });
}

/** Some objects below a result. */
export function part(frame: Frame, name: string): Frame {
  return (frame[name] ?? {}) as Frame;
}

/** The steps of a result. */
export function stepsOf(result: Frame): readonly Frame[] {
  return (part(result, 'execution_trace')['steps'] ?? []) as readonly Frame[];
}

/** A result with another trace. */
export function withTrace(result: Frame, change: Frame): Frame {
  return { ...result, execution_trace: { ...part(result, 'execution_trace'), ...change } };
}

/** A result with other steps. */
export function withSteps(result: Frame, change: (step: Frame, index: number) => Frame): Frame {
  return withTrace(result, { steps: stepsOf(result).map(change) });
}

/** A boundary that changes results wherever they are answered. */
export function changingResults(change: (result: Frame) => Frame): Partial<Boundaries> {
  return handling(
    ({ method, path }) => (method === 'POST' && TEST.test(path)) || (method === 'GET' && RESULT.test(path)),
    async ({ request }, honest) => {
      const response = await honest(request);
      if (response.status >= 300) return response;
      return withBody(response, change((await response.json()) as Frame));
    },
  );
}

/** The same request with another body. */
export function withRequestBody(request: Request, body: unknown, more: Frame = {}): Request {
  const headers = new Headers(request.headers);
  headers.delete('content-length');
  for (const [name, value] of Object.entries(more)) headers.set(name, String(value));
  return new Request(request.url, { method: request.method, headers, body: JSON.stringify(body) });
}

async function readBody(request: Request): Promise<Frame> {
  try {
    const body: unknown = await request.clone().json();
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  } catch {
    return {};
  }
}

/** A boundary that looks at the body of tests before they are made. */
export function testing(
  handle: (body: Frame, exchange: Exchange, honest: HttpHandler) => Promise<Response>,
): Partial<Boundaries> {
  return handling(
    ({ method, path }) => method === 'POST' && TEST.test(path),
    async (exchange, honest) => handle(await readBody(exchange.request), exchange, honest),
  );
}

/** A boundary that looks at the body of comparisons before they are made. */
export function comparing(
  handle: (body: Frame, exchange: Exchange, honest: HttpHandler) => Promise<Response>,
): Partial<Boundaries> {
  return handling(
    ({ method, path }) => method === 'POST' && COMPARE.test(path),
    async (exchange, honest) => handle(await readBody(exchange.request), exchange, honest),
  );
}

/** A boundary that remembers every result, with the token it was made with, and may use them. */
export function remembering(
  use: (
    known: ReadonlyMap<string, { readonly result: Frame; readonly by: string | null }>,
    exchange: Exchange,
    honest: HttpHandler,
  ) => Promise<Response>,
): Partial<Boundaries> {
  const known = new Map<string, { readonly result: Frame; readonly by: string | null }>();
  return {
    http: (honest) => async (request) => {
      const url = new URL(request.url);
      const exchange = { request, url, path: url.pathname, method: request.method };
      if (request.method !== 'POST' || !TEST.test(url.pathname)) return use(known, exchange, honest);
      const response = await honest(request);
      if (response.status >= 300) return response;
      const result = (await response.clone().json()) as Frame;
      known.set(String(result['test_id']), { result, by: request.headers.get('authorization') });
      return response;
    },
  };
}

const AGENTS = /\/projects\/[^/]+\/agents(\/[^/]+)?$/;

async function learnAgent(known: Map<string, Frame>, { request }: Exchange, honest: HttpHandler) {
  const asked = await readBody(request);
  const response = await honest(request);
  if (response.status < 300) known.set(String(((await response.clone().json()) as Frame)['id']), asked);
  return response;
}

/** A boundary that handles tests and knows how each agent was set up. */
export function knowingAgents(
  handle: (setUp: Frame | undefined, exchange: Exchange, honest: HttpHandler) => Promise<Response>,
): Partial<Boundaries> {
  const known = new Map<string, Frame>();
  const concerns = ({ method, path }: Exchange): boolean =>
    (method === 'POST' && TEST.test(path)) || (/^(POST|PUT)$/.test(method) && AGENTS.test(path));
  return handling(concerns, async (exchange, honest) =>
    TEST.test(exchange.path)
      ? handle(known.get(partsOf(exchange.path).agent), exchange, honest)
      : learnAgent(known, exchange, honest),
  );
}
