import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { connectChat } from '../test-support/chat-client.ts';
import { SandboxClient, SUPERVISOR, TICKET, TICKET_AGENT } from '../test-support/sandbox-client.ts';
import type { TestResult } from './result.ts';

let server: EmbeddedServer;
let deployment: Deployment;
let ada: SandboxClient;
let project: string;

beforeAll(async () => {
  server = await startEmbeddedServer();
  deployment = await startDeployment({
    storeUrl: await server.createDatabase(),
    thinkingMs: 1,
    limits: { testTimeLimitMs: 400 },
  });
  ada = new SandboxClient(deployment);
  project = await ada.home;
}, 30_000);

afterAll(async () => {
  await deployment?.stop();
  await server?.stop();
});

const toolsOf = ({ execution_trace: { steps } }: TestResult): readonly string[] =>
  steps.flatMap((step) => (step.step_type === 'tool_call' ? [step.tool_name] : []));

const outputsOf = ({ execution_trace: { steps } }: TestResult, tool: string) =>
  steps.flatMap((step) => (step.step_type === 'tool_call' && step.tool_name === tool ? [step.output] : []));

function expectWhole({ execution_trace: trace, execution_time: time, ...result }: TestResult): void {
  expect(trace.status).toBe(result.status);
  expect(trace.steps.map(({ step_number }) => step_number)).toEqual(trace.steps.map((_, index) => index + 1));
  const starts = trace.steps.map(({ timestamp }) => timestamp);
  expect(starts).toEqual([...starts].sort());
  expect(starts.every((start) => /\.\d{6}Z$/.test(start))).toBe(true);
  expect(time.steps.map(({ duration_ms }) => duration_ms)).toEqual(
    trace.steps.map(({ duration_ms }) => duration_ms),
  );
  expect(trace.total_duration_ms).toBeCloseTo(
    trace.steps.reduce((sum, { duration_ms }) => sum + duration_ms, 0),
    6,
  );
  expect(time.total_duration_ms).toBe(trace.total_duration_ms);
  const used = trace.steps.flatMap((step) => (step.step_type === 'llm_request' ? [step.token_usage] : []));
  const sum = (member: 'input_tokens' | 'output_tokens' | 'total_tokens') =>
    used.reduce((all, usage) => all + usage[member], 0);
  expect(result.token_usage).toMatchObject({
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    total_tokens: sum('input_tokens') + sum('output_tokens'),
  });
}

describe('a dry run', () => {
  it('shows what the agent would do, with every tool simulated', async () => {
    const result = await ada.result(TICKET_AGENT, TICKET);
    expectWhole(result);
    expect(result).toMatchObject({ status: 'success', errors: null, agent_id: TICKET_AGENT });
    expect(toolsOf(result)).toEqual(['fetch_ticket', 'search_tickets', 'update_ticket', 'add_comment']);
    expect(outputsOf(result, 'fetch_ticket')).toMatchObject([{ simulated: true, ticket_id: 'TICKET-123' }]);
    expect(JSON.stringify(result.execution_trace.steps[0]?.input)).toContain('Network connectivity');
    const jira = await ada.result(TICKET_AGENT, { ticket_id: 'OPS-4711' });
    expect(outputsOf(jira, 'fetch_ticket')).toMatchObject([{ key: 'OPS-4711', fields: {} }]);
  });

  it('leaves the tickets of the tenant as they are, which runs change', async () => {
    const priority = async (): Promise<string> => {
      const chat = await connectChat(deployment.wsUrl, ada.token);
      const request = crypto.randomUUID();
      chat.start(request, 'ticket_agent', 'How is TICKET-101?');
      const events = await chat.run(request);
      chat.socket.close();
      return String(events.at(-1)?.data?.['response']);
    };
    await ada.result(TICKET_AGENT, { ticket_id: 'TICKET-101', issue: 'everything is down' });
    expect(await priority()).toContain('priority Medium');
    const chat = await connectChat(deployment.wsUrl, ada.token);
    chat.start('triage', 'ticket_agent', 'Please triage TICKET-101: everything is down.');
    await chat.run('triage');
    chat.socket.close();
    expect(await priority()).toContain('priority High');
  });

  it('performs the nodes of a workflow and nothing else, at once', async () => {
    const tools = await ada.agent([
      { id: 'a', stepType: 'retrieve', tool: 'fetch_ticket' },
      { id: 'b', stepType: 'tool', tool: 'no_such_tool', after: ['a'] },
    ]);
    const result = await ada.result(tools, { ticket_id: 'T-1', note: 'n\0\uD800' });
    expectWhole(result);
    expect(result.execution_trace.steps.map(({ step_type }) => step_type)).toEqual([
      'tool_call',
      'tool_call',
    ]);
    expect(result.execution_trace.steps.map(({ input }) => input['ticket_id'])).toEqual(['T-1', 'T-1']);
    expect(result.execution_trace.steps.map(({ output }) => output['simulated'])).toEqual([true, true]);
    expect(result.token_usage).toEqual({
      input_tokens: 0,
      output_tokens: 0,
      total_tokens: 0,
      estimated_cost_usd: 0,
    });
    const again = await ada.call<TestResult>('GET', `/agents/${tools}/test/${result.test_id}`);
    expect(again.body).toEqual(result);
  });

  it('counts tokens and costs by the model, or by the fallback', async () => {
    const nodes = [
      { id: 'p', stepType: 'plan' },
      { id: 'r', stepType: 'respond', after: ['p'] },
    ];
    for (const [model, input, output] of [
      ['gpt-4o-mini', 150, 600],
      ['gpt-4o', 2_500, 10_000],
      ['nobody-knows-it', 150, 600],
    ] as const) {
      const { token_usage: usage } = await ada.result(await ada.agent(nodes, { model }), {
        message: 'Say hello.',
      });
      expect(usage.input_tokens).toBeGreaterThan(0);
      const nusd = usage.input_tokens * input + usage.output_tokens * output;
      expect(usage.estimated_cost_usd).toBe(nusd / 1e9);
    }
  });

  it('takes part in the work of others', async () => {
    const csv = 'service,cost\nweb,10\ndb,30\n';
    const message = `Analyse the costs and find savings.\n\`\`\`csv\n${csv}\`\`\``;
    const result = await ada.result(SUPERVISOR, { message });
    expect(result.errors).toBeNull();
    expect(toolsOf(result).filter((name) => name === 'load_dataset').length).toBeGreaterThan(0);
    expectWhole(result);
  });

  it('makes no run and tells no stream', async () => {
    const wait = await ada.workflow(project, [{ id: 'w', stepType: 'tool', delayMs: 3_600_000 }]);
    const run = await ada.run(project, wait);
    const { frames, find, socket } = await ada.subscribe(run.id);
    await find(({ step }) => step?.status === 'RUNNING');
    const before = frames.length;
    const runs = (await ada.all(`/projects/${project}/agent-runs`)).length;
    await ada.result(await ada.agent([{ id: 'x', stepType: 'tool', tool: 'update_ticket' }]), TICKET);
    expect((await ada.all(`/projects/${project}/agent-runs`)).length).toBe(runs);
    expect(frames.length).toBe(before);
    await ada.call('POST', `/projects/${project}/agent-runs/${run.id}/cancel`);
    socket.close();
  });

  it('ends at its time limit, as a failure of the system', async () => {
    const slow = await ada.agent([{ id: 'slow', stepType: 'tool', delayMs: 3_600_000 }]);
    const { status, errors, execution_trace } = await ada.result(slow);
    expect({ status, type: errors?.error_type }).toEqual({ status: 'failed', type: 'system' });
    expect(execution_trace.steps.map(({ output }) => output)).toMatchObject([{ error: { code: 'TIMEOUT' } }]);
  });

  it('ends when it would never end', async () => {
    const many = await ada.agent([{ id: 'again', stepType: 'plan', repeat: 1_200 }]);
    const result = await ada.result(many);
    expect(result.errors?.error_type).toBe('system');
    expect(result.execution_trace.steps.length).toBeLessThanOrEqual(1_000);
  });
});

