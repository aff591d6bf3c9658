import { principalKey } from '../auth/principal.ts';
import type { Boundaries, UpgradeDecision } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import { type Frame, isEvent, readFrame, receivingThrough, runOf, TERMINAL } from './frames.ts';

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

/** Crowds and storms that are not survived. */
export const resilienceCrowdDefects: readonly Defect[] = [
  {
    id: 'I104',
    family: 'stuck state',
    title:
      'connections of clients that vanished in mid-run are not released, and the limit per user is reached',
    breaks: '4',
    mustFail: ['RS-5'],
    mayFail: [...NEIGHBOURS, 'CN-2'],
    build: ({ delayMs }) => leakingSessions(delayMs),
  },
  {
    id: 'D-STORM-REFUSED',
    family: 'over-refusal',
    title: 'who reconnects often is turned away',
    breaks: '4',
    mustFail: ['RS-10'],
    mayFail: [...NEIGHBOURS, 'CN-2'],
    build: refusingStorms,
  },
  {
    id: 'D-BURST-LOST',
    family: 'only under load',
    title: 'of many requests for runs at once, those above five are forgotten',
    breaks: '4',
    mustFail: ['RS-7'],
    mayFail: ['RS-2'],
    build: losingBursts,
  },
  {
    id: 'D-NEIGHBOUR-HELD-UP',
    family: 'delayed',
    title: 'while a run is under way, those whom others ask for have to wait',
    breaks: '4',
    mustFail: ['RS-6'],
    mayFail: [
      'CN-4',
      'CN-9',
      'LC-11',
      'LC-12',
      'LC-16',
      'LC-17',
      'LC-19',
      'RS-2',
      'RS-7',
      ...NEIGHBOURS,
      'LC-1',
      'LC-3',
      'IS-8',
      'X-4',
    ],
    build: ({ delayMs }) => holdingOthersUp(delayMs),
  },
];
