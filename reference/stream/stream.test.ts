import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Deployment, startDeployment } from '../deployment.ts';
import type { AgentRun } from '../runs/resources.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { ApiClient, type ReceivedRunFrame } from '../test-support/api-client.ts';
import { connectChat, refusedUpgrade } from '../test-support/chat-client.ts';

const THREE = [
  { id: 'plan', stepType: 'plan' },
  { id: 'look', stepType: 'tool', after: ['plan'], delayMs: 30, repeat: 3 },
  { id: 'answer', stepType: 'respond', after: ['look'] },
];
const ENDLESS = [{ id: 'wait', stepType: 'tool', delayMs: 3_600_000 }];

let server: EmbeddedServer;
let deployment: Deployment;
let ada: ApiClient;
let project: string;
let three: string;
let endless: string;

beforeAll(async () => {
  server = await startEmbeddedServer();
  deployment = await startDeployment({
    storeUrl: await server.createDatabase(),
    thinkingMs: 1,
    pingIntervalMs: 50,
  });
  ada = new ApiClient(deployment);
  project = await ada.project();
  three = await ada.workflow(project, THREE);
  endless = await ada.workflow(project, ENDLESS);
}, 30_000);

afterAll(async () => {
  await deployment?.stop();
  await server?.stop();
});

const streamUrl = (id: string): string => `${deployment.url.replace('http', 'ws')}/api/stream/agents/${id}`;

/** Frames as they are, whether told live or again. */
function asTold(frames: readonly ReceivedRunFrame[]): readonly object[] {
  return frames.map(({ replay: _, ...frame }) => frame);
}

function isWhole(frames: readonly ReceivedRunFrame[]): boolean {
  return frames.every(({ seq }, index) => seq === index + 1) && /completed$/.test(frames.at(-1)?.type ?? '');
}