describe('webhooks', () => {
  let catcher: Server;
  const caught: string[] = [];
  let url: string;
  let onCatch = (): void => undefined;

  beforeAll(async () => {
    catcher = createServer((request, response) => {
      request.setEncoding('utf8');
      request.on('data', (body: string) => {
        caught.push(body);
        onCatch();
      });
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => catcher.listen(0, '127.0.0.1', resolve));
    const address = catcher.address();
    url = `http://user:hidden@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook?token=hidden`;
  });

  afterAll(() => new Promise((resolve) => catcher.close(resolve)));

  it('are held back in a dry run, and sent by a run', async () => {
    const id = await ada.agent([{ id: 'r', stepType: 'respond' }], { webhookUrl: url, name: 'hooked' });
    const result = await ada.result(id, {}, { simulate_webhook: false });
    expect(result.execution_trace.trigger).toBe('schedule');
    expect(outputsOf(result, 'webhook')).toMatchObject([{ simulated: true, delivered: false }]);
    expect(JSON.stringify(result)).not.toContain('hidden');
    expect(caught).toEqual([]);
    const workflow = await ada.workflow(project, [{ id: 'r', stepType: 'respond' }]);
    await ada.call('PUT', `/projects/${project}/agents/${id}`, {
      name: 'hooked',
      workflowId: workflow,
      webhookUrl: url,
    });
    const told = new Promise<void>((resolve) => {
      onCatch = resolve;
    });
    const chat = await connectChat(deployment.wsUrl, ada.token);
    chat.start('hooked', 'hooked', 'Go.');
    const events = await chat.run('hooked');
    await told;
    chat.socket.close();
    expect(caught.map((body) => JSON.parse(body))).toMatchObject([
      { run_id: events[0]?.['run_id'], agent: 'hooked', status: 'COMPLETED' },
    ]);
  });
});

describe('a failing agent', () => {
  it.each([
    ['tool', 'tool', 'tool'],
    ['retrieval', 'retrieve', 'tool'],
    ['model', 'respond', 'llm'],
    ['orchestration', 'other', 'system'],
  ])(
    'that breaks with type %s in a %s node fails as %s, and keeps its trace',
    async (type, stepType, kind) => {
      const id = await ada.agent([
        { id: 'first', stepType: 'tool' },
        { id: 'breaks', stepType, after: ['first'], fail: { type, code: 'password=hunter2 /home/me/x' } },
      ]);
      const result = await ada.result(id);
      expectWhole(result);
      expect(result).toMatchObject({ status: 'failed', errors: { error_type: kind } });
      expect(result.execution_trace.steps).toHaveLength(2);
      expect(result.execution_trace.steps[1]?.output).toHaveProperty('error');
      expect(result.errors?.stack_trace).toMatch(/\n {4}at .*\.ts:\d+/);
      expect(result.errors?.stack_trace).not.toMatch(/hunter2|[(\s]\/\w+\/|file:/);
      expect((await ada.history(id)).tests).toMatchObject([{ status: 'failed', error_type: kind }]);
      const kept = await ada.call<TestResult>('GET', `/agents/${id}/test/${result.test_id}`);
      expect(kept.body).toEqual(result);
    },
  );
});
