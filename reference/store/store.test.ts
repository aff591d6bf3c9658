import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import { connectChat } from '../test-support/chat-client.ts';
import { type EmbeddedServer, startEmbeddedServer } from './embedded.ts';
import { type OpenStore, openStore } from './open.ts';
import { defaultProject } from './projects.ts';
import { findRunStatus, insertRun, type NewRun, transition } from './runs.ts';

let server: EmbeddedServer;
let url: string;

beforeAll(async () => {
  server = await startEmbeddedServer();
  url = await server.createDatabase();
}, 30_000);

afterAll(() => server?.stop());

describe('the state of a run', () => {
  let store: OpenStore;
  const owner = { tenant: 'acme', user: 'ada' };
  const at = new Date('2024-05-01T10:00:00Z');

  beforeAll(async () => {
    store = await openStore(url, 8);
  });

  afterAll(() => store.close());

  async function newRun(requestKey: string | null): Promise<NewRun> {
    return {
      id: crypto.randomUUID(),
      principal: owner,
      projectId: await defaultProject(store.db, owner, crypto.randomUUID(), at),
      threadId: crypto.randomUUID(),
      opensThread: true,
      parentRunId: null,
      agent: 'a',
      workflowId: 'a',
      requestKey,
      inputQuery: 'q\0',
      contextItemIds: [],
      startedAt: at,
      message: { id: crypto.randomUUID(), role: 'user', content: 'q\0', prose: 'q', contextItemIds: [] },
      work: null,
      origin: 'chat',
    };
  }

  it('moves for exactly one of many that want to move it', async () => {
    const run = await newRun(null);
    expect(await insertRun(store.db, run)).toBe(true);
    const wishes = Array.from({ length: 12 }, (_, index) =>
      transition(store.db, {
        runId: run.id,
        turn: 1,
        from: ['PENDING', 'RUNNING'],
        to: index % 2 === 0 ? 'COMPLETED' : 'CANCELLED',
        at,
      }),
    );
    const won = await Promise.all(wishes);
    expect(won.filter(Boolean)).toHaveLength(1);
    const expected = won.indexOf(true) % 2 === 0 ? 'COMPLETED' : 'CANCELLED';
    expect(await findRunStatus(store.db, owner, run.id)).toBe(expected);
    expect(await findRunStatus(store.db, { tenant: 'globex', user: 'ada' }, run.id)).toBeUndefined();
  });

  it('does not move in another turn', async () => {
    const run = await newRun(null);
    await insertRun(store.db, run);
    expect(await transition(store.db, { runId: run.id, turn: 2, from: ['PENDING'], to: 'RUNNING', at })).toBe(
      false,
    );
  });

  it('stores one run for one request, however often it comes', async () => {
    const runs = await Promise.all([newRun('key'), newRun('key'), newRun('key')]);
    const stored = await Promise.all(runs.map((run) => insertRun(store.db, run)));
    expect(stored.filter(Boolean)).toHaveLength(1);
  });

  it('has one default project, whoever asks first', async () => {
    const other = { tenant: 'acme', user: 'alan' };
    const asked = Array.from({ length: 6 }, () => defaultProject(store.db, other, crypto.randomUUID(), at));
    expect(new Set(await Promise.all(asked)).size).toBe(1);
  });
});

