import type { ChatPeer } from '../boundaries.ts';
import { ANY_RUN, ANY_STREAM } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import { isTerminalFrame, rewritingStream, streamingThrough, together } from './stream-frames.ts';

/** When something happens to one subscriber of a run, all of this run are cut off. */
const cuttingOff = (what: 'gone' | 'said') => () => {
  const runs = new Map<ChatPeer, string>();
  return together((peer, all, runId) => {
    runs.set(peer, runId);
    const isOfRun = (one: ChatPeer): boolean => runs.get(one) === runId;
    return {
      [what]: () => {
        for (const one of [...all].filter(isOfRun)) one.drop();
      },
    };
  });
};

/** Streams that keep, repeat or hold back what was, and those that tell strangers apart. */
export const streamHistoryDefects: readonly Defect[] = [
  {
    id: 'D-AR-STREAM-NO-HISTORY',
    family: 'missing',
    title: 'who comes late gets nothing of what was before',
    breaks: '5',
    mustFail: ['AR-10.1j', 'AR-E8'],
    mayFail: [...ANY_STREAM, 'LC-18', 'AR-10.1', 'AR-10.1a', 'AR-10.1c', 'AR-10.3', 'AR-E8', 'LC-12', 'X-3'],
    build: () => rewritingStream(() => (frame) => (frame['replay'] === true ? [] : [frame])),
  },
  {
    id: 'D-AR-STREAM-REPEATS',
    family: 'duplicated',
    title: 'who comes back gets the history twice',
    breaks: '5',
    mustFail: ['LC-18'],
    mayFail: ANY_STREAM,
    build: () => rewritingStream(() => (frame) => (frame['replay'] === true ? [frame, frame] : [frame])),
  },
  {
    id: 'D-AR-STREAM-HELD',
    family: 'bunched',
    title: 'the frames of a run are held and released at its end',
    breaks: '5',
    mustFail: ['AR-10.1k'],
    mayFail: [...ANY_STREAM, 'LC-12', 'X-3', 'X-4'],
    build: () =>
      rewritingStream(() => {
        let held: readonly Frame[] = [];
        return (frame) => {
          held = [...held, frame];
          if (!isTerminalFrame(frame) && 'type' in frame) return [];
          const released = held;
          held = [];
          return released;
        };
      }),
  },
  {
    id: 'D-AR-STREAM-NODES-LIE',
    family: 'stuck state',
    title: 'the stream tells less progress of nodes than HTTP shows',
    breaks: '8',
    mustFail: ['AR-10.1i'],
    mayFail: ['AR-10.1j', 'AR-5.1a'],
    build: () =>
      rewritingStream(() => (frame) => {
        const state = frame['nodeState'];
        if (typeof state !== 'object' || state === null) return [frame];
        return [{ ...frame, nodeState: { ...state, progress: 0.5, status: 'RUNNING' } }];
      }),
  },
  {
    id: 'D-AR-STREAM-UNKNOWN-SILENT',
    family: 'silent drop',
    title: 'the stream of an unknown run stays open and says nothing',
    breaks: '5',
    mustFail: ['AR-10.2'],
    mayFail: ['AR-10.2a'],
    build: () => ({
      streams: (honest) => (peer, runId) =>
        honest(
          {
            ...peer,
            send: (frame) => !('error' in frame) && peer.send(frame),
            close: (code, reason) => code !== 1008 && peer.close(code, reason),
          },
          runId,
        ),
    }),
  },
  {
    id: 'D-AR-STREAM-FOREIGN-TOLD',
    family: 'leaked through an error',
    title: "somebody else's run is refused otherwise than an unknown one",
    breaks: '2',
    mustFail: ['AR-10.2a', 'IS-4'],
    mayFail: [],
    build: () => {
      const known = new Set<string>();
      return streamingThrough((_, send, runId) => (frame) => {
        if (typeof frame['runId'] === 'string' && 'seq' in frame) known.add(frame['runId']);
        send('error' in frame && known.has(runId) ? { ...frame, error: 'forbidden' } : frame);
      });
    },
  },
  {
    id: 'D-AR-STREAM-ALL-OR-NONE',
    family: 'cut off',
    title: 'when one subscriber of a run vanishes its others are cut off',
    breaks: '5',
    mustFail: ['AR-E8'],
    mayFail: [...ANY_STREAM, ...ANY_RUN, 'IS-4'],
    build: cuttingOff('gone'),
  },
  {
    id: 'D-AR-STREAM-JUNK-KILLS',
    family: 'cut off',
    title: 'junk from one subscriber of a run cuts all of them off',
    breaks: '5',
    mustFail: ['AR-10.2c'],
    mayFail: ANY_STREAM,
    build: cuttingOff('said'),
  },
];
