import { defineCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { isLate } from '../../harness/judge/observer.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import { cancellation } from '../../scenarios/chat-runs.ts';
import { inMs, say } from '../statements.ts';
import { lagSpread } from './delays.ts';

export const cancelsRuns = defineCheck<TrialView>({
  id: 'lifecycle/cancels-runs',
  requirement: 'LC-19',
  title: 'a cancelled run is accepted, ends with agent_cancelled, and does nothing more',
  scenarios: [cancellation.id],
  restsOn: 'CN-4',
  judge: (view, { thresholds }) =>
    view.runs.flatMap((run): readonly Finding[] => {
      const [cancel] = run.cancels;
      if (cancel === undefined) return [];
      const expected = `cancel_accepted, then agent_cancelled within ${inMs(thresholds.cancelMs)}, and nothing after it`;
      const terminal = terminalOf(run);
      const refs = view.ref(
        cancel.seq,
        ...[cancel.reply?.seq, terminal?.seq].filter((seq) => seq !== undefined),
      );
      if (terminal !== undefined && terminal.seq < (cancel.reply?.seq ?? cancel.seq))
        return terminal.event.kind === 'run.cancelled' && terminal.seq > cancel.seq
          ? [
              fail(
                say(
                  'cancelled-before-accepted',
                  expected,
                  'agent_cancelled came before cancel_accepted',
                  refs,
                ),
              ),
            ]
          : [
              inconclusive(
                say('ended-first', expected, 'the run ended before the cancellation was answered', refs),
                whyFirst(run, view, thresholds.heldBackMs),
              ),
            ];
      return judgeCancelled(run, cancel, expected, refs, (tookMs) =>
        isLate(tookMs, thresholds.cancelMs, view),
      );
    }),
});

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
