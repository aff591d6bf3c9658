import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Capability } from '../../harness/core/requirement.ts';
import { BAD_TOKENS, type BadToken } from '../../harness/core/scenario.ts';
import { heldSecret } from '../../harness/evidence/redaction.ts';
import type { Entry } from '../../harness/evidence/transcript.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { badTokens, LABELS, plainSession, waysIn } from '../../scenarios/connectivity.ts';
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
const wasAbandoned = ({ refused, close, errors, deadlines }: SocketView): boolean =>
  refused === undefined &&
  deadlines.length === 0 &&
  errors.length === 0 &&
  (close === undefined || close.by === 'harness');

const abandoned = (socket: SocketView, expected: string, view: TrialView): Finding =>
  inconclusive(say('not-awaited', expected, 'the harness stopped waiting', view.ref(socket.dial.seq)));

const isPlain = ({ label }: SocketView): boolean => label === LABELS.session || label === LABELS.header;

type Greeting = SocketView['greetings'][number];

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
  if (actor.user === undefined || userId === actor.user) return undefined;
  return { code: 'greeted-somebody-else', actual: `greeting for ${userId ?? 'nobody'}` };
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

function judgeStaying(socket: SocketView, view: TrialView): readonly Finding[] {
  const { close, greetings, errors } = socket;
  const end = close !== undefined && close.by !== 'harness' ? close : errors[0];
  const [greeting] = greetings;
  if (end === undefined || greeting === undefined) return [];
  const how = end.kind === 'ws.close' ? `closed with ${end.code} by the ${end.by}` : `ended by ${end.code}`;
  const expected = 'the socket stays open until its user closes it';
  return [fail(say('closed-on-the-user', expected, how, view.ref(greeting.seq, end.seq)))];
}

export const greetsOnce = defineCheck<TrialView>({
  id: 'connectivity/greets-once',
  requirement: 'CN-2',
  title: 'a valid token opens the socket, which greets its caller exactly once and stays open',
  scenarios: [plainSession.id],
  judge: (view, { thresholds }) =>
    view.sockets.filter(isPlain).flatMap((socket): readonly Finding[] => {
      const { open, dial } = socket;
      const took = open === undefined ? 0 : open.at - dial.at;
      const expected = `open within ${inMs(thresholds.connectMs)}`;
      if (open !== undefined && took > thresholds.connectMs)
        return [fail(say('opened-late', expected, `open after ${inMs(took)}`, view.ref(dial.seq, open.seq)))];
      const staying = judgeStaying(socket, view);
      const greeting = judgeGreeting(socket, view);
      return staying.length > 0
        ? [...staying, ...greeting.filter(({ verdict }) => verdict === 'fail')]
        : greeting;
    }),
});

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
  return took > limitMs ? fail({ ...statement, code: 'late-pong' }) : pass(statement);
}

const isClosedByTarget = ({ close }: SocketView): boolean => close !== undefined && close.by !== 'harness';

function endOf({ deadlines }: SocketView, requestId: string): readonly number[] {
  return deadlines.filter(({ waitedFor }) => waitedFor.endsWith(requestId)).map(({ seq }) => seq);
}

const NEEDED: Partial<Record<BadToken, readonly Capability[]>> = {
  expired: ['mint-tokens'],
  'wrong-issuer': ['mint-tokens'],
};

const GOOD_CASE: Readonly<Record<BadToken, string>> = {
  none: 'a connection without a token is refused',
  garbage: 'a token that is no token is refused',
  'wrong-signature': 'a token with a wrong signature is refused',
  'alg-none': 'an unsigned token is refused',
  expired: 'an expired token is refused',
  'wrong-issuer': 'a token of another issuer is refused',
};

/** One check for each kind of bad token, so that each has a verdict of its own. */
export const refusesBadTokens = BAD_TOKENS.map((kind) =>
  defineCheck<TrialView>({
    id: `connectivity/refuses-token-${kind}`,
    requirement: 'CN-5',
    title: GOOD_CASE[kind],
    scenarios: [badTokens.id],
    restsOn: 'CN-2',
    when: NEEDED[kind] ?? [],
    judge: (view, { variationPoints }) => judgeBadToken(view, kind, variationPoints['VP-WSREJECT']),
  }),
);

function judgeBadToken(view: TrialView, kind: BadToken, declared: string | undefined): readonly Finding[] {
  const socket = view.sockets.find(({ label }) => label === LABELS.badToken(kind));
  const witness = view.sockets.find(({ label }) => label === LABELS.session);
  if (socket === undefined || view.scenario !== badTokens.id) return [];
  const expected = expectedRefusal(declared);
  const entry = entryOf(socket);
  if (entry !== undefined)
    return [fail(say('let-in', expected, entry.actual, view.ref(socket.dial.seq, entry.seq)))];
  const { actual, seq } = failedDial(socket);
  const ref = view.ref(socket.dial.seq, seq);
  if (witness === undefined || witness.greetings.length === 0)
    return [
      inconclusive(say('nobody-let-in', expected, 'the valid token was not let in either', ref), 'CN-2'),
    ];
  if (wasAbandoned(socket)) return [abandoned(socket, expected, view)];
  if (!isRefusal(socket, declared)) return [fail(say('refused-otherwise', expected, actual, ref))];
  if (isUnchallenged(socket)) {
    const wanted = `${expected}, WWW-Authenticate: Bearer`;
    return [fail(say('no-challenge', wanted, `${actual}, no such header`, ref))];
  }
  const seen = view.ref(witness.dial.seq, ...witness.greetings.map((greeting) => greeting.seq));
  return [pass(say('refused', expected, actual, ref, seen))];
}

