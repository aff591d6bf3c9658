import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import type { AgentMessage, AgentNodeState, AgentRun, AgentStep } from '../runs/resources.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { ApiClient } from '../test-support/api-client.ts';
import { connectChat, type ReceivedFrame } from '../test-support/chat-client.ts';
import type { ShownRun } from './resources.ts';

const CANARY = 'zebra-canary-4711';
const QUESTION = `What is the total of ${CANARY}?\n\`\`\`csv\nregion,amount\n${CANARY},10\nsouth,20\n\`\`\``;

let server: EmbeddedServer;
let deployment: Deployment;

beforeAll(async () => {
  server = await startEmbeddedServer();
  deployment = await startDeployment({ storeUrl: await server.createDatabase(), thinkingMs: 1 });
}, 30_000);

afterAll(async () => {
  await deployment?.stop();
  await server?.stop();
});

async function telemetryOf(token: string, path: string): Promise<Response> {
  return fetch(`${deployment.queryUrl}/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
}

/** The run as the telemetry shows it, as soon as it does. */
async function reported(api: ApiClient, runId: string): Promise<ShownRun> {
  return expect
    .poll(async () => (await telemetryOf(api.token, `runs/${runId}`)).status, { timeout: 5_000 })
    .toBe(200)
    .then(async () => (await (await telemetryOf(api.token, `runs/${runId}`)).json()) as ShownRun);
}

async function partsOf(api: ApiClient, run: AgentRun) {
  const path = `/projects/${run.projectId}/agent-runs/${run.id}`;
  const nodes = await api.call<{ items: AgentNodeState[] }>('GET', `${path}/node-states`);
  return {
    run: (await api.call<AgentRun>('GET', path)).body,
    steps: await api.all<AgentStep>(`${path}/steps`),
    messages: await api.all<AgentMessage>(`${path}/messages`),
    nodes: nodes.body.items,
  };
}

const shapeOf = ({ steps }: ShownRun) => steps.map(({ step_id, step_type }) => [step_id, step_type]);

function tells(events: readonly ReceivedFrame[], types: readonly string[]): readonly ReceivedFrame[] {
  return events.filter(({ type }) => types.includes(String(type)));
}

async function chatRun(agent: string, message: string, payload: object = {}) {
  const api = new ApiClient(deployment);
  const chat = await connectChat(deployment.wsUrl, api.token);
  const request = crypto.randomUUID();
  chat.send({ type: 'start_agent', request_id: request, payload: { agent, message, ...payload } });
  const events = await chat.run(request);
  chat.socket.close();
  return { api, events, runId: String(events[0]?.['run_id']) };
}

describe('a run of the chat socket', () => {
  it('is told alike by events, resources, stream and telemetry', async () => {
    const { api, events, runId } = await chatRun('unified_data_agent', QUESTION);
    const told = await reported(api, runId);
    const [terminal] = (await api.follow(runId)).filter(({ type }) => type === 'agent.run.completed');
    const { run, steps, messages, nodes } = await partsOf(api, terminal?.run as AgentRun);
    expect(told).toMatchObject({ run_id: runId, agent_id: 'unified_data_agent', status: 'success' });
    expect(told.failures).toEqual([]);
    expect(told.started_at).toBe(run.startedAt);
    expect(told.ended_at).toBe(run.finishedAt);
    expect(shapeOf(told)).toEqual(steps.map(({ id, stepType }) => [id, stepType]));
    expect(told.steps.map(({ latency_ms }) => latency_ms)).toEqual(steps.map(({ durationMs }) => durationMs));
    expect(told.steps.at(-1)?.step_type).toBe('respond');
    const calls = tells(events, ['tool_executing']).map(({ data }) => data as Record<string, unknown>);
    const tools = told.steps.filter(({ step_type }) => step_type === 'tool' || step_type === 'retrieve');
    expect(tools.map(({ step_id, name }) => [step_id, name])).toEqual(
      calls.map((call) => [call['tool_call_id'], call['tool_name']]),
    );
    const thoughts = told.steps.filter(({ step_type }) => step_type === 'plan' || step_type === 'other');
    expect(thoughts).toHaveLength(tells(events, ['agent_thinking']).length);
    const ordered = tells(events, ['agent_thinking', 'tool_executing']).map(({ type }) => type);
    expect(ordered).toEqual(
      told.steps.slice(0, -1).map((step) => (tools.includes(step) ? 'tool_executing' : 'agent_thinking')),
    );
    const answer = events.at(-1)?.data?.['response'];
    expect(messages.at(-1)).toMatchObject({ role: 'assistant', content: answer });
    expect(nodes.map(({ nodeId }) => nodeId)).toEqual(
      expect.arrayContaining(steps.map(({ nodeId }) => nodeId)),
    );
    expect(nodes.every(({ status }) => status !== 'PENDING' && status !== 'RUNNING')).toBe(true);
  });

  it('leaves no content in the telemetry, and is nobody else’s', async () => {
    const { api, runId } = await chatRun('unified_data_agent', QUESTION);
    await reported(api, runId);
    const paths = ['runs?page_size=100', `runs/${runId}`, `runs/${runId}/steps`, `runs/${runId}/failures`];
    for (const path of [...paths, 'stats']) {
      expect(await (await telemetryOf(api.token, path)).text()).not.toContain(CANARY);
    }
    const colleague = new ApiClient(deployment, 1);
    const stranger = new ApiClient(deployment, 3);
    expect((await telemetryOf(colleague.token, `runs/${runId}`)).status).toBe(200);
    expect((await telemetryOf(stranger.token, `runs/${runId}`)).status).toBe(404);
  });
});

describe('a run of the agents API', () => {
  const retried = {
    id: 'call',
    stepType: 'tool',
    tool: 'lookup',
    fail: { type: 'tool', code: 'E', times: 2 },
  };

  it.each([
    ['success', [{ id: 'a', stepType: 'tool' }], []],
    ['partial', [retried], []],
    [
      'failure',
      [{ id: 'a', stepType: 'retrieve', fail: { type: 'retrieval', code: 'empty_retrieval' } }],
      [{ failure_type: 'retrieval', failure_code: 'empty_retrieval' }],
    ],
  ])('that ends as %s is told so', async (status, nodes, failures) => {
    const api = new ApiClient(deployment);
    const project = await api.project();
    const run = await api.run(project, await api.workflow(project, nodes), { inputQuery: CANARY });
    await api.follow(run.id);
    const told = await reported(api, run.id);
    expect(told.status).toBe(status);
    expect(told.failures).toMatchObject(failures);
    const { steps } = await partsOf(api, run);
    expect(shapeOf(told)).toEqual(steps.map(({ id, stepType }) => [id, stepType]));
    expect(JSON.stringify(told)).not.toContain(CANARY);
  });

  it('shows each attempt with its number', async () => {
    const api = new ApiClient(deployment);
    const project = await api.project();
    const run = await api.run(project, await api.workflow(project, [retried]));
    await api.follow(run.id);
    const { steps } = await reported(api, run.id);
    expect(steps.map(({ name, metadata }) => [name, metadata])).toEqual([
      ['lookup', { attempt: 1, outcome: 'failed' }],
      ['lookup', { attempt: 2, outcome: 'failed' }],
      ['lookup', { attempt: 3, outcome: 'completed' }],
    ]);
  });

  it('that was cancelled is a failure of the orchestration', async () => {
    const api = new ApiClient(deployment);
    const project = await api.project();
    const run = await api.run(
      project,
      await api.workflow(project, [{ id: 'a', stepType: 'tool', delayMs: 60_000 }]),
    );
    await api.call('POST', `/projects/${project}/agent-runs/${run.id}/cancel`);
    expect(await reported(api, run.id)).toMatchObject({
      status: 'failure',
      failures: [{ failure_type: 'orchestration', failure_code: 'cancelled', step_id: null }],
    });
  });

  it('is told once, with its first turn only', async () => {
    const api = new ApiClient(deployment);
    const project = await api.project();
    const run = await api.run(project, await api.workflow(project, [{ id: 'a', stepType: 'tool' }]));
    await api.follow(run.id);
    const before = await reported(api, run.id);
    await api.call('POST', `/projects/${project}/agent-runs/${run.id}/messages`, { content: 'More?' });
    await api.follow(run.id);
    const later = await api.run(project, await api.workflow(project, [{ id: 'b', stepType: 'tool' }]));
    await api.follow(later.id);
    await reported(api, later.id);
    expect(await reported(api, run.id)).toEqual(before);
  });

  it('ends while the store is away and is told when it is back', async () => {
    const api = new ApiClient(deployment);
    const project = await api.project();
    const workflow = await api.workflow(project, [{ id: 'a', stepType: 'tool', delayMs: 300 }]);
    const run = await api.run(project, workflow);
    const stream = await api.subscribe(run.id);
    await stream.find(({ type }) => type === 'agent.step.updated');
    deployment.faults.set(['store']);
    await stream.ended;
    deployment.faults.set([]);
    expect(await reported(api, run.id)).toMatchObject({
      status: 'failure',
      failures: [{ failure_type: 'orchestration', failure_code: 'STORE_UNAVAILABLE' }],
    });
  });
});
