import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import type { AgentMessage, AgentRun, AgentStep } from '../runs/resources.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { ApiClient, type ReceivedPage } from '../test-support/api-client.ts';

const QUICK = [{ id: 'answer', stepType: 'respond' }];
const ENDLESS = [{ id: 'wait', stepType: 'tool', delayMs: 3_600_000 }];
const FAILING = [
  { id: 'breaks', stepType: 'tool', fail: { type: 'tool', code: 'BROKEN' } },
  { id: 'behind', stepType: 'respond', after: ['breaks'] },
  { id: 'beside', stepType: 'tool' },
];
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let server: EmbeddedServer;
let deployment: Deployment;
let ada: ApiClient;
let alan: ApiClient;
let project: string;
let other: string;
let quick: string;
let endless: string;
let failing: string;

beforeAll(async () => {
  server = await startEmbeddedServer();
  deployment = await startDeployment({ storeUrl: await server.createDatabase(), thinkingMs: 1 });
  ada = new ApiClient(deployment);
  alan = new ApiClient(deployment, 1);
  project = await ada.project();
  other = await ada.project();
  quick = await ada.workflow(project, QUICK);
  endless = await ada.workflow(project, ENDLESS);
  failing = await ada.workflow(project, FAILING);
}, 30_000);

afterAll(async () => {
  await deployment?.stop();
  await server?.stop();
});

const at = (run: AgentRun, rest = ''): string => `/projects/${run.projectId}/agent-runs/${run.id}${rest}`;
const runs = (of = project): string => `/projects/${of}/agent-runs`;

async function finished(run: AgentRun): Promise<AgentRun> {
  await ada.follow(run.id);
  return (await ada.call<AgentRun>('GET', at(run))).body;
}