describe('projects and context items over HTTP', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await startDeployment({ storeUrl: url, thinkingMs: 1 });
  });

  afterAll(() => deployment.stop());

  async function call(method: string, path: string, body?: unknown, user = 0): Promise<[number, unknown]> {
    const answer = await fetch(`${deployment.url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${deployment.tokens[user]?.token}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return [answer.status, text === '' ? undefined : JSON.parse(text)];
  }

  it('pages through a list to its end', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await call('POST', '/projects', { name }, 5);
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const [, page] = await call(
        'GET',
        `/projects?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        undefined,
        5,
      );
      const { items, nextCursor, total } = page as {
        items: { name: string }[];
        nextCursor: string | null;
        total: number;
      };
      expect(total).toBe(5);
      names.push(...items.map(({ name }) => name));
      cursor = nextCursor;
    }
    expect(names).toEqual(['e', 'd', 'c', 'b', 'a']);
    const [, first] = await call('GET', '/projects?limit=1', undefined, 5);
    const { nextCursor } = first as { nextCursor: string };
    expect((await call('GET', `/projects?cursor=${nextCursor}`, undefined, 4))[1]).toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });

  it.each([
    ['POST', '/projects', { name: 7 }, 422, 'VALIDATION'],
    ['POST', '/projects', { name: 'a\0b' }, 422, 'VALIDATION'],
    ['POST', '/projects', { name: 'x', canary: 1 }, 422, 'VALIDATION'],
    ['POST', '/projects', '{"name":', 422, 'VALIDATION'],
    ['POST', '/projects', { name: 'x'.repeat(1024 * 1024) }, 413, 'CONTENT_TOO_LARGE'],
    ['GET', '/projects?limit=0', undefined, 422, 'VALIDATION'],
    ['GET', '/projects?cursor=%00', undefined, 400, 'CURSOR_INVALID'],
    ['GET', '/projects/%00', undefined, 404, 'PROJECT_NOT_FOUND'],
    ['GET', '/projects/%ZZ', undefined, 404, 'PROJECT_NOT_FOUND'],
    ['PUT', '/projects', {}, 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/nowhere', undefined, 404, 'ROUTE_NOT_FOUND'],
  ])('%s %s is refused with the right code', async (method, path, body, status, code) => {
    const [answered, problem] = await call(method, path, body);
    expect([answered, problem]).toMatchObject([status, { code }]);
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  it('analyses a context item, and shows strangers nothing of it', async () => {
    const [, project] = await call('POST', '/projects', { name: 'p' });
    const { id } = project as { id: string };
    const [created, item] = await call('POST', `/projects/${id}/context-items`, {
      name: 'bill',
      content: 'a,b\nx,1\ny,41',
    });
    expect(created).toBe(201);
    const { id: itemId } = item as { id: string };
    const unknown = await call(
      'GET',
      '/projects/00000000-0000-4000-8000-000000000000/context-items',
      undefined,
      1,
    );
    expect(await call('GET', `/projects/${id}/context-items`, undefined, 1)).toEqual(unknown);
    const chat = await connectChat(deployment.wsUrl, deployment.tokens[0]?.token ?? '');
    const request = crypto.randomUUID();
    chat.start(request, 'unified_data_agent', 'Total of b?', { project_id: id, context_item_ids: [itemId] });
    expect((await chat.run(request)).at(-1)?.data?.['response']).toContain('total 42');
    chat.start('elsewhere', 'unified_data_agent', 'Total of b?', { context_item_ids: [itemId] });
    expect(await chat.find(({ type }) => type === 'error')).toMatchObject({ code: 'CONTEXT_ITEM_INVALID' });
    chat.socket.close();
    expect((await call('DELETE', `/projects/${id}/context-items/${itemId}`))[0]).toBe(204);
    expect((await call('DELETE', `/projects/${id}`))[0]).toBe(204);
    expect((await call('GET', `/projects/${id}`))[0]).toBe(404);
  });
});

// The last in this file: it takes the server away.
describe('a store that goes away', () => {
  it('makes health, requests and runs say so, and never ends in silence', async () => {
    const deployment = await startDeployment({ storeUrl: await server.createDatabase(), thinkingMs: 1 });
    const health = () => fetch(`${deployment.url}/health`);
    expect((await health()).status).toBe(200);
    const chat = await connectChat(deployment.wsUrl, deployment.tokens[0]?.token ?? '');
    await server.stop();
    const answer = await health();
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { status: 'unhealthy', version: '1.0.0' },
    ]);
    const headers = { authorization: `Bearer ${deployment.tokens[0]?.token}` };
    const refused = await fetch(`${deployment.url}/api/projects`, { headers });
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'UNAVAILABLE' }]);
    chat.start('lost', 'unified_data_agent', 'Hello');
    expect(await chat.find(({ type }) => type === 'error')).toMatchObject({
      code: 'UNAVAILABLE',
      request_id: 'lost',
    });
    chat.send({ type: 'ping', request_id: 'alive' });
    await chat.find(({ type }) => type === 'pong');
    await deployment.stop();
  });
});
