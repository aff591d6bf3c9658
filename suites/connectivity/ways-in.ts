import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { heldSecret } from '../../harness/evidence/redaction.ts';
import type { Entry } from '../../harness/evidence/transcript.ts';
import type { SocketView, TrialView } from '../../harness/judge/views.ts';
import { LABELS, plainSession, waysIn } from '../../scenarios/connectivity.ts';
import { say } from '../statements.ts';
import { abandoned, failedDial, type Greeting, isClosedByTarget, wasAbandoned } from './sessions.ts';

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
