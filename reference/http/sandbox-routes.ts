import { z } from 'zod';
import type { AgentTesting, TestRefusal } from '../sandbox/agent-testing.ts';
import { PRICE_TABLE } from '../sandbox/price-table.ts';
import { testComparison, testResult, testSummary } from '../sandbox/result.ts';
import { isStoreId } from '../store/ids.ts';
import { HttpError } from './errors.ts';
import { readRange } from './paging.ts';
import { readBody } from './request-body.ts';
import { type Api, parameter, type RouteContext, route } from './routes.ts';

/** What the routes of the sandbox are composed of. */
export interface SandboxRouteParts {
  readonly testing: AgentTesting;
}

const KIB = 1024;
const MAX_BODY_BYTES = KIB * KIB;
const MAX_COMPARE_BYTES = 4 * KIB;
const MAX_DEPTH = 32;
const RANGE = { maxLimit: 500, defaultLimit: 50 } as const;

/** Whether a value is nested so deeply that nobody could mean it. */
function isTooDeep(value: unknown, left = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((each) => isTooDeep(each, left - 1));
}

const newTest = z.strictObject({
  payload: z
    .record(z.string(), z.unknown())
    .refine((payload) => !isTooDeep(payload), { message: 'nested too deeply' }),
  simulate_webhook: z.boolean().optional(),
});
const newComparison = z.strictObject({ test_id_1: z.guid(), test_id_2: z.guid() });
const historyQuery = z.object({
  limit: z.coerce.number().int().min(1).max(RANGE.maxLimit).default(RANGE.defaultLimit),
  offset: z.coerce.number().int().min(0).default(0),
});
const history = z.object({
  tests: z.array(testSummary),
  total: z.int().min(0),
  limit: z.int(),
  offset: z.int(),
});
const price = z.object({ input_nusd: z.int().min(0), output_nusd: z.int().min(0) });
const priceTable = z.object({
  version: z.string(),
  fallback: z.string(),
  models: z.record(z.string(), price),
});

const REFUSALS: Readonly<Record<TestRefusal, HttpError>> = {
  AGENT_NOT_FOUND: new HttpError(404, 'AGENT_NOT_FOUND', 'Agent not found'),
  TEST_NOT_FOUND: new HttpError(404, 'TEST_NOT_FOUND', 'Test not found'),
  AGENT_INACTIVE: new HttpError(409, 'AGENT_INACTIVE', 'the agent is inactive or suspended'),
  TOO_MANY: new HttpError(429, 'RATE_LIMITED', 'too many tests at once; wait for one to end'),
};

function granted<T extends object>(answer: T | TestRefusal): T {
  if (typeof answer === 'string') throw REFUSALS[answer];
  return answer;
}

/** Who asks about which agent; a tenant header may only repeat what the token says. */
function asked(context: RouteContext) {
  const principal = context.get('principal');
  const tenant = context.req.header('x-tenant-id');
  if (tenant !== undefined && tenant !== principal.tenant) {
    throw new HttpError(403, 'TENANT_MISMATCH', 'X-Tenant-ID is not the tenant of the token');
  }
  const agentId = parameter(context, 'agent');
  if (!isStoreId(agentId)) throw REFUSALS.AGENT_NOT_FOUND;
  return { principal, agentId: agentId.toLowerCase() };
}

function testingRoute(api: Api, { testing }: SandboxRouteParts): void {
  route(api, '/api/agents/:agent/test', {
    POST: {
      summary: 'Tests an agent in a dry run',
      body: newTest,
      status: 200,
      answer: testResult,
      refuses: [403, 404, 409, 429],
      handle: async (context) => {
        const who = asked(context);
        const { payload, simulate_webhook = true } = await readBody(context, newTest, MAX_BODY_BYTES);
        const trigger = simulate_webhook ? 'webhook' : 'schedule';
        return context.json(granted(await testing.test({ ...who, payload, trigger })));
      },
    },
  });
}

function historyRoute(api: Api, { testing }: SandboxRouteParts): void {
  route(api, '/api/agents/:agent/test-history', {
    GET: {
      summary: 'The tests of an agent, newest first',
      query: historyQuery,
      status: 200,
      answer: history,
      refuses: [403, 404],
      handle: async (context) => {
        const { principal, agentId } = asked(context);
        const range = readRange(context, RANGE);
        const { tests, total } = granted(await testing.history(principal, agentId, range));
        return context.json({ tests, total, ...range });
      },
    },
  });
}

function comparisonRoute(api: Api, { testing }: SandboxRouteParts): void {
  // Read as the id of a test it is one that does not exist, and no method that is missing here.
  api.app.get('/api/agents/:agent/test/compare', (context) => {
    asked(context);
    throw REFUSALS.TEST_NOT_FOUND;
  });
  route(api, '/api/agents/:agent/test/compare', {
    POST: {
      summary: 'What the second of two tests of an agent did otherwise',
      body: newComparison,
      status: 200,
      answer: testComparison,
      refuses: [403, 404],
      handle: async (context) => {
        const { principal, agentId } = asked(context);
        const body = await readBody(context, newComparison, MAX_COMPARE_BYTES);
        const ids = [body.test_id_1.toLowerCase(), body.test_id_2.toLowerCase()] as const;
        return context.json(granted(await testing.compare(principal, agentId, ids)));
      },
    },
  });
}

function resultRoute(api: Api, { testing }: SandboxRouteParts): void {
  route(api, '/api/agents/:agent/test/:test', {
    GET: {
      summary: 'A test as it was answered',
      status: 200,
      answer: testResult,
      refuses: [403, 404],
      handle: async (context) => {
        const { principal, agentId } = asked(context);
        return context.json(granted(await testing.find(principal, agentId, parameter(context, 'test'))));
      },
    },
  });
}

/** Serves the sandbox, and the prices its costs are computed from. */
export function sandboxRoutes(api: Api, parts: SandboxRouteParts): void {
  route(api, '/api/agents/prices', {
    GET: {
      summary: 'What tokens cost, in thousand-millionths of a dollar',
      status: 200,
      answer: priceTable,
      handle: (context) => context.json(PRICE_TABLE),
    },
  });
  testingRoute(api, parts);
  historyRoute(api, parts);
  comparisonRoute(api, parts);
  resultRoute(api, parts);
}
