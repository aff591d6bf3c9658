import { principalKey } from '../auth/principal.ts';
import type { Boundaries } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame, receivingThrough } from './frames.ts';

/** Gives requests other ids before anybody compares them, and their own again in what comes of them. */
function renaming(make: () => (id: string) => string): Partial<Boundaries> {
  return {
    sockets: (honest) => (peer) => {
      const rename = make();
      const names = new Map<unknown, string>();
      const send = (frame: object): void => {
        const name = names.get((frame as Frame)['request_id']);
        peer.send(name === undefined ? frame : { ...frame, request_id: name });
      };
      const receiver = honest({ ...peer, send });
      const message = (text: string): void => {
        const frame = readFrame(text);
        const id = frame['request_id'];
        if (frame['type'] !== 'start_agent' || typeof id !== 'string') {
          receiver.message(text);
          return;
        }
        const renamed = rename(id);
        names.set(renamed, id);
        receiver.message(JSON.stringify({ ...frame, request_id: renamed }));
      };
      return { message, closed: () => receiver.closed() };
    },
  };
}

/** Whoever makes a request again gets the same run, and another one is made of which nobody hears. */
function runningTwiceInSilence(): Partial<Boundaries> {
  const known = new Set<string>();
  return {
    sockets: (honest) => (peer) => {
      const user = principalKey(peer.credential.principal);
      const silent = new Set<unknown>();
      const send = (frame: object): void => {
        if (!silent.has((frame as Frame)['request_id'])) peer.send(frame);
      };
      const receiver = honest({ ...peer, send });
      const message = (text: string): void => {
        receiver.message(text);
        const frame = readFrame(text);
        const id = frame['request_id'];
        if (frame['type'] !== 'start_agent' || typeof id !== 'string') return;
        const key = `${user} ${id}`;
        if (known.has(key)) {
          const other = `${id}-${silent.size + 1}`;
          silent.add(other);
          receiver.message(JSON.stringify({ ...frame, request_id: other }));
        }
        known.add(key);
      };
      return { message, closed: () => receiver.closed() };
    },
  };
}

/** Requests that are made again. */
export const resilienceRepeatDefects: readonly Defect[] = [
  {
    id: 'D-TWICE-ON-SOCKET',
    family: 'duplicated',
    title: 'the same request twice on a socket is executed twice',
    breaks: '4',
    mustFail: ['RS-11'],
    mayFail: [],
    build: () =>
      renaming(() => {
        const times = new Map<string, number>();
        return (id) => {
          const count = (times.get(id) ?? 0) + 1;
          times.set(id, count);
          return count === 1 ? id : `${id}-${count}`;
        };
      }),
  },
  {
    id: 'D-TWICE-AFTER-RECONNECT',
    family: 'duplicated',
    title: 'a request that is made again after a reconnect is executed again',
    breaks: '4',
    mustFail: ['RS-12'],
    mayFail: [],
    build: ({ newId }) =>
      renaming(() => {
        const session = newId();
        return (id) => `${id}-${session}`;
      }),
  },
  {
    id: 'D-TWICE-IN-SILENCE',
    family: 'duplicated',
    title: 'a request that is made again is executed again, and no event tells of it',
    breaks: '4',
    mustFail: ['RS-11', 'RS-12'],
    mayFail: [],
    build: runningTwiceInSilence,
  },
  {
    id: 'D-NEVER-AGAIN',
    family: 'only after a failure',
    title: 'who asks again for a run whose connection broke is not heard any more',
    breaks: '4',
    mustFail: ['RS-4', 'RS-12'],
    mayFail: [],
    build: () => {
      const known = new Map<unknown, object>();
      return receivingThrough((peer, pass) => {
        let isLost = false;
        return (text) => {
          const { type, request_id: id } = readFrame(text);
          if (type === 'start_agent' && typeof id === 'string') {
            isLost ||= known.has(id) && known.get(id) !== peer;
            known.set(id, peer);
          }
          if (!isLost || type === 'ping') pass(text);
        };
      });
    },
  },
];
