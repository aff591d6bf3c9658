import { principalKey } from '../auth/principal.ts';
import type { ChatPeer } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import { type Frame, isEvent } from './frames.ts';

/** Events that go to the wrong sockets. */
export const deliveryDefects: readonly Defect[] = [
  {
    id: 'I028',
    family: 'leaked raw',
    title: 'one connection registry for all: events go to every user',
    breaks: '4',
    mustFail: ['IS-1', 'IS-2', 'IS-5', 'LC-8'],
    mayFail: ['IS-6', 'IS-10', 'IS-14', 'LC-16', 'LC-17', 'X-4'],
    build: () => {
      const open = new Set<ChatPeer>();
      return {
        sockets: (honest) => (peer) => {
          open.add(peer);
          const receiver = honest({ ...peer, send: (frame) => deliver(frame, peer, open) });
          return {
            message: (text) => receiver.message(text),
            closed: () => {
              open.delete(peer);
              receiver.closed();
            },
          };
        },
      };
    },
  },
  {
    id: 'I030',
    family: 'wrong user',
    title: 'one shared handler: only the newest connection gets events',
    breaks: '4',
    mustFail: ['IS-14', 'LC-17'],
    mayFail: [
      'IS-1',
      'IS-2',
      'IS-5',
      'IS-6',
      'IS-10',
      'IS-13',
      'LC-1',
      'LC-3',
      'LC-8',
      'LC-12',
      'LC-16',
      'LC-18',
      'LC-19',
      'LC-21',
      'LC-22',
      'CN-9',
      'CN-4',
      'RS-5',
      'RS-4',
      'RS-6',
      'RS-12',
      'X-4',
    ],
    build: () => {
      let newest: ChatPeer | undefined;
      return {
        sockets: (honest) => (peer) => {
          newest = peer;
          return honest({
            ...peer,
            send: (frame) => (isEvent(frame as Frame) ? newest?.send(frame) : peer.send(frame)),
          });
        },
      };
    },
  },
  {
    id: 'D-FANOUT',
    family: 'wrong user',
    title: 'events go to all sockets of the principal',
    breaks: '4',
    mustFail: ['IS-5', 'LC-17'],
    mayFail: ['X-4'],
    build: () => {
      const open = new Set<ChatPeer>();
      return {
        sockets: (honest) => (peer) => {
          open.add(peer);
          const key = principalKey(peer.credential.principal);
          const mine = (): Iterable<ChatPeer> =>
            [...open].filter((other) => principalKey(other.credential.principal) === key);
          const receiver = honest({ ...peer, send: (frame) => deliver(frame, peer, mine()) });
          return {
            message: (text) => receiver.message(text),
            closed: () => {
              open.delete(peer);
              receiver.closed();
            },
          };
        },
      };
    },
  },
];

/** Sends events to all of some sockets, and everything else to the one it belongs to. */
function deliver(frame: object, owner: ChatPeer, all: Iterable<ChatPeer>): void {
  if (!isEvent(frame as Frame)) owner.send(frame);
  else for (const peer of all) peer.send(frame);
}
