import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { FrameEntry } from '../../harness/evidence/transcript.ts';
import { intentOf, type SocketView, type TrialView } from '../../harness/judge/views.ts';
import { BAD_MESSAGES, type BadMessage, badMessages, MESSAGES } from '../../scenarios/resilience-messages.ts';
import { failedDial } from '../connectivity/sessions.ts';
import { say } from '../statements.ts';
import { completes, runsNamed, socketsNamed, wasEnded, withoutControl } from './apart.ts';

const FAMILIES = Object.keys(BAD_MESSAGES);

/** What came between two moments of a socket: the first refusal, if there was one. */
function refusalBetween({ inbound }: SocketView, from: number, until: number) {
  for (const { seq, decoded } of inbound)
    for (const one of decoded)
      if (seq > from && seq < until && one.kind === 'refusal') return { seq, refusal: one };
  return undefined;
}

const missed = ({ deadlines }: SocketView, from: number, until: number) =>
  deadlines.find(({ seq, waitedFor }) => seq > from && seq < until && /^(refusal|close)/.test(waitedFor));

/** Until when an answer to this message can be told from an answer to what was sent next. */
function windowEnd(socket: SocketView, index: number): number {
  const next = socket.probes[index + 1]?.seq ?? socket.runs[0]?.askedSeq;
  return next ?? Number.POSITIVE_INFINITY;
}

function judgeRefused(view: TrialView, socket: SocketView, index: number, bad: BadMessage): Finding {
  const probe = socket.probes[index] as FrameEntry;
  const until = windowEnd(socket, index);
  const expected = `${bad.label}: an error with ${bad.codes?.join(' or ')}, on an open socket`;
  const found = refusalBetween(socket, probe.seq, until);
  if (found !== undefined) {
    const { code = 'none' } = found.refusal;
    const statement = say('refused', expected, `code ${code}`, view.ref(probe.seq, found.seq));
    return bad.codes?.includes(code) ? pass(statement) : fail({ ...statement, code: 'wrong-code' });
  }
  if (wasEnded(socket) && index === socket.probes.length - 1) {
    const { actual, seq } = failedDial(socket);
    return fail(say('closed', expected, actual, view.ref(probe.seq, seq)));
  }
  const deadline = missed(socket, probe.seq, until);
  if (deadline === undefined)
    return inconclusive(say('not-awaited', expected, 'the harness stopped waiting', view.ref(probe.seq)));
  const other = socket.inbound.find(({ seq }) => seq > probe.seq && seq < deadline.seq);
  const actual = other === undefined ? 'silence' : `another answer: ${other.text.slice(0, 80)}`;
  return fail(say('not-refused', expected, actual, view.ref(probe.seq, deadline.seq)));
}

function judgeClosed(view: TrialView, socket: SocketView, index: number, bad: BadMessage): Finding {
  const probe = socket.probes[index] as FrameEntry;
  const expected = `${bad.label}: closed with ${bad.closes}`;
  const { close } = socket;
  if (wasEnded(socket)) {
    const { actual, seq } = failedDial(socket);
    const statement = say('closed', expected, actual, view.ref(probe.seq, close?.seq ?? seq));
    if (close?.by === 'target' && close.code === bad.closes) return pass(statement);
    // Whoever sends as much may lose the close frame in the reset that follows it.
    if (close?.by !== 'target' && bad.closes === 1009)
      return inconclusive({ ...statement, code: 'close-frame-lost' });
    return fail({ ...statement, code: 'wrong-close' });
  }
  const deadline = missed(socket, probe.seq, Number.POSITIVE_INFINITY);
  if (deadline === undefined)
    return inconclusive(say('not-awaited', expected, 'the harness stopped waiting', view.ref(probe.seq)));
  return fail(say('not-closed', expected, 'it stays open', view.ref(probe.seq, deadline.seq)));
}

function judgeFamily(view: TrialView, family: string): readonly Finding[] {
  return socketsNamed(view, MESSAGES.family(family)).flatMap((socket) =>
    socket.probes.flatMap((probe, index): Finding[] => {
      const label = intentOf(probe, 'probe')?.label;
      const bad = BAD_MESSAGES[family]?.find((one) => one.label === label);
      if (bad === undefined) return [];
      const judge = bad.closes === undefined ? judgeRefused : judgeClosed;
      return [judge(view, socket, index, bad)];
    }),
  );
}

export const refusesBadMessages = defineCheck<TrialView>({
  id: 'resilience/refuses-bad-messages',
  requirement: 'RS-2',
  title: 'every kind of bad message gets its error, or the close that is due',
  scenarios: [badMessages.id],
  restsOn: 'CN-2',
  judge: (view) =>
    view.scenario === badMessages.id ? FAMILIES.flatMap((family) => judgeFamily(view, family)) : [],
});

export const runsAfterBadMessages = defineCheck<TrialView>({
  id: 'resilience/runs-after-bad-messages',
  requirement: 'RS-3',
  title: 'a run completes after every kind of bad message',
  scenarios: [badMessages.id],
  restsOn: 'CN-2',
  judge(view) {
    if (view.scenario !== badMessages.id) return [];
    const families = FAMILIES.filter((family) =>
      socketsNamed(view, MESSAGES.family(family)).some(({ probes }) => probes.length > 0),
    );
    if (families.length === 0) return [];
    const expected = 'a run after bad messages completes';
    const hidden = withoutControl(view, MESSAGES.control, expected);
    if (hidden !== undefined) return [hidden];
    return families.map((family) => completes(view, MESSAGES.run(family), `${expected}: ${family}`));
  },
});

export const refusesUnknownAgents = defineCheck<TrialView>({
  id: 'resilience/refuses-unknown-agents',
  requirement: 'RS-1',
  title: 'an agent that does not exist is refused by name of the request, and the socket stays open',
  scenarios: [badMessages.id],
  restsOn: 'CN-2',
  judge: (view) =>
    view.scenario === badMessages.id
      ? socketsNamed(view, MESSAGES.unknown).flatMap((socket) => judgeUnknown(view, socket))
      : [],
});

function judgeUnknown(view: TrialView, socket: SocketView): readonly Finding[] {
  const run = socket.runs.find(({ label }) => label === MESSAGES.unknown);
  if (run === undefined) return [];
  const [after] = runsNamed(view, MESSAGES.afterUnknown);
  const until = after?.askedSeq ?? Number.POSITIVE_INFINITY;
  const expected = `AGENT_NOT_FOUND for ${run.requestId}, on an open socket`;
  const found = refusalBetween(socket, run.askedSeq, until);
  if (found === undefined) {
    const isWaiting = run.end === 'not-awaited' && !wasEnded(socket);
    const statement = say('not-refused', expected, `no error; it ended "${run.end}"`, run.endRef);
    return [isWaiting ? inconclusive({ ...statement, code: 'not-awaited' }) : fail(statement)];
  }
  const { code = 'no code', requestId = 'no request id' } = found.refusal;
  const ref = view.ref(run.askedSeq, found.seq);
  const statement = say('refused', expected, `${code} for ${requestId}`, ref);
  if (code !== 'AGENT_NOT_FOUND' || requestId !== run.requestId)
    return [fail({ ...statement, code: 'wrong-refusal' })];
  // Without the close there would be an answer to what was asked next, whatever it is.
  if (!wasEnded(socket)) return [pass(statement)];
  return [fail(say('closed', expected, failedDial(socket).actual, ref))];
}
