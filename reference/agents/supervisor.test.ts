import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../deployment.ts';
import type { AgentRun, AgentStep } from '../runs/resources.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../store/embedded.ts';
import { ApiClient } from '../test-support/api-client.ts';
import { type ChatClient, connectChat, type ReceivedFrame } from '../test-support/chat-client.ts';

const CSV = 'name,monthly_cost,cpu_util\nidle,100,2\nhalf,200,20\nbusy,300,90';
const QUESTION = `What is the total monthly_cost, and what can we save?\n\`\`\`csv\n${CSV}\n\`\`\``;
const BROKEN = 'Total?\n```csv\na,b\n1,2,3\n```';
const TERMINAL = /^agent_(completed|failed|cancelled)$/;

let server: EmbeddedServer;
let fast: Deployment;
let slow: Deployment;

const connect = (deployment: Deployment, user = 0): Promise<ChatClient> =>
  connectChat(deployment.wsUrl, deployment.tokens[user]?.token ?? '');

const eventsOf = (chat: ChatClient, requestId: string): readonly ReceivedFrame[] =>
  chat.frames.filter((frame) => frame['request_id'] === requestId && 'seq' in frame);

/** Asks the supervisor and waits for the end of its own run. */
async function supervise(chat: ChatClient, requestId: string, message: string, more = {}) {
  chat.start(requestId, 'supervisor_agent', message, more);
  return endOf(chat, requestId);
}

async function endOf(chat: ChatClient, requestId: string): Promise<readonly ReceivedFrame[]> {
  const isEnd = (frame: ReceivedFrame): boolean =>
    frame['request_id'] === requestId && frame['parent_run_id'] === null && TERMINAL.test(frame.type);
  await chat.find(isEnd);
  return eventsOf(chat, requestId);
}

/** What happened, as "agent: event", without what happens often. */
const outline = (events: readonly ReceivedFrame[]): readonly string[] =>
  events
    .filter(({ type }) => type !== 'agent_thinking' && !type.startsWith('tool_'))
    .map((event) => `${event['agent']}: ${event.type}`);

beforeAll(async () => {
  server = await startEmbeddedServer();
  fast = await startDeployment({ storeUrl: await server.createDatabase(), thinkingMs: 1 });
  slow = await startDeployment({ storeUrl: await server.createDatabase(), thinkingMs: 80 });
}, 30_000);

afterAll(async () => {
  await fast?.stop();
  await slow?.stop();
  await server?.stop();
});

