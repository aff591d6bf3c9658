import { issueToken, verifyToken } from '../auth/tokens.ts';
import type { Boundaries } from '../boundaries.ts';
import { type Exchange, handling, withBody } from '../defects/answers.ts';
import type { Frame } from '../defects/frames.ts';
import {
  COMPARE,
  changingResults,
  HISTORY,
  isUuid,
  part,
  partsOf,
  RESULT,
  TEST,
} from '../defects/sandbox-answers.ts';
import {
  failureIn,
  lenient,
  listIn,
  strict,
  TELEMETRY_RUNS,
  withFailure,
} from '../defects/telemetry-answers.ts';
import { asSameUser, bodyOf, choice, like, refusal, restated } from './choices.ts';
import { all, type Noise, type NoiseContext } from './noise.ts';

const isSandbox = ({ path }: Exchange): boolean =>
  [TEST, HISTORY, COMPARE, RESULT].some((each) => each.test(path));

const isComparison = ({ path }: Exchange): boolean => COMPARE.test(path);
/** What might be somebody's; an id that is none cannot. */
const isTestOf = ({ path }: Exchange): boolean => RESULT.test(path) && isUuid(partsOf(path).test);

const CLASSES: Readonly<Record<string, string>> = {
  tool: 'ToolExecutionError',
  llm: 'ModelRequestError',
  system: 'RuntimeError',
};

const namingClasses = (): Partial<Boundaries> =>
  changingResults((result) => {
    if (result['errors'] === null || result['errors'] === undefined) return result;
    const errors = part(result, 'errors');
    return { ...result, errors: { ...errors, error_type: CLASSES[String(errors['error_type'])] } };
  });

const isHeader = /^Bearer (.+)$/;

const credentialOf = (keys: NoiseContext['keys'], { headers }: Request) =>
  verifyToken(keys, isHeader.exec(headers.get('authorization') ?? '')?.[1]);

const withoutHeader400 = ({ keys }: NoiseContext): Partial<Boundaries> =>
  handling(isSandbox, async ({ request }, honest) => {
    const isNamed = request.headers.has('x-tenant-id') || (await credentialOf(keys, request)) === undefined;
    return isNamed ? honest(request) : refusal(400, 'VALIDATION');
  });

const NO_TOKENS = { input_tokens: 0, output_tokens: 0, total_tokens: 0, estimated_cost_usd: 0 };

/** Without a trace there is nothing that the tokens could be the sum of. */
const withoutTokens = (): Partial<Boundaries> =>
  changingResults((result) =>
    result['status'] === 'failed' ? { ...result, token_usage: NO_TOKENS } : result,
  );

/** Lists come with how many there are, which the statistics over the same filters know. */
const wrappedLists = (): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'GET' && TELEMETRY_RUNS.test(path),
    async (exchange, honest) => {
      const response = await honest(exchange.request);
      if (!response.ok) return response;
      const stats = await honest(asSameUser(exchange, `/v1/stats${exchange.url.search}`));
      const { total_runs: total = 0 } = (stats.ok ? await stats.json() : {}) as Frame;
      // What is out of range, or no number, and not refused was clamped.
      const asked = (name: string, usual: number, most: number): number =>
        Math.min(most, Math.max(1, Number(exchange.url.searchParams.get(name)) || usual));
      const page = asked('page', 1, Number.MAX_SAFE_INTEGER);
      const page_size = asked('page_size', 20, 100);
      return withBody(response, { runs: await response.json(), total, page, page_size });
    },
  );

/** Who sends another body under an id gets what was stored first. */
const originalInstead = (): Partial<Boundaries> =>
  handling(
    ({ method, path }) => method === 'POST' && TELEMETRY_RUNS.test(path),
    async (exchange, honest) => {
      const { run_id } = await bodyOf(exchange.request);
      const response = await honest(exchange.request);
      if (response.status !== 409 || typeof run_id !== 'string') return response;
      const stored = await honest(asSameUser(exchange, `/v1/runs/${run_id}`));
      return stored.ok ? stored : response;
    },
  );

