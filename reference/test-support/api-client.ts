import { WebSocket } from 'ws';
import type { Deployment } from '../deployment.ts';
import type { AgentMessage, AgentNodeState, AgentRun, AgentStep } from '../runs/resources.ts';

/** A page of a list. */
export interface ReceivedPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** An answer, with its body taken to be what the caller expects. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** A frame of the stream of a run. */
export interface ReceivedRunFrame {
  readonly type: string;
  readonly eventId: string;
  readonly seq: number;
  readonly timestamp: string;
  readonly runId: string;
  readonly turn: number;
  readonly replay?: true;
  readonly run?: AgentRun;
  readonly step?: AgentStep;
  readonly message?: AgentMessage;
  readonly nodeState?: AgentNodeState;
  readonly errorMessage?: string;
  readonly error?: string;
}

/** A subscriber of a run that remembers what it got. */
export interface Subscriber {
  readonly socket: WebSocket;
  readonly frames: readonly ReceivedRunFrame[];
  /** The first frame, past or to come, that fits. */
  readonly find: (fits: (frame: ReceivedRunFrame) => boolean) => Promise<ReceivedRunFrame>;
  readonly ended: Promise<number>;
}

/** Calls the API of a deployment as one of its users. */
export class ApiClient {
  readonly #deployment: Deployment;
  readonly token: string;

  constructor(deployment: Deployment, user = 0) {
    this.#deployment = deployment;
    this.token = deployment.tokens[user]?.token ?? '';
  }

  async call<T = Readonly<Record<string, unknown>>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> {
    const answer = await fetch(`${this.#deployment.url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  async project(): Promise<string> {
    return (await this.call<{ id: string }>('POST', '/projects', { name: 'p' })).body.id;
  }

  async workflow(project: string, nodes: readonly object[], startDelayMs = 0): Promise<string> {
    const body = { name: 'w', startDelayMs, nodes };
    return (await this.call<{ id: string }>('POST', `/projects/${project}/workflows`, body)).body.id;
  }

  async run(project: string, workflowId: string, more: object = {}): Promise<AgentRun> {
    const body = { workflowId, inputQuery: 'What is it?', ...more };
    return (await this.call<AgentRun>('POST', `/projects/${project}/agent-runs`, body)).body;
  }

  /** All items of a list. */
  async all<T>(path: string, limit = 100): Promise<readonly T[]> {
    const items: T[] = [];
    let cursor = '';
    do {
      const page = (await this.call<ReceivedPage<T>>('GET', `${path}?limit=${limit}${cursor}`)).body;
      items.push(...page.items);
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    return items;
  }

  async subscribe(runId: string): Promise<Subscriber> {
    const url = `${this.#deployment.url.replace('http', 'ws')}/api/stream/agents/${runId}`;
    const socket = new WebSocket(url, ['agent-events.v1', `jwt.${this.token}`]);
    const frames: ReceivedRunFrame[] = [];
    const waiting = new Set<(frame: ReceivedRunFrame) => void>();
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ReceivedRunFrame;
      frames.push(frame);
      for (const look of waiting) look(frame);
    });
    const ended = new Promise<number>((resolve) => {
      socket.once('close', (code: number) => resolve(code));
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const find: Subscriber['find'] = (fits) =>
      new Promise((resolve) => {
        const known = frames.find(fits);
        if (known !== undefined) resolve(known);
        else waiting.add((frame) => fits(frame) && resolve(frame));
      });
    return { socket, frames, find, ended };
  }

  /** Follows a run to the end of its turn. */
  async follow(runId: string): Promise<readonly ReceivedRunFrame[]> {
    const { frames, ended } = await this.subscribe(runId);
    await ended;
    return frames;
  }
}
