import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isLate } from '../../harness/judge/observer.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { singleAnalysis } from '../../scenarios/chat-runs.ts';
import { inMs, say } from '../statements.ts';

/** Refusals that a well-formed request by a valid user may get; any other code says that it was not understood. */
const HONEST_REFUSALS: ReadonlySet<string> = new Set([
  'AGENT_NOT_FOUND',
  'AGENT_INACTIVE',
  'PROJECT_NOT_FOUND',
  'THREAD_NOT_FOUND',
  'CONTEXT_ITEM_INVALID',
  'RATE_LIMITED',
  'UNAVAILABLE',
]);

function judgeAnswer(run: RunView, view: TrialView, limitMs: number): readonly Finding[] {
  const expected = `agent_started, or an error for ${run.requestId}, within ${inMs(limitMs)}`;
  const [first] = run.events;
  const refusal = run.replies.find(({ decoded }) => decoded.kind === 'refusal');
  if (refusal !== undefined && first !== undefined) {
    const refs = view.ref(run.askedSeq, ...[refusal.seq, first.seq].sort((a, b) => a - b));
    return [fail(say('started-and-refused', expected, `both ${first.event.type} and an error`, refs))];
  }
  if (refusal !== undefined) {
    const code = refusal.decoded.kind === 'refusal' ? (refusal.decoded.code ?? 'no code') : '';
    const statement = say('refused', expected, `error ${code}`, view.ref(run.askedSeq, refusal.seq));
    return [HONEST_REFUSALS.has(code) ? pass(statement) : fail({ ...statement, code: 'not-understood' })];
  }
  if (first === undefined) return [judgeSilence(run, expected, view)];
  const took = first.at - run.askedAt;
  const statement = say(
    'answered',
    expected,
    `${first.event.type} after ${inMs(took)}`,
    view.ref(run.askedSeq, first.seq),
  );
  return [isLate(took, limitMs, view) ? fail({ ...statement, code: 'answered-late' }) : pass(statement)];
}

function judgeSilence(run: RunView, expected: string, view: TrialView): Finding {
  if (run.end === 'not-awaited')
    return inconclusive(say('not-awaited', expected, 'the harness stopped listening', run.endRef));
  const [other] = run.replies;
  if (other === undefined) {
    const actual = run.end === 'closed' ? 'the socket was closed before any answer' : 'silence';
    return fail(say(run.end === 'closed' ? 'closed-before-answer' : 'silence', expected, actual, run.endRef));
  }
  const type = other.decoded.kind === 'unknown' ? other.decoded.type : other.decoded.kind;
  const ref = view.ref(run.askedSeq, other.seq);
  return fail(say('only-acknowledged', expected, `only "${type}", which starts nothing`, ref));
}

export const answersEachRequest = defineCheck<TrialView>({
  id: 'connectivity/answers-each-request',
  requirement: 'CN-4',
  title: 'each request for a run is answered by its start or by an error for it, in time',
  scenarios: [singleAnalysis.id],
  restsOn: 'CN-2',
  judge: (view, { thresholds }) =>
    view.runs.flatMap((run) => judgeAnswer(run, view, thresholds.firstEventMs)),
});
