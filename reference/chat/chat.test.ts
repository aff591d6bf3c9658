import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken } from '../auth/tokens.ts';
import { steadyClock } from '../clock.ts';
import { type Deployment, startDeployment } from '../deployment.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { type ChatClient, connectChat, refusedUpgrade } from '../test-support/chat-client.ts';

const CSV = 'name,monthly_cost,cpu_util\nidle,100,2\nhalf,200,20\nbusy,300,90';
const QUESTION = `What is the total monthly_cost?\n\`\`\`csv\n${CSV}\n\`\`\``;

let server: EmbeddedServer;
let fast: Deployment;
let slow: Deployment;

const tokenOf = (deployment: Deployment, index = 0): string => deployment.tokens[index]?.token ?? '';
const connect = (deployment: Deployment, index = 0): Promise<ChatClient> =>
  connectChat(deployment.wsUrl, tokenOf(deployment, index));

beforeAll(async () => {
  server = await startEmbeddedServer();
  const limits = { maxRunsPerUser: 3, maxSocketsPerUser: 40 };
  fast = await startDeployment({ storeUrl: await server.createDatabase(), thinkingMs: 1 });
  slow = await startDeployment({
    storeUrl: await server.createDatabase(),
    thinkingMs: 60_000,
    pingIntervalMs: 20,
    limits,
  });
}, 30_000);

afterAll(async () => {
  await fast?.stop();
  await slow?.stop();
  await server?.stop();
});

describe('a run on the chat socket', () => {
  it('greets once and tells a whole run in order', async () => {
    const chat = await connect(fast);
    chat.start('whole', 'unified_data_agent', QUESTION);
    const events = await chat.run('whole');
    expect(chat.frames[0]).toMatchObject({
      type: 'connection_established',
      user_id: 'ada',
      server_version: '1.0.0',
    });
    expect(chat.frames.filter(({ type }) => type === 'connection_established')).toHaveLength(1);
    expect(chat.socket.protocol).toBe('agent-events.v1');
    expect(events.map((event) => event['seq'])).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.type).toBe('agent_started');
    expect(events.at(-1)?.type).toBe('agent_completed');
    expect(events.at(-1)?.data?.['response']).toContain('total 600');
    const opened = events.filter(({ type }) => type === 'tool_executing');
    const closed = events.filter(({ type }) => type === 'tool_completed');
    expect(closed.map(({ data }) => data?.['tool_call_id'])).toEqual(
      opened.map(({ data }) => data?.['tool_call_id']),
    );
    const names = [...new Set(opened.map(({ data }) => data?.['tool_name']))];
    expect(events.at(-1)?.data?.['tools_used']).toEqual(names);
    chat.socket.close();
  });

  it('keeps three interleaved runs apart', async () => {
    const chat = await connect(fast);
    for (const id of ['one', 'two', 'three']) chat.start(id, 'optimization_agent', QUESTION);
    const runs = await Promise.all(['one', 'two', 'three'].map((id) => chat.run(id)));
    for (const events of runs)
      expect(events.map((event) => event['seq'])).toEqual(events.map((_, index) => index + 1));
    expect(new Set(runs.flat().map((event) => event['run_id'])).size).toBe(3);
    chat.socket.close();
  });

  it('remembers within a thread, and only there', async () => {
    const chat = await connect(fast);
    chat.start('tell', 'unified_data_agent', 'The deployment code is QX-81. Our colour is blue.');
    const thread_id = (await chat.run('tell'))[0]?.['thread_id'];
    chat.start('ask', 'unified_data_agent', 'Which deployment code did I give you?', { thread_id });
    expect((await chat.run('ask')).at(-1)?.data?.['response']).toContain('QX-81');
    chat.start('ask-elsewhere', 'unified_data_agent', 'Which deployment code did I give you?');
    expect((await chat.run('ask-elsewhere')).at(-1)?.data?.['response']).not.toContain('QX-81');
    const stranger = await connect(fast, 1);
    stranger.start('foreign', 'unified_data_agent', 'Hello', { thread_id });
    await stranger.find((frame) => frame['code'] === 'THREAD_NOT_FOUND' && frame['request_id'] === 'foreign');
    chat.socket.close();
    stranger.socket.close();
  });

  it('reports a failing tool and fails with its class', async () => {
    const chat = await connect(fast);
    chat.start('bad', 'unified_data_agent', 'Total?\n```csv\na,b\n1,2,3\n```');
    const events = await chat.run('bad');
    expect(events.at(-2)?.data).toMatchObject({
      status: 'error',
      result: null,
      error: { code: 'INVALID_CSV' },
    });
    expect(events.at(-1)).toMatchObject({
      type: 'agent_failed',
      data: { error: { type: 'tool', code: 'INVALID_CSV' } },
    });
    chat.socket.close();
  });

  it('starts a run from a frame of one byte less than 1 MiB', async () => {
    const chat = await connect(fast);
    const message = {
      type: 'start_agent',
      request_id: 'big',
      payload: { agent: 'unified_data_agent', message: '' },
    };
    const room = 1024 * 1024 - 1 - JSON.stringify(message).length;
    message.payload.message = 'x '.repeat(room / 2).padEnd(room, 'x');
    chat.send(message);
    expect((await chat.run('big')).at(-1)?.type).toBe('agent_completed');
    chat.socket.close();
  });
});

