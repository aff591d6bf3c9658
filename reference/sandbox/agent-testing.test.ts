import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import { readOnly } from '../store/agent-tests.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { openStore } from '../store/open.ts';
import { SandboxClient, SUPERVISOR, TICKET, TICKET_AGENT } from '../test-support/sandbox-client.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let server: EmbeddedServer;
let deployment: Deployment;
let ada: SandboxClient;
let grace: SandboxClient;
let project: string;
let storeUrl: string;

beforeAll(async () => {
  server = await startEmbeddedServer();
  storeUrl = await server.createDatabase();
  deployment = await startDeployment({ storeUrl, thinkingMs: 1 });
  ada = new SandboxClient(deployment);
  grace = new SandboxClient(deployment, 3);
  project = await ada.home;
}, 30_000);

afterAll(async () => {
  await deployment?.stop();
  await server?.stop();
});

describe('the history', () => {
  it('is paged, newest first, with the same total on every page', async () => {
    const id = await ada.agent([{ id: 'r', stepType: 'respond' }]);
    expect(await ada.history(id)).toEqual({ tests: [], total: 0, limit: 50, offset: 0 });
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) made.unshift((await ada.result(id)).test_id);
    const pages = await Promise.all(
      [0, 3, 6, 7, 100].map((from) => ada.history(id, `?limit=3&offset=${from}`)),
    );
    expect(pages.map(({ tests }) => tests.length)).toEqual([3, 3, 1, 0, 0]);
    expect(pages.flatMap(({ tests }) => tests.map(({ test_id }) => test_id))).toEqual(made);
    expect(pages.every(({ total, limit }) => total === 7 && limit === 3)).toBe(true);
  });

  it.each([
    'limit=0',
    'limit=501',
    'limit=-1',
    'limit=abc',
    'limit=',
    'offset=-1',
    'offset=abc',
    'offset=1e3',
  ])('refuses %s', async (query) => {
    expect((await ada.call('GET', `/agents/${TICKET_AGENT}/test-history?${query}`)).status).toBe(422);
  });
});

describe('a comparison', () => {
  it('is the second minus the first', async () => {
    const chain = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        id: `n${index}`,
        stepType: 'plan',
        ...(index === 0 ? {} : { after: [`n${index - 1}`] }),
      }));
    const id = await ada.agent(chain(4), { name: 'growing' });
    const first = await ada.result(id);
    const more = await ada.workflow(project, chain(5));
    await ada.call('PUT', `/projects/${project}/agents/${id}`, { name: 'growing', workflowId: more });
    const second = await ada.result(id);
    const { body: there } = await ada.compare(id, first.test_id, second.test_id);
    const { body: back } = await ada.compare(id, second.test_id, first.test_id);
    expect(there.trace_differences).toContain('Step count changed: 4 → 5');
    expect(there.token_delta).toBe(second.token_usage.total_tokens - first.token_usage.total_tokens);
    expect(there.token_delta).toBeGreaterThan(0);
    for (const name of ['token_delta', 'cost_delta', 'timing_delta'] as const)
      expect(back[name]).toBe(-there[name]);
    const { body: same } = await ada.compare(id, first.test_id, first.test_id);
    expect(same).toMatchObject({ status_changed: false, token_delta: 0, cost_delta: 0, timing_delta: 0 });
    expect(same.trace_differences).toEqual([]);
  });

  it('refuses what is no pair of tests of the agent', async () => {
    const { test_id } = await ada.result(TICKET_AGENT, TICKET);
    const other = (await ada.result(SUPERVISOR)).test_id;
    expect((await ada.compare(TICKET_AGENT, test_id, UNKNOWN)).status).toBe(404);
    expect((await ada.compare(TICKET_AGENT, test_id, other)).status).toBe(404);
    expect((await ada.compare(TICKET_AGENT, test_id, 'no-uuid')).status).toBe(422);
    const missing = await ada.call('POST', `/agents/${TICKET_AGENT}/test/compare`, { test_id_1: test_id });
    expect(missing.status).toBe(422);
  });
});

