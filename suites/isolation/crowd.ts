/** What users at once must not see of each other on the chat socket. */
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { USERS } from '../../scenarios/isolation.ts';
import { say } from '../statements.ts';
import { defineCrowdCheck, nameOf } from './crowd-check.ts';
import { examined, leakWords, lookedAt, unsound } from './examine.ts';
import type { Leak } from './received.ts';

const named = (view: TrialView, label: string): readonly SocketView[] =>
  view.sockets.filter((socket) => socket.label === label);

/** The last sign of life of a socket that was listened to until the end. */
const lastPong = (socket: SocketView): number =>
  Math.max(Number.NEGATIVE_INFINITY, ...socket.pings.flatMap(({ pong }) => pong?.at ?? []));

/** A socket that was not alive when the last run ended: what it did not receive shows nothing. */
function deaf(view: TrialView, sockets: readonly SocketView[]): SocketView | undefined {
  const end = Math.max(0, ...view.runs.flatMap(({ events }) => events.at(-1)?.at ?? []));
  return sockets.find((socket) => lastPong(socket) < end);
}

const judgeLeaks = (
  view: TrialView,
  expected: string,
  isMeant: (leak: Leak) => boolean,
): readonly Finding[] => {
  const leaks = examined(view).leaks.filter(isMeant);
  if (leaks.length > 0)
    return leaks.map((leak) => fail(say('leak', expected, leakWords(leak), leak.received.ref)));
  const silent = unsound(view, expected);
  if (silent !== undefined) return [silent];
  const quiet = deaf(view, named(view, USERS.busy));
  if (quiet !== undefined)
    return [
      inconclusive(
        say(
          'not-alive',
          expected,
          `the socket of ${quiet.actor.name} was not alive`,
          view.ref(quiet.dial.seq),
        ),
        'CN-3',
      ),
    ];
  return [pass(say('no-leak', expected, lookedAt(examined(view)), view.ref()))];
};

export const keepsWordsApart = defineCrowdCheck({
  id: 'isolation/keeps-words-apart',
  requirement: 'IS-1',
  title: 'no user receives on the chat socket what another sent',
  judge: (view) =>
    judgeLeaks(
      view,
      'no frame with what another user sent',
      ({ dress, received }) => dress === 'plain' && received.surface === 'chat',
    ),
});

export const keepsDisguisedWordsApart = defineCrowdCheck({
  id: 'isolation/keeps-disguised-words-apart',
  requirement: 'IS-6',
  title: 'nor in another dress: encoded, reversed, in pieces',
  judge: (view) =>
    judgeLeaks(view, 'nothing another user sent, however encoded', ({ dress }) => dress !== 'plain'),
});

export const keepsManyApart = defineCrowdCheck({
  id: 'isolation/keeps-many-apart',
  requirement: 'IS-12',
  title: 'with 25 users and more no one receives what another sent',
  judge: (view) => judgeLeaks(view, 'no frame with what another user sent, however encoded', () => true),
});

export const namesOnlyTheOwner = defineCrowdCheck({
  id: 'isolation/names-only-the-owner',
  requirement: 'IS-2',
  title: "every event names its receiver as the user, and a run of the receiver's",
  judge(view) {
    const owners = new Map(
      view.runs.flatMap((run) =>
        run.events.flatMap(({ event }) =>
          event.runId === undefined ? [] : [[event.runId, run.actor.name] as const],
        ),
      ),
    );
    const findings = view.sockets.flatMap((socket): Finding[] => judgeNames(view, socket, owners));
    const [run] = view.runs;
    if (findings.length > 0 || run === undefined) return findings;
    return [inconclusive(say('no-events', 'events of the runs', 'none', run.endRef), 'CN-4')];
  },
});

function judgeNames(view: TrialView, socket: SocketView, owners: ReadonlyMap<string, string>): Finding[] {
  const { actor } = socket;
  const user = nameOf(view, actor);
  const expected = `user_id ${user ?? 'of the receiver'}, and runs of nobody else`;
  const events = socket.inbound.flatMap(({ seq, decoded }) =>
    decoded.flatMap((one) => (one.kind === 'event' ? [{ seq, event: one.event }] : [])),
  );
  const faults = events.flatMap(({ seq, event }): Finding[] => {
    const owner = event.runId === undefined ? undefined : owners.get(event.runId);
    const isOther = user !== undefined && event.userId !== undefined && event.userId !== user;
    if (isOther)
      return [fail(say('wrong-user', expected, `${event.type} names ${event.userId}`, view.ref(seq)))];
    if (owner === undefined || owner === actor.name) return [];
    return [fail(say('foreign-run', expected, `${event.type} of a run of ${owner}`, view.ref(seq)))];
  });
  if (faults.length > 0) return faults;
  if (events.length === 0) return [];
  const actual = `${actor.name}: ${events.length} events`;
  return [pass(say('own', expected, actual, view.ref(...events.slice(0, 1).map(({ seq }) => seq))))];
}

export const leavesTheIdleAlone = defineCrowdCheck({
  id: 'isolation/leaves-the-idle-alone',
  requirement: 'IS-5',
  title: 'an idle socket beside busy ones hears nothing of their runs',
  judge: (view, { variationPoints }) =>
    named(view, USERS.idle).flatMap((socket) => judgeIdle(view, socket, variationPoints['VP-FANOUT'])),
});

function judgeIdle(view: TrialView, socket: SocketView, fanOut: string | undefined): readonly Finding[] {
  const { actor, open, strays } = socket;
  if (open === undefined) return [];
  const user = nameOf(view, actor);
  const expected =
    fanOut === 'originating-socket' ? 'no event at all' : 'no event but of runs of the same user';
  const isOwn = (one: SocketView['strays'][number]): boolean =>
    fanOut !== 'originating-socket' && one.event.userId === user;
  const foreign = strays.find((one) => !isOwn(one));
  if (foreign !== undefined) {
    const actual = `${actor.name} heard ${foreign.event.type} of ${foreign.event.userId ?? 'nobody'}`;
    return [fail(say('overheard', expected, actual, view.ref(foreign.seq)))];
  }
  const before = socket.pings[0]?.pong;
  if (before === undefined || deaf(view, [socket]) !== undefined)
    return [
      inconclusive(
        say('not-alive', expected, 'no ping answered before and after', view.ref(socket.dial.seq)),
        'CN-3',
      ),
    ];
  const silent = unsound(view, expected);
  return [
    silent ?? pass(say('heard-nothing', expected, `${actor.name} heard nothing`, view.ref(before.seq))),
  ];
}

export const findsPlantedLeaks = defineCrowdCheck({
  id: 'isolation/finds-planted-leaks',
  requirement: 'IS-11',
  title: 'the runs of the users overlapped, and a leak planted into the evidence is found',
  judge(view) {
    if (view.sockets.length === 0) return [];
    const expected = 'runs of two users and more at one moment, and every planted leak found';
    return [unsound(view, expected) ?? pass(say('sound', expected, lookedAt(examined(view)), view.ref()))];
  },
});
