import type { Boundaries, HttpHandler } from '../boundaries.ts';
import type { Frame } from './frames.ts';

/** A request as a defect looks at it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly request: Request;
}

/** Paths of the agents API. */
export const RUNS = /\/agent-runs$/;
export const RUN = /\/agent-runs\/[^/]+$/;
export const STEPS = /\/agent-runs\/[^/]+\/steps$/;
export const MESSAGES = /\/agent-runs\/[^/]+\/messages$/;
export const NODES = /\/agent-runs\/[^/]+\/node-states$/;
export const CANCEL = /\/agent-runs\/[^/]+\/cancel$/;
export const PROFILES = /\/agents\/profiles$/;
export const PROFILE = /\/agents\/profiles\/[^/]+$/;

const AREAS: Readonly<Record<number, readonly string[]>> = {
  1: ['1.1', '1.1a', '1.1b', '1.1c', '1.1d', '1.1e', '1.1f', '1.2', '1.2a', '1.2b', '1.3', '1.4', '1.4a'],
  2: ['2.1', '2.1a', '2.1b', '2.1c', '2.1d', '2.1e', '2.2', '2.2a', '2.3', '2.4', '2.4a', '2.5', '2.5a'],
  3: ['3.1', '3.1a', '3.2', '3.2a', '3.3', '3.4'],
  4: ['4.1', '4.1a', '4.2', '4.2a', '4.3', '4.4'],
  5: ['5.1', '5.1a', '5.2', '5.2a', '5.3'],
  6: ['6.1', '6.2', '6.2a', '6.3', '6.4'],
  7: ['7.1', '7.1a', '7.1b', '7.2', '7.2a', '7.3', '7.4', '7.4a', '7.5', '7.5a', '7.6'],
  8: ['8.1', '8.1a', '8.1b', '8.2', '8.3', '8.3a', '8.4', '8.5', '8.6'],
  9: ['9.1', '9.1a', '9.2', '9.3'],
  10: ['10.1', '10.1a', '10.1b', '10.1c', '10.1d', '10.1e', '10.1f', '10.1g', '10.1h', '10.1i', '10.1j'],
  11: ['10.1k', '10.2', '10.2a', '10.2b', '10.2c', '10.3'],
  12: ['E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7', 'E8'],
};

/** All requirements on some areas of the agents API; 11 is the stream's second half, 12 the edge cases. */
export function agentsApi(...areas: readonly number[]): readonly string[] {
  return areas.flatMap((area) => (AREAS[area] ?? []).map((id) => `AR-${id}`));
}

/** Everything about runs, and what the chat socket's requirements read of them. */
export const ANY_RUN = [...agentsApi(1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12), 'LC-18', 'LC-20'];

/** Everything that is measured by what an answer says. */
export const ANY_VALUE = ['VL-1', 'VL-2', 'VL-3', 'VL-4', 'VL-5', 'VL-6', 'VL-7'];

/** Everything about the stream. */
export const ANY_STREAM = [...agentsApi(10, 11, 12), 'AR-7.1a', 'AR-8.1', 'AR-8.1b', 'LC-18'];

function exchangeOf(request: Request): Exchange {
  const url = new URL(request.url);
  return { request, url, path: url.pathname, method: request.method };
}

/** An answer with another body, and perhaps another status. */
export function withBody(response: Response, body: unknown, status = response.status): Response {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(body), { status, headers });
}

/** A boundary that handles some requests in its own way. */
export function handling(
  applies: (exchange: Exchange) => boolean,
  handle: (exchange: Exchange, honest: HttpHandler) => Promise<Response>,
): Partial<Boundaries> {
  return {
    http: (honest) => async (request) => {
      const exchange = exchangeOf(request);
      return applies(exchange) ? handle(exchange, honest) : honest(request);
    },
  };
}

/** A boundary that changes the JSON of successful answers to some requests. */
export function changingJson(
  method: string,
  path: RegExp,
  change: (body: Frame, exchange: Exchange) => unknown,
): Partial<Boundaries> {
  return handling(
    (exchange) => exchange.method === method && path.test(exchange.path),
    async (exchange, honest) => {
      const response = await honest(exchange.request);
      if (response.status >= 300) return response;
      return withBody(response, change((await response.json()) as Frame, exchange));
    },
  );
}

/** The items of a page. */
export function itemsOf(body: Frame): readonly Frame[] {
  return (body['items'] ?? []) as readonly Frame[];
}

/** A boundary that changes each item of a list. */
export function changingItems(path: RegExp, change: (item: Frame) => Frame): Partial<Boundaries> {
  return changingJson('GET', path, (body) => ({ ...body, items: itemsOf(body).map(change) }));
}

/** A boundary that changes runs wherever HTTP shows them. */
export function changingRuns(change: (run: Frame) => Frame): Partial<Boundaries> {
  return handling(
    ({ path }) => RUNS.test(path) || RUN.test(path) || CANCEL.test(path),
    async ({ request }, honest) => {
      const response = await honest(request);
      if (response.status >= 300) return response;
      const body = (await response.json()) as Frame;
      const changed = 'items' in body ? { ...body, items: itemsOf(body).map(change) } : change(body);
      return withBody(response, changed);
    },
  );
}

/** A boundary that answers a refusal in its own way. */
export function insteadOf(
  method: string,
  path: RegExp,
  code: string,
  answer: (response: Response, exchange: Exchange) => Response,
): Partial<Boundaries> {
  return handling(
    (exchange) => exchange.method === method && path.test(exchange.path),
    async (exchange, honest) => {
      const response = await honest(exchange.request);
      if (response.status < 400) return response;
      const body = (await response.clone().json()) as Frame;
      return body['code'] === code ? answer(response, exchange) : response;
    },
  );
}

/** A boundary that does not hear some parameters of a query. */
export function deafTo(
  path: RegExp,
  names: (query: URLSearchParams) => readonly string[],
): Partial<Boundaries> {
  return handling(
    (exchange) => exchange.method === 'GET' && path.test(exchange.path),
    async ({ request, url }, honest) => {
      const heard = new URL(url);
      for (const name of names(url.searchParams)) heard.searchParams.delete(name);
      return honest(new Request(heard, { headers: request.headers }));
    },
  );
}

/** The last part of a path but one: the run of everything that lies below it. */
export function runOfPath(path: string): string {
  return /\/agent-runs\/([^/]+)/.exec(path)?.[1] ?? '';
}

/** A message that nobody stored. */
export function inventedMessage(path: string, id: string): Frame {
  const createdAt = new Date().toISOString();
  return { id, runId: runOfPath(path), turn: 1, role: 'user', content: '', contextItemIds: [], createdAt };
}
