import type { Boundaries, HttpHandler } from '../boundaries.ts';
import {
  CANCEL,
  changingRuns,
  type Exchange,
  handling,
  inventedMessage,
  itemsOf,
  MESSAGES,
  RUNS,
  runOfPath,
  withBody,
} from '../defects/answers.ts';
import type { Frame } from '../defects/frames.ts';
import { rewritingStream } from '../defects/stream-frames.ts';
import { asSameUser, bodyOf, choice, like, refusal, restated } from './choices.ts';
import { all, type Noise } from './noise.ts';

const OTHER_SIZE = 7;
const MIB = 1_048_576;

const isAgents = ({ path }: Exchange): boolean => path.startsWith('/api/');

/** Lists of the agents API are pages of another size when nobody asks for one. */
const otherPages = (): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'GET' && /^\/api\/projects/.test(path) && !/node-states$/.test(path),
    async ({ request, url }, honest) => {
      if (url.searchParams.has('limit')) return honest(request);
      const asked = new URL(url);
      asked.searchParams.set('limit', String(OTHER_SIZE));
      return honest(new Request(asked, { headers: request.headers }));
    },
  );

const RUN_ITSELF = /^(.*\/agent-runs\/[^/]+)\/(messages|cancel)$/;

/** How the run stands under which something is asked. */
async function standing(exchange: Exchange, honest: HttpHandler): Promise<Frame> {
  const [, run = exchange.path] = RUN_ITSELF.exec(exchange.path) ?? [];
  const response = await honest(asSameUser(exchange, run));
  return response.ok ? ((await response.json()) as Frame) : {};
}

/** Nobody cancels twice. */
const refusingToCancelAgain = (status: number): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'POST' && CANCEL.test(path),
    async (exchange, honest) =>
      (await standing(exchange, honest))['status'] === 'CANCELLED'
        ? refusal(status, 'RUN_CLOSED')
        : honest(exchange.request),
  );

const isProper = (content: unknown): boolean =>
  typeof content === 'string' && content.trim() !== '' && Buffer.byteLength(content) <= MIB;

/** Who is asked for by a filter of roles. */
const isWanted = ({ url }: Exchange): boolean =>
  [...url.searchParams.getAll('role'), ...url.searchParams.getAll('type')].every((role) => role === 'user');

/** Messages to runs of such a status are kept, and nothing else comes of them. */
function keepingMessages(status: string): Partial<Boundaries> {
  const kept = new Map<string, Frame[]>();
  return all(
    handling(
      ({ method, path }) => method === 'POST' && MESSAGES.test(path),
      async (exchange, honest) => {
        const body = await bodyOf(exchange.request);
        const isJson = /^application\/json\b/.test(exchange.request.headers.get('content-type') ?? '');
        const run = isJson ? await standing(exchange, honest) : {};
        if (run['status'] !== status || !isProper(body['content'])) return honest(exchange.request);
        const { content, contextItemIds = [] } = body;
        const made = { ...inventedMessage(exchange.path, crypto.randomUUID()), turn: run['turn'] };
        const message = { ...made, content, contextItemIds };
        const id = runOfPath(exchange.path);
        kept.set(id, [...(kept.get(id) ?? []), message]);
        return Response.json(message, { status: 201 });
      },
    ),
    handling(
      ({ method, path }) => method === 'GET' && MESSAGES.test(path),
      async (exchange, honest) => {
        const response = await honest(exchange.request);
        const mine = isWanted(exchange) ? (kept.get(runOfPath(exchange.path)) ?? []) : [];
        if (!response.ok || mine.length === 0) return response;
        const page = (await response.json()) as Frame;
        const items = page['nextCursor'] === null ? [...itemsOf(page), ...mine] : itemsOf(page);
        return withBody(response, { ...page, items, total: Number(page['total']) + mine.length });
      },
    ),
  );
}

/** A query of nothing is a query like any other. */
const takingEmptyQueries = (): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'POST' && RUNS.test(path),
    async ({ request }, honest) => {
      const body = await bodyOf(request);
      const { inputQuery } = body;
      if (typeof inputQuery !== 'string' || inputQuery.trim() !== '') return honest(request);
      const headers = new Headers(request.headers);
      headers.delete('content-length');
      const asked = { method: 'POST', headers, body: JSON.stringify({ ...body, inputQuery: '(nothing)' }) };
      const response = await honest(new Request(request.url, asked));
      if (!response.ok) return response;
      return withBody(response, { ...((await response.json()) as Frame), inputQuery });
    },
  );

