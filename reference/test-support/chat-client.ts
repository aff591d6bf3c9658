import { WebSocket } from 'ws';

/** A received frame. */
export type ReceivedFrame = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
};

/** How a socket ended. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** A chat socket that remembers every frame and can be waited upon. */
export interface ChatClient {
  readonly socket: WebSocket;
  readonly frames: readonly ReceivedFrame[];
  readonly send: (message: object | string) => void;
  readonly start: (requestId: string, agent: string, message: string, more?: object) => void;
  /** The first frame, past or to come, that fits. */
  readonly find: (fits: (frame: ReceivedFrame) => boolean) => Promise<ReceivedFrame>;
  /** All events of the request up to its terminal one. */
  readonly run: (requestId: string) => Promise<readonly ReceivedFrame[]>;
  readonly ended: Promise<SocketEnd>;
}

const TERMINAL = /^agent_(completed|failed|cancelled)$/;

interface Waiting {
  readonly fits: (frame: ReceivedFrame) => boolean;
  readonly resolve: (frame: ReceivedFrame) => void;
}

/** Opens a chat socket with a token as sub-protocol. */
export async function connectChat(wsUrl: string, token: string, options: object = {}): Promise<ChatClient> {
  const socket = new WebSocket(wsUrl, ['agent-events.v1', `jwt.${token}`], options);
  const frames: ReceivedFrame[] = [];
  const waiting = new Set<Waiting>();
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ReceivedFrame;
    frames.push(frame);
    for (const each of waiting) if (each.fits(frame)) each.resolve(frame);
  });
  const ended = new Promise<SocketEnd>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const find: ChatClient['find'] = (fits) => {
    const known = frames.find(fits);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      waiting.add({ fits, resolve });
    });
  };
  const send: ChatClient['send'] = (message) => {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
  return {
    socket,
    frames,
    send,
    find,
    ended,
    start: (request_id, agent, message, more = {}) => {
      send({ type: 'start_agent', request_id, payload: { agent, message, ...more } });
    },
    run: async (requestId) => {
      await find((frame) => frame['request_id'] === requestId && TERMINAL.test(frame.type));
      return frames.filter((frame) => frame['request_id'] === requestId && 'seq' in frame);
    },
  };
}

/** The HTTP status with which an upgrade is refused. */
export function refusedUpgrade(
  wsUrl: string,
  protocols: readonly string[],
  options: object = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(wsUrl, [...protocols], options);
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    });
    socket.once('open', () => reject(new Error('the upgrade was not refused')));
    socket.on('error', () => undefined);
  });
}
