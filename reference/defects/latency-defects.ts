import { setTimeout as delay } from 'node:timers/promises';
import type { Boundaries, ChatPeer } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import { type Frame, firstOfRun, isEvent, runOf, sendingThrough } from './frames.ts';

/** Does something later without keeping the process alive for it. */
function later(ms: number, act: () => void): void {
  setTimeout(act, ms).unref();
}

/** Frames by their run; those of a run that is held wait, in order. */
function queues(send: (frame: Frame) => void) {
  const held = new Map<string, Frame[]>();
  return {
    isHeld: (run: string): boolean => held.has(run),
    hold(run: string, ms: number): void {
      held.set(run, []);
      later(ms, () => {
        const waiting = held.get(run) ?? [];
        held.delete(run);
        for (const one of waiting) send(one);
      });
    },
    send(run: string, frame: Frame): void {
      const waiting = held.get(run);
      if (waiting === undefined) send(frame);
      else waiting.push(frame);
    },
  };
}

/** From such a frame on the run it belongs to is held back for a while; other runs, and the order, are as they were. */
function holding(begins: () => (frame: Frame) => number): Partial<Boundaries> {
  return sendingThrough((_, send) => {
    const runs = queues(send);
    const holdFor = begins();
    return (frame) => {
      if (!isEvent(frame)) {
        send(frame);
        return;
      }
      const run = runOf(frame);
      const ms = runs.isHeld(run) ? 0 : holdFor(frame);
      if (ms > 0) runs.hold(run, ms);
      runs.send(run, frame);
    };
  });
}

/** Holds back each frame of a type by so much. */
const slowAt = (type: string, ms: number): Partial<Boundaries> =>
  holding(() => (frame) => (frame['type'] === type ? ms : 0));

/** One run in so many is slow. */
const ONE_IN = 10;
/** More sockets than quiet trials open at once, and fewer than a load of five users. */
const CROWDED = 15;

function whileCrowded(ms: number): Partial<Boundaries> {
  const open = new Set<ChatPeer>();
  const slow = holding(() => (frame) => (frame['type'] === 'agent_started' && open.size > CROWDED ? ms : 0));
  return {
    sockets: (honest) => (peer) => {
      open.add(peer);
      const receiver = (slow.sockets?.(honest) ?? honest)(peer);
      return {
        message: (text) => receiver.message(text),
        closed: () => {
          open.delete(peer);
          receiver.closed();
        },
      };
    },
  };
}

/** Greets nobody while the room is full. */
function neverGreetedInACrowd(): Partial<Boundaries> {
  let open = 0;
  return {
    sockets: (honest) => (peer) => {
      open += 1;
      const isFull = open > CROWDED;
      const send = (frame: object): void => {
        if (!isFull || (frame as Frame)['type'] !== 'connection_established') peer.send(frame);
      };
      const receiver = honest({ ...peer, send });
      return {
        message: (text) => receiver.message(text),
        closed: () => {
          open -= 1;
          receiver.closed();
        },
      };
    },
  };
}