describe('the stream of a run', () => {
  it('tells the whole run, the same to all, early and late', async () => {
    const run = await ada.run(project, three);
    const early = [ada.follow(run.id), ada.follow(run.id)];
    const middle = await ada.subscribe(run.id);
    await middle.find(({ step }) => step?.stepNumber === 2);
    const late = await ada.subscribe(run.id);
    const [first, second] = await Promise.all(early);
    expect([await middle.ended, await late.ended]).toEqual([1000, 1000]);
    const after = await ada.follow(run.id);
    expect(isWhole(first ?? [])).toBe(true);
    expect(first?.[0]).toMatchObject({ type: 'agent.run.created', seq: 1, run: { status: 'PENDING' } });
    for (const frames of [second ?? [], middle.frames, late.frames, after]) {
      expect(asTold(frames)).toEqual(asTold(first ?? []));
    }
    expect(after.every(({ replay }) => replay === true)).toBe(true);
    expect(late.frames[0]?.replay).toBe(true);
  });

  it('carries one resource in each frame, in an order of time', async () => {
    const frames = await ada.follow((await ada.run(project, three)).id);
    const times = frames.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort());
    for (const frame of frames) {
      const resources = [frame.run, frame.step, frame.message, frame.nodeState].filter(Boolean);
      expect(resources).toHaveLength(1);
    }
    expect(new Set(frames.map(({ eventId }) => eventId)).size).toBe(frames.length);
  });

  it('does not mind a subscriber that vanishes, and takes it up again without gap or repeat', async () => {
    const run = await ada.run(project, three);
    const steady = ada.follow(run.id);
    const gone = await ada.subscribe(run.id);
    await gone.find(({ step }) => step !== undefined);
    gone.socket.terminate();
    const back = await ada.follow(run.id);
    expect(asTold(back)).toEqual(asTold(await steady));
    expect(isWhole(back)).toBe(true);
  });

  it('goes on when the chat socket that began the run is gone', async () => {
    const name = `dropped-${crypto.randomUUID()}`;
    await ada.call('POST', `/projects/${project}/agents`, { name, workflowId: three });
    const chat = await connectChat(deployment.wsUrl, ada.token);
    chat.start('dropped', name, 'Go on without me', { project_id: project });
    const { run_id } = await chat.find(({ type }) => type === 'tool_executing');
    chat.socket.terminate();
    expect(isWhole(await ada.follow(String(run_id)))).toBe(true);
  });

  it('goes on over turns and closes after the one that is current', async () => {
    const run = await ada.run(project, three);
    await ada.follow(run.id);
    await ada.call('POST', `/projects/${project}/agent-runs/${run.id}/messages`, { content: 'More' });
    const frames = await ada.follow(run.id);
    expect(isWhole(frames)).toBe(true);
    const ends = frames.filter(({ type }) => type === 'agent.run.completed');
    expect(ends.map(({ turn }) => turn)).toEqual([1, 2]);
    expect(frames.filter(({ type }) => type === 'agent.run.created')).toHaveLength(1);
  });

  it('hides what is not there and what is not yours in the same way', async () => {
    const run = await ada.run(project, endless);
    const stranger = new ApiClient(deployment, 3);
    const [unknown, foreign] = [await ada.subscribe('%00nothing'), await stranger.subscribe(run.id)];
    expect([await unknown.ended, await foreign.ended]).toEqual([1008, 1008]);
    expect(unknown.frames).toEqual([{ error: 'run_not_found', runId: '\0nothing' }]);
    expect(foreign.frames).toEqual([{ error: 'run_not_found', runId: run.id }]);
    expect(await refusedUpgrade(streamUrl(run.id), [])).toBe(401);
    expect(await refusedUpgrade(streamUrl(run.id), ['agent-events.v1', 'jwt.bad'])).toBe(401);
    expect(await refusedUpgrade(`${deployment.url.replace('http', 'ws')}/api/stream/agents/`, [])).toBe(404);
  });

  it('closes on what it does not understand, alone', async () => {
    const run = await ada.run(project, endless);
    const steady = await ada.subscribe(run.id);
    const [binary, large, invalid, junk] = await Promise.all([1, 2, 3, 4].map(() => ada.subscribe(run.id)));
    binary?.socket.send(Buffer.from([1, 2, 3]));
    large?.socket.send('x'.repeat(1024 * 1024 + 1));
    invalid?.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    junk?.socket.send('{"no');
    expect([await binary?.ended, await large?.ended, await invalid?.ended]).toEqual([1003, 1009, 1007]);
    expect(junk?.socket.readyState).toBe(WebSocket.OPEN);
    await ada.call('POST', `/projects/${project}/agent-runs/${run.id}/cancel`);
    expect([await steady.ended, await junk?.ended]).toEqual([1000, 1000]);
    expect(steady.frames.at(-1)?.type).toBe('agent.run.cancelled');
    expect([steady.frames[0]?.replay, steady.frames.at(-1)?.replay]).toEqual([true, undefined]);
  });

  it('pings while nothing happens, and closes on who does not answer', async () => {
    const run = await ada.run(project, endless);
    const { socket } = await ada.subscribe(run.id);
    await new Promise((resolve) => socket.once('ping', resolve));
    await new Promise((resolve) => socket.once('ping', resolve));
    socket.terminate();
    const deaf = new WebSocket(streamUrl(run.id), ['agent-events.v1', `jwt.${ada.token}`], {
      autoPong: false,
    });
    expect(await new Promise((resolve) => deaf.once('close', resolve))).toBe(1008);
  });

  it('lets a reader who pauses have all in the end', async () => {
    const run = await ada.run(project, three);
    await ada.follow(run.id);
    const content = 'x'.repeat(1024 * 1024);
    for (let turn = 2; turn < 6; turn += 1) {
      await ada.call('POST', `/projects/${project}/agent-runs/${run.id}/messages`, { content });
      await ada.follow(run.id);
    }
    const slow = await ada.subscribe(run.id);
    slow.socket.pause();
    await ada.call<AgentRun>('GET', `/projects/${project}/agent-runs/${run.id}`);
    slow.socket.resume();
    expect(await slow.ended).toBe(1000);
    expect(isWhole(slow.frames)).toBe(true);
  });
});

