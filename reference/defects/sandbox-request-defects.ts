import { issueToken } from '../auth/tokens.ts';
import { type Exchange, handling, insteadOf, withBody } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import {
  ANY_TEST,
  broken,
  COMPARE,
  HISTORY,
  isUuid,
  knowingAgents,
  partsOf,
  RESULT,
  refusedBody,
  sandbox,
  TEST,
  testing,
  withRequestBody,
} from './sandbox-answers.ts';

const ONE_HOUR_SECONDS = 3_600;
const BUILT_IN = '5f0d3a56-0004-4c61-9d0e-2a7c1b7d0004';
const PRICED = /^(gpt-4o(-mini)?|gpt-3\.5-turbo|rule-planner-1|workflow-engine-1)$/;

const isSandbox = ({ path }: Exchange): boolean =>
  TEST.test(path) || HISTORY.test(path) || COMPARE.test(path) || RESULT.test(path);

/** A test of another agent, passed off as one of the agent that was asked for. */
async function testedInstead(
  { request, path }: Exchange,
  honest: (request: Request) => Promise<Response>,
): Promise<Response> {
  const { agent } = partsOf(path);
  const other = new Request(request.url.replace(agent, BUILT_IN), request);
  const response = await honest(other);
  if (response.status >= 300) return response;
  return withBody(response, { ...((await response.json()) as Frame), agent_id: agent });
}

