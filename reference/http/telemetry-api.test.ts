import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import type { ListedRun, ShownRun, ShownStats } from '../telemetry/resources.ts';

let server: EmbeddedServer;
let deployment: Deployment;

beforeAll(async () => {
  server = await startEmbeddedServer();
  const storeUrl = await server.createDatabase();
  deployment = await startDeployment({ storeUrl, ingestPort: 0, queryPort: 0 });
}, 30_000);

afterAll(async () => {
  await deployment?.stop();
  await server?.stop();
});

const START = '2024-05-01T10:00:00.000Z';

interface Got<T> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}

async function call<T>(method: string, url: string, body?: unknown, user = 0): Promise<Got<T>> {
  const authorization = `Bearer ${deployment.tokens[user]?.token}`;
  const answer = await fetch(url, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, text, body: (isJson ? JSON.parse(text) : undefined) as T };
}

const post = (body: unknown, user = 0) =>
  call<ShownRun>('POST', `${deployment.ingestUrl}/v1/runs`, body, user);
const get = <T>(path: string, user = 0) =>
  call<T>('GET', `${deployment.queryUrl}/v1/${path}`, undefined, user);

function step(seq: number, more: object = {}): object {
  return { seq, step_type: 'tool', name: 'lookup', latency_ms: 10, started_at: START, ...more };
}

function run(more: object = {}): object {
  return { agent_id: 'a', agent_version: '1', status: 'success', started_at: START, ...more };
}

const FAILURE = { failure_type: 'tool', failure_code: 'timeout', message: 'no answer' };

async function counters(): Promise<Readonly<Record<string, number>>> {
  const { text } = await call('GET', `${deployment.ingestUrl}/metrics`);
  const lines = text.split('\n').filter((line) => line.startsWith('runs_'));
  return Object.fromEntries(lines.map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]));
}

describe('what is taken in', () => {
  it('comes back as it was sent, in the order of its steps', async () => {
    const metadata = { tool_name: 'x', http_status: 200, nested: { input_tokens: [1, 2.5, null, true] } };
    const ids = [crypto.randomUUID(), crypto.randomUUID()];
    const steps = [step(1, { step_id: ids[1], metadata }), step(0, { step_id: ids[0], step_type: 'plan' })];
    const failure = { ...FAILURE, step_id: ids[1] };
    const sent = await post(run({ status: 'failure', steps, failure }));
    expect(sent.status).toBe(201);
    expect(sent.body).toMatchObject({ environment: 'production', ended_at: null, failures: [failure] });
    expect(sent.body.steps.map(({ step_id }) => step_id)).toEqual(ids);
    expect(sent.body.steps[1]?.metadata).toEqual(metadata);
    const { run_id } = sent.body;
    expect((await get(`runs/${run_id}`)).body).toEqual(sent.body);
    expect((await get(`runs/${run_id}/steps`)).body).toEqual(sent.body.steps);
    expect((await get(`runs/${run_id}/failures`)).body).toEqual(sent.body.failures);
  });

  it.each([
    ['a status of other words', run({ status: 'COMPLETED' }), 'status'],
    ['a step type of other words', run({ steps: [step(0, { step_type: 'tool_call' })] }), 'step_type'],
    [
      'a failure type of other words',
      run({ status: 'failure', failure: { ...FAILURE, failure_type: 'system' } }),
      'failure_type',
    ],
    ['a failure without an account of it', run({ status: 'failure' }), 'failure'],
    ['an account of a failure without one', run({ failure: FAILURE }), 'failure'],
    ['an end before the beginning', run({ ended_at: '2024-05-01T09:59:59Z' }), 'ended_at'],
    [
      'a step that ends before it begins',
      run({ steps: [step(0, { ended_at: '2024-05-01T09:00:00Z' })] }),
      'ended_at',
    ],
    ['a gap', run({ steps: [step(0), step(2)] }), 'steps'],
    ['a repeat', run({ steps: [step(0), step(0)] }), 'steps'],
    ['half a millisecond', run({ steps: [step(0, { latency_ms: 1.5 })] }), 'latency_ms'],
    [
      'a failure of a step that is not there',
      run({ status: 'failure', failure: { ...FAILURE, step_id: crypto.randomUUID() } }),
      'step_id',
    ],
    ['a missing agent', run({ agent_id: undefined }), 'agent_id'],
  ])('refuses %s and names the field', async (_, body, field) => {
    const refused = await post(body);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(field);
  });

  it('stores a run once, however many bring it at once', async () => {
    const body = run({ run_id: crypto.randomUUID(), steps: [step(0, { step_id: crypto.randomUUID() })] });
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    const { body: first } = answers[0] as Got<ShownRun>;
    expect(answers.every(({ body: each }) => JSON.stringify(each) === JSON.stringify(first))).toBe(true);
    const other = await post({ ...body, agent_id: 'b' });
    expect([other.status, (await get<ShownRun>(`runs/${first.run_id}`)).body.agent_id]).toEqual([409, 'a']);
  });

  it('refuses a step of another run as a whole, but not one of another tenant', async () => {
    const steps = [step(0, { step_id: crypto.randomUUID() })];
    const run_id = crypto.randomUUID();
    await post(run({ steps }));
    expect((await post(run({ run_id, steps }))).status).toBe(409);
    expect((await get(`runs/${run_id}`)).status).toBe(404);
    expect((await post(run({ run_id, steps }), 3)).status).toBe(201);
    expect((await get(`runs/${run_id}`)).status).toBe(404);
  });
});

