import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Capability } from '../../harness/core/requirement.ts';
import { BAD_TOKENS, type BadToken } from '../../harness/core/scenario.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { badTokens, LABELS } from '../../scenarios/connectivity.ts';
import { say } from '../statements.ts';
import { abandoned, failedDial, wasAbandoned } from './sessions.ts';

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
