/**
 * A small deployment for the bench, in a process of its own: greets every socket, answers every start with
 * as many events as its message asks for, one frame a write as in life, and says in each when its own
 * monotonic clock saw the question and when it sent the answer. That clock is the machine's, so whoever runs
 * beside it can tell how late its own time stamps are.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { eventFrame, greetingFrame } from './frames.ts';

const startSchema = z.object({
  type: z.literal('start_agent'),
  request_id: z.string(),
  payload: z.object({ message: z.string() }),
});

/** What a start's message asks for. */
const wishSchema = z.object({ events: z.number().int().min(2), everyMs: z.number().nonnegative() });

/** Above this the peer reads more slowly than is written, and the run waits for it. */
const LARGEST_BACKLOG_BYTES = 1_048_576;

interface Run {
  readonly socket: WebSocket;
  readonly requestId: string;
  readonly runId: string;
  readonly userId: string;
  readonly events: number;
  readonly askedNs: bigint;
}

function sendEvent(run: Run, seq: number): void {
  const sentNs = process.hrtime.bigint();
  const { socket, requestId, runId, userId, events, askedNs } = run;
  const clock = { sentNs: String(sentNs), askedNs: String(askedNs) };
  const durationMs = Math.round(Number(sentNs - askedNs) / 1e6);
  const timestamp = new Date().toISOString();
  const ids = { requestId, runId, threadId: 't1', userId };
  socket.send(eventFrame({ ...ids, seq, of: events, timestamp, durationMs, clock }));
}

function play(run: Run, everyMs: number): void {
  let seq = 0;
  const again = everyMs === 0 ? setImmediate : (act: () => void) => setTimeout(act, everyMs);
  const next = (): void => {
    if (run.socket.readyState !== run.socket.OPEN) return;
    if (run.socket.bufferedAmount < LARGEST_BACKLOG_BYTES) {
      seq += 1;
      sendEvent(run, seq);
    }
    if (seq < run.events) again(next);
  };
  next();
}

function serve(socket: WebSocket, id: number): void {
  let runs = 0;
  const userId = 'ann';
  socket.on('message', (data) => {
    const askedNs = process.hrtime.bigint();
    const { request_id: requestId, payload } = startSchema.parse(JSON.parse(String(data)));
    const { events, everyMs } = wishSchema.parse(JSON.parse(payload.message));
    runs += 1;
    play({ socket, requestId, runId: `run-${id}-${runs}`, userId, events, askedNs }, everyMs);
  });
  socket.on('error', () => socket.terminate());
  socket.send(greetingFrame(`c-${id}`, userId, new Date().toISOString()));
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
let count = 0;
sockets.on('connection', (socket) => {
  count += 1;
  serve(socket, count);
});
// As long a queue of dials as the kernel allows: what is measured is the client.
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
