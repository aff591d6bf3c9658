import type { Boundaries } from '../boundaries.ts';
import { handling, RUNS } from './answers.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame } from './frames.ts';
import { TEST } from './sandbox-answers.ts';
import { TELEMETRY_RUNS } from './telemetry-answers.ts';

interface Good {
  readonly headers: Headers;
  readonly body: string;
}

/** Carries out the last good request of the same kind when it refuses a bad one. */
function doingWhatItRefuses(
  path: RegExp,
  kindOf: (url: string, body: string) => string,
  again: (body: string) => string = (body) => body,
): Partial<Boundaries> {
  const good = new Map<string, Good>();
  return handling(
    (exchange) => exchange.method === 'POST' && path.test(exchange.path),
    async ({ request }, honest) => {
      const body = await request.clone().text();
      const kind = kindOf(request.url, body);
      const response = await honest(request);
      const before = good.get(kind);
      if (response.status < 300) good.set(kind, { headers: new Headers(request.headers), body });
      if (response.status < 400 || before === undefined) return response;
      good.delete(kind);
      const headers = new Headers(before.headers);
      headers.delete('content-length');
      await honest(new Request(request.url, { method: 'POST', headers, body: again(before.body) }));
      return response;
    },
  );
}

const crash = (): Response => Response.json({ detail: 'internal error', code: 'INTERNAL' }, { status: 500 });

const crashingOnForms = (): Partial<Boundaries> =>
  handling(
    ({ request }) => request.headers.get('content-type')?.startsWith('multipart/') === true,
    async () => crash(),
  );

/** Crashes where a body is JSON, and not what it is taken for. */
const crashingOnJson = (path: RegExp, isOdd: (body: unknown) => boolean): Partial<Boundaries> =>
  handling(
    (exchange) => exchange.method === 'POST' && path.test(exchange.path),
    async ({ request }, honest) => {
      const body = await request.clone().text();
      try {
        return isOdd(JSON.parse(body)) ? crash() : await honest(request);
      } catch {
        return honest(request);
      }
    },
  );

const isNoObject = (body: unknown): boolean =>
  typeof body !== 'object' || body === null || Array.isArray(body);

const NAMED = ['agent_id', 'agent_version', 'status', 'started_at'] as const;

const hasNoText = (body: unknown): boolean =>
  !isNoObject(body) && NAMED.some((name) => typeof (body as Frame)[name] !== 'string');

/** Bad input that is not refused, or not only that. */
export const badInputDefects: readonly Defect[] = [
  {
    id: 'D-FORM-CRASH',
    family: 'wrong status',
    title: 'a body that is declared as a form is answered with a 500',
    breaks: '2',
    mustFail: ['RS-13'],
    mayFail: ['SB-1.1', 'AR-2.1', 'AR-7.1', 'SB-6.1', 'TR-1.1'],
    build: crashingOnForms,
  },
  {
    id: 'D-SANDBOX-LIST-CRASH',
    family: 'wrong status',
    title: 'a test whose body is JSON and no object is answered with a 500',
    breaks: '6',
    mustFail: ['RS-13'],
    mayFail: ['SB-1.1', 'SB-1.4', 'X-1'],
    build: () => crashingOnJson(TEST, isNoObject),
  },
  {
    id: 'D-INGEST-TYPE-CRASH',
    family: 'wrong status',
    title: 'a telemetry run that has something else in the place of a text is answered with a 500',
    breaks: '7',
    mustFail: ['RS-13'],
    mayFail: ['TR-1.1', 'TR-1.3', 'TR-1.11', 'X-1'],
    build: () => crashingOnJson(TELEMETRY_RUNS, hasNoText),
  },
  {
    id: 'D-REFUSED-AND-DONE',
    family: 'half done',
    title: 'a request for a run is refused, and a run begins all the same',
    breaks: '2',
    mustFail: ['RS-13'],
    mayFail: [],
    build: () => doingWhatItRefuses(RUNS, (url) => url),
  },
  {
    id: 'D-SANDBOX-REFUSED-AND-DONE',
    family: 'half done',
    title: 'a test is refused, and made all the same',
    breaks: '6',
    mustFail: ['RS-13'],
    mayFail: ['SB-1.4', 'SB-1.8'],
    build: () => doingWhatItRefuses(TEST, (url) => url),
  },
  {
    id: 'D-INGEST-REFUSED-AND-DONE',
    family: 'half done',
    title: 'a telemetry run is refused, and the one before it stored once more under a new id',
    breaks: '7',
    mustFail: ['RS-13'],
    mayFail: ['TR-1.3', 'TR-5.1', 'TR-5.7', 'TR-9.1'],
    build: ({ newId }) =>
      doingWhatItRefuses(
        TELEMETRY_RUNS,
        (_url, body) => String(readFrame(body)['agent_id']),
        (body) => JSON.stringify({ ...readFrame(body), run_id: newId(), steps: [] }),
      ),
  },
];