describe('the same request again', () => {
  it('is the same run, on the same socket and on a later one', async () => {
    const chat = await connect(fast);
    chat.start('twice', 'unified_data_agent', QUESTION);
    chat.start('twice', 'unified_data_agent', QUESTION);
    const events = await chat.run('twice');
    expect(events.filter(({ type }) => type === 'agent_started')).toHaveLength(1);
    chat.start('twice', 'unified_data_agent', QUESTION);
    await chat.find((frame) => frame['code'] === 'RUN_FINISHED');
    const later = await connect(fast);
    later.start('twice', 'unified_data_agent', QUESTION);
    expect(await later.run('twice')).toEqual(events);
    chat.socket.close();
    later.socket.close();
  });

  it('is another run for another principal', async () => {
    const [one, other] = await Promise.all([connect(fast, 0), connect(fast, 3)]);
    one.start('shared', 'unified_data_agent', QUESTION);
    other.start('shared', 'unified_data_agent', QUESTION);
    const [first, second] = await Promise.all([one.run('shared'), other.run('shared')]);
    expect(first[0]?.['run_id']).not.toBe(second[0]?.['run_id']);
    expect(second.every((event) => event['user_id'] === 'grace')).toBe(true);
    one.socket.close();
    other.socket.close();
  });
});

describe('cancelling', () => {
  it('accepts, then ends the run, and refuses what is unknown, foreign or finished', async () => {
    const chat = await connect(slow);
    chat.start('long', 'unified_data_agent', QUESTION);
    const { run_id } = await chat.find(({ type }) => type === 'agent_thinking');
    const stranger = await connect(slow, 1);
    stranger.send({ type: 'cancel_agent', request_id: 'steal', payload: { run_id } });
    await stranger.find((frame) => frame['code'] === 'RUN_NOT_FOUND' && frame['request_id'] === 'steal');
    chat.send({ type: 'cancel_agent', request_id: 'stop', payload: { run_id } });
    const events = await chat.run('long');
    expect(events.map(({ type }) => type)).toEqual(['agent_started', 'agent_thinking', 'agent_cancelled']);
    const types = chat.frames.map(({ type }) => type);
    expect(types.indexOf('cancel_accepted')).toBeLessThan(types.indexOf('agent_cancelled'));
    chat.send({ type: 'cancel_agent', request_id: 'again', payload: { run_id } });
    await chat.find((frame) => frame['code'] === 'RUN_FINISHED' && frame['request_id'] === 'again');
    chat.socket.close();
    stranger.socket.close();
  });

  it('refuses more runs than one user may have, and lets the run of a lost socket go on', async () => {
    const chat = await connect(slow, 2);
    for (const id of ['a', 'b', 'c']) chat.start(id, 'unified_data_agent', QUESTION);
    await Promise.all(
      ['a', 'b', 'c'].map((id) => chat.find((f) => f['request_id'] === id && f.type === 'agent_thinking')),
    );
    chat.start('d', 'unified_data_agent', QUESTION);
    await chat.find((frame) => frame['code'] === 'RATE_LIMITED' && frame['request_id'] === 'd');
    chat.socket.terminate();
    const back = await connect(slow, 2);
    back.start('a', 'unified_data_agent', QUESTION);
    const { run_id, seq } = await back.find((frame) => frame['request_id'] === 'a');
    expect(seq).toBe(1);
    back.send({ type: 'cancel_agent', payload: { run_id } });
    expect((await back.run('a')).at(-1)?.type).toBe('agent_cancelled');
    back.socket.close();
  });
});

