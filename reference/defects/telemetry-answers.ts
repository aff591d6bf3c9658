import type { Boundaries } from '../boundaries.ts';
import { handling, withBody } from './answers.ts';
import { type Frame, readFrame } from './frames.ts';

/** Paths of the telemetry. */
export const TELEMETRY_RUNS = /^\/v1\/runs$/;
export const TELEMETRY_RUN = /^\/v1\/runs\/[^/]+$/;
export const TELEMETRY_STEPS = /^\/v1\/runs\/[^/]+\/steps$/;
export const TELEMETRY_FAILURES = /^\/v1\/runs\/[^/]+\/failures$/;
export const TELEMETRY_STATS = /^\/v1\/stats$/;
export const TELEMETRY_METRICS = /^\/metrics$/;

const AREAS: Readonly<Record<number, number>> = {
  1: 18,
  2: 4,
  3: 5,
  4: 11,
  5: 7,
  6: 4,
  7: 3,
  8: 3,
  9: 5,
  10: 3,
  11: 3,
};

/** All requirements on some areas of the telemetry. */
export function telemetry(...areas: readonly number[]): readonly string[] {
  return areas.flatMap((area) =>
    Array.from({ length: AREAS[area] ?? 0 }, (_, index) => `TR-${area}.${index + 1}`),
  );
}

/** Whatever reads back what it sent. */
export const ANY_READING = [...telemetry(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 'X-3'];

/** The members of a body that are lists of objects. */
export function listIn(body: Frame, member: string): readonly Frame[] {
  const list = body[member];
  return Array.isArray(list) ? (list as readonly Frame[]) : [];
}

/** A run with each of its steps changed. */
export function withSteps(run: Frame, change: (step: Frame, index: number) => Frame): Frame {
  return 'steps' in run ? { ...run, steps: listIn(run, 'steps').map(change) } : run;
}

/** The failure of a run as it is sent. */
export function failureIn(run: Frame): Frame | undefined {
  const failure = run['failure'];
  return typeof failure === 'object' && failure !== null ? (failure as Frame) : undefined;
}

/** A run with a part of its failure replaced, if it has one. */
export function withFailure(run: Frame, patch: Frame): Frame {
  const failure = failureIn(run);
  return failure === undefined ? run : { ...run, failure: { ...failure, ...patch } };
}

/** The same request with another body. */
function resent(request: Request, body: Frame): Request {
  const headers = new Headers(request.headers);
  headers.delete('content-length');
  return new Request(request.url, { method: request.method, headers, body: JSON.stringify(body) });
}

/** A boundary that hears something else than was sent to the ingest. */
export function hearing(change: (run: Frame) => Frame): Partial<Boundaries> {
  return handling(
    ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
    async ({ request }, honest) => {
      const text = await request.clone().text();
      const run = readFrame(text);
      return Object.keys(run).length === 0 ? honest(request) : honest(resent(request, change(run)));
    },
  );
}

/** A boundary that mends what the ingest would refuse, and stores that. */
export function lenient(mend: (run: Frame) => Frame): Partial<Boundaries> {
  return handling(
    ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
    async ({ request }, honest) => {
      const copy = request.clone();
      const response = await honest(request);
      if (response.status < 400 || response.status >= 500) return response;
      const mended = await honest(resent(copy, mend(readFrame(await copy.clone().text()))));
      return mended.status < 300 ? mended : response;
    },
  );
}

/** A boundary that refuses runs which should be taken. */
export function strict(code: string, refuses: (run: Frame) => boolean): Partial<Boundaries> {
  return handling(
    ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
    async ({ request }, honest) => {
      const run = readFrame(await request.clone().text());
      const response = await honest(refuses(run) ? resent(request, {}) : request);
      return refuses(run) ? withBody(response, { detail: 'not acceptable', code }, 422) : response;
    },
  );
}

/** A boundary that shows runs otherwise than they are: when they are taken, alone, and in lists. */
export function showing(change: (run: Frame) => Frame): Partial<Boundaries> {
  return handling(
    ({ path }) => TELEMETRY_RUNS.test(path) || TELEMETRY_RUN.test(path),
    async ({ request }, honest) => {
      const response = await honest(request);
      if (response.status >= 300) return response;
      const body = (await response.json()) as Frame | readonly Frame[];
      const changed = Array.isArray(body) ? body.map(change) : change(body as Frame);
      return withBody(response, changed);
    },
  );
}

/** A boundary that changes the list which some path answers with. */
export function changingList(
  path: RegExp,
  change: (items: readonly Frame[], url: URL) => unknown,
): Partial<Boundaries> {
  return handling(
    (exchange) => exchange.method === 'GET' && path.test(exchange.path),
    async ({ request, url }, honest) => {
      const response = await honest(request);
      if (response.status >= 300) return response;
      return withBody(response, change((await response.json()) as readonly Frame[], url));
    },
  );
}
