import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import type { AgentMessage, AgentRun, AgentStep } from '../runs/resources.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { ApiClient, type ReceivedPage } from '../test-support/api-client.ts';
import { refusedUpgrade } from '../test-support/chat-client.ts';
import { DEFECT_CATALOGUE } from './catalogue.ts';
import { type ControlSurface, startControlSurface } from './control-surface.ts';

const QUICK = [
  { id: 'plan', stepType: 'plan' },
  { id: 'answer', stepType: 'respond', after: ['plan'] },
];
const ENDLESS = [{ id: 'wait', stepType: 'tool', delayMs: 3_600_000 }];

let server: EmbeddedServer;
let deployment: Deployment;
let control: ControlSurface;
let ada: ApiClient;
let project: string;
let quick: string;
let endless: string;

beforeAll(async () => {
  server = await startEmbeddedServer();
  const storeUrl = await server.createDatabase();
  deployment = await startDeployment({ storeUrl, thinkingMs: 1, defectDelayMs: 50 });
  control = await startControlSurface(deployment);
  ada = new ApiClient(deployment);
  project = await ada.project();
  quick = await ada.workflow(project, QUICK);
  endless = await ada.workflow(project, ENDLESS);
}, 30_000);

afterAll(async () => {
  await control?.stop();
  await deployment?.stop();
  await server?.stop();
});

const commit = (...ids: readonly string[]): void => deployment.defects.activate(ids);
const at = (run: AgentRun, rest = ''): string => `/projects/${project}/agent-runs/${run.id}${rest}`;
const runs = (query = ''): string => `/projects/${project}/agent-runs${query}`;

async function honestRun(workflow = quick): Promise<AgentRun> {
  commit();
  const run = await ada.run(project, workflow);
  if (workflow === quick) await ada.follow(run.id);
  return run;
}

