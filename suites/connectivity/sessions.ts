import { defineCheck, type Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isLate, longestStallMs } from '../../harness/judge/observer.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { LABELS, plainSession } from '../../scenarios/connectivity.ts';
import { inMs, say } from '../statements.ts';

/** How a dial that brought no session ended, with the entry that shows it. */
export function failedDial(socket: SocketView): { readonly actual: string; readonly seq: number } {
  const { refused, close, errors, deadlines, dial } = socket;
  if (refused !== undefined) return { actual: `refused with ${refused.status}`, seq: refused.seq };
  const [deadline] = deadlines;
  if (deadline !== undefined)
    return { actual: `no ${deadline.waitedFor} within ${inMs(deadline.afterMs)}`, seq: deadline.seq };
  const [error] = errors;
  if (error !== undefined) return { actual: `transport error ${error.code}`, seq: error.seq };
  if (close !== undefined) return { actual: `closed with ${close.code} by ${close.by}`, seq: close.seq };
  return { actual: 'nothing came', seq: dial.seq };
}

/** Neither an answer nor a deadline: the harness stopped before there was anything to see. */
export const wasAbandoned = ({ refused, close, errors, deadlines }: SocketView): boolean =>
  refused === undefined &&
  deadlines.length === 0 &&
  errors.length === 0 &&
  (close === undefined || close.by === 'harness');

export const abandoned = (socket: SocketView, expected: string, view: TrialView): Finding =>
  inconclusive(say('not-awaited', expected, 'the harness stopped waiting', view.ref(socket.dial.seq)));

const isPlain = ({ label }: SocketView): boolean => label === LABELS.session || label === LABELS.header;

export type Greeting = SocketView['greetings'][number];

const expectedGreeting = ({ actor }: SocketView): string =>
  `exactly one greeting${actor.user === undefined ? '' : `, for ${actor.user}`}`;

function judgeGreeting(socket: SocketView, view: TrialView): readonly Finding[] {
  const { greetings, dial, open } = socket;
  const expected = expectedGreeting(socket);
  const [greeting, second] = greetings;
  if (open === undefined || greeting === undefined) {
    if (wasAbandoned(socket)) return [abandoned(socket, expected, view)];
    const { actual, seq } = failedDial(socket);
    const code = open === undefined ? 'not-opened' : 'not-greeted';
    return [fail(say(code, expected, actual, view.ref(dial.seq, seq)))];
  }
  if (second !== undefined)
    return [
      fail(
        say('greeted-again', expected, `${greetings.length} greetings`, view.ref(greeting.seq, second.seq)),
      ),
    ];
  const wrong = greetingFault(greeting, socket, view);
  const ref = view.ref(dial.seq, greeting.seq);
  if (wrong !== undefined) return [fail(say(wrong.code, expected, wrong.actual, ref))];
  return judgeWitness(socket, greeting, view);
}

function greetingFault(
  greeting: Greeting,
  { actor }: SocketView,
  view: TrialView,
): { readonly code: string; readonly actual: string } | undefined {
  const { issues } = view.inspect(greeting.decoded);
  if (issues.length > 0) return { code: 'malformed-greeting', actual: issues.join('; ') };
  const { userId } = greeting.decoded;
  // One that shows only a part of the user's id says nothing of whose it is.
  if (actor.user === undefined || userId === undefined || userId === actor.user) return undefined;
  return { code: 'greeted-somebody-else', actual: `greeting for ${userId}` };
}

/** That there was no second greeting is only known of a socket that was heard later: a pong is the witness. */
function judgeWitness(socket: SocketView, greeting: Greeting, view: TrialView): readonly Finding[] {
  const { pings, dial } = socket;
  const expected = expectedGreeting(socket);
  // Nobody pinged: this socket was opened for something else, and others are the witnesses.
  if (pings.length === 0) return [];
  const pong = pings.find((ping) => (ping.pong?.seq ?? 0) > greeting.seq)?.pong;
  const ref = view.ref(dial.seq, greeting.seq, ...(pong === undefined ? [] : [pong.seq]));
  if (pong !== undefined) return [pass(say('greeted-once', expected, 'one greeting', ref))];
  const actual = 'one greeting, but no pong shows that the socket was heard';
  return [inconclusive(say('not-listened-on', expected, actual, ref), 'CN-3')];
}

/** The shortest interval of pings that may be declared, seconds. */
const SHORTEST_PING_S = 1;