const PERSONAL = /[^\s@]+@[^\s@]+|\+?\d[\d\s().-]{7,}\d|(password|api_key|token|secret)\s*[=:]\s*\S+/gi;
const REDACTED = '[redacted]';

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(PERSONAL, REDACTED);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redacted(one)]));
}

/** Personal data is taken out, and the rest is stored. What is refused for another reason is refused after that too. */
const storingRedacted = (): Partial<Boundaries> =>
  lenient((run) => {
    const steps = listIn(run, 'steps').map((step) => ({
      ...step,
      metadata: redacted(step['metadata'] ?? {}),
    }));
    const message = failureIn(run)?.['message'];
    return withFailure({ ...run, steps }, typeof message === 'string' ? { message: redacted(message) } : {});
  });

const SHORT = 60;

function longestIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(longestIn));
}

const shorterTexts = (): Partial<Boundaries> =>
  strict('PRIVACY', (run) => listIn(run, 'steps').some(({ metadata }) => longestIn(metadata) > SHORT));

const EVERYBODY = 'everybody';

/** Everybody's telemetry is one, also what the deployment tells of its own runs. */
const withoutTenants = ({ keys }: NoiseContext): Partial<Boundaries> => ({
  ...handling(
    ({ path }) => path.startsWith('/v1/'),
    async ({ request }, honest) => {
      const known = await credentialOf(keys, request);
      if (known === undefined) return honest(request);
      const headers = new Headers(request.headers);
      const token = await issueToken(keys, { tenant: EVERYBODY, user: known.principal.user }, 60);
      headers.set('authorization', `Bearer ${token}`);
      return honest(new Request(request, { headers }));
    },
  ),
  exports: (honest) => (turn) => honest({ ...turn, principal: { ...turn.principal, tenant: EVERYBODY } }),
});

const otherErrors = (): Partial<Boundaries> => ({
  http: (honest) => async (request) => {
    const response = await honest(request);
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    if (response.status < 400 || !isJson || request.method === 'HEAD') return response;
    const body = (await response.clone().json()) as Frame;
    if (!('detail' in body)) return response;
    const { detail } = body;
    const path = new URL(request.url).pathname;
    return withBody(response, {
      error: typeof detail === 'string' ? detail : JSON.stringify(detail),
      status_code: response.status,
      path,
    });
  },
});

/** Other choices of the sandbox, of the telemetry and of errors. */
export const serviceChoices: readonly Noise[] = [
  choice({ 'VP-TEST201': '201' }, '6', like('D-SB-TEST-CREATED')),
  choice({ 'VP-AGENT404': '400' }, '6', () => restated(isSandbox, ['AGENT_NOT_FOUND'], 404, 400)),
  choice({ 'VP-COMPARE404': '400' }, '6', () => restated(isComparison, ['TEST_NOT_FOUND'], 404, 400)),
  choice({ 'VP-FORBID': '403' }, '6', () => restated(isTestOf, ['TEST_NOT_FOUND'], 404, 403)),
  choice({ 'VP-DEFTENANT': '400' }, '6', withoutHeader400),
  choice({ 'VP-PARTIAL': 'empty' }, '6', (context) => all(like('M4')(context), withoutTokens())),
  choice({ 'VP-ERRTYPE': 'exception-class' }, '6', namingClasses),
  choice({ 'VP-MOCKECHO': 'constant' }, '6', like('M5')),
  choice({ 'VP-REDACT': 'raw' }, '6', like('D-SB-STACK-RAW')),
  choice({ 'VP-IDEMP': '201' }, '7', like('M7')),
  choice({ 'VP-IDEMPCONFLICT': 'original' }, '7', originalInstead),
  choice({ 'VP-LISTSHAPE': 'page-object' }, '7', wrappedLists),
  choice({ 'VP-FAIL404': 'empty-200', 'VP-EMPTYSTEPS': '404' }, '7', like('M11')),
  choice({ 'VP-PII': 'store-redacted' }, '7', storingRedacted),
  choice({ 'VP-PRIVLEN': String(SHORT) }, '7', shorterTexts),
  choice({ 'VP-TRTENANT': 'none' }, '7', withoutTenants),
  choice({ 'VP-ERRSHAPE': 'error-status-path' }, '2', otherErrors),
];