/** What takes longer than it may; each is slow at one stage. */
export const latencyDefects: readonly Defect[] = [
  {
    id: 'D-LT-CONNECT',
    family: 'slow at one stage',
    title: 'sockets open late',
    breaks: '4.5',
    mustFail: ['LT-1'],
    mayFail: ['CN-2', 'CN-3', 'CN-4', 'CN-5', 'CN-6', 'CN-9', 'LC-1', 'LT-10'],
    build: ({ delayMs }) => ({
      upgrades: (honest) => async (offer) => {
        await delay(delayMs, undefined, { ref: false });
        return honest(offer);
      },
    }),
  },
  {
    id: 'D-LT-GREETING',
    family: 'slow at one stage',
    title: 'sockets are greeted late',
    breaks: '4.5',
    mustFail: ['LT-2'],
    mayFail: ['CN-2', 'CN-3', 'CN-4', 'CN-9', 'LC-1', 'LT-10'],
    build: ({ delayMs }) =>
      sendingThrough((_, send) => (frame) => {
        if (frame['type'] === 'connection_established') later(delayMs, () => send(frame));
        else send(frame);
      }),
  },
  {
    id: 'D-LT-FIRST-EVENT',
    family: 'slow at one stage',
    title: 'runs show their first event late',
    breaks: '4.5',
    mustFail: ['LT-3'],
    mayFail: ['CN-4', 'LC-10', 'LC-13', 'LT-4', 'LT-5', 'LT-7', 'LT-10'],
    build: ({ delayMs }) => slowAt('agent_started', delayMs),
  },
  {
    id: 'D-LT-FIRST-TOOL',
    family: 'slow at one stage',
    title: 'runs show their first tool event late',
    breaks: '4.5',
    mustFail: ['LT-4'],
    mayFail: ['LC-10', 'LC-11', 'LC-12', 'LC-13', 'LT-5', 'LT-6', 'LT-7'],
    build: ({ delayMs }) =>
      holding(() => {
        const seen = new Set<string>();
        return (frame) => {
          if (frame['type'] !== 'tool_executing' || seen.has(runOf(frame))) return 0;
          seen.add(runOf(frame));
          return 2 * delayMs;
        };
      }),
  },
  {
    id: 'D-LT-COMPLETION',
    family: 'slow at one stage',
    title: 'runs complete late',
    breaks: '4.5',
    mustFail: ['LT-5'],
    mayFail: ['LC-1', 'LC-3', 'LC-10', 'LC-12', 'LC-13', 'LT-6'],
    build: ({ delayMs }) => slowAt('agent_completed', 3 * delayMs),
  },
  {
    id: 'D-LT-SILENCE',
    family: 'slow at one stage',
    title: 'runs fall silent over their second thought',
    breaks: '4.5',
    mustFail: ['LT-6'],
    mayFail: ['LC-10', 'LC-11', 'LC-12', 'LC-13', 'LT-4', 'LT-5', 'LT-7'],
    build: ({ delayMs }) =>
      holding(() => {
        const isFirst = firstOfRun();
        const quiet = new Set<string>();
        return (frame) => {
          if (isFirst(frame) || quiet.has(runOf(frame))) return 0;
          quiet.add(runOf(frame));
          return delayMs;
        };
      }),
  },
  {
    id: 'D-LT-CANCEL',
    family: 'slow at one stage',
    title: 'cancelled runs end late',
    breaks: '4.5',
    mustFail: ['LT-7'],
    mayFail: ['LC-10', 'LC-12', 'LC-19'],
    build: ({ delayMs }) => slowAt('agent_cancelled', delayMs),
  },
  {
    id: 'D-LT-TENTH',
    family: 'intermittent',
    title: 'one run in ten shows its first event late',
    breaks: '4.5',
    mustFail: ['LT-3'],
    mayFail: ['CN-4', 'LC-10', 'LC-13', 'LT-4', 'LT-5', 'LT-7', 'LT-10'],
    build: ({ delayMs }) => {
      let runs = 0;
      return holding(() => (frame) => {
        if (frame['type'] !== 'agent_started') return 0;
        runs += 1;
        return runs % ONE_IN === 0 ? delayMs : 0;
      });
    },
  },
  {
    id: 'D-LT-LOAD',
    family: 'only under load',
    title: 'runs show their first event late while many sockets are open',
    breaks: '4.5',
    mustFail: ['LT-10'],
    mayFail: ['RS-5', 'RS-10', 'RS-11'],
    build: ({ delayMs }) => whileCrowded(delayMs),
  },
  {
    id: 'D-LT-UNGREETED',
    family: 'only under load',
    title: 'sockets that open while many others are open are never greeted',
    breaks: '4.5',
    mustFail: ['LT-10'],
    mayFail: ['RS-5', 'RS-10', 'RS-11'],
    build: () => neverGreetedInACrowd(),
  },
];
