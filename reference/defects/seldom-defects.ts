import { principalKey } from '../auth/principal.ts';
import type { Boundaries, ChatPeer } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import {
  type Frame,
  firstOfRun,
  isEvent,
  LIFECYCLE,
  rewriting,
  runOf,
  sendingThrough,
  TERMINAL,
  withData,
} from './frames.ts';
import { overhearing } from './overhearing.ts';

const ONE_IN = 20;

/** True every twentieth time, whoever asks. */
function everyTwentieth(): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    return count % ONE_IN === 0;
  };
}

/** Runs of which some never say that they completed; which ones is decided as they begin. */
function losingSomeEnds(): Partial<Boundaries> {
  const isSelected = everyTwentieth();
  return rewriting(() => {
    const begins = firstOfRun();
    const lost = new Set<string>();
    const isLost = (frame: Frame): boolean => {
      if (begins(frame) && isSelected()) lost.add(runOf(frame));
      return frame['type'] === 'agent_completed' && lost.has(runOf(frame));
    };
    return (frame) => (isEvent(frame) && isLost(frame) ? [] : [frame]);
  });
}

/** More users than ordinary trials bring together. */
const CROWD = 15;

/** In a crowd of users, what one of them is told goes to the next one too. */
function leakingInACrowd(): Partial<Boundaries> {
  const open = new Set<ChatPeer>();
  const userOf = (peer: ChatPeer): string => principalKey(peer.credential.principal);
  return {
    sockets: (honest) => (peer) => {
      open.add(peer);
      const send = (frame: object): void => {
        peer.send(frame);
        const users = new Set([...open].map(userOf));
        if (users.size < CROWD || !isEvent(frame as Frame)) return;
        const neighbour = [...open].find((other) => userOf(other) !== userOf(peer));
        neighbour?.send(frame);
      };
      const receiver = honest({ ...peer, send });
      return {
        message: (text) => receiver.message(text),
        closed: () => {
          open.delete(peer);
          receiver.closed();
        },
      };
    },
  };
}

/** The second of the users that come; whoever is the first is served well. */
function isSecondUser(): (peer: ChatPeer) => boolean {
  const known = new Set<string>();
  return (peer) => {
    const own = principalKey(peer.credential.principal);
    known.add(own);
    return [...known][1] === own;
  };
}

/** After a run of a user failed, none of the user's runs says that it is thinking any more. */
function thoughtlessAfterFailures(): Partial<Boundaries> {
  const failed = new Set<string>();
  return sendingThrough((peer, send) => {
    const own = principalKey(peer.credential.principal);
    return (frame) => {
      if (frame['type'] === 'agent_failed') failed.add(own);
      if (frame['type'] !== 'agent_thinking' || !failed.has(own)) send(frame);
    };
  });
}

/** So many runs at once, over all users, as only a load brings. */
const LOAD = 8;

/** While many runs are under way, ends of tool calls get lost. */
function losingUnderLoad(): Partial<Boundaries> {
  const live = new Set<string>();
  const count = (frame: Frame): void => {
    if (TERMINAL.has(frame['type'])) live.delete(runOf(frame));
    else live.add(runOf(frame));
  };
  return sendingThrough((_, send) => (frame) => {
    if (isEvent(frame)) count(frame);
    if (frame['type'] !== 'tool_completed' || live.size < LOAD) send(frame);
  });
}

/** Deviations that most runs do not show. */
export const seldomDefects: readonly Defect[] = [
  {
    id: 'D-ONE-IN-20-LEAKS',
    family: 'intermittent',
    title: 'one thought in twenty ends with what another user asked',
    breaks: '2',
    mustFail: ['IS-1'],
    mayFail: ['IS-2', 'IS-5', 'IS-6', 'IS-12', 'LC-16', 'LC-22'],
    build: () => {
      const isSelected = everyTwentieth();
      return overhearing((frame, _peer, overheard) =>
        frame['type'] === 'agent_thinking' && isSelected()
          ? withData(frame, { thought: `Also asked: ${overheard() ?? ''}` })
          : frame,
      );
    },
  },
  {
    id: 'D-ONE-IN-20-NO-END',
    family: 'intermittent',
    title: 'one run in twenty does not say that it completed',
    breaks: '4.3',
    mustFail: ['LC-3'],
    mayFail: ['CN-9', 'LC-1', 'LC-11', 'LC-12', 'LC-16', 'LC-17', 'LC-19', 'LC-20', 'LC-21', 'LC-22'],
    build: losingSomeEnds,
  },
  {
    id: 'D-ONE-IN-20-TWICE',
    family: 'intermittent',
    title: 'one event in twenty is sent twice',
    breaks: '4.2',
    mustFail: ['LC-9'],
    mayFail: ['LC-2', 'LC-3', 'LC-5', 'LC-6', 'LC-16', 'LC-19', 'X-3', 'X-6'],
    build: () => {
      const isSelected = everyTwentieth();
      return rewriting(
        () => (frame) => (LIFECYCLE.has(frame['type']) && isSelected() ? [frame, frame] : [frame]),
      );
    },
  },
  {
    id: 'D-CROWD-LEAKS',
    family: 'only under load',
    title: 'where fifteen users and more are there, events of one go to a neighbour',
    breaks: '2',
    users: 25,
    mustFail: ['IS-12'],
    mayFail: ['IS-1', 'IS-2', 'IS-5', 'IS-9', 'IS-10', 'IS-13', 'LC-8', 'LC-16', 'LC-17'],
    build: leakingInACrowd,
  },
  {
    id: 'D-LOAD-OPEN-CALLS',
    family: 'only under load',
    title: 'while eight runs and more are under way, tool calls are not closed',
    breaks: '4.3',
    mustFail: ['LC-5'],
    mayFail: ['LC-1', 'LC-6', 'LC-9', 'LC-12', 'LC-14', 'LC-16', 'LC-17', 'LC-20', 'IS-9', 'RS-7', 'VL-9'],
    build: losingUnderLoad,
  },
  {
    id: 'D-SECOND-USER-NAMELESS',
    family: 'only for the second user',
    title: 'the second user who comes gets tool events without the name of the tool',
    breaks: '4.2',
    mustFail: ['LC-7'],
    mayFail: ['LC-14', 'X-3', 'X-6'],
    build: () => {
      const isSecond = isSecondUser();
      return sendingThrough((peer, send) => {
        const isAffected = isSecond(peer);
        return (frame) =>
          send(
            isAffected && frame['type'] === 'tool_executing' ? withData(frame, { tool_name: null }) : frame,
          );
      });
    },
  },
  {
    id: 'D-THOUGHTLESS-AFTER-FAILURE',
    family: 'only after a failure',
    title: 'once a run of a user failed, later ones show no thought',
    breaks: '4.3',
    mustFail: ['LC-4'],
    mayFail: ['LC-1', 'LC-9', 'LC-11', 'LC-12', 'RS-3', 'X-3', 'X-6', 'LC-16'],
    build: thoughtlessAfterFailures,
  },
];
