import { fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Thresholds } from '../../harness/core/thresholds.ts';
import { isSpoilt } from '../../harness/judge/observer.ts';
import { isCompleted, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView } from '../../harness/judge/views.ts';
import { inMs, say } from '../statements.ts';
import { lagSpread } from './delays.ts';
import { defineRunCheck, wholeRef } from './run-check.ts';

/** The larger of the fixed and the relative tolerance. */
const toleranceOf = (ms: number, { toleranceMs, tolerancePercent }: Thresholds): number =>
  Math.max(toleranceMs, (ms * tolerancePercent) / 100);

interface Account {
  readonly what: string;
  readonly declaredMs: number;
  /** The duration lies between these: work may begin before its first event is seen. */
  readonly leastMs: number;
  readonly mostMs: number;
  readonly refs: readonly number[];
}

function runAccount(run: RunView): readonly Account[] {
  const terminal = terminalOf(run);
  const started = run.events.find(({ event }) => event.kind === 'run.started');
  if (terminal?.event.durationMs === undefined || started === undefined) return [];
  return [
    {
      what: terminal.event.type,
      declaredMs: terminal.event.durationMs,
      leastMs: terminal.at - started.at,
      mostMs: terminal.at - run.askedAt,
      refs: [run.askedSeq, started.seq, terminal.seq],
    },
  ];
}

function toolAccounts(run: RunView): readonly Account[] {
  return run.events.flatMap(({ event, at, seq }): Account[] => {
    if (event.kind !== 'tool.finished' || event.durationMs === undefined) return [];
    const opened = run.events.find(
      (other) => other.event.kind === 'tool.started' && other.event.callId === event.callId,
    );
    if (opened === undefined || opened.seq > seq) return [];
    const tookMs = at - opened.at;
    const what = `${event.type} of ${event.toolName ?? 'a tool'}`;
    return [{ what, declaredMs: event.durationMs, leastMs: tookMs, mostMs: tookMs, refs: [opened.seq, seq] }];
  });
}

/**
 * How far a declared duration is from what was observed, beyond the tolerance. What was on its way for longer than the
 * rest seems to have taken longer than it did; whether it may have is LC-11's matter.
 */
function excessOf({ declaredMs, leastMs, mostMs }: Account, delayMs: number, thresholds: Thresholds): number {
  return Math.max(leastMs - delayMs - declaredMs, declaredMs - mostMs) - toleranceOf(mostMs, thresholds);
}

export const durationsAreTrue = defineRunCheck({
  id: 'lifecycle/durations-are-true',
  requirement: 'LC-13',
  title: 'the durations of runs and tools agree with the observed times',
  needs: 'terminal',
  andSubRuns: true,
  judge(run, view, { thresholds }) {
    const accounts = [...runAccount(run), ...toolAccounts(run)];
    const whole = wholeRef(run, view);
    if (accounts.length === 0 && isCompleted(run))
      return [
        inconclusive(say('no-durations', 'durations to compare', 'none that can be read', whole), 'LC-7'),
      ];
    const delayMs = lagSpread(run, view).ms;
    const wrong = accounts.filter((account) => excessOf(account, delayMs, thresholds) > 0);
    const agreeing = accounts.length - wrong.length;
    const proven = wrong.filter((account) => !isSpoilt(excessOf(account, delayMs, thresholds), view));
    if (proven.length === 0 && agreeing === 0) return [];
    if (proven.length === 0)
      return [pass(say('durations-agree', 'durations as observed', `${agreeing} durations`, whole))];
    return proven.map(({ what, declaredMs, leastMs, mostMs, refs }) => {
      const tolerance = inMs(toleranceOf(mostMs, thresholds));
      const expected = `${inMs(leastMs)} to ${inMs(mostMs)}, within ${tolerance}`;
      return fail(say('wrong-duration', expected, `${what}: ${inMs(declaredMs)}`, view.ref(...refs)));
    });
  },
});
