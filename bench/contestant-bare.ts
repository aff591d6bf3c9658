import { WebSocket } from 'ws';
import { createPacer } from '../harness/driver/pacer.ts';
import { systemClock } from '../harness/driver/system-clock.ts';
import {
  type Contestant,
  errorsOf,
  machineOffsetMs,
  messageOf,
  type Stamped,
  type TargetEvent,
} from './contestants.ts';

interface BareState {
  readonly sockets: WebSocket[];
  readonly perSession: number[];
  readonly stamped: Stamped[];
  readonly asked: Map<string, number>;
  readonly offsetMs: number;
  missing: number;
  finish: () => void;
}

/** The least a client can do: receive and parse; `timed`, it also remembers what came when. */
export function bareContestant(url: string, timed: boolean): Contestant {
  const offsetMs = machineOffsetMs(systemClock.now);
  const state: BareState = {
    sockets: [],
    perSession: [],
    stamped: [],
    asked: new Map(),
    offsetMs,
    missing: 0,
    finish: () => undefined,
  };
  return {
    async open(sessions, perSecond) {
      const pacer = createPacer(perSecond, systemClock);
      const greetings = Array.from({ length: sessions }, async () => {
        await pacer.turn();
        return openOne(state, url, timed);
      });
      return (await Promise.all(greetings)).filter((greeted) => greeted).length;
    },
    async play(wave) {
      const ended = new Promise<void>((resolve) => {
        state.missing = wave.sessions * wave.events;
        state.finish = resolve;
      });
      const pacer = createPacer(wave.startsPerSecond, systemClock);
      const starts = state.sockets.slice(0, wave.sessions).map(async (socket) => {
        await pacer.turn();
        start(state, socket, messageOf(wave));
      });
      await Promise.all(starts);
      await ended;
    },
    takeReceived: () => ({
      perSession: state.perSession.map((count, index) => {
        state.perSession[index] = 0;
        return count;
      }),
      ...errorsOf(state.stamped.splice(0), state.asked),
    }),
    close: () => {
      for (const socket of state.sockets.splice(0)) socket.terminate();
    },
  };
}

function openOne(state: BareState, url: string, timed: boolean): Promise<boolean> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const index = state.sockets.push(socket) - 1;
  state.perSession.push(0);
  const onEvent = (data: unknown): void => {
    const atMs = systemClock.now() + state.offsetMs;
    const event = JSON.parse(String(data)) as TargetEvent;
    if (timed) state.stamped.push({ atMs, event });
    state.perSession[index] = (state.perSession[index] ?? 0) + 1;
    state.missing -= 1;
    if (state.missing === 0) state.finish();
  };
  return new Promise((resolve) => {
    socket.once('message', () => {
      socket.on('message', onEvent);
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function start(state: BareState, socket: WebSocket, message: string): void {
  const requestId = `rq-${state.asked.size + 1}`;
  state.asked.set(requestId, systemClock.now() + state.offsetMs);
  const payload = { agent: 'data_agent', message };
  socket.send(JSON.stringify({ type: 'start_agent', request_id: requestId, payload }));
}