const WORKFLOWS = /\/workflows$/;

/** Only what was told to wait is seen waiting; any other run is under way as soon as it is made. */
function neverPending(): Partial<Boundaries> {
  const waiting = new Set<unknown>();
  const shown = (run: Frame): Frame =>
    run['status'] === 'PENDING' && !waiting.has(run['workflowId']) ? { ...run, status: 'RUNNING' } : run;
  const learning = handling(
    ({ method, path }) => method === 'POST' && WORKFLOWS.test(path),
    async ({ request }, honest) => {
      const { startDelayMs = 0 } = await bodyOf(request);
      const response = await honest(request);
      const { id } = (await response.clone().json()) as Frame;
      if (response.ok && Number(startDelayMs) > 0) waiting.add(id);
      return response;
    },
  );
  const told = rewritingStream(() => (frame) => [
    typeof frame['run'] === 'object' ? { ...frame, run: shown(frame['run'] as Frame) } : frame,
  ]);
  return all(learning, changingRuns(shown), told);
}

const refusedAs400 = (): Partial<Boundaries> =>
  restated(
    ({ method, path, url }) =>
      /^\/(api|v1)\//.test(path) &&
      (method !== 'GET' || (path.startsWith('/api/') && url.searchParams.has('status'))),
    ['VALIDATION'],
    422,
    400,
  );

const RANGES = ['limit', 'cursor', 'offset', 'page', 'page_size'];

/** Whether a refusal names one of these parameters. */
const isAbout = (refusal: unknown, names: readonly string[]): boolean =>
  names.some((name) => JSON.stringify(refusal).includes(`"${name}"`));

const unknownTimesAs400 = (): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'GET' && path.startsWith('/v1/'),
    async ({ request, url }, honest) => {
      const response = await honest(request);
      if (response.status !== 422 || !/runs$|stats$/.test(url.pathname)) return response;
      const body = await response.json();
      // A page out of range has a point of its own.
      return withBody(response, body, isAbout(body, RANGES) ? 422 : 400);
    },
  );

/** Only where the refusal names one of them: beside a good page another parameter may be refused. */
const rangesAs400 = (): Partial<Boundaries> =>
  handling(
    ({ method, url }) => method === 'GET' && RANGES.some((name) => url.searchParams.has(name)),
    async ({ request }, honest) => {
      const response = await honest(request);
      if (response.status !== 422) return response;
      const body = await response.json();
      return withBody(response, body, isAbout(body, RANGES) ? 400 : 422);
    },
  );

/** Other choices about runs and lists. */
export const runChoices: readonly Noise[] = [
  choice({ 'VP-REOPEN': 'stays' }, '5', () => keepingMessages('COMPLETED')),
  choice({ 'VP-FAILEDAPPEND': 'accept' }, '5', () => keepingMessages('FAILED')),
  choice({ 'VP-PAGE': String(OTHER_SIZE) }, '5', otherPages),
  choice({ 'VP-CLAMP': 'reject-400' }, '5', rangesAs400),
  choice(
    { 'VP-CLAMP': 'clamp' },
    '5',
    like('D-AR-LIMIT-CLAMPED', 'D-SB-LIMIT-CLAMPED', 'D-SB-OFFSET-CLAMPED', 'D-TR-PAGE-ZERO'),
  ),
  choice({ 'VP-422': 'reject-400' }, '2', () => all(refusedAs400(), unknownTimesAs400())),
  choice({ 'VP-INIT': 'RUNNING' }, '5', neverPending),
  choice({ 'VP-BADREF': '400' }, '5', () => restated(isAgents, ['WORKFLOW_NOT_FOUND'], 404, 400)),
  choice({ 'VP-EMPTYQ': '201' }, '5', takingEmptyQueries),
  choice({ 'VP-UNKNOWNPROJECT': 'empty-200' }, '5', like('D-AR-UNKNOWN-PROJECT')),
  choice({ 'VP-ROLEFILTER': 'ignored', 'VP-TYPEFILTER': 'ignored' }, '5', like('D-AR-ROLE-IGNORED')),
  choice({ 'VP-STATECONFLICT': '400' }, '5', () =>
    restated(isAgents, ['RUN_CLOSED', 'AGENT_INACTIVE', 'CONFLICT'], 409, 400),
  ),
  choice({ 'VP-RECANCEL': '400' }, '5', () => refusingToCancelAgain(400)),
  choice({ 'VP-RECANCEL': '409' }, '5', () => refusingToCancelAgain(409)),
];