/** Whoever stands still for an interval of the target's pings answers late, and may be taken for gone. */
const mayHaveSeemedGone = (view: TrialView, { variationPoints }: Terms): boolean =>
  longestStallMs(view) >= Number(variationPoints['VP-PING'] ?? SHORTEST_PING_S) * 1000;

function judgeStaying(socket: SocketView, view: TrialView, terms: Terms): readonly Finding[] {
  const { close, greetings, errors } = socket;
  const end = close !== undefined && close.by !== 'harness' ? close : errors[0];
  const [greeting] = greetings;
  if (end === undefined || greeting === undefined) return [];
  const how = end.kind === 'ws.close' ? `closed with ${end.code} by the ${end.by}` : `ended by ${end.code}`;
  const expected = 'the socket stays open until its user closes it';
  if (mayHaveSeemedGone(view, terms)) {
    const actual = `${how}, after we had stood still for ${inMs(longestStallMs(view))}`;
    return [inconclusive(say('stood-still', expected, actual, view.ref(greeting.seq, end.seq)))];
  }
  return [fail(say('closed-on-the-user', expected, how, view.ref(greeting.seq, end.seq)))];
}

export const greetsOnce = defineCheck<TrialView>({
  id: 'connectivity/greets-once',
  requirement: 'CN-2',
  title: 'a valid token opens the socket, which greets its caller exactly once and stays open',
  scenarios: [plainSession.id],
  judge: (view, terms) =>
    view.sockets.flatMap((socket): readonly Finding[] => {
      const { thresholds } = terms;
      const { open, dial } = socket;
      if (!isPlain(socket)) return judgeOther(socket, view);
      const took = open === undefined ? 0 : open.at - dial.at;
      const expected = `open within ${inMs(thresholds.connectMs)}`;
      if (open !== undefined && isLate(took, thresholds.connectMs, view))
        return [fail(say('opened-late', expected, `open after ${inMs(took)}`, view.ref(dial.seq, open.seq)))];
      const staying = judgeStaying(socket, view, terms);
      const greeting = judgeGreeting(socket, view);
      return staying.length > 0
        ? [...staying, ...greeting.filter(({ verdict }) => verdict === 'fail')]
        : greeting;
    }),
});

/**
 * Opened for something else, it says nothing of opening; a greeting on it is one like any other, except of somebody who
 * should not have been let in at all.
 */
function judgeOther(socket: SocketView, view: TrialView): readonly Finding[] {
  if (socket.greetings.length === 0 || socket.label.startsWith(LABELS.badToken(''))) return [];
  return judgeGreeting(socket, view).filter(({ verdict }) => verdict === 'fail');
}

export const pongsAnswerPings = defineCheck<TrialView>({
  id: 'connectivity/pongs-answer-pings',
  requirement: 'CN-3',
  title: 'every ping is answered by the pong with its request id',
  scenarios: [plainSession.id],
  restsOn: 'CN-2',
  judge: (view, { thresholds }) =>
    view.sockets
      .filter(isPlain)
      .flatMap((socket) => socket.pings.map((ping) => judgePing(ping, socket, thresholds.pongMs, view))),
});

function judgePing(
  ping: SocketView['pings'][number],
  socket: SocketView,
  limitMs: number,
  view: TrialView,
): Finding {
  const expected = `pong ${ping.requestId} within ${inMs(limitMs)}`;
  const { pong } = ping;
  if (pong === undefined) {
    const deadline = endOf(socket, ping.requestId);
    const ref = view.ref(ping.seq, ...deadline);
    if (isClosedByTarget(socket))
      return inconclusive(say('closed-first', expected, failedDial(socket).actual, ref), 'CN-2');
    if (deadline.length === 0)
      return inconclusive(say('not-awaited', expected, 'the harness stopped waiting', ref));
    return fail(say('no-pong', expected, 'no pong with that request id', ref));
  }
  const took = pong.at - ping.at;
  const statement = say('pong', expected, `pong after ${inMs(took)}`, view.ref(ping.seq, pong.seq));
  return isLate(took, limitMs, view) ? fail({ ...statement, code: 'late-pong' }) : pass(statement);
}

export const isClosedByTarget = ({ close }: SocketView): boolean =>
  close !== undefined && close.by !== 'harness';

function endOf({ deadlines }: SocketView, requestId: string): readonly number[] {
  return deadlines.filter(({ waitedFor }) => waitedFor.endsWith(requestId)).map(({ seq }) => seq);
}
