import { principalKey } from '../auth/principal.ts';
import type { Boundaries, ChatPeer, UpgradeDecision } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import {
  type Frame,
  isEvent,
  readFrame,
  receivingThrough,
  rewriting,
  runOf,
  sendingThrough,
  TERMINAL,
} from './frames.ts';

const FAR_MS = 24 * 3_600_000;

/** What else breaks where a run is late or its session is refused. */
const NEIGHBOURS = ['RS-3', 'RS-4', 'RS-5', 'RS-6', 'RS-12', 'RS-14'];

/** Does something later without keeping the process alive for it. */
function later(ms: number, act: () => void): void {
  setTimeout(act, ms).unref();
}

const TOO_MANY: UpgradeDecision = {
  kind: 'refuse',
  status: 429,
  code: 'RATE_LIMITED',
  detail: 'too many sockets at once; close one',
};

/** Turns away whoever the guard does not want. */
const turningAway = (isUnwanted: (user: string) => boolean): Partial<Boundaries> => ({
  upgrades: (honest) => async (offer) => {
    const decision = await honest(offer);
    if (decision.kind !== 'open') return decision;
    return isUnwanted(principalKey(decision.credential.principal)) ? TOO_MANY : decision;
  },
});

const LEAKED = 4;

function leakingSessions(delayMs: number): Partial<Boundaries> {
  const leaked = new Map<string, number>();
  const change = (user: string, by: number): void => void leaked.set(user, (leaked.get(user) ?? 0) + by);
  return {
    ...turningAway((user) => (leaked.get(user) ?? 0) >= LEAKED),
    sockets: (honest) => (peer) => {
      const live = new Set<string>();
      const send = (frame: object): void => {
        if (TERMINAL.has((frame as Frame)['type'])) live.delete(runOf(frame as Frame));
        else if (isEvent(frame as Frame)) live.add(runOf(frame as Frame));
        peer.send(frame);
      };
      const receiver = honest({ ...peer, send });
      const closed = (): void => {
        receiver.closed();
        if (live.size === 0) return;
        const user = principalKey(peer.credential.principal);
        change(user, 1);
        later(delayMs, () => change(user, -1));
      };
      return { message: (text) => receiver.message(text), closed };
    },
  };
}

const STORM = 35;
const TURNED_AWAY = 10;

/** Counts the sessions of each user that came to nothing; who has too many is turned away some times, then forgiven. */
function refusingStorms(): Partial<Boundaries> {
  const idle = new Map<string, number>();
  const count = (user: string): number => {
    const next = (idle.get(user) ?? 0) + 1;
    idle.set(user, next > STORM + TURNED_AWAY ? 0 : next);
    return next;
  };
  return {
    ...turningAway((user) => (idle.get(user) ?? 0) >= STORM && count(user) > STORM),
    sockets: (honest) => (peer) => {
      let isIdle = true;
      const receiver = honest(peer);
      const message = (text: string): void => {
        isIdle = false;
        receiver.message(text);
      };
      const closed = (): void => {
        if (isIdle) count(principalKey(peer.credential.principal));
        receiver.closed();
      };
      return { message, closed };
    },
  };
}

const MOST_AT_ONCE = 5;
const AT_ONCE_MS = 250;

function losingBursts(): Partial<Boundaries> {
  return receivingThrough((_, pass) => {
    let recent: readonly number[] = [];
    return (text) => {
      const now = performance.now();
      if (readFrame(text)['type'] === 'start_agent')
        recent = [...recent.filter((at) => now - at < AT_ONCE_MS), now];
      if (recent.length <= MOST_AT_ONCE) pass(text);
    };
  });
}

/** Sessions that outlive their token, with what becomes of each at the moment at which it should have ended. */
function outlivingTokens(atExpiry: (peer: ChatPeer, silence: () => void) => void): Partial<Boundaries> {
  const ends = new WeakMap<object, number>();
  return {
    upgrades: (honest) => async (offer) => {
      const decision = await honest(offer);
      if (decision.kind !== 'open') return decision;
      const credential = { ...decision.credential, expiresAtMs: Date.now() + FAR_MS };
      ends.set(credential, decision.credential.expiresAtMs);
      return { ...decision, credential };
    },
    sockets: (honest) => (peer) => {
      let isSilent = false;
      const leftMs = (ends.get(peer.credential) ?? Date.now() + FAR_MS) - Date.now();
      later(leftMs, () =>
        atExpiry(peer, () => {
          isSilent = true;
        }),
      );
      const receiver = honest({ ...peer, send: (frame) => (isSilent ? undefined : peer.send(frame)) });
      return { message: (text) => receiver.message(text), closed: () => receiver.closed() };
    },
  };
}

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

/** While somebody's run is under way, the requests of everybody else wait. */
function holdingOthersUp(delayMs: number): Partial<Boundaries> {
  const live = new Map<string, string>();
  return {
    sockets: (honest) => (peer) => {
      const user = principalKey(peer.credential.principal);
      const own = new Set<string>();
      const send = (frame: object): void => {
        if (TERMINAL.has((frame as Frame)['type'])) live.delete(runOf(frame as Frame));
        else if (isEvent(frame as Frame)) {
          own.add(runOf(frame as Frame));
          live.set(runOf(frame as Frame), user);
        }
        peer.send(frame);
      };
      const receiver = honest({ ...peer, send });
      const message = (text: string): void => {
        const isHeldUp = [...live.values()].some((other) => other !== user);
        if (!isHeldUp || readFrame(text)['type'] !== 'start_agent') receiver.message(text);
        else later(2 * delayMs, () => receiver.message(text));
      };
      const closed = (): void => {
        for (const runId of own) live.delete(runId);
        receiver.closed();
      };
      return { message, closed };
    },
  };
}

