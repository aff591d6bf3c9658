import type { ChatPeer } from '../boundaries.ts';
import { ANY_RUN, ANY_STREAM } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import { isTerminalFrame, rewritingStream, streamingThrough, together } from './stream-frames.ts';

/** The poller of the real one came every second. */
const POLL_MS = 1_000;

/** Far more than the runs of most cases have. */
const MOST_STEPS = 300;

/** Streams of runs that tell something else than what happens. */
export const streamDefects: readonly Defect[] = [
  {
    id: 'M17',
    family: 'leaked raw',
    title: 'every frame goes to all streams, whichever run they are of',
    breaks: '5',
    mustFail: ['AR-10.1f'],
    mayFail: [...ANY_STREAM, 'IS-4', 'IS-6', 'X-3', 'X-4'],
    build: () =>
      together((_, all) => ({
        send: (frame) => {
          for (const peer of all) peer.send(frame);
        },
      })),
  },
  {
    id: 'M18',
    family: 'duplicated',
    title: 'a poller sends the last five steps and messages again and again',
    breaks: '5',
    mustFail: ['AR-7.1a'],
    mayFail: ANY_STREAM,
    build: ({ delayMs }) =>
      streamingThrough((_, send) => {
        const last: Frame[] = [];
        const timer = setInterval(() => last.slice(-5).map(send), Math.min(POLL_MS, delayMs));
        timer.unref();
        return (frame) => {
          send(frame);
          if ('step' in frame || 'message' in frame) last.push(frame);
          if (isTerminalFrame(frame)) clearInterval(timer);
        };
      }),
  },
  {
    id: 'M19',
    family: 'stuck state',
    title: 'the stream is never closed after the terminal frame',
    breaks: '5',
    mustFail: ['AR-10.1g'],
    mayFail: ANY_STREAM,
    build: () => ({
      streams: (honest) => (peer, runId) =>
        honest({ ...peer, close: (code, reason) => code !== 1000 && peer.close(code, reason) }, runId),
    }),
  },
  {
    id: 'M20',
    family: 'missing',
    title: 'of a run that has ended only its creation is told, and not its end',
    breaks: '5',
    mustFail: ['AR-10.3'],
    mayFail: ANY_RUN,
    build: () => ({
      streams: (honest) => (peer, runId) => {
        const held: Frame[] = [];
        let isLive = false;
        const send = (frame: object): void => {
          isLive ||= !('replay' in frame);
          if (!isLive) held.push(frame as Frame);
          else for (const each of [...held.splice(0), frame]) peer.send(each);
        };
        const close: ChatPeer['close'] = (code, reason) => {
          if (!isLive && held[0] !== undefined) peer.send(held[0]);
          peer.close(code, reason);
        };
        return honest({ ...peer, send, close }, runId);
      },
    }),
  },
  {
    id: 'D-AR-STREAM-NO-STEPS',
    family: 'missing',
    title: 'the stream tells no steps',
    breaks: '5',
    mustFail: ['AR-10.1', 'AR-10.1c'],
    mayFail: [...ANY_STREAM, 'X-3'],
    build: () => rewritingStream(() => (frame) => ('step' in frame ? [] : [frame])),
  },
  {
    id: 'D-AR-STREAM-THINS-OUT',
    family: 'silent drop',
    title: 'of a run with many steps the stream tells only the first hundreds',
    breaks: '5',
    mustFail: ['AR-E1'],
    mayFail: [],
    build: () =>
      rewritingStream(() => {
        let steps = 0;
        return (frame) => {
          if ('step' in frame) steps += 1;
          return 'step' in frame && steps > MOST_STEPS ? [] : [frame];
        };
      }),
  },
  {
    id: 'D-AR-STREAM-TWO-RESOURCES',
    family: 'drifted schema',
    title: 'frames of steps carry a run besides',
    breaks: '5',
    mustFail: ['AR-10.1b'],
    mayFail: ANY_STREAM,
    build: () =>
      rewritingStream(() => {
        let run: unknown;
        return (frame) => {
          run = frame['run'] ?? run;
          return ['step' in frame ? { ...frame, run } : frame];
        };
      }),
  },
  {
    id: 'D-AR-STREAM-SECOND-END',
    family: 'duplicated',
    title: 'a terminal frame is followed by another one',
    breaks: '5',
    mustFail: ['AR-10.1a'],
    mayFail: ANY_STREAM,
    build: ({ newId }) =>
      rewritingStream(() => (frame) => {
        if (!isTerminalFrame(frame)) return [frame];
        return [frame, { ...frame, eventId: newId(), seq: Number(frame['seq']) + 1 }];
      }),
  },
  {
    id: 'D-AR-STREAM-CANCEL-UPDATED',
    family: 'renamed',
    title: 'the end of a cancelled run is told as a mere update',
    breaks: '5',
    mustFail: ['AR-8.1b'],
    mayFail: [...ANY_STREAM, 'AR-E3', 'AR-E4', 'AR-8.2'],
    build: () =>
      rewritingStream(() => (frame) => [
        frame['type'] === 'agent.run.cancelled' ? { ...frame, type: 'agent.run.updated' } : frame,
      ]),
  },
  {
    id: 'D-AR-STREAM-NO-ERROR',
    family: 'missing',
    title: 'a failed run does not say why',
    breaks: '5',
    mustFail: ['AR-10.1d'],
    mayFail: ['AR-10.1b'],
    build: () =>
      rewritingStream(() => ({ errorMessage: _, ...frame }) => [frame]),
  },
  {
    id: 'D-AR-STREAM-ORDERS',
    family: 'reordered',
    title: 'every second subscriber gets frames in another order',
    breaks: '5',
    mustFail: ['AR-10.1e'],
    mayFail: ANY_STREAM,
    build: () => {
      let subscribers = 0;
      return rewritingStream(() => {
        subscribers += 1;
        const isSecond = subscribers % 2 === 0;
        let held: readonly Frame[] = [];
        return (frame) => {
          const out = [frame, ...held];
          held = isSecond && frame['seq'] === 2 ? [frame] : [];
          return held.length > 0 ? [] : out;
        };
      });
    },
  },
];