/** What shows that the socket was served: a greeting, or a pong. */
function entryOf({ greetings, pings }: SocketView): { actual: string; seq: number } | undefined {
  const [greeting] = greetings;
  if (greeting !== undefined) return { actual: 'greeted', seq: greeting.seq };
  const answered = pings.find(({ pong }) => pong !== undefined);
  return answered === undefined ? undefined : { actual: 'a ping was answered', seq: answered.seq };
}

const isUnchallenged = ({ refused }: SocketView): boolean =>
  refused !== undefined && !/^bearer\b/i.test(refused.headers['www-authenticate'] ?? '');

const BY_UPGRADE = '401 on the upgrade';
const BY_CLOSE = 'an error frame, then close 1008';

function expectedRefusal(declared: string | undefined): string {
  if (declared === 'refuse-upgrade') return BY_UPGRADE;
  return declared === 'accept-error-close' ? BY_CLOSE : `${BY_UPGRADE}, or ${BY_CLOSE}`;
}

function isRefusal(socket: SocketView, declared: string | undefined): boolean {
  const byUpgrade = socket.refused?.status === 401;
  const toldWhy = socket.inbound.some(({ decoded }) => decoded.some(({ kind }) => kind === 'refusal'));
  const byClose = socket.close?.by === 'target' && socket.close.code === 1008 && toldWhy;
  if (declared === 'refuse-upgrade') return byUpgrade;
  return declared === 'accept-error-close' ? byClose : byUpgrade || byClose;
}

export const acceptsBothWaysIn = defineCheck<TrialView>({
  id: 'connectivity/accepts-both-ways-in',
  requirement: 'CN-6',
  title: 'the token is accepted by header and by sub-protocol, and the offered sub-protocol is selected',
  scenarios: [waysIn.id],
  when: ['sub-protocol-auth'],
  judge(view) {
    if (view.scenario !== waysIn.id) return [];
    const byHeader = view.sockets.find(({ label }) => label === LABELS.header);
    const isWitness = byHeader === undefined || byHeader.greetings.length > 0;
    return view.sockets.map((socket) => judgeWayIn(socket, isWitness, view));
  },
});

/** Who is not let in by the header either (`isWitness`) shows nothing about sub-protocols. */
function judgeWayIn(socket: SocketView, isWitness: boolean, view: TrialView): Finding {
  const { dial, open, greetings } = socket;
  const offered = dial.protocols.filter((protocol) => !heldSecret(protocol));
  const expected =
    offered.length === 0 ? 'greeted' : `greeted, with sub-protocol ${offered.join(' or ')} selected`;
  if (open !== undefined && offered.length > 0 && !offered.includes(open.protocol)) {
    const actual = `selected "${open.protocol}"`;
    return fail(say('wrong-sub-protocol', expected, actual, view.ref(dial.seq, open.seq)));
  }
  const [greeting] = greetings;
  if (greeting !== undefined) return judgeStay(socket, greeting, expected, view);
  if (wasAbandoned(socket)) return abandoned(socket, expected, view);
  const { actual, seq } = failedDial(socket);
  const statement = say('not-let-in', expected, actual, view.ref(dial.seq, seq));
  return isWitness ? fail(statement) : inconclusive(statement, 'CN-2');
}

/** A session by sub-protocol that is dropped at once is no way in; one by header is another clause's matter. */
function judgeStay(socket: SocketView, greeting: Greeting, expected: string, view: TrialView): Finding {
  const { dial, close } = socket;
  if (close === undefined || !isClosedByTarget(socket))
    return pass(say('let-in', expected, 'greeted', view.ref(dial.seq, greeting.seq)));
  const { actual } = failedDial(socket);
  const statement = say('let-in-and-dropped', expected, actual, view.ref(greeting.seq, close.seq));
  return dial.protocols.length === 0 ? inconclusive(statement, 'CN-2') : fail(statement);
}

export const keepsTokensToItself = defineCheck<TrialView>({
  id: 'connectivity/keeps-tokens-to-itself',
  requirement: 'CN-6',
  title: 'no token, whole or encoded, is ever sent back',
  scenarios: [waysIn.id, plainSession.id],
  restsOn: 'CN-2',
  judge(view) {
    const inbound = view.transcript.entries.filter(isInbound);
    const echo = inbound.find((entry) => heldSecret(JSON.stringify(entry)));
    const expected = 'no secret in anything that the target sends';
    if (echo !== undefined)
      return [fail(say('token-echoed', expected, `a secret in ${echo.kind}`, view.ref(echo.seq)))];
    const last = inbound.at(-1);
    if (last === undefined) return [];
    return [pass(say('no-echo', expected, `none in ${inbound.length} entries`, view.ref(last.seq)))];
  },
});

const INBOUND: ReadonlySet<Entry['kind']> = new Set(['http.response', 'ws.open', 'ws.refused', 'ws.close']);

const isInbound = (entry: Entry): boolean =>
  INBOUND.has(entry.kind) || (entry.kind === 'ws.frame' && entry.direction === 'in');