describe('making and reading runs', () => {
  it('makes a run, and has it at once and to its end', async () => {
    const item = await ada.call<{ id: string }>('POST', `/projects/${project}/context-items`, {
      name: 'i',
      content: 'text',
    });
    const contextItemIds = [item.body.id];
    const made = await ada.call<AgentRun>('POST', runs(), {
      workflowId: quick,
      inputQuery: 'Why?',
      contextItemIds,
    });
    expect(made).toMatchObject({
      status: 201,
      body: { projectId: project, workflowId: quick, status: 'PENDING', inputQuery: 'Why?', contextItemIds },
    });
    expect(made.body).toMatchObject({ outputSummary: null, finishedAt: null, turn: 1 });
    expect((await ada.call('GET', at(made.body))).status).toBe(200);
    const end = await finished(made.body);
    expect(end).toMatchObject({ status: 'COMPLETED', contextItemIds });
    expect(end.outputSummary).toMatch(/\S/);
    expect(Date.parse(end.startedAt)).toBeLessThanOrEqual(Date.parse(end.finishedAt ?? ''));
    const messages = await ada.all<AgentMessage>(at(end, '/messages'));
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('filters and pages without losing or repeating', async () => {
    const own = await ada.project();
    const first = await ada.workflow(own, QUICK);
    const second = await ada.workflow(own, ENDLESS);
    const made = [];
    for (let count = 0; count < 7; count += 1)
      made.push(await ada.run(own, count % 2 === 0 ? first : second));
    for (const run of made) if (run.workflowId === first) await ada.follow(run.id);
    const newestFirst = made.map(({ id }) => id).reverse();
    expect((await ada.all<AgentRun>(runs(own), 2)).map(({ id }) => id)).toEqual(newestFirst);
    const page = async (query: string) =>
      (await ada.call<ReceivedPage<AgentRun>>('GET', runs(own) + query)).body;
    expect(await page('?status=COMPLETED')).toMatchObject({ total: 4, nextCursor: null });
    const both = await page(`?status=RUNNING&workflowId=${second}&limit=1`);
    expect(both).toMatchObject({ total: 3, items: [{ status: 'RUNNING', workflowId: second }] });
    const next = await page(`?status=RUNNING&workflowId=${second}&limit=1&cursor=${both.nextCursor}`);
    expect(next.items[0]?.id).not.toBe(both.items[0]?.id);
    expect(await page(`?status=COMPLETED&cursor=${both.nextCursor}`)).toMatchObject({
      code: 'CURSOR_INVALID',
    });
    expect(await page(`?status=RUNNING&workflowId=${first}`)).toMatchObject({ items: [], total: 0 });
  });

  it.each<[method: string, path: () => string, body: unknown, status: number, code: string]>([
    ['POST', runs, { workflowId: UNKNOWN, inputQuery: 'canary' }, 404, 'WORKFLOW_NOT_FOUND'],
    ['POST', () => runs(other), { workflowId: 'w\0', inputQuery: 'canary' }, 404, 'WORKFLOW_NOT_FOUND'],
    ['POST', runs, { workflowId: 'q', inputQuery: '' }, 400, 'QUERY_REQUIRED'],
    ['POST', runs, { workflowId: 'q', inputQuery: ' \t\u2003' }, 400, 'QUERY_REQUIRED'],
    ['POST', runs, { workflowId: 'q' }, 422, 'VALIDATION'],
    ['POST', runs, { workflowId: 7, inputQuery: 'canary' }, 422, 'VALIDATION'],
    ['POST', runs, { workflowId: 'q', inputQuery: 'canary\0' }, 422, 'VALIDATION'],
    ['POST', runs, '{"workflowId":"q","inputQuery":"\\ud800canary"}', 422, 'VALIDATION'],
    ['POST', runs, { workflowId: 'q', inputQuery: 'canary', canary: 1 }, 422, 'VALIDATION'],
    ['POST', runs, { workflowId: 'q', inputQuery: 'x'.repeat(1024 * 1024 + 1) }, 413, 'CONTENT_TOO_LARGE'],
    ['POST', runs, `${'['.repeat(200_000)}`, 422, 'VALIDATION'],
    ['POST', runs, `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 422, 'VALIDATION'],
    ['POST', runs, '{"workflowId":1e999}', 422, 'VALIDATION'],
    ['POST', runs, 'null', 422, 'VALIDATION'],
    ['GET', () => `${runs()}?status=canary`, undefined, 422, 'VALIDATION'],
    ['GET', () => `${runs()}?workflowId=%00`, undefined, 422, 'VALIDATION'],
    ['GET', () => `${runs()}?limit=101`, undefined, 422, 'VALIDATION'],
    ['GET', () => `${runs()}?limit=abc`, undefined, 422, 'VALIDATION'],
    ['GET', () => `${runs()}?cursor=canary`, undefined, 400, 'CURSOR_INVALID'],
    ['GET', () => `${runs()}/canary%00%2F..%2F`, undefined, 404, 'RUN_NOT_FOUND'],
    ['GET', () => `${runs()}/${'x'.repeat(10_000)}`, undefined, 404, 'RUN_NOT_FOUND'],
    ['GET', () => `${runs()}/${UNKNOWN}/steps`, undefined, 404, 'RUN_NOT_FOUND'],
    ['GET', () => `${runs()}/${UNKNOWN}/messages`, undefined, 404, 'RUN_NOT_FOUND'],
    ['GET', () => `${runs()}/${UNKNOWN}/node-states`, undefined, 404, 'RUN_NOT_FOUND'],
    ['POST', () => `${runs()}/${UNKNOWN}/messages`, { content: 'canary' }, 404, 'RUN_NOT_FOUND'],
    ['POST', () => `${runs()}/${UNKNOWN}/cancel`, undefined, 404, 'RUN_NOT_FOUND'],
    ['DELETE', () => `${runs()}/${UNKNOWN}`, undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['GET', () => runs(UNKNOWN), undefined, 404, 'PROJECT_NOT_FOUND'],
  ])('%s %s with %j is refused', async (method, path, body, status, code) => {
    const answer = await ada.call(method, path(), body);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(answer.body)).not.toContain('canary');
  });

  it('refuses context items that are unknown or of another project in the same words', async () => {
    const item = await ada.call<{ id: string }>('POST', `/projects/${other}/context-items`, {
      name: 'i',
      content: 'x',
    });
    const ask = (id: string) =>
      ada.call('POST', runs(), { workflowId: quick, inputQuery: 'x', contextItemIds: [id] });
    const unknown = await ask('nothing');
    expect(unknown).toMatchObject({ status: 400, body: { code: 'CONTEXT_ITEM_INVALID' } });
    expect(await ask(item.body.id)).toEqual(unknown);
  });

  it('shows strangers and other projects what it shows of nothing', async () => {
    const run = await ada.run(project, endless);
    const paths = ['', '/steps', '/messages', '/node-states'];
    for (const rest of paths) {
      const unknown = await ada.call('GET', `${runs(other)}/${UNKNOWN}${rest}`);
      expect(await ada.call('GET', `${runs(other)}/${run.id}${rest}`)).toEqual(unknown);
      const nobody = await alan.call('GET', `${runs(UNKNOWN)}/${UNKNOWN}${rest}`);
      expect(await alan.call('GET', at(run, rest))).toEqual(nobody);
    }
    expect((await ada.call('POST', `${runs(other)}/${run.id}/cancel`)).status).toBe(404);
    expect((await ada.call('POST', `${runs(other)}/${run.id}/messages`, { content: 'x' })).status).toBe(404);
    expect((await ada.call<AgentRun>('GET', at(run))).body.finishedAt).toBeNull();
  });
});

describe('messages', () => {
  it('opens the next turn of a completed run, with all counting going on', async () => {
    const run = await ada.run(project, quick);
    await ada.follow(run.id);
    const appended = await ada.call<AgentMessage>('POST', at(run, '/messages'), { content: 'And now?' });
    expect(appended).toMatchObject({ status: 201, body: { role: 'user', content: 'And now?', turn: 2 } });
    const frames = await ada.follow(run.id);
    expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index + 1));
    expect(frames.filter(({ type }) => type === 'agent.run.completed').map(({ turn }) => turn)).toEqual([
      1, 2,
    ]);
    const messages = await ada.all<AgentMessage>(at(run, '/messages'));
    expect(messages.map(({ role, turn }) => `${role} ${turn}`)).toEqual([
      'user 1',
      'assistant 1',
      'user 2',
      'assistant 2',
    ]);
    const steps = await ada.all<AgentStep>(at(run, '/steps'));
    expect(steps.map(({ stepNumber, turn }) => [stepNumber, turn])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect((await ada.call<AgentRun>('GET', at(run))).body).toMatchObject({ status: 'COMPLETED', turn: 2 });
  });

  it('keeps one order for many that append at once', async () => {
    const run = await ada.run(project, endless);
    const { frames, find, socket } = await ada.subscribe(run.id);
    const contents = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    const answers = await Promise.all(
      contents.map((content) => ada.call<AgentMessage>('POST', at(run, '/messages'), { content })),
    );
    const last = (await ada.all<AgentMessage>(at(run, '/messages'), 7)).slice(1);
    expect(new Set(last.map(({ id }) => id))).toEqual(new Set(answers.map(({ body }) => body.id)));
    expect(last.map(({ createdAt }) => createdAt)).toEqual(last.map(({ createdAt }) => createdAt).sort());
    await find(({ message }) => message?.id === last.at(-1)?.id);
    const told = frames.flatMap(({ message }) => message?.id ?? []).slice(1);
    expect(told).toEqual(last.map(({ id }) => id));
    socket.terminate();
  });

  it('opens one turn when many append to a completed run at once', async () => {
    const run = await ada.run(project, quick);
    await ada.follow(run.id);
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((content) => ada.call<AgentMessage>('POST', at(run, '/messages'), { content })),
    );
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    await ada.follow(run.id);
    const frames = await ada.follow(run.id);
    expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index + 1));
    const { turn } = (await ada.call<AgentRun>('GET', at(run))).body;
    expect(frames.filter(({ type }) => type === 'agent.run.completed')).toHaveLength(turn);
  });

  it('keeps a long message to the byte, filters by role, and refuses what is none', async () => {
    const run = await ada.run(project, endless);
    const content = 'äb€😀'.repeat(13_000);
    const { body } = await ada.call<AgentMessage>('POST', at(run, '/messages'), { content });
    expect(body.content).toBe(content);
    const users = (await ada.call<ReceivedPage<AgentMessage>>('GET', at(run, '/messages?role=user'))).body;
    expect(users.items.at(-1)?.content).toBe(content);
    expect((await ada.call('GET', at(run, '/messages?type=assistant'))).body).toMatchObject({ total: 0 });
    for (const bad of [{}, { content: null }, { content: 7 }]) {
      expect((await ada.call('POST', at(run, '/messages'), bad)).status).toBe(422);
    }
    const empty = await ada.call('POST', at(run, '/messages'), { content: ' \n' });
    expect(empty).toMatchObject({ status: 400, body: { code: 'CONTENT_REQUIRED' } });
    const large = await ada.call('POST', at(run, '/messages'), { content: 'x'.repeat(1024 * 1024 + 1) });
    expect(large).toMatchObject({ status: 413, body: { code: 'CONTENT_TOO_LARGE' } });
    expect((await ada.call('GET', at(run, '/messages'))).body).toMatchObject({ total: 2 });
  });
});

describe('cancelling', () => {
  it('stops a run for good, whoever asks how often', async () => {
    const run = await ada.run(project, endless);
    const subscriber = await ada.subscribe(run.id);
    await subscriber.find(({ step }) => step !== undefined);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ada.call<AgentRun>('POST', at(run, '/cancel'))),
    );
    expect(answers.every(({ status, body }) => status === 200 && body.status === 'CANCELLED')).toBe(true);
    expect(new Set(answers.map(({ body }) => body.finishedAt)).size).toBe(1);
    expect(await subscriber.ended).toBe(1000);
    expect(subscriber.frames.filter(({ type }) => /(completed|failed|cancelled)$/.test(type))).toHaveLength(
      1,
    );
    const [step] = await ada.all<AgentStep>(at(run, '/steps'));
    expect(step).toMatchObject({ status: 'CANCELLED', error: null });
    const refused = await ada.call('POST', at(run, '/messages'), { content: 'x' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'RUN_CLOSED' } });
  });

  it('stops a pending run before it did anything', async () => {
    const pending = await ada.run(project, await ada.workflow(project, QUICK, 3_600_000));
    expect((await ada.call('GET', at(pending, '/steps'))).body).toMatchObject({ items: [], total: 0 });
    expect((await ada.call('GET', at(pending, '/node-states'))).body).toEqual({ items: [] });
    expect((await ada.call('POST', at(pending, '/cancel'))).body).toMatchObject({ status: 'CANCELLED' });
    expect((await ada.call('GET', at(pending, '/steps'))).body).toMatchObject({ total: 0 });
  });

  it('comes too late for what has ended, and wins or loses cleanly against the start', async () => {
    for (const workflow of [quick, failing]) {
      const run = await ada.run(project, workflow);
      const { status } = await finished(run);
      const late = await ada.call('POST', at(run, '/cancel'));
      expect(late).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
      expect((await ada.call<AgentRun>('GET', at(run))).body.status).toBe(status);
    }
    for (let count = 0; count < 10; count += 1) {
      const run = await ada.run(project, quick);
      const cancelled = await ada.call('POST', at(run, '/cancel'));
      const { status } = await finished(run);
      expect(status).toBe(cancelled.status === 200 ? 'CANCELLED' : 'COMPLETED');
    }
  });
});
