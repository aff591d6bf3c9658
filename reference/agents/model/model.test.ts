import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../../deployment.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../store/embedded.ts';
import { connectChat, type ReceivedFrame } from '../../test-support/chat-client.ts';
import { foreignFigures } from './figures.ts';

const CSV = 'name,monthly_cost,cpu_util\nidle,123.45,2\nhalf,234.56,20\nbusy,345.67,90';
const QUESTION = `What is the total monthly_cost?\n\`\`\`csv\n${CSV}\n\`\`\``;
const KEY = 'a-key-that-nobody-else-has';

/** The answer a well-behaved model gives, since the tools found the total. */
const ANSWER = 'Altogether 703.68 is spent.';
const PLAN = /\nSteps:\n/;
const FINDINGS = /\nFindings:\n/;

let model: LLMock;
let server: EmbeddedServer;
let deployment: Deployment;

beforeAll(async () => {
  model = new LLMock({ port: 0, logLevel: 'silent', auth: { apiKeys: [KEY] } });
  await model.start();
  server = await startEmbeddedServer();
  deployment = await startDeployment({
    storeUrl: await server.createDatabase(),
    thinkingMs: 1,
    model: { baseUrl: `${model.url}/v1/`, name: 'tiny-model', apiKey: KEY, timeoutMs: 2_500 },
  });
}, 30_000);

afterAll(async () => {
  await deployment?.stop();
  await server?.stop();
  await model?.stop();
});

beforeEach(() => {
  model.reset();
});

let asked = 0;

async function ask(message = QUESTION, agent = 'unified_data_agent'): Promise<readonly ReceivedFrame[]> {
  const chat = await connectChat(deployment.wsUrl, deployment.tokens[0]?.token ?? '');
  chat.start(`q-${++asked}`, agent, message);
  const isEnd = ({ type, ...frame }: ReceivedFrame): boolean =>
    /^agent_(completed|failed)$/.test(type) && frame['parent_run_id'] === null;
  await chat.find(isEnd);
  chat.socket.close();
  return chat.frames.filter((frame) => 'seq' in frame);
}

const toolsOf = (events: readonly ReceivedFrame[]): readonly unknown[] =>
  events.filter(({ type }) => type === 'tool_executing').map(({ data }) => data?.['tool_name']);

/** The prompts that the model was given. */
const prompts = (): readonly string[] => model.getRequests().map(({ body }) => JSON.stringify(body));

describe('with a model', () => {
  it('an agent does the steps that the model chose, and answers in its words', async () => {
    const usage = { prompt_tokens: 100, completion_tokens: 10 };
    model.onMessage(PLAN, { content: 'Sure: {"steps": [2]}', usage });
    model.onMessage(FINDINGS, { content: ANSWER, usage });
    const events = await ask();
    expect(events[0]?.data).toEqual({ model: 'tiny-model' });
    expect(toolsOf(events)).toEqual(['load_dataset', 'aggregate']);
    expect(events.at(-1)?.data).toMatchObject({
      response: ANSWER,
      usage: { input_tokens: 200, output_tokens: 20, total_tokens: 220 },
    });
    expect(prompts()).toHaveLength(2);
    expect(prompts().join()).not.toContain('half,234.56');
  });

  it('a supervisor words what its sub-runs found', async () => {
    model.onMessage(PLAN, { content: '{"steps": [1, 2]}' });
    model.onMessage(FINDINGS, { content: ANSWER });
    const events = await ask(QUESTION, 'supervisor_agent');
    expect(events.at(-1)).toMatchObject({ agent: 'supervisor_agent', data: { response: ANSWER } });
    expect(new Set(events.map((event) => event['agent'])).size).toBe(3);
  });

  it.each([
    ['a plan that is none', { content: 'I would look at the data.' }, { content: ANSWER }],
    ['steps that do not exist', { content: '{"steps": [99]}' }, { content: ANSWER }],
    ['figures that no tool found', { content: '{"steps": [2]}' }, { content: 'About 812.34 is spent.' }],
    ['nothing at all', { content: '{"steps": [2]}' }, { content: ' ' }],
  ])('a run fails that is given %s, twice', async (_what, plan, words) => {
    model.onMessage(PLAN, plan);
    model.onMessage(FINDINGS, words);
    const events = await ask();
    expect(events.at(-1)).toMatchObject({
      type: 'agent_failed',
      data: { error: { type: 'model', code: 'MODEL_NONSENSE' } },
    });
  });

  it('a run goes on when the second answer is of use', async () => {
    model.onMessage(PLAN, { content: '{"steps": [2]}' });
    model.onMessage(/of no use: no tool found 812\.34/, { content: ANSWER });
    model.onMessage(FINDINGS, { content: 'About 812.34 is spent.' });
    expect((await ask()).at(-1)?.data?.['response']).toBe(ANSWER);
  });

  it('a run goes on when the endpoint was busy once', async () => {
    model.onMessage(PLAN, { content: '{"steps": [2]}' });
    model.onMessage(FINDINGS, { content: ANSWER });
    model.nextRequestError(503, { message: 'overloaded' });
    expect((await ask()).at(-1)?.type).toBe('agent_completed');
  });

  it.each([
    ['stays busy', { status: 500, error: { message: `no, ${KEY}` } }, 'MODEL_UNAVAILABLE'],
    ['refuses', { status: 401, error: { message: `no, ${KEY}` } }, 'MODEL_REFUSED'],
  ])(
    'a run fails with its class when the endpoint %s, and tells no secret',
    async (_what, response, code) => {
      model.onMessage(PLAN, response);
      const end = (await ask()).at(-1);
      expect(end).toMatchObject({ type: 'agent_failed', data: { error: { type: 'model', code } } });
      expect(JSON.stringify(end)).not.toContain(KEY);
    },
  );

  it('a run fails when the model takes too long', async () => {
    model.onMessage(PLAN, { content: '{"steps": [2]}' }, { chaos: { latencyMs: 20_000 } });
    const error = { type: 'model', code: 'MODEL_UNAVAILABLE' };
    expect((await ask()).at(-1)).toMatchObject({ type: 'agent_failed', data: { error } });
  });

  it('a run fails when the model talks without end', async () => {
    model.onMessage(PLAN, { content: 'x'.repeat(300_000) });
    const error = { type: 'model', code: 'MODEL_NONSENSE' };
    expect((await ask()).at(-1)).toMatchObject({ type: 'agent_failed', data: { error } });
  });
});

describe('figures of an answer', () => {
  const found = ['Total cost 1,234.56 of 48 rows, a mean of 25.72, 33.333 %, on 2025-01-07.'];

  it.each([
    ['as they were found', 'Total 1234.56, mean 25.72, 33.333 %.'],
    ['rounded', 'Total 1,235, mean 25.7, or 33.3 %.'],
    ['that say little', 'In 3 steps, 50 % less.'],
    ['in dates and names', 'On 2026-03-14 at 10:45 stop vm-90210 and m5.24xlarge.'],
  ])('%s are not foreign', (_what, answer) => {
    expect(foreignFigures(answer, found)).toEqual([]);
  });

  it('that no source has are', () => {
    expect(foreignFigures('Total 1,234.57, mean 25.8, and 4321 more.', found)).toEqual([
      '1,234.57',
      '25.8',
      '4321',
    ]);
  });
});