describe('privacy', () => {
  const CANARY = 'zebra-canary-0815';

  it('leaves nothing of a refused body anywhere', async () => {
    const agent = { agent_id: crypto.randomUUID(), run_id: crypto.randomUUID() };
    const refused = [
      run({ ...agent, prompt: CANARY }),
      run({ ...agent, steps: [step(0, { response: CANARY })] }),
      run({ ...agent, steps: [step(0, { metadata: { a: [{ [`${CANARY}_prompt`]: CANARY }] } })] }),
      run({ ...agent, steps: [step(0, { metadata: { contact: `${CANARY}@example.com` } })] }),
      run({ ...agent, status: 'failure', failure: { ...FAILURE, message: `token=${CANARY}` } }),
      `{"agent_id": "${CANARY}`,
    ];
    for (const body of refused) {
      const { status, text } = await post(body);
      expect([status, text.includes(CANARY)]).toEqual([422, false]);
    }
    expect((await get(`runs/${agent.run_id}`)).status).toBe(404);
    expect((await get(`runs?agent_id=${agent.agent_id}`)).body).toEqual([]);
    expect((await get<ShownStats>(`stats?agent_id=${agent.agent_id}`)).body.total_runs).toBe(0);
    expect((await call('GET', `${deployment.ingestUrl}/metrics`)).text).not.toContain(CANARY);
  });

  it('says PRIVACY where the shape is right', async () => {
    const { body } = await post(run({ steps: [step(0, { metadata: { userPrompt: 1 } })] }));
    expect(body).toMatchObject({ code: 'PRIVACY' });
  });
});