/** Requests of tests that are taken, or refused, as they should not be. */
export const sandboxRequestDefects: readonly Defect[] = [
  {
    id: 'M3',
    family: 'wrong user',
    title: 'a tenant_id in the body decides where a test is filed',
    breaks: '6',
    mustFail: ['SB-9.4'],
    mayFail: ['SB-9.1', 'SB-9.3'],
    build: ({ keys }) =>
      testing(async ({ tenant_id: tenant, ...body }, { request }, honest) => {
        if (typeof tenant !== 'string') return honest(request);
        const token = await issueToken(keys, { tenant, user: 'service' }, ONE_HOUR_SECONDS);
        return honest(withRequestBody(request, body, { authorization: `Bearer ${token}` }));
      }),
  },
  {
    id: 'D-SB-TENANT-HEADER',
    family: 'auth bypass',
    title: 'a tenant header that contradicts the token is not looked at',
    breaks: '6',
    mustFail: ['SB-9.4'],
    mayFail: [],
    build: () =>
      handling(isSandbox, async ({ request }, honest) => {
        const headers = new Headers(request.headers);
        headers.delete('x-tenant-id');
        return honest(new Request(request, { headers }));
      }),
  },
  {
    id: 'D-SB-TENANT-REQUIRED',
    family: 'over-refusal',
    title: 'without a tenant header nothing is answered, although the token decides by declaration',
    breaks: '6',
    mustFail: ['SB-9.2'],
    mayFail: [...ANY_TEST, 'X-2'],
    build: () =>
      handling(isSandbox, async ({ request }, honest) =>
        request.headers.has('x-tenant-id') ? honest(request) : refusedBody('x-tenant-id'),
      ),
  },
  {
    id: 'D-SB-TEST-CREATED',
    family: 'wrong status',
    title: 'a test is answered with 201, although 200 is declared',
    breaks: '6',
    mustFail: ['SB-1.1'],
    mayFail: ANY_TEST,
    build: () =>
      handling(
        ({ method, path }) => method === 'POST' && TEST.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          if (response.status !== 200) return response;
          return withBody(response, await response.json(), 201);
        },
      ),
  },
  {
    id: 'D-SB-TRIGGER-REQUIRED',
    family: 'over-refusal',
    title: 'a test has to say what sets the agent off',
    breaks: '6',
    mustFail: ['SB-1.2'],
    mayFail: ANY_TEST,
    build: () =>
      testing(async (body, { request }, honest) =>
        'simulate_webhook' in body ? honest(request) : refusedBody('simulate_webhook'),
      ),
  },
  {
    id: 'D-SB-NO-SCHEDULE',
    family: 'over-refusal',
    title: 'a test that is set off by the schedule breaks',
    breaks: '6',
    mustFail: ['SB-1.3'],
    mayFail: ['SB-1.1', 'SB-7.1', 'SB-7.2'],
    build: () =>
      testing(async (body, { request }, honest) =>
        body['simulate_webhook'] === false ? broken() : honest(request),
      ),
  },
  {
    id: 'D-SB-ANY-PAYLOAD',
    family: 'swallowed error',
    title: 'whatever is no payload counts as an empty one',
    breaks: '6',
    mustFail: ['SB-1.4'],
    mayFail: ['RS-13'],
    build: () =>
      testing(async (body, { request }, honest) => {
        const { payload } = body;
        const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
        return honest(isObject ? request : withRequestBody(request, { ...body, payload: {} }));
      }),
  },
  {
    id: 'D-SB-EMPTY-PAYLOAD',
    family: 'over-refusal',
    title: 'an empty payload is refused',
    breaks: '6',
    mustFail: ['SB-1.5'],
    mayFail: ANY_TEST,
    build: () =>
      testing(async ({ payload }, { request }, honest) =>
        JSON.stringify(payload) === '{}' ? refusedBody('payload') : honest(request),
      ),
  },
  {
    id: 'D-SB-UNKNOWN-AGENT-BREAKS',
    family: 'wrong status',
    title: 'testing an unknown agent breaks',
    breaks: '6',
    mustFail: ['SB-1.6'],
    mayFail: ['SB-1.1', 'X-1', 'SB-1.7', 'SB-9.1', 'RS-13'],
    build: () => insteadOf('POST', TEST, 'AGENT_NOT_FOUND', broken),
  },
  {
    id: 'D-SB-AGENT-ID-BREAKS',
    family: 'wrong status',
    title: 'an agent id that is no UUID breaks',
    breaks: '6',
    mustFail: ['SB-1.7'],
    mayFail: ['SB-1.1', 'SB-5.4', 'X-5', 'RS-13'],
    build: () =>
      handling(isSandbox, async ({ request, path }, honest) =>
        isUuid(partsOf(path).agent) || path.includes('/profiles/') ? honest(request) : broken(),
      ),
  },
  {
    id: 'D-SB-INACTIVE-TESTED',
    family: 'swallowed error',
    title: 'an inactive agent is tested like any other',
    breaks: '6',
    mustFail: ['SB-1.8'],
    mayFail: [],
    build: () =>
      testing(async (_, exchange, honest) => {
        const response = await honest(new Request(exchange.request.clone()));
        return response.status === 409 ? testedInstead(exchange, honest) : response;
      }),
  },
  {
    id: 'D-SB-MODEL-UNPRICED',
    family: 'over-refusal',
    title: 'an agent whose model has no price cannot be tested',
    breaks: '6',
    mustFail: ['SB-1.9'],
    mayFail: ['SB-1.1'],
    build: () =>
      knowingAgents(async (setUp, { request }, honest) => {
        const model = setUp?.['model'];
        return typeof model === 'string' && !PRICED.test(model) ? broken() : honest(request);
      }),
  },
  {
    id: 'M1',
    family: 'wrong status',
    title: 'an unknown test is answered with 500 instead of 404',
    breaks: '6',
    mustFail: ['SB-5.2'],
    mayFail: [...sandbox(5), 'SB-9.1', 'RS-13'],
    build: () => insteadOf('GET', RESULT, 'TEST_NOT_FOUND', broken),
  },
  {
    id: 'D-SB-TEST-ID-BREAKS',
    family: 'wrong status',
    title: 'a test id that is no UUID breaks',
    breaks: '6',
    mustFail: ['SB-5.4'],
    mayFail: ['SB-5.1', 'RS-13'],
    build: () =>
      handling(
        ({ method, path }) => method === 'GET' && /\/agents\/[^/]+\/test\/[^/]+$/.test(path),
        async ({ request, path }, honest) => {
          const { agent, test } = partsOf(path);
          return isUuid(agent) && !isUuid(test) ? broken() : honest(request);
        },
      ),
  },
  {
    id: 'D-SB-ROUTE-GREEDY',
    family: 'wrong status',
    title: 'the sandbox takes "profiles" for the id of an agent',
    breaks: '6',
    mustFail: ['X-5'],
    mayFail: ['AR-9.2'],
    build: () =>
      handling(
        ({ method, path }) => method === 'GET' && /\/agents\/profiles\/test-history$/.test(path),
        async ({ request }, honest) => {
          const response = await honest(request);
          return withBody(response, { tests: [], total: 0, limit: 50, offset: 0 }, 200);
        },
      ),
  },
];
