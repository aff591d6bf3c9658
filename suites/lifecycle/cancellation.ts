import { defineCampaignCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Thresholds } from '../../harness/core/thresholds.ts';
import { isLate } from '../../harness/judge/observer.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { cancellation } from '../../scenarios/chat-runs.ts';
import { inMs, say } from '../statements.ts';
import { lagSpread } from './delays.ts';

interface CancelFact {
  readonly finding: Finding;
  /** The run was over before the cancellation was answered: a race that decides nothing. */
  readonly isLost: boolean;
}

const NOTHING_CANCELLED = say('nothing-cancelled', 'a run in flight to cancel', 'no run got so far');

export const cancelsRuns = defineCampaignCheck<TrialView, CancelFact>({
  id: 'lifecycle/cancels-runs',
  requirement: 'LC-19',
  title: 'a cancelled run is accepted, ends with agent_cancelled, and does nothing more',
  scenarios: [cancellation.id],
  collect: (view, { thresholds }) =>
    view.runs.length === 0
      ? [{ finding: inconclusive(NOTHING_CANCELLED, 'CN-2'), isLost: true }]
      : view.runs.flatMap((run) => judgeCancel(run, view, thresholds)),
  conclude(facts) {
    const decided = facts.filter(({ isLost }) => !isLost);
    if (decided.length > 0) return decided.map(({ finding }) => finding);
    if (facts.length > 0) return facts.map(({ finding }) => finding);
    return [inconclusive(NOTHING_CANCELLED, 'CN-4')];
  },
});

function judgeCancel(run: RunView, view: TrialView, thresholds: Thresholds): readonly CancelFact[] {
  const [cancel] = run.cancels;
  if (cancel === undefined) return [];
  const { cancelMs, heldBackMs } = thresholds;
  const expected = `cancel_accepted, then agent_cancelled within ${inMs(cancelMs)}, and nothing after it`;
  const terminal = terminalOf(run);
  const refs = view.ref(cancel.seq, ...[cancel.reply?.seq, terminal?.seq].filter((seq) => seq !== undefined));
  const isFirst = terminal !== undefined && terminal.seq < (cancel.reply?.seq ?? cancel.seq);
  if (!isFirst) {
    const late = (tookMs: number): boolean => isLate(tookMs, cancelMs, view);
    return judgeCancelled(run, cancel, expected, refs, late).map((finding) => ({ finding, isLost: false }));
  }
  if (terminal.event.kind === 'run.cancelled' && terminal.seq > cancel.seq) {
    const actual = 'agent_cancelled came before cancel_accepted';
    return [{ finding: fail(say('cancelled-before-accepted', expected, actual, refs)), isLost: false }];
  }
  const actual = 'the run ended before the cancellation was answered';
  const why = whyFirst(run, view, heldBackMs);
  return [{ finding: inconclusive(say('ended-first', expected, actual, refs), why), isLost: true }];
}

/** Why a run was over before it could be cancelled; nothing where the target was simply quicker. */
function whyFirst(run: RunView, view: TrialView, heldBackMs: number): string | undefined {
  if (lagSpread(run, view).ms >= heldBackMs) return 'LC-11';
  return isCompleted(run) ? undefined : 'CN-9';
}

function judgeCancelled(
  run: RunView,
  cancel: RunView['cancels'][number],
  expected: string,
  refs: ReturnType<TrialView['ref']>,
  late: (tookMs: number) => boolean,
): readonly Finding[] {
  const terminal = terminalOf(run);
  const { reply } = cancel;
  if (run.end === 'not-awaited')
    return [inconclusive(say('not-awaited', expected, 'the harness stopped waiting', refs))];
  if (reply?.decoded.kind !== 'cancel-accepted')
    return [
      fail(
        say('not-accepted', expected, reply === undefined ? 'no answer to cancel_agent' : 'an error', refs),
      ),
    ];
  if (reply.decoded.runId !== cancel.runId)
    return [
      fail(
        say(
          'other-run-accepted',
          expected,
          `cancel_accepted for run ${reply.decoded.runId ?? 'without id'}`,
          refs,
        ),
      ),
    ];
  if (terminal === undefined)
    return [fail(say('never-ended', expected, `it ended "${run.end}"`, refs, run.endRef))];
  if (terminal.event.kind !== 'run.cancelled')
    return [fail(say('not-cancelled', expected, terminal.event.type, refs))];
  const took = terminal.at - cancel.at;
  if (late(took)) return [fail(say('cancelled-late', expected, `after ${inMs(took)}`, refs))];
  const later = run.events.filter(({ seq }) => seq > terminal.seq);
  if (later.length > 0) return [fail(say('went-on', expected, `${later.length} events after it`, refs))];
  return [pass(say('cancelled', expected, `after ${inMs(took)}`, refs))];
}
