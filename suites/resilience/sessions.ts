import { defineCheck, type Terms } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isLate } from '../../harness/judge/observer.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { reconnectStorm, STORM, STORM_CONNECTS } from '../../scenarios/resilience-crowds.ts';
import {
  EXPIRY,
  expiringSession,
  MOST_PINGS,
  SILENT,
  silentClient,
} from '../../scenarios/resilience-messages.ts';
import { abandoned, failedDial, wasAbandoned } from '../connectivity/sessions.ts';
import { inMs, say } from '../statements.ts';
import { socketsNamed, wasEnded } from './apart.ts';

export const treatsExpiryAsDeclared = defineCheck<TrialView>({
  id: 'resilience/treats-expiry-as-declared',
  requirement: 'RS-8',
  title: 'a session whose token expires lives on or closes with 1008, as declared',
  scenarios: [expiringSession.id],
  restsOn: 'CN-2',
  judge: (view, terms) =>
    view.scenario === expiringSession.id
      ? socketsNamed(view, EXPIRY.session).map((socket) => judgeExpiry(view, socket, terms))
      : [],
});

const CLOSES = 'closed with 1008 when the token expires';
const LIVES = 'the session lives on';
const DECLARED: Readonly<Record<string, string>> = { 'closes-1008': CLOSES, 'outlives-token': LIVES };

function judgeExpiry(view: TrialView, socket: SocketView, { variationPoints }: Terms): Finding {
  const choice = variationPoints['VP-EXPIRY'];
  const expected = DECLARED[choice ?? ''] ?? `${CLOSES}, or ${LIVES}`;
  const { dial, greetings, close } = socket;
  if (greetings.length === 0)
    return inconclusive(say('not-greeted', expected, failedDial(socket).actual, view.ref(dial.seq)), 'CN-2');
  if (!wasEnded(socket)) return judgeAfterExpiry(view, socket, expected, choice);
  const { actual, seq } = failedDial(socket);
  const statement = say('closed', expected, actual, view.ref(dial.seq, close?.seq ?? seq));
  const isDue = close?.by === 'target' && close.code === 1008 && choice !== 'outlives-token';
  return isDue ? pass(statement) : fail({ ...statement, code: 'wrong-close' });
}

/** The socket is open although its token has expired: the second ping is the one after that. */
function judgeAfterExpiry(
  view: TrialView,
  socket: SocketView,
  expected: string,
  choice: string | undefined,
): Finding {
  const [, after] = socket.pings;
  if (after === undefined) return abandoned(socket, expected, view);
  const ref = view.ref(socket.dial.seq, after.seq, ...(after.pong === undefined ? [] : [after.pong.seq]));
  if (after.pong === undefined) {
    const gaveUp = socket.deadlines.some(({ waitedFor }) => waitedFor.endsWith(after.requestId));
    if (!gaveUp) return abandoned(socket, expected, view);
    return fail(say('silent-stop', expected, 'neither a close nor a pong', ref));
  }
  const statement = say('lives-on', expected, 'a ping is answered after the expiry', ref);
  return choice === 'closes-1008' ? fail({ ...statement, code: 'outlives-its-token' }) : pass(statement);
}

export const closesOnDeadPeers = defineCheck<TrialView>({
  id: 'resilience/closes-on-dead-peers',
  requirement: 'RS-9',
  title: 'a client that misses two pings is closed',
  scenarios: [silentClient.id],
  restsOn: 'CN-2',
  judge: (view) =>
    view.scenario === silentClient.id
      ? socketsNamed(view, SILENT.session).map((socket) => judgeSilent(view, socket))
      : [],
});

function judgeSilent(view: TrialView, socket: SocketView): Finding {
  const expected = `closed after two missed pings, within ${MOST_PINGS} intervals`;
  const { dial, greetings, close, deadlines } = socket;
  if (greetings.length === 0)
    return inconclusive(say('not-greeted', expected, failedDial(socket).actual, view.ref(dial.seq)), 'CN-2');
  const pings = view.transcript.entries.filter(
    (entry) => entry.kind === 'ws.ping' && entry.socket === socket.id && entry.direction === 'in',
  );
  const count = `${pings.length} ping${pings.length === 1 ? '' : 's'}`;
  if (wasEnded(socket)) {
    const { actual, seq } = failedDial(socket);
    const statement = say('closed', expected, `${actual} after ${count}`, view.ref(close?.seq ?? seq));
    return pings.length >= 2 ? pass(statement) : fail({ ...statement, code: 'closed-too-early' });
  }
  const deadline = deadlines.find(({ waitedFor }) => waitedFor === 'close');
  if (deadline === undefined) return abandoned(socket, expected, view);
  return fail(say('never-closed', expected, `open after ${count}`, view.ref(dial.seq, deadline.seq)));
}

export const survivesReconnects = defineCheck<TrialView>({
  id: 'resilience/survives-reconnects',
  requirement: 'RS-10',
  title: 'fifty quick reconnects all succeed in time',
  scenarios: [reconnectStorm.id],
  restsOn: 'CN-2',
  judge: (view, terms) =>
    view.scenario === reconnectStorm.id
      ? judgeConnects(view, STORM.socket, STORM_CONNECTS, terms.thresholds.connectMs)
      : [],
});

/** Each of so many dials has to end in a greeting; `isBlamed` where others got in before. */
export function judgeConnects(
  view: TrialView,
  label: string,
  count: number,
  limitMs: number,
  isBlamed = false,
): readonly Finding[] {
  const expected = `${count} greetings, each socket open within ${inMs(limitMs)}`;
  const dialled = socketsNamed(view, label);
  const failing = dialled.filter(
    (socket) =>
      !wasAbandoned(socket) &&
      (socket.open === undefined || socket.greetings.length === 0 || isSlow(socket, limitMs, view)),
  );
  const [first] = failing;
  if (first !== undefined) {
    const { actual, seq } = isSlow(first, limitMs, view)
      ? { actual: 'opened late', seq: first.open?.seq ?? first.dial.seq }
      : failedDial(first);
    const told = `${failing.length} of ${dialled.length} failed; one: ${actual}`;
    const statement = say('not-all', expected, told, view.ref(first.dial.seq, seq));
    // Where nobody ever gets in, the crowd is not to blame.
    const nobody = failing.length === dialled.length && !isBlamed;
    return [nobody ? inconclusive({ ...statement, code: 'nobody' }, 'CN-2') : fail(statement)];
  }
  const greeted = dialled.filter(({ greetings }) => greetings.length > 0).length;
  const ref = view.ref(...dialled.slice(0, 1).map(({ dial }) => dial.seq));
  if (greeted < count) return [inconclusive(say('too-few', expected, `${greeted} were awaited`, ref))];
  return [pass(say('all', expected, `${greeted} greeted`, ref))];
}

const isSlow = ({ open, dial }: SocketView, limitMs: number, view: TrialView): boolean =>
  open !== undefined && isLate(open.at - dial.intendedAt, limitMs, view);
