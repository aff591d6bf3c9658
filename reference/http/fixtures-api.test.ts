import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import type { AgentNodeState, AgentProfile, AgentRun, AgentStep } from '../runs/resources.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { ApiClient } from '../test-support/api-client.ts';
import { connectChat } from '../test-support/chat-client.ts';

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
let failing: string;

beforeAll(async () => {
  server = await startEmbeddedServer();
  deployment = await startDeployment({ storeUrl: await server.createDatabase(), thinkingMs: 1 });
  ada = new ApiClient(deployment);
  alan = new ApiClient(deployment, 1);
  project = await ada.project();
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

describe('workflows', () => {
  it('runs branches side by side, tries again what passes, and tells of progress', async () => {
    const workflow = await ada.workflow(project, [
      { id: 'plan', stepType: 'plan', messages: ['looked', 'decided'] },
      { id: 'left', stepType: 'tool', after: ['plan'], delayMs: 150, tool: 'search' },
      {
        id: 'right',
        stepType: 'retrieve',
        after: ['plan'],
        delayMs: 150,
        fail: { type: 'retrieval', code: 'FLAKY', times: 1 },
      },
      { id: 'answer', stepType: 'respond', after: ['left', 'right'] },
    ]);
    const run = await ada.run(project, workflow);
    const { status } = await finished(run);
    expect(status).toBe('COMPLETED');
    const steps = await ada.all<AgentStep>(at(run, '/steps'));
    expect(steps.map(({ stepNumber }) => stepNumber)).toEqual([1, 2, 3, 4, 5]);
    expect(steps.filter(({ nodeId }) => nodeId === 'right').map((step) => step.status)).toEqual([
      'FAILED',
      'COMPLETED',
    ]);
    const [, one, two] = steps;
    expect(Date.parse(two?.startedAt ?? '')).toBeLessThan(Date.parse(one?.completedAt ?? ''));
    const { items } = (await ada.call<{ items: AgentNodeState[] }>('GET', at(run, '/node-states'))).body;
    expect(items.map(({ nodeId, status, progress }) => `${nodeId} ${status} ${progress}`)).toEqual(
      ['plan', 'left', 'right', 'answer'].map((id) => `${id} COMPLETED 1`),
    );
    expect(items[0]?.messages).toEqual(['looked', 'decided']);
  });

  it('skips what lies behind a failure and fails with its class', async () => {
    const run = await ada.run(project, failing);
    const frames = await ada.follow(run.id);
    expect(frames.at(-1)).toMatchObject({ type: 'agent.run.failed', run: { status: 'FAILED' } });
    expect(frames.at(-1)?.errorMessage).toContain('BROKEN');
    const { items } = (await ada.call<{ items: AgentNodeState[] }>('GET', at(run, '/node-states'))).body;
    expect(items.map(({ nodeId, status }) => `${nodeId} ${status}`)).toEqual([
      'breaks FAILED',
      'behind SKIPPED',
      'beside COMPLETED',
    ]);
  });

  it.each([
    [
      'a cycle',
      [
        { id: 'a', stepType: 'tool', after: ['b'] },
        { id: 'b', stepType: 'tool', after: ['a'] },
      ],
    ],
    ['a loop', [{ id: 'a', stepType: 'tool', after: ['a'] }]],
    [
      'an id twice',
      [
        { id: 'a', stepType: 'tool' },
        { id: 'a', stepType: 'tool' },
      ],
    ],
    ['an edge to nowhere', [{ id: 'a', stepType: 'tool', after: ['canary'] }]],
    ['no nodes', []],
    ['another kind of step', [{ id: 'a', stepType: 'canary' }]],
    ['too many steps', [{ id: 'a', stepType: 'tool', repeat: 20_001 }]],
  ])('with %s is refused', async (_, nodes) => {
    const answer = await ada.call('POST', `/projects/${project}/workflows`, { name: 'w', nodes });
    expect(answer).toMatchObject({ status: 422, body: { code: 'VALIDATION' } });
    expect(JSON.stringify(answer.body)).not.toContain('canary');
  });

  it('takes nothing with it when it is deleted, but new runs', async () => {
    const workflow = await ada.workflow(project, QUICK);
    const [ended, going] = [await ada.run(project, workflow), await ada.run(project, workflow)];
    await ada.follow(ended.id);
    const path = `/projects/${project}/workflows/${workflow}`;
    expect((await ada.call('GET', path)).body).toMatchObject({ id: workflow, startDelayMs: 0, nodes: QUICK });
    expect((await ada.call('DELETE', path)).status).toBe(204);
    expect((await ada.call('GET', path)).body).toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    expect(await finished(ended)).toMatchObject({ workflowId: workflow, status: 'COMPLETED' });
    expect((await ada.call('POST', at(ended, '/messages'), { content: 'More' })).status).toBe(201);
    expect((await ada.all<AgentStep>(at(going, '/steps'))).length).toBeGreaterThanOrEqual(0);
    expect((await ada.call('POST', runs(), { workflowId: workflow, inputQuery: 'x' })).status).toBe(404);
  });

  it('performs a thousand steps, and pages through them', async () => {
    const run = await ada.run(
      project,
      await ada.workflow(project, [{ id: 'many', stepType: 'tool', repeat: 1000 }]),
    );
    const frames = await ada.follow(run.id);
    const steps = await ada.all<AgentStep>(at(run, '/steps'));
    expect(steps.map(({ stepNumber }) => stepNumber)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    const told = frames.flatMap(({ step }) => (step?.status === 'COMPLETED' ? [step] : []));
    expect(told).toEqual(steps);
  });
});

describe('agents', () => {
  it('lists profiles the same way as it shows them, and only the tenant its own', async () => {
    const name = `mine-${crypto.randomUUID()}`;
    const path = `/projects/${project}/agents`;
    const made = await ada.call<AgentProfile>('POST', path, { name, workflowId: failing });
    expect(made).toMatchObject({ status: 201, body: { name, status: 'ACTIVE' } });
    expect(await ada.call('POST', path, { name })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    const profiles = (await alan.call<AgentProfile[]>('GET', '/agents/profiles')).body;
    expect(profiles.map((profile) => profile.name)).toContain('unified_data_agent');
    for (const profile of profiles) {
      expect((await ada.call('GET', `/agents/profiles/${profile.id}`)).body).toEqual(profile);
    }
    expect(profiles.map(({ id }) => id)).toContain(made.body.id);
    const foreign = new ApiClient(deployment, 3);
    const unknown = await foreign.call('GET', `/agents/profiles/${UNKNOWN}`);
    expect(unknown).toEqual({ status: 404, body: { detail: 'Agent not found', code: 'AGENT_NOT_FOUND' } });
    expect(await foreign.call('GET', `/agents/profiles/${made.body.id}`)).toEqual(unknown);
    expect((await ada.call('GET', `${path}/${made.body.id}`)).body).toEqual(made.body);
    const own = `${path}/${made.body.id}`;
    const anew = { ...made.body, status: 'INACTIVE', capabilities: [] };
    expect(await ada.call('PUT', own, { name, status: 'INACTIVE' })).toEqual({ status: 200, body: anew });
    expect(await ada.call('PUT', own, { name: 'other' })).toMatchObject({ status: 409 });
    expect(await foreign.call('PUT', own, { name })).toMatchObject({ status: 404 });
    expect((await ada.call('DELETE', own)).status).toBe(204);
    expect((await ada.call('GET', `/agents/profiles/${made.body.id}`)).status).toBe(404);
  });

  it('serves them on the chat socket, and both accounts of a run agree', async () => {
    const name = `chatty-${crypto.randomUUID()}`;
    const workflowId = await ada.workflow(project, [
      { id: 'look', stepType: 'retrieve', fail: { type: 'retrieval', code: 'FLAKY', times: 1 } },
      { id: 'think', stepType: 'other', after: ['look'] },
    ]);
    await ada.call('POST', `/projects/${project}/agents`, { name, workflowId, model: 'm-1' });
    const chat = await connectChat(deployment.wsUrl, ada.token);
    for (const [request, agent, message] of [
      ['own', name, 'Hello'],
      ['built-in', 'unified_data_agent', 'Total?\n```csv\na,b\nx,1\n```'],
    ] as const) {
      chat.start(request, agent, message, { project_id: project });
      const events = await chat.run(request);
      const runId = String(events[0]?.['run_id']);
      const run = (await ada.call<AgentRun>('GET', `${runs()}/${runId}`)).body;
      expect(run).toMatchObject({ status: 'COMPLETED', workflowId: agent === name ? workflowId : agent });
      const steps = await ada.all<AgentStep>(at(run, '/steps'));
      const tools = steps.filter(({ stepType }) => stepType === 'tool' || stepType === 'retrieve');
      const ids = events.flatMap(({ type, data }) =>
        type === 'tool_executing' ? [data?.['tool_call_id']] : [],
      );
      expect(tools.map(({ id }) => id)).toEqual(ids);
      const thoughts = events.flatMap(({ type, data }) =>
        type === 'agent_thinking' ? [data?.['thought']] : [],
      );
      const thinking = steps.filter(({ stepType }) => stepType === 'plan' || stepType === 'other');
      expect(thinking.map(({ output }) => output)).toEqual(thoughts);
      expect(steps.at(-1)).toMatchObject({ stepType: 'respond', output: events.at(-1)?.data?.['response'] });
      const frames = await ada.follow(run.id);
      expect(frames.flatMap(({ step }) => (step?.status === 'RUNNING' ? [step.id] : []))).toEqual(
        steps.map(({ id }) => id),
      );
    }
    chat.start('gone', 'nobody\0', 'Hello');
    expect(await chat.find((frame) => frame['request_id'] === 'gone')).toMatchObject({
      code: 'AGENT_NOT_FOUND',
    });
    for (const status of ['INACTIVE', 'SUSPENDED']) {
      const sleeping = `${status}-${crypto.randomUUID()}`;
      await ada.call('POST', `/projects/${project}/agents`, { name: sleeping, status });
      chat.start(status, sleeping, 'Hello');
      expect(await chat.find((frame) => frame['request_id'] === status)).toMatchObject({
        code: 'AGENT_INACTIVE',
      });
    }
    chat.socket.close();
  });
});

describe('the description', () => {
  it('is open, and names every path that is served', async () => {
    const answer = await fetch(`${deployment.url}/openapi.json`);
    const { openapi, paths } = (await answer.json()) as { openapi: string; paths: Record<string, object> };
    expect([answer.status, openapi]).toEqual([200, '3.1.0']);
    expect(Object.keys(paths).sort()).toMatchInlineSnapshot(`
      [
        "/api/agents/prices",
        "/api/agents/profiles",
        "/api/agents/profiles/{agent}",
        "/api/agents/{agent}/test",
        "/api/agents/{agent}/test-history",
        "/api/agents/{agent}/test/compare",
        "/api/agents/{agent}/test/{test}",
        "/api/projects",
        "/api/projects/{project}",
        "/api/projects/{project}/agent-runs",
        "/api/projects/{project}/agent-runs/{run}",
        "/api/projects/{project}/agent-runs/{run}/cancel",
        "/api/projects/{project}/agent-runs/{run}/messages",
        "/api/projects/{project}/agent-runs/{run}/node-states",
        "/api/projects/{project}/agent-runs/{run}/steps",
        "/api/projects/{project}/agents",
        "/api/projects/{project}/agents/{agent}",
        "/api/projects/{project}/context-items",
        "/api/projects/{project}/context-items/{item}",
        "/api/projects/{project}/workflows",
        "/api/projects/{project}/workflows/{workflow}",
        "/metrics",
        "/v1/runs",
        "/v1/runs/{run}",
        "/v1/runs/{run}/failures",
        "/v1/runs/{run}/steps",
        "/v1/stats",
      ]
    `);
  });
});

describe('a project that is deleted', () => {
  it('takes all that is in it along, unless something in it is still going', async () => {
    const doomed = await ada.project();
    const run = await ada.run(doomed, await ada.workflow(doomed, ENDLESS));
    expect((await ada.call('DELETE', `/projects/${doomed}`)).status).toBe(409);
    await ada.call('POST', at(run, '/cancel'));
    expect((await ada.call('DELETE', `/projects/${doomed}`)).status).toBe(204);
    expect(await ada.call('GET', at(run))).toMatchObject({
      status: 404,
      body: { code: 'PROJECT_NOT_FOUND' },
    });
  });
});