/** A request that was refused once is refused for ever, whatever it says by now. */
function holdingGrudges(): Partial<Boundaries> {
  const refused = new Map<unknown, Frame>();
  return {
    sockets: (honest) => (peer) => {
      const send = (frame: object): void => {
        const { type, request_id: id } = frame as Frame;
        if (type === 'error' && typeof id === 'string') refused.set(id, frame as Frame);
        peer.send(frame);
      };
      const receiver = honest({ ...peer, send });
      const message = (text: string): void => {
        const frame = readFrame(text);
        const before = refused.get(frame['request_id']);
        if (before !== undefined && frame['type'] === 'start_agent') peer.send(before);
        else receiver.message(text);
      };
      return { message, closed: () => receiver.closed() };
    },
  };
}

/** Errors, faults and crowds that are not survived. */
export const resilienceDefects: readonly Defect[] = [
  {
    id: 'D-BAD-JSON-SILENT',
    title: 'what is no JSON is not answered',
    breaks: '4',
    family: 'silence',
    mustFail: ['RS-2'],
    mayFail: [],
    build: () => rewriting(() => (frame) => (frame['code'] === 'INVALID_JSON' ? [] : [frame])),
  },
  {
    id: 'D-UNKNOWN-AGENT-CRASH',
    title: 'a request for an unknown agent takes the connection down',
    breaks: '4',
    family: 'closing',
    mustFail: ['RS-1'],
    mayFail: [],
    build: () =>
      sendingThrough((peer, send) => (frame) => {
        if (frame['code'] === 'AGENT_NOT_FOUND') peer.drop();
        else send(frame);
      }),
  },
  {
    id: 'D-DEAF-AFTER-ERROR',
    title: 'after an error the socket listens to nothing but pings',
    breaks: '4',
    family: 'silence',
    mustFail: ['RS-2', 'RS-3', 'RS-14'],
    mayFail: [],
    build: () => ({
      sockets: (honest) => (peer) => {
        let isDeaf = false;
        const send = (frame: object): void => {
          isDeaf ||= (frame as Frame)['type'] === 'error';
          peer.send(frame);
        };
        const receiver = honest({ ...peer, send });
        const message = (text: string): void => {
          if (!isDeaf || readFrame(text)['type'] === 'ping') receiver.message(text);
        };
        return { message, closed: () => receiver.closed() };
      },
    }),
  },
  {
    id: 'I104',
    title:
      'connections of clients that vanished in mid-run are not released, and the limit per user is reached',
    breaks: '4',
    family: 'closing',
    mustFail: ['RS-5'],
    mayFail: [...NEIGHBOURS, 'CN-2'],
    build: ({ delayMs }) => leakingSessions(delayMs),
  },
  {
    id: 'D-STORM-REFUSED',
    title: 'who reconnects often is turned away',
    breaks: '4',
    family: 'surroundings',
    mustFail: ['RS-10'],
    mayFail: [...NEIGHBOURS, 'CN-2'],
    build: refusingStorms,
  },
  {
    id: 'D-BURST-LOST',
    title: 'of many requests for runs at once, those above five are forgotten',
    breaks: '4',
    family: 'silence',
    mustFail: ['RS-7'],
    mayFail: [],
    build: losingBursts,
  },
  {
    id: 'D-EXPIRY-IGNORED',
    title: 'a session outlives its token',
    breaks: '4',
    family: 'authentication',
    mustFail: ['RS-8'],
    mayFail: [],
    build: () => outlivingTokens(() => undefined),
  },
  {
    id: 'D-EXPIRY-SILENT',
    title: 'when its token expires a session falls silent and stays open',
    breaks: '4',
    family: 'silence',
    mustFail: ['RS-8'],
    mayFail: [],
    build: () => outlivingTokens((_, silence) => silence()),
  },
  {
    id: 'D-DEAD-PEER-KEPT',
    title: 'peers that answer no ping are kept for ever',
    breaks: '4',
    family: 'closing',
    mustFail: ['RS-9'],
    mayFail: [],
    build: () => ({
      keepAlive: () => (socket, intervalMs) => {
        const timer = setInterval(() => socket.ping(), intervalMs);
        socket.once('close', () => clearInterval(timer));
      },
    }),
  },
  {
    id: 'D-TWICE-ON-SOCKET',
    title: 'the same request twice on a socket is executed twice',
    breaks: '4',
    family: 'fake results',
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
    title: 'a request that is made again after a reconnect is executed again',
    breaks: '4',
    family: 'fake results',
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
    title: 'a request that is made again is executed again, and no event tells of it',
    breaks: '4',
    family: 'fake results',
    mustFail: ['RS-11', 'RS-12'],
    mayFail: [],
    build: runningTwiceInSilence,
  },
  {
    id: 'D-NEIGHBOUR-HELD-UP',
    title: 'while a run is under way, those whom others ask for have to wait',
    breaks: '4',
    family: 'time',
    mustFail: ['RS-6'],
    mayFail: ['CN-4', 'CN-9', 'LC-11', 'LC-12', 'LC-16', 'LC-17', 'LC-19', 'RS-2', 'RS-7', ...NEIGHBOURS],
    build: ({ delayMs }) => holdingOthersUp(delayMs),
  },
  {
    id: 'D-GRUDGE',
    title: 'a request that was refused once is refused for ever',
    breaks: '2',
    family: 'fake results',
    mustFail: ['RS-14'],
    mayFail: [],
    build: holdingGrudges,
  },
  {
    id: 'D-NEVER-AGAIN',
    title: 'who asks again for a run whose connection broke is not heard any more',
    breaks: '4',
    family: 'silence',
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