describe('what is asked', () => {
  const agent_id = `many-${crypto.randomUUID()}`;
  const at = (minute: number) => `2024-05-01T10:${String(minute).padStart(2, '0')}:00.000Z`;

  beforeAll(async () => {
    for (let minute = 0; minute < 25; minute += 1) {
      const failing = minute % 5 === 0 ? { status: 'failure', failure: FAILURE } : {};
      const partial = minute % 5 === 1 ? { status: 'partial' } : {};
      const environment = minute < 10 ? 'staging' : 'production';
      const steps = [step(0, { latency_ms: minute }), step(1, { step_type: 'plan', latency_ms: 1 })];
      await post(run({ agent_id, environment, started_at: at(minute), steps, ...failing, ...partial }));
    }
  });

  const list = (query: string) => get<readonly ListedRun[]>(`runs?agent_id=${agent_id}${query}`);
  const minutes = (runs: readonly ListedRun[]) =>
    runs.map(({ started_at }) => Number(started_at.slice(14, 16)));

  it('comes newest first, page by page', async () => {
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list(`&page_size=10&page=${page}`)));
    expect(pages.map(({ body }) => body.length)).toEqual([10, 10, 5, 0]);
    expect(pages.flatMap(({ body }) => minutes(body))).toEqual(
      Array.from({ length: 25 }, (_, at) => 24 - at),
    );
    expect((await list('')).body).toHaveLength(20);
  });

  it('has to fit every filter, with both bounds of a window', async () => {
    expect(minutes((await list('&status=partial&environment=staging')).body)).toEqual([6, 1]);
    expect(minutes((await list(`&start_time=${at(3)}&end_time=${at(5)}`)).body)).toEqual([5, 4, 3]);
    expect((await list('&agent_version=2')).body).toEqual([]);
  });

  it('adds up', async () => {
    const { body } = await get<ShownStats>(`stats?agent_id=${agent_id}`);
    expect(body).toEqual({
      total_runs: 25,
      total_failures: 5,
      success_rate: 80,
      avg_latency_ms: 6.5,
      failure_breakdown: { 'tool/timeout': 5 },
      step_type_breakdown: { plan: 25, tool: 25 },
    });
    const { body: third } = await get<ShownStats>(`stats?agent_id=${agent_id}&end_time=${at(2)}`);
    expect(third).toMatchObject({ success_rate: 66.67, avg_latency_ms: 1 });
    const { body: none } = await get<ShownStats>('stats?agent_id=nobody');
    expect(none).toMatchObject({ total_runs: 0, success_rate: 0, avg_latency_ms: 0, failure_breakdown: {} });
  });

  it.each(['page=0', 'page_size=0', 'page_size=101', 'page_size=abc', 'status=NOPE', 'start_time=garbage'])(
    'refuses %s',
    async (query) => {
      expect((await get(`runs?${query}`)).status).toBe(422);
    },
  );
});

describe('the services', () => {
  it('count what they do', async () => {
    const before = await counters();
    const body = run({ run_id: crypto.randomUUID() });
    await post(body);
    await post(body);
    await post(run({ status: 'odd' }));
    const after = await counters();
    const grown = Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]);
    expect(Object.fromEntries(grown)).toEqual({
      runs_ingested_total: 1,
      runs_duplicate_total: 1,
      runs_failed_total: 1,
    });
  });

  it('name themselves, and serve nothing of each other', async () => {
    const health = async (url: string) =>
      (await call<{ service: string }>('GET', `${url}/health`)).body.service;
    expect([await health(deployment.ingestUrl), await health(deployment.queryUrl)]).toEqual([
      'ingest-api',
      'query-api',
    ]);
    expect((await call('GET', `${deployment.ingestUrl}/v1/runs`)).status).toBe(405);
    expect((await call('POST', `${deployment.queryUrl}/v1/runs`, run())).status).toBe(405);
    expect((await call('POST', `${deployment.url}/v1/runs`, run())).status).toBe(404);
    expect((await call('DELETE', `${deployment.queryUrl}/v1/runs/${crypto.randomUUID()}`)).status).toBe(405);
    expect((await fetch(`${deployment.queryUrl}/metrics`)).status).toBe(401);
  });

  it('say so while the store is away', async () => {
    deployment.faults.set(['store']);
    const answers = [
      await post(run()),
      await get('runs'),
      await call('GET', `${deployment.ingestUrl}/health`),
    ];
    deployment.faults.set([]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect((await post(run())).status).toBe(201);
  });
});