describe('what is not understood', () => {
  it.each([
    ['nonsense', 'INVALID_JSON', null],
    ['', 'INVALID_JSON', null],
    ['[]', 'INVALID_REQUEST', null],
    ['null', 'INVALID_REQUEST', null],
    ['7', 'INVALID_REQUEST', null],
    ['{"request_id":"r"}', 'INVALID_REQUEST', 'r'],
    ['{"type":7,"request_id":"r"}', 'INVALID_REQUEST', 'r'],
    ['{"type":"ping","request_id":7}', 'INVALID_REQUEST', null],
    ['{"type":"dance","request_id":"r"}', 'UNKNOWN_MESSAGE_TYPE', 'r'],
    ['{"type":"start_agent","request_id":"r"}', 'INVALID_REQUEST', 'r'],
    ['{"type":"start_agent","request_id":"r","payload":{"agent":7,"message":"m"}}', 'INVALID_REQUEST', 'r'],
    [
      '{"type":"start_agent","request_id":"r","payload":{"agent":"nobody","message":"m"}}',
      'AGENT_NOT_FOUND',
      'r',
    ],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'INVALID_REQUEST', null],
  ])('%.60s is refused with %s', async (text, code, request_id) => {
    const chat = await connect(fast);
    chat.send(text);
    chat.send({ type: 'ping', request_id: 'after' });
    expect(await chat.find(({ type }) => type === 'error')).toMatchObject({ code, request_id });
    await chat.find((frame) => frame.type === 'pong' && frame['request_id'] === 'after');
    chat.socket.close();
  });

  it.each([
    ['PROJECT_NOT_FOUND', { project_id: '00000000-0000-4000-8000-000000000000' }],
    ['PROJECT_NOT_FOUND', { project_id: 'x\0' }],
    ['THREAD_NOT_FOUND', { thread_id: 'nowhere' }],
    ['CONTEXT_ITEM_INVALID', { context_item_ids: ['nothing'] }],
  ])('an unknown reference is refused with %s', async (code, more) => {
    const chat = await connect(fast);
    chat.start('ref', 'unified_data_agent', 'Hello', more);
    expect(await chat.find(({ type }) => type === 'error')).toMatchObject({ code, request_id: 'ref' });
    chat.socket.close();
  });

  it('closes 1009, 1003 and 1007 where the frame itself is wrong', async () => {
    const [large, binary, garbled] = await Promise.all([connect(fast), connect(fast), connect(fast)]);
    large.send('x'.repeat(1024 * 1024 + 1));
    binary.socket.send(Buffer.from('{}'), { binary: true });
    garbled.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect((await large.ended).code).toBe(1009);
    expect((await binary.ended).code).toBe(1003);
    expect((await garbled.ended).code).toBe(1007);
  });
});

describe('who may open a socket', () => {
  const keys = (deployment: Deployment, issuer = deployment.issuer, secret = deployment.jwtSecret) => ({
    secret,
    issuer,
    clock: steadyClock(),
  });
  const ada = { tenant: 'acme', user: 'ada' };

  it('refuses bad tokens with 401, over HTTP with the challenge', async () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${tokenOf(fast).split('.')[1]}.`;
    const bad = [
      'garbage',
      unsigned,
      await issueToken(keys(fast), ada, -10),
      await issueToken(keys(fast, 'https://other.example.test'), ada, 60),
      await issueToken(keys(fast, fast.issuer, 'another secret of sufficient length'), ada, 60),
    ];
    for (const token of bad) {
      expect(await refusedUpgrade(fast.wsUrl, ['agent-events.v1', `jwt.${token}`])).toBe(401);
      const answer = await fetch(`${fast.url}/api/projects`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(await refusedUpgrade(fast.wsUrl, [])).toBe(401);
    expect(await refusedUpgrade(fast.wsUrl, [`jwt.${tokenOf(fast)}`])).toBe(401);
  });

  it('refuses foreign origins and serves the listed one', async () => {
    const protocols = ['agent-events.v1', `jwt.${tokenOf(fast)}`];
    expect(await refusedUpgrade(fast.wsUrl, protocols, { origin: 'https://evil.example.test' })).toBe(403);
    const listed = await connectChat(fast.wsUrl, tokenOf(fast), { origin: 'https://app.example.test' });
    listed.socket.close();
    const preflight = (origin: string) =>
      fetch(`${fast.url}/api/projects`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const good = await preflight('https://app.example.test');
    expect([good.status, good.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://app.example.test',
    ]);
    expect(good.headers.get('vary')).toContain('Origin');
    expect((await preflight('https://evil.example.test')).status).toBe(403);
  });

  it('closes a session with 1008 when its token expires', async () => {
    const token = await issueToken(keys(fast), ada, 1);
    const chat = await connectChat(fast.wsUrl, token);
    expect((await chat.ended).code).toBe(1008);
  });

  it('closes a peer that misses two pings', async () => {
    const chat = await connectChat(slow.wsUrl, tokenOf(slow, 4), { autoPong: false });
    expect((await chat.ended).code).toBe(1008);
  });

  it('gives tokens for credentials of either grant', async () => {
    const [client] = fast.clientCredentials;
    const ask = (form: Record<string, string>) =>
      fetch(fast.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
    const { clientId = '', clientSecret = '' } = client ?? {};
    const grants: readonly Record<string, string>[] = [
      { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
      { grant_type: 'password', username: clientId, password: clientSecret, expires_in: '30' },
    ];
    for (const form of grants) {
      const body = (await (await ask(form)).json()) as { readonly access_token: string };
      const chat = await connectChat(fast.wsUrl, body.access_token);
      expect(await chat.find(() => true)).toMatchObject({ user_id: 'ada' });
      chat.socket.close();
    }
    const wrong = await ask({ grant_type: 'client_credentials', client_id: clientId, client_secret: 'x' });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      401,
      { code: 'UNAUTHENTICATED', error: 'invalid_client' },
    ]);
  });
});
