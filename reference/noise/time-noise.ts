import { setTimeout as delay } from 'node:timers/promises';
import type { Boundaries, ChatPeer } from '../boundaries.ts';
import { dataOf, type Frame, readFrame, receivingThrough } from '../defects/frames.ts';
import { between, type Dice, type Noise, peering } from './noise.ts';

/** Far below the limits of docs/protocol.md 4.5 and 7.4, also where those are scaled down. */
const ANSWER_MS = 120;
const TELEMETRY_MS = 40;
const EVENT_MS = 90;
const START_MS = 350;
const OPENING_MS = 150;
const EXPORT_MS = 700;
const PAUSE_MS = { from: 10, to: 100 } as const;
/** One moment in so many is a pause, so that a campaign has some hundreds of them. */
const PAUSES = 40;

/** A queue that keeps its order, whatever each thing in it waits. */
function lane(waitMs: () => number): (act: () => void) => void {
  let last = Promise.resolve();
  return (act) => {
    const waited = Promise.all([delay(waitMs()), last]);
    last = waited.then(act);
  };
}

/** What belongs together: a request with all that comes of it, sub-runs too. */
const requestOf = (frame: Frame): string => String(frame['request_id'] ?? dataOf(frame)['request_id'] ?? '');

/** Each frame a little later, in order within its lane; the socket closes after what was sent before. */
function jitteringPeer(dice: Dice, laneOf: (frame: Frame) => string): (peer: ChatPeer) => ChatPeer {
  return (peer) => {
    const lanes = new Map<string, (act: () => void) => void>();
    let waiting = 0;
    let close: (() => void) | undefined;
    const send = (frame: object): void => {
      const name = laneOf(frame as Frame);
      const queue = lanes.get(name) ?? lane(() => between(dice, 0, EVENT_MS));
      lanes.set(name, queue);
      waiting += 1;
      queue(() => {
        peer.send(frame);
        waiting -= 1;
        if (waiting === 0) close?.();
      });
    };
    return {
      ...peer,
      send,
      close: (code, reason) => {
        if (waiting === 0) peer.close(code, reason);
        else close ??= () => peer.close(code, reason);
      },
    };
  };
}

/** Events of runs and frames of streams; a reply is never overtaken by what comes of what it replies to. */
const isOfRun = (frame: Frame): boolean => 'seq' in frame;

/** As jittering, for what runs tell. */
function jittering(dice: Dice, laneOf: (frame: Frame) => string): Partial<Boundaries> {
  return peering((peer) => {
    const jittered = jitteringPeer(dice, laneOf)(peer);
    const send = (frame: object): void => (isOfRun(frame as Frame) ? jittered : peer).send(frame);
    return { ...jittered, send };
  });
}

const answering = (wait: (path: string) => number): Partial<Boundaries> => ({
  http: (honest) => async (request) => {
    const response = await honest(request);
    await delay(wait(new URL(request.url).pathname));
    return response;
  },
});

/** Nothing else happens in the process meanwhile, as when memory is tidied up. */
function pause(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function pausing(dice: Dice): Partial<Boundaries> {
  const perhaps = (): void => {
    if (dice() * PAUSES < 1) pause(between(dice, PAUSE_MS.from, PAUSE_MS.to));
  };
  return {
    http: (honest) => (request) => {
      perhaps();
      return honest(request);
    },
    ...peering((peer) => ({
      ...peer,
      send: (frame) => {
        perhaps();
        peer.send(frame);
      },
    })),
  };
}

/** Things that take their time, within the limits. */
export const timeNoise: readonly Noise[] = [
  {
    id: 'N-ANSWERS-JITTER',
    title: 'each HTTP answer takes a little longer, none as long as another',
    allowedBy: '4.5',
    build: ({ dice }) =>
      answering((path) => between(dice, 0, path.startsWith('/v1') ? TELEMETRY_MS : ANSWER_MS)),
  },
  {
    id: 'N-EVENTS-JITTER',
    title: 'each frame of a socket leaves a little later, in order',
    allowedBy: '4.3',
    build: ({ dice }) => jittering(dice, () => ''),
  },
  {
    id: 'N-RUNS-INTERLEAVE',
    title: 'runs that share a socket are held up independently of each other',
    allowedBy: '4.3',
    build: ({ dice }) => jittering(dice, requestOf),
  },
  {
    id: 'N-SLOW-START',
    title: 'runs begin a while after they were asked for',
    allowedBy: '4.5',
    build: ({ dice }) =>
      receivingThrough((_, pass) => {
        const queue = lane(() => between(dice, 0, START_MS));
        return (text) => {
          if (readFrame(text)['type'] === 'start_agent') queue(() => pass(text));
          else pass(text);
        };
      }),
  },
  {
    id: 'N-SLOW-DOOR',
    title: 'sockets take a while to open',
    allowedBy: '4.5',
    build: ({ dice }) => ({
      upgrades: (honest) => async (offer) => {
        await delay(between(dice, 0, OPENING_MS));
        return honest(offer);
      },
    }),
  },
  {
    id: 'N-PAUSES',
    title: 'now and then the whole process stands still for up to a tenth of a second',
    allowedBy: '4.5',
    build: ({ dice }) => pausing(dice),
  },
  {
    id: 'N-TELEMETRY-LATER',
    title: 'runs are in the telemetry some hundred milliseconds after their end',
    allowedBy: '8',
    build: ({ dice }) => ({
      exports: (honest) => (turn) => {
        setTimeout(() => honest(turn), between(dice, 0, EXPORT_MS)).unref();
      },
    }),
  },
];