describe('what is refused', () => {
  it.each([
    ['no payload', {}],
    ['a text for a payload', { payload: 'x' }],
    ['a list for a payload', { payload: [] }],
    ['a word for a flag', { payload: {}, simulate_webhook: 'yes' }],
    ['a tenant in the body', { payload: {}, tenant_id: 'globex' }],
    ['a payload without end', `{"payload":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`],
  ])('%s', async (_, body) => {
    const answer = await ada.call<{ detail: object[] }>('POST', `/agents/${TICKET_AGENT}/test`, body);
    expect(answer.status).toBe(422);
    expect(answer.body.detail[0]).toHaveProperty('loc');
  });

  it('unknown agents and tests, inactive agents, and other methods', async () => {
    const call = async (method: string, path: string, body?: object) => {
      const answer = await ada.call<{ code: string }>(method, `/agents/${path}`, body);
      return `${answer.status} ${answer.body.code}`;
    };
    const payload = { payload: {} };
    expect(await call('POST', `${UNKNOWN}/test`, payload)).toBe('404 AGENT_NOT_FOUND');
    expect(await call('POST', 'no-uuid/test', payload)).toBe('404 AGENT_NOT_FOUND');
    expect(await call('GET', `${UNKNOWN}/test-history`)).toBe('404 AGENT_NOT_FOUND');
    expect(await call('GET', `${TICKET_AGENT}/test/${UNKNOWN}`)).toBe('404 TEST_NOT_FOUND');
    expect(await call('GET', `${TICKET_AGENT}/test/compare`)).toBe('404 TEST_NOT_FOUND');
    expect(await call('GET', 'profiles/test-history')).toBe('404 AGENT_NOT_FOUND');
    expect(await call('DELETE', `${TICKET_AGENT}/test`)).toBe('405 METHOD_NOT_ALLOWED');
    const inactive = await ada.agent(undefined, { status: 'INACTIVE' });
    expect(await call('POST', `${inactive}/test`, payload)).toBe('409 AGENT_INACTIVE');
    expect((await ada.history(inactive)).total).toBe(0);
    expect((await ada.result(await ada.agent(undefined, { status: 'DRAFT' }))).status).toBe('success');
  });
});

describe('tenants', () => {
  it('see their own tests only', async () => {
    const own = await ada.result(TICKET_AGENT, TICKET);
    const before = await grace.history(TICKET_AGENT);
    expect(before.tests.some(({ test_id }) => test_id === own.test_id)).toBe(false);
    const theirs = await grace.result(TICKET_AGENT, TICKET);
    const foreign = await grace.call('GET', `/agents/${TICKET_AGENT}/test/${own.test_id}`);
    expect(foreign).toEqual(await grace.call('GET', `/agents/${TICKET_AGENT}/test/${UNKNOWN}`));
    expect((await grace.compare(TICKET_AGENT, theirs.test_id, own.test_id)).status).toBe(404);
    const mine = await ada.agent(undefined);
    const { test_id } = await ada.result(mine);
    for (const path of ['test-history', `test/${test_id}`])
      expect((await grace.call('GET', `/agents/${mine}/${path}`)).status).toBe(404);
    expect((await grace.call('POST', `/agents/${mine}/test`, { payload: {} })).status).toBe(404);
  });

  it('are those of the token, which a header may only repeat', async () => {
    const { total } = await ada.history(TICKET_AGENT);
    const call = (tenant: string) =>
      ada.call('POST', `/agents/${TICKET_AGENT}/test`, { payload: {} }, { 'x-tenant-id': tenant });
    expect(await call('globex')).toMatchObject({ status: 403, body: { code: 'TENANT_MISMATCH' } });
    expect((await ada.history(TICKET_AGENT)).total).toBe(total);
    expect((await call('acme')).status).toBe(200);
    expect((await ada.history(TICKET_AGENT)).total).toBe(total + 1);
  });
});

it('reads in transactions in which the store refuses to write', async () => {
  const { db, close } = await openStore(storeUrl, 1);
  const writing = readOnly(db, async (trx) => sql`delete from agent_tests`.execute(trx));
  await expect(writing).rejects.toMatchObject({ code: '25006' });
  await close();
});