describe('defects of the agents API', () => {
  it('lie about lists', async () => {
    await honestRun();
    await honestRun();
    const page = async (query: string) => (await ada.call<ReceivedPage<AgentRun>>('GET', runs(query))).body;
    const first = await page('?limit=1');
    commit('M12');
    expect(await page(`?limit=1&cursor=${first.nextCursor}`)).toEqual(first);
    commit('D-AR-PAGES-OVERLAP');
    const before = await page('?limit=1');
    expect((await page(`?limit=1&cursor=${before.nextCursor}`)).items[0]).toEqual(first.items[0]);
    commit('M13');
    expect(await page('')).toBeInstanceOf(Array);
    commit('D-AR-LIMIT-CLAMPED');
    expect((await ada.call('GET', runs('?limit=0'))).status).toBe(200);
    commit('D-AR-STATUS-IGNORED');
    expect((await page('?status=FAILED')).total).toBe(2);
  });

  it('lie about runs', async () => {
    const run = await honestRun();
    const other = await ada.project();
    commit('M21');
    expect((await ada.call('GET', at(run))).body).toHaveProperty('input_query');
    commit('D-AR-SUMMARY-MISSING');
    expect((await ada.call('GET', at(run))).body).toMatchObject({ outputSummary: null });
    commit('M22');
    expect((await ada.call('POST', runs(), { workflowId: quick, inputQuery: 'x' })).status).toBe(200);
    commit('D-AR-ANY-PROJECT');
    const seen = await ada.run(project, quick);
    expect((await ada.call('GET', `/projects/${other}/agent-runs/${seen.id}`)).status).toBe(200);
    commit('D-AR-CREATE-ONCE');
    expect((await ada.run(project, quick)).id).toBe((await ada.run(project, quick)).id);
  });

  it('lie about cancelling and appending', async () => {
    const run = await honestRun(endless);
    commit('M16');
    expect((await ada.call('POST', at(run, '/cancel'))).body).toMatchObject({ status: 'CANCELLED' });
    expect((await ada.call('GET', at(run))).body).toMatchObject({ status: 'COMPLETED' });
    commit('M14', 'M15', 'D-AR-CANCEL-AGAIN');
    expect((await ada.call('POST', at(run, '/messages'), { content: 'x' })).status).toBe(201);
    expect((await ada.call('POST', at(run, '/messages'), { content: '' })).status).toBe(201);
    const again = [
      await ada.call<AgentRun>('POST', at(run, '/cancel')),
      await ada.call<AgentRun>('POST', at(run, '/cancel')),
    ];
    expect(again[0]?.body.finishedAt).not.toBe(again[1]?.body.finishedAt);
    const going = await honestRun(endless);
    commit('D-AR-APPEND-LOST');
    expect((await ada.call('POST', at(going, '/messages'), { content: 'x' })).status).toBe(201);
    expect((await ada.call<ReceivedPage<AgentMessage>>('GET', at(going, '/messages'))).body.total).toBe(1);
    commit('D-AR-CANCEL-RACE');
    const answers = await Promise.all([1, 2, 3].map(() => ada.call('POST', at(going, '/cancel'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 500, 500]);
  });

  it('lie about parts', async () => {
    const run = await honestRun();
    const steps = async () => (await ada.call<ReceivedPage<AgentStep>>('GET', at(run, '/steps'))).body.items;
    const honest = await steps();
    commit('D-AR-STEPS-REVERSED');
    expect(await steps()).toEqual(honest.toReversed());
    commit('D-AR-STEP-LOST');
    expect(await steps()).toEqual(honest.slice(0, -1));
    commit('D-AR-PROGRESS-PERCENT');
    const nodes = (await ada.call<ReceivedPage<{ progress: number }>>('GET', at(run, '/node-states'))).body;
    expect(nodes.items[0]?.progress).toBe(100);
    commit('D-AR-PROFILE-TWICE');
    const profiles = (await ada.call<{ id: string }[]>('GET', '/agents/profiles')).body;
    expect(profiles[0]).toEqual(profiles.at(-1));
  });

  it('lie on the stream', async () => {
    const told = (await honestRun().then(({ id }) => ada.follow(id))).length;
    const follow = async (defect: string) => {
      const { id } = await honestRun();
      commit(defect);
      return ada.follow(id);
    };
    expect((await follow('M20')).map(({ type }) => type)).toEqual(['agent.run.created']);
    expect(await follow('D-AR-STREAM-NO-HISTORY')).toEqual([]);
    expect(await follow('D-AR-STREAM-REPEATS')).toHaveLength(2 * told);
    expect((await follow('D-AR-STREAM-NO-STEPS')).some(({ step }) => step !== undefined)).toBe(false);
    const { id } = await honestRun();
    commit('M18');
    const polled = await ada.subscribe((await ada.run(project, endless)).id);
    await polled.find((frame) => frame.message !== undefined);
    await expect.poll(() => polled.frames.filter(({ seq }) => seq === 2).length).toBeGreaterThan(1);
    polled.socket.terminate();
    commit('M19');
    const open = await ada.subscribe(id);
    await open.find(({ type }) => type === 'agent.run.completed');
    expect(open.socket.readyState).toBe(open.socket.OPEN);
    commit('M17');
    const mine = await ada.subscribe((await ada.run(project, endless)).id);
    const leaked = await ada.run(project, quick);
    await ada.follow(leaked.id);
    expect(await mine.find(({ runId }) => runId === leaked.id)).toBeDefined();
    open.socket.terminate();
    mine.socket.terminate();
  });

  it('name a requirement for every endpoint', () => {
    const caught = new Set(DEFECT_CATALOGUE.flatMap(({ mustFail }) => mustFail));
    const areas = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((area) => `AR-${area}.`);
    for (const area of areas) expect([...caught].some((id) => id.startsWith(area))).toBe(true);
    const edges = ['E1', 'E2', 'E3', 'E5', 'E6', 'E7', 'E8'].map((edge) => `AR-${edge}`);
    expect(edges.filter((edge) => !caught.has(edge))).toEqual([]);
  });
});

describe('faults', () => {
  it('are switched over the control surface, and doors open only by a defect', async () => {
    commit();
    const put = async (body: unknown) => {
      const answer = await fetch(`${control.url}/faults`, { method: 'PUT', body: JSON.stringify(body) });
      return [answer.status, await answer.json()];
    };
    expect(await put({ unavailable: ['everything'] })).toMatchObject([422, { code: 'VALIDATION' }]);
    expect(await put({ unavailable: ['token-keys'] })).toEqual([200, { unavailable: ['token-keys'] }]);
    expect((await ada.call('GET', '/projects')).status).toBe(503);
    expect(await refusedUpgrade(deployment.wsUrl, ['agent-events.v1', `jwt.${ada.token}`])).toBe(503);
    commit('I062');
    expect((await ada.call('GET', '/projects')).status).toBe(200);
    expect(await put({ unavailable: [] })).toEqual([200, { unavailable: [] }]);
    commit('I099');
    expect((await ada.call('GET', '/projects')).status).toBe(503);
    expect((await fetch(`${deployment.url}/health`)).status).toBe(200);
    commit();
    expect((await ada.call('GET', '/projects')).status).toBe(200);
  });
});
