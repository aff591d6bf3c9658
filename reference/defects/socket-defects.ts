import type { Boundaries, ChatPeer } from '../boundaries.ts';
import { ANY_VALUE } from './answers.ts';
import type { Defect } from './defect.ts';
import { type Frame, firstOfRun, isEvent, rewriting, sendingThrough } from './frames.ts';

const NO_RUN = [
  'CN-4',
  'CN-9',
  'LC-1',
  'LC-2',
  'LC-3',
  'LC-16',
  'LC-17',
  'LC-19',
  'LC-20',
  'LC-21',
  'LC-22',
  'RS-4',
];

/** Does something to each socket just after its session was opened. */
function afterOpening(act: (peer: ChatPeer) => void): Partial<Boundaries> {
  return {
    sockets: (honest) => (peer) => {
      const receiver = honest(peer);
      act(peer);
      return receiver;
    },
  };
}

/** Does something later without keeping the process alive for it. */
function later(ms: number, act: () => void): void {
  setTimeout(act, ms).unref();
}

/** Holds back everything sent while it is closed, and keeps the order. */
function gate(send: (frame: Frame) => void): {
  readonly send: (frame: Frame) => void;
  readonly closeFor: (ms: number) => void;
} {
  let held: Frame[] | undefined;
  return {
    send: (frame) => {
      if (held === undefined) send(frame);
      else held.push(frame);
    },
    closeFor: (ms) => {
      held ??= [];
      later(ms, () => {
        const waiting = held ?? [];
        held = undefined;
        for (const frame of waiting) send(frame);
      });
    },
  };
}

