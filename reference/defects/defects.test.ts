import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { connectChat, type ReceivedFrame, refusedUpgrade } from '../test-support/chat-client.ts';
import { DEFECT_CATALOGUE } from './catalogue.ts';
import { type ControlSurface, startControlSurface } from './control-surface.ts';

const QUESTION = 'Total?\n```csv\na,b\nx,1\ny,2\n```';

let server: EmbeddedServer;
let deployment: Deployment;
let control: ControlSurface;

beforeAll(async () => {
  server = await startEmbeddedServer();
  deployment = await startDeployment({
    storeUrl: await server.createDatabase(),
    thinkingMs: 1,
    defectDelayMs: 150,
  });
  control = await startControlSurface(deployment);
}, 30_000);

afterAll(async () => {
  await control?.stop();
  await deployment?.stop();
  await server?.stop();
});

const token = (): string => deployment.tokens[0]?.token ?? '';

async function runWith(defect: string): Promise<readonly ReceivedFrame[]> {
  deployment.defects.activate([defect]);
  const chat = await connectChat(deployment.wsUrl, token());
  const request = crypto.randomUUID();
  chat.start(request, 'unified_data_agent', QUESTION);
  const events = await chat.run(request);
  chat.socket.close();
  return events;
}

const seqs = (events: readonly ReceivedFrame[]): readonly unknown[] => events.map((event) => event['seq']);
const numbered = (events: readonly ReceivedFrame[]): readonly number[] => events.map((_, index) => index + 1);

describe('the catalogue', () => {
  it('names each defect once, with what must or may notice it', () => {
    const ids = DEFECT_CATALOGUE.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const facts of DEFECT_CATALOGUE) {
      const { mustFail, mayFail } = facts;
      expect(mustFail.length + mayFail.length > 0 || 'leavesOpen' in facts).toBe(true);
      expect(mustFail.filter((id) => mayFail.includes(id))).toEqual([]);
      for (const id of [...mustFail, ...mayFail])
        expect(id).toMatch(/^(AR|CN|LC|LT|MA|IS|MA|RS|SB|TR|VL|X)-(E?\d+|\d+\.\d+)[a-k]?$/);
    }
  });

  it('refuses to start with an unknown defect', async () => {
    const storeUrl = await server.createDatabase();
    await expect(startDeployment({ storeUrl, defects: ['I999'] })).rejects.toThrow(
      /unknown defect I999: expected one of/,
    );
  });
});

describe('a defect', () => {
  it('is gone when it is switched off', async () => {
    await runWith('D-SEQ-GAP');
    deployment.defects.activate([]);
    const chat = await connectChat(deployment.wsUrl, token());
    const request = crypto.randomUUID();
    chat.start(request, 'unified_data_agent', QUESTION);
    const events = await chat.run(request);
    expect(seqs(events)).toEqual(numbered(events));
    chat.socket.close();
  });

  it('breaks what it says, and only that', async () => {
    const gap = await runWith('D-SEQ-GAP');
    expect(seqs(gap)).not.toEqual(numbered(gap));
    const nameless = await runWith('I010');
    const opened = nameless.filter(({ type }) => type === 'tool_executing');
    expect(opened.every(({ data }) => !('tool_name' in (data ?? {})))).toBe(true);
    expect(seqs(nameless)).toEqual(numbered(nameless));
    const open = await runWith('D-OPEN-CALL');
    expect(open.filter(({ type }) => type === 'tool_executing').length).toBe(
      open.filter(({ type }) => type === 'tool_completed').length + 1,
    );
    expect(seqs(open)).toEqual(numbered(open));
    const late = await runWith('D-STARTED-NOT-FIRST');
    expect(late.slice(0, 2).map(({ type }) => type)).toEqual(['agent_thinking', 'agent_started']);
  });

  it('loses a conversation without saying so', async () => {
    deployment.defects.activate(['I043']);
    const chat = await connectChat(deployment.wsUrl, token());
    chat.start('43-tell', 'unified_data_agent', 'The code is QX-81.');
    const thread_id = (await chat.run('43-tell'))[0]?.['thread_id'];
    chat.start('43-ask', 'unified_data_agent', 'What is the code?', { thread_id });
    const events = await chat.run('43-ask');
    expect(events.every((event) => event['thread_id'] === thread_id)).toBe(true);
    expect(events.at(-1)?.data?.['response']).not.toContain('QX-81');
    chat.socket.close();
  });

  it.each([
    ['I069', 1011],
    ['I074', 1000],
    ['I087', 1001],
    ['I073', 1006],
  ])('%s closes the socket with %i', async (defect, code) => {
    deployment.defects.activate([defect]);
    const chat = await connectChat(deployment.wsUrl, token());
    chat.start(crypto.randomUUID(), 'unified_data_agent', QUESTION);
    expect((await chat.ended).code).toBe(code);
  });

  it('opens doors that should be shut', async () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token().split('.')[1]}.`;
    deployment.defects.activate([]);
    expect(await refusedUpgrade(deployment.wsUrl, ['agent-events.v1', `jwt.${unsigned}`])).toBe(401);
    deployment.defects.activate(['D-ALG-NONE']);
    const chat = await connectChat(deployment.wsUrl, unsigned);
    expect(await chat.find(() => true)).toMatchObject({ type: 'connection_established', user_id: 'ada' });
    chat.socket.close();
    deployment.defects.activate(['D-TOKEN-ECHO']);
    const echoed = await connectChat(deployment.wsUrl, token());
    expect(echoed.socket.protocol).toBe(`jwt.${token()}`);
    echoed.socket.close();
  });

  it('delays by the time it was given', async () => {
    const before = performance.now();
    await runWith('D-SILENCE');
    const took = performance.now() - before;
    expect(took).toBeGreaterThan(140);
    expect(took).toBeLessThan(3000);
  });
});

describe('the control surface', () => {
  it('lists, switches, and refuses what it does not know', async () => {
    const put = (body: unknown) =>
      fetch(`${control.url}/defects`, { method: 'PUT', body: JSON.stringify(body) });
    expect(await (await put({ active: ['I001', 'D-SEQ-GAP'] })).json()).toEqual({
      active: ['I001', 'D-SEQ-GAP'],
    });
    expect((await put({ active: ['I999'] })).status).toBe(422);
    expect((await put({})).status).toBe(422);
    const state = (await (await fetch(`${control.url}/defects`)).json()) as {
      active: string[];
      catalogue: unknown[];
    };
    expect(state.active).toEqual(['I001', 'D-SEQ-GAP']);
    expect(state.catalogue).toHaveLength(DEFECT_CATALOGUE.length);
  });
});
