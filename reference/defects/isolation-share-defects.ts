import { principalKey } from '../auth/principal.ts';
import type { Defect } from './defect.ts';
import { type Frame, isEvent, runOf, TERMINAL } from './frames.ts';
import { messageOf } from './overhearing.ts';

/** Runs of one user that count as many. */
const MANY = 6;

/** Keeps account of whose runs are under way. */
function count(open: Map<string, Set<string>>, own: string, frame: Frame): void {
  if (!isEvent(frame)) return;
  const runs = open.get(own) ?? new Set<string>();
  if (TERMINAL.has(frame['type'])) runs.delete(runOf(frame));
  else runs.add(runOf(frame));
  open.set(own, runs);
}

/** How much of the deployment one user can take. */
export const isolationShareDefects: readonly Defect[] = [
  {
    id: 'D-IS-LOUD-NEIGHBOUR',
    title: 'events of a user wait while another has many runs under way',
    breaks: '4',
    family: 'isolation',
    mustFail: ['IS-9'],
    mayFail: ['IS-13'],
    build: ({ delayMs }) => {
      const open = new Map<string, Set<string>>();
      return {
        sockets: (honest) => (peer) => {
          const own = principalKey(peer.credential.principal);
          const send = (frame: object): void => {
            count(open, own, frame as Frame);
            const loudest = Math.max(
              0,
              ...[...open].filter(([key]) => key !== own).map(([, runs]) => runs.size),
            );
            const isEnd = TERMINAL.has((frame as Frame)['type']);
            if (loudest >= MANY && isEnd) setTimeout(() => peer.send(frame), delayMs);
            else peer.send(frame);
          };
          return honest({ ...peer, send });
        },
      };
    },
  },
  {
    id: 'D-IS-ONE-AT-A-TIME',
    title: 'runs of all users wait for each other',
    breaks: '4',
    family: 'isolation',
    mustFail: [],
    mayFail: ['CN-4', 'CN-9', 'CN-10', 'IS-8', 'IS-9', 'IS-13', 'IS-14'],
    leavesOpen: ['IS-1', 'IS-11'],
    build: () => {
      const waiting: (() => void)[] = [];
      let isBusy = false;
      const next = (): void => {
        const start = waiting.shift();
        isBusy = start !== undefined;
        start?.();
      };
      return {
        sockets: (honest) => (peer) => {
          const receiver = honest({
            ...peer,
            send: (frame) => {
              peer.send(frame);
              const { type } = frame as Frame;
              if (TERMINAL.has(type) || type === 'error') next();
            },
          });
          return {
            message: (text) => {
              if (messageOf(text) === undefined) return receiver.message(text);
              waiting.push(() => receiver.message(text));
              if (!isBusy) next();
            },
            closed: () => receiver.closed(),
          };
        },
      };
    },
  },
];