/** Sockets that greet wrongly, close too early, or fall silent. */
export const socketDefects: readonly Defect[] = [
  {
    id: 'I025',
    family: 'duplicated',
    title: 'a second greeting with another id, after which events go nowhere',
    breaks: '4',
    mustFail: ['CN-2', 'CN-4'],
    mayFail: ['CN-10', ...NO_RUN, 'IS-13', 'RS-12', 'RS-14'],
    build: ({ newId }) =>
      rewriting(() => (frame) => {
        if (frame['type'] === 'connection_established') return [frame, { ...frame, connection_id: newId() }];
        return isEvent(frame) ? [] : [frame];
      }),
  },
  {
    id: 'D-GREETING-MISSING',
    family: 'missing',
    title: 'no greeting is sent',
    breaks: '4',
    mustFail: ['CN-2'],
    mayFail: ['CN-6', 'LT-2', ...NO_RUN, 'RS-12', 'X-4', 'LT-1'],
    build: () => rewriting(() => (frame) => (frame['type'] === 'connection_established' ? [] : [frame])),
  },
  {
    id: 'D-GREETING-WRONG-USER',
    family: 'wrong user',
    title: 'the greeting names another user',
    breaks: '4',
    mustFail: ['CN-2'],
    mayFail: ['IS-2'],
    build: () =>
      rewriting(() => (frame) => [
        frame['type'] === 'connection_established' ? { ...frame, user_id: 'somebody-else' } : frame,
      ]),
  },
  {
    id: 'I069',
    family: 'cut off',
    title: 'close 1011 on an internal serialisation error in mid-run',
    breaks: '4',
    mustFail: ['LC-1'],
    mayFail: ['CN-2', 'LC-3', 'LC-5', 'LC-6', ...NO_RUN, 'IS-13', 'RS-1', 'RS-12', 'RS-14'],
    build: () =>
      sendingThrough((peer, send) => (frame) => {
        if (frame['type'] === 'tool_completed') peer.close(1011, 'internal error');
        else send(frame);
      }),
  },
  {
    id: 'I071',
    family: 'cut off',
    title: 'close 1011 during the first seconds',
    breaks: '4',
    mustFail: ['CN-2'],
    mayFail: ['CN-3', 'CN-6', ...NO_RUN, 'X-4'],
    build: ({ delayMs }) => {
      let readyAt: number | undefined;
      return {
        sockets: (honest) => (peer) => {
          readyAt ??= performance.now() + delayMs; // of the first who comes: a busy machine takes long to send one
          if (performance.now() >= readyAt) return honest(peer);
          peer.close(1011, 'still starting');
          return { message: () => undefined, closed: () => undefined };
        },
      };
    },
  },
  {
    id: 'I073',
    family: 'cut off',
    title: 'the connection is dropped milliseconds after authentication',
    breaks: '4',
    mustFail: ['CN-2'],
    mayFail: ['CN-3', 'CN-4', 'CN-6', ...NO_RUN, 'IS-13', 'RS-1', 'RS-2', 'RS-8', 'RS-9', 'RS-12', 'RS-14'],
    build: () => afterOpening((peer) => later(5, peer.drop)),
  },
  {
    id: 'I074',
    family: 'cut off',
    title: 'an immediate polite close 1000 after connecting',
    breaks: '4',
    mustFail: ['CN-2'],
    mayFail: [
      'CN-3',
      'CN-4',
      'CN-6',
      ...NO_RUN,
      'RS-5',
      'RS-6',
      'RS-7',
      'RS-8',
      'RS-9',
      'RS-12',
      'RS-14',
      'VL-9',
      ...ANY_VALUE,
    ],
    build: () => afterOpening((peer) => peer.close(1000, 'goodbye')),
  },
  {
    id: 'I083',
    family: 'slow at one stage',
    title: 'the first frames of a run come seconds late',
    breaks: '4',
    mustFail: ['CN-4'],
    mayFail: [
      'CN-3',
      'CN-10',
      'LC-10',
      'LC-11',
      'LC-12',
      'LC-13',
      'LT-3',
      'LT-4',
      'LT-5',
      'LT-7',
      ...NO_RUN,
      'RS-6',
      'X-4',
    ],
    build: ({ delayMs }) =>
      sendingThrough((_, send) => {
        const held = gate(send);
        return (frame) => {
          if (frame['type'] === 'agent_started') held.closeFor(delayMs);
          held.send(frame);
        };
      }),
  },
  {
    id: 'I087',
    family: 'cut off',
    title: 'an idle timeout closes the socket before the run completes',
    breaks: '4',
    mustFail: ['LC-1', 'LC-3'],
    mayFail: ['CN-2', 'LC-12', 'LT-6', ...NO_RUN, 'IS-13', 'RS-1', 'RS-11', 'RS-12', 'RS-14', 'X-4'],
    build: ({ delayMs }) =>
      sendingThrough((peer, send) => {
        let isIdle = false;
        return (frame) => {
          if (isIdle && isEvent(frame)) return;
          send(frame);
          if (frame['type'] !== 'agent_thinking') return;
          isIdle = true;
          later(delayMs, () => peer.close(1001, 'idle'));
        };
      }),
  },
  {
    id: 'D-SILENCE',
    family: 'delayed',
    title: 'a long silence after the first tool was called',
    breaks: '4',
    mustFail: ['LC-11', 'LC-12'],
    mayFail: [
      'CN-3',
      'CN-4',
      'CN-9',
      'LC-10',
      'LC-13',
      'LC-16',
      'LC-17',
      'LC-19',
      'LC-22',
      'LT-5',
      'LT-6',
      'LT-7',
    ],
    build: ({ delayMs }) =>
      sendingThrough((_, send) => {
        const held = gate(send);
        const isFirst = firstOfRun();
        return (frame) => {
          held.send(frame);
          if (frame['type'] === 'tool_executing' && isFirst(frame)) held.closeFor(delayMs);
        };
      }),
  },
  {
    id: 'D-PONG-MISSING',
    family: 'silent drop',
    title: 'a ping is never answered',
    breaks: '4',
    mustFail: ['CN-3'],
    mayFail: ['IS-5', 'RS-2', 'RS-3'],
    build: () => rewriting(() => (frame) => (frame['type'] === 'pong' ? [] : [frame])),
  },
  {
    id: 'D-PONG-WRONG-ID',
    family: 'wrong id',
    title: 'a pong carries another request_id than its ping',
    breaks: '4',
    mustFail: ['CN-3'],
    mayFail: ['IS-5'],
    build: ({ newId }) =>
      rewriting(() => (frame) => [frame['type'] === 'pong' ? { ...frame, request_id: newId() } : frame]),
  },
];