describe('two hundred runs at once', () => {
  it('reach each subscriber whole, once and in order', async () => {
    const clients = deployment.tokens.map((_, user) => new ApiClient(deployment, user));
    const places = await Promise.all(
      clients.map(async (client) => {
        const own = await client.project();
        return {
          client,
          own,
          workflow: await client.workflow(own, [{ id: 'work', stepType: 'tool', delayMs: 100 }]),
        };
      }),
    );
    const followed = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const place = places[index % places.length];
        if (place === undefined) throw new Error('there are places');
        const run = await place.client.run(place.own, place.workflow);
        return { run, frames: await place.client.follow(run.id) };
      }),
    );
    for (const { run, frames } of followed) {
      expect(isWhole(frames)).toBe(true);
      expect(new Set(frames.map(({ runId }) => runId))).toEqual(new Set([run.id]));
    }
    expect(new Set(followed.flatMap(({ frames }) => frames.map(({ eventId }) => eventId))).size).toBe(
      followed.reduce((sum, { frames }) => sum + frames.length, 0),
    );
  }, 60_000);
});

// The last in this file: it takes dependencies away.
describe('a dependency that is taken away', () => {
  it('store: everything says so, the run too, and agrees once it is back', async () => {
    const run = await ada.run(project, endless);
    const subscriber = await ada.subscribe(run.id);
    await subscriber.find(({ step }) => step !== undefined);
    await ada.all(`/projects/${project}/agent-runs/${run.id}/steps`); // by now nothing waits to be stored
    deployment.faults.set(['store']);
    const health = await fetch(`${deployment.url}/health`);
    expect([health.status, await health.json()]).toMatchObject([
      503,
      { status: 'unhealthy', components: { store: { status: 'unhealthy' } } },
    ]);
    const path = `/projects/${project}/agent-runs/${run.id}`;
    expect(await ada.call('GET', path)).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(await (await ada.subscribe(run.id)).ended).toBe(1013);
    deployment.faults.set([]);
    expect((await fetch(`${deployment.url}/health`)).status).toBe(200);
    expect((await ada.call('POST', `${path}/cancel`)).status).toBe(200);
    expect(await subscriber.ended).toBe(1000);
  });

  it('store, when a run ends without it: what was told can be read once it is back', async () => {
    const short = await ada.workflow(project, [{ id: 'soon', stepType: 'tool', delayMs: 200 }]);
    const run = await ada.run(project, short);
    const subscriber = await ada.subscribe(run.id);
    await subscriber.find(({ step }) => step !== undefined);
    deployment.faults.set(['store']);
    expect(await subscriber.ended).toBe(1000);
    expect(subscriber.frames.at(-1)).toMatchObject({ type: 'agent.run.failed', run: { status: 'FAILED' } });
    deployment.faults.set([]);
    const path = `/projects/${project}/agent-runs/${run.id}`;
    await expect.poll(async () => (await ada.call<AgentRun>('GET', path)).body.status).toBe('FAILED');
    await expect.poll(async () => asTold(await ada.follow(run.id))).toEqual(asTold(subscriber.frames));
  });

  it('token keys: no door opens, and those without a token stay out as before', async () => {
    deployment.faults.set(['token-keys']);
    const path = `/projects/${project}`;
    expect(await ada.call('GET', path)).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect((await fetch(`${deployment.url}/api/projects`)).status).toBe(401);
    for (const url of [deployment.wsUrl, streamUrl('x')]) {
      expect(await refusedUpgrade(url, ['agent-events.v1', `jwt.${ada.token}`])).toBe(503);
    }
    expect(await (await fetch(`${deployment.url}/health`)).json()).toMatchObject({
      components: { store: { status: 'healthy' }, 'token-keys': { status: 'unhealthy' } },
    });
    deployment.faults.set([]);
    expect((await ada.call('GET', path)).status).toBe(200);
  });
});
