import { principalKey } from '../auth/principal.ts';
import type { Defect } from './defect.ts';
import { type Frame, isEvent, runOf, TERMINAL } from './frames.ts';
import { messageOf } from './overhearing.ts';

/** Runs of one user that count as many. */
const MANY = 6;

/** How many runs the busiest of the others has under way. */
const loudestBeside = (open: ReadonlyMap<string, ReadonlySet<string>>, own: string): number =>
  Math.max(0, ...[...open].filter(([key]) => key !== own).map(([, runs]) => runs.size));

/** Keeps account of whose runs are under way. */
function count(open: Map<string, Set<string>>, own: string, frame: Frame): void {
  if (!isEvent(frame)) return;
  const runs = open.get(own) ?? new Set<string>();
  if (TERMINAL.has(frame['type'])) runs.delete(runOf(frame));
  else runs.add(runOf(frame));
  open.set(own, runs);
}

/** Whether it is the end of a run that began beside many runs of another user. */
function comesLate(open: Map<string, Set<string>>, slowed: Set<string>, own: string, frame: Frame): boolean {
  count(open, own, frame);
  if (!isEvent(frame)) return false;
  if (frame['type'] === 'agent_started' && loudestBeside(open, own) >= MANY) slowed.add(runOf(frame));
  return TERMINAL.has(frame['type']) && slowed.has(runOf(frame));
}

/** How much of the deployment one user can take. */
export const isolationShareDefects: readonly Defect[] = [
  {
    id: 'D-IS-LOUD-NEIGHBOUR',
    family: 'only under load',
    title: 'a run that begins while another user has many under way ends late',
    breaks: '4',
    mustFail: ['IS-9'],
    mayFail: ['IS-13', 'LC-3', 'LC-11', 'LC-12'],
    build: ({ delayMs }) => {
      const open = new Map<string, Set<string>>();
      return {
        sockets: (honest) => (peer) => {
          const own = principalKey(peer.credential.principal);
          const slowed = new Set<string>();
          const send = (frame: object): void => {
            const isLate = comesLate(open, slowed, own, frame as Frame);
            if (isLate) setTimeout(() => peer.send(frame), delayMs);
            else peer.send(frame);
          };
          return honest({ ...peer, send });
        },
      };
    },
  },
  {
    id: 'D-IS-ONE-AT-A-TIME',
    family: 'delayed',
    title: 'runs of all users wait for each other',
    breaks: '4',
    mustFail: [],
    mayFail: [
      'CN-4',
      'CN-9',
      'CN-10',
      'IS-8',
      'IS-9',
      'IS-13',
      'IS-14',
      'LC-1',
      'LC-3',
      'LC-17',
      'RS-4',
      'RS-12',
      'RS-14',
    ],
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