describe('a supervisor', () => {
  it('hands over to one agent after the other, each in a run of its own', async () => {
    const chat = await connect(fast);
    const events = await supervise(chat, 'whole', QUESTION);
    expect(outline(events)).toEqual([
      'supervisor_agent: agent_started',
      'supervisor_agent: agent_handoff',
      'unified_data_agent: agent_started',
      'unified_data_agent: agent_completed',
      'supervisor_agent: agent_handoff',
      'optimization_agent: agent_started',
      'optimization_agent: agent_completed',
      'supervisor_agent: agent_completed',
    ]);
    const parent = events[0]?.['run_id'];
    const announced = events.filter(({ type }) => type === 'agent_handoff').map(({ data }) => data);
    const runs = [...new Set(events.map((event) => event['run_id']))];
    expect(runs).toEqual([parent, ...announced.map((data) => data?.['to_run_id'])]);
    for (const run of runs) {
      const own = events.filter((event) => event['run_id'] === run);
      expect(own.map((event) => event['seq'])).toEqual(own.map((_, index) => index + 1));
      expect(new Set(own.map((event) => event['parent_run_id']))).toEqual(
        new Set([run === parent ? null : parent]),
      );
    }
    expect(new Set(events.map((event) => `${event['thread_id']} ${event['user_id']}`)).size).toBe(1);
    const answer = String(events.at(-1)?.data?.['response']);
    expect(answer).toContain('total 600');
    expect(answer).toContain('Total savings: 200');
    expect(events.at(-1)?.data?.['tools_used']).toEqual([]);
    chat.socket.close();
  });

  it('leaves sub-runs that can be read and followed like any run', async () => {
    const chat = await connect(fast);
    const api = new ApiClient(fast);
    const events = await supervise(chat, 'read', QUESTION);
    const parent = String(events[0]?.['run_id']);
    const subs = events.filter(({ type }) => type === 'agent_handoff').map(({ data }) => data?.['to_run_id']);
    for (const run of [parent, ...subs]) {
      const stream = await api.subscribe(String(run));
      expect(await stream.ended).toBe(1000);
      const projectId = stream.frames[0]?.run?.projectId;
      const path = `/projects/${projectId}/agent-runs/${run}`;
      expect((await api.call<AgentRun>('GET', path)).body.status).toBe('COMPLETED');
      const steps = (await api.call<{ items: AgentStep[] }>('GET', `${path}/steps`)).body.items;
      const calls = events.filter((event) => event['run_id'] === run && event.type === 'tool_executing');
      expect(steps.filter(({ stepType }) => /tool|retrieve/.test(stepType)).map(({ id }) => id)).toEqual(
        calls.map(({ data }) => data?.['tool_call_id']),
      );
    }
    chat.socket.close();
  });

  it('tells the same story to who asks again, during the run and after it', async () => {
    const chat = await connect(slow);
    chat.start('again', 'supervisor_agent', QUESTION);
    await chat.find((frame) => frame['agent'] === 'unified_data_agent' && frame['seq'] === 3);
    const during = await connect(slow);
    during.start('again', 'supervisor_agent', QUESTION);
    const told = await endOf(chat, 'again');
    expect(await endOf(during, 'again')).toEqual(told);
    const after = await connect(slow);
    expect(await supervise(after, 'again', QUESTION)).toEqual(told);
    for (const { socket } of [chat, during, after]) socket.close();
  });

  it('fails when no agent has a result, and its sub-runs fail before it', async () => {
    const chat = await connect(fast);
    const events = await supervise(chat, 'broken', BROKEN);
    expect(outline(events).filter((line) => !/handoff|started/.test(line))).toEqual([
      'unified_data_agent: agent_failed',
      'optimization_agent: agent_failed',
      'supervisor_agent: agent_failed',
    ]);
    expect(events.at(-1)?.data).toMatchObject({ error: { type: 'orchestration', code: 'NO_PART_DONE' } });
    chat.socket.close();
  });

  it('goes on without an agent whose run was cancelled, and says so', async () => {
    const chat = await connect(slow);
    chat.start('one-lost', 'supervisor_agent', QUESTION);
    const sub = await chat.find((frame) => frame['agent'] === 'unified_data_agent' && frame['seq'] === 2);
    chat.send({ type: 'cancel_agent', request_id: 'c', payload: { run_id: sub['run_id'] } });
    const events = await endOf(chat, 'one-lost');
    expect(outline(events)).toContain('unified_data_agent: agent_cancelled');
    const end = events.at(-1);
    expect(end?.type).toBe('agent_completed');
    expect(end?.data?.['response']).toContain('unified_data_agent has no result: its run ended CANCELLED');
    chat.socket.close();
  });

  it('that is cancelled cancels its sub-run and ends after it', async () => {
    const chat = await connect(slow);
    chat.start('stop', 'supervisor_agent', QUESTION);
    const first = await chat.find((frame) => frame['request_id'] === 'stop');
    await chat.find((frame) => frame['agent'] === 'unified_data_agent' && frame['seq'] === 3);
    chat.send({ type: 'cancel_agent', request_id: 'c', payload: { run_id: first['run_id'] } });
    const events = await endOf(chat, 'stop');
    expect(outline(events).slice(-2)).toEqual([
      'unified_data_agent: agent_cancelled',
      'supervisor_agent: agent_cancelled',
    ]);
    chat.socket.close();
  });

  it('works for who asks over HTTP as well', async () => {
    const api = new ApiClient(fast);
    const project = await api.project();
    const body = { workflowId: 'supervisor_agent', inputQuery: QUESTION };
    const run = (await api.call<AgentRun>('POST', `/projects/${project}/agent-runs`, body)).body;
    const stream = await api.subscribe(run.id);
    await stream.ended;
    expect(stream.frames.at(-1)?.type).toBe('agent.run.completed');
    const all = (await api.call<{ items: AgentRun[] }>('GET', `/projects/${project}/agent-runs`)).body.items;
    expect(all.map(({ workflowId, status }) => `${workflowId} ${status}`).sort()).toEqual([
      'optimization_agent COMPLETED',
      'supervisor_agent COMPLETED',
      'unified_data_agent COMPLETED',
    ]);
  });

  it('remembers what the user said and not what agents said to each other', async () => {
    const chat = await connect(fast);
    const told = await supervise(chat, 'tell', `The code word is QX-81. ${QUESTION}`);
    const thread_id = told[0]?.['thread_id'];
    const asked = await supervise(chat, 'ask', 'Which code word did I give you?', { thread_id });
    expect(asked.at(-1)?.data?.['response']).toContain('QX-81');
    const searched = asked.find(({ type }) => type === 'tool_completed')?.data?.['result'];
    expect(searched).toMatchObject({ messages_searched: 1 });
    chat.socket.close();
  });

  it('is nobody else’s, nor are its sub-runs', async () => {
    const chat = await connect(fast);
    const events = await supervise(chat, 'mine', QUESTION);
    const sub = events.find(({ type }) => type === 'agent_handoff')?.data?.['to_run_id'];
    const stranger = await new ApiClient(fast, 3).subscribe(String(sub));
    expect(await stranger.ended).toBe(1008);
    chat.socket.close();
  });
});
