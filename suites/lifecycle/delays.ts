import { defineCampaignCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Thresholds } from '../../harness/core/thresholds.ts';
import { isSpoilt } from '../../harness/judge/observer.ts';
import {
  heardOf,
  isCompleted,
  isSubRun,
  largestGap,
  terminalOf,
  withSubRuns,
} from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, TrialView } from '../../harness/judge/views.ts';
import { thoroughAnalysis } from '../../scenarios/chat-runs.ts';
import { inMs, say } from '../statements.ts';
import { defineRunCheck, ORDINARY, wholeRef } from './run-check.ts';
import { resolutionOf, stampOf } from './timestamps.ts';

interface DelayFact {
  /** Absent when our own lateness spoilt the sample. */
  readonly finding: Finding | undefined;
  /** How long the run took at least, by whichever account is longest. */
  readonly tookMs: number;
  readonly end: 'completed' | 'not-completed' | 'never';
}

/** How much later the latest event of the run arrived than its least delayed one, both against their stamps. */
export function lagSpread(
  run: RunView,
  view: TrialView,
): { readonly ms: number; readonly late: SeenEvent | undefined } {
  const lags = run.events.map((seen) => ({ seen, lag: view.wallAt(seen.at) - stampOf(seen) }));
  const known = lags.filter(({ lag }) => !Number.isNaN(lag));
  const least = known.reduce((best, { lag }) => Math.min(best, lag), Number.POSITIVE_INFINITY);
  const worst = known.reduce<(typeof known)[number] | undefined>(
    (a, b) => (a === undefined || b.lag > a.lag ? b : a),
    undefined,
  );
  if (worst === undefined) return { ms: 0, late: undefined };
  return { ms: Math.max(0, worst.lag - least - resolutionOf(run)), late: worst.seen };
}

/** A sub-run was not there when its request was made. */
const beganAt = (run: RunView): number => (isSubRun(run) ? (run.events[0]?.at ?? run.askedAt) : run.askedAt);

function accountsOf(run: RunView): {
  readonly declaredMs: number;
  readonly stampedMs: number;
  readonly observedMs: number;
} {
  const stamps = run.events.map(stampOf).filter((stamp) => !Number.isNaN(stamp));
  const terminal = terminalOf(run);
  const tools = run.events.reduce((sum, { event }) => Math.max(sum, event.durationMs ?? 0), 0);
  return {
    declaredMs: Math.max(terminal?.event.durationMs ?? 0, tools),
    stampedMs: stamps.length === 0 ? 0 : (stamps.at(-1) ?? 0) - (stamps[0] ?? 0) + resolutionOf(run),
    observedMs: (terminal?.at ?? run.events.at(-1)?.at ?? run.askedAt) - beganAt(run),
  };
}

function judgeDelay(run: RunView, view: TrialView, thresholds: Thresholds): Omit<DelayFact, 'end'> {
  const { ms, late } = lagSpread(run, view);
  const { declaredMs, stampedMs, observedMs } = accountsOf(run);
  const tookMs = Math.max(declaredMs, observedMs);
  const expected = `each event within ${inMs(thresholds.heldBackMs)} of its stamp, stamps spread as the run was`;
  const ref = wholeRef(run, view);
  if (ms >= thresholds.heldBackMs && late !== undefined) {
    const actual = `${late.event.type} came ${inMs(ms)} later than the least delayed event of its run`;
    if (isSpoilt(ms - thresholds.heldBackMs, view)) return { finding: undefined, tookMs };
    return { finding: fail(say('held-back', expected, actual, view.ref(run.askedSeq, late.seq))), tookMs };
  }
  // Durations longer than the run was observed to take are wrong themselves, which is another clause's matter.
  const isCredible = declaredMs <= observedMs + thresholds.toleranceMs;
  const isTruncated =
    isCredible && stampedMs < declaredMs / 2 && declaredMs - stampedMs > thresholds.toleranceMs;
  if (isTruncated) {
    const actual = `stamps spread over ${inMs(stampedMs)}, while the durations say ${inMs(declaredMs)}`;
    return { finding: fail(say('stamps-alike', expected, actual, ref)), tookMs };
  }
  return { finding: pass(say('as-it-happens', expected, `at most ${inMs(ms)} behind`, ref)), tookMs };
}

export const eventsLeaveAsTheyHappen = defineCampaignCheck<TrialView, DelayFact>({
  id: 'lifecycle/events-leave-as-they-happen',
  requirement: 'LC-11',
  title: 'no event of a run is held back',
  scenarios: [...ORDINARY, thoroughAnalysis.id],
  restsOn: 'CN-9',
  collect: (view, { thresholds }) =>
    withSubRuns(view.runs)
      .filter(({ events }) => events.length > 0)
      .map((run) => ({ ...judgeDelay(run, view, thresholds), end: endOf(run) })),
  conclude(facts, { thresholds }) {
    const ended = facts.filter(({ end, finding }) => end !== 'never' && finding !== undefined);
    const longest = ended.reduce((most, { tookMs }) => Math.max(most, tookMs), 0);
    const findings = ended.flatMap(({ finding }) => finding ?? []);
    if (findings.some(({ verdict }) => verdict === 'fail') || longest >= thresholds.heldBackMs)
      return findings;
    const expected = `a run of at least ${inMs(thresholds.heldBackMs)}, in which something could be held back`;
    const actual = `the longest took ${inMs(longest)}; lower thresholds.heldBackMs in the profile of so fast a target`;
    const refs = facts.flatMap(({ finding }) => finding?.refs ?? []).slice(0, 1);
    return [inconclusive(say('all-too-short', expected, actual, ...refs), whatCutShort(facts))];
  },
});

function endOf(run: RunView): DelayFact['end'] {
  if (terminalOf(run) === undefined) return 'never';
  return isCompleted(run) ? 'completed' : 'not-completed';
}

/** The requirement whose breach left no run that was long enough; none where the target is simply fast. */
function whatCutShort(facts: readonly DelayFact[]): string | undefined {
  if (facts.length === 0) return 'CN-4';
  if (facts.some(({ end }) => end === 'never')) return 'LC-3';
  return facts.some(({ end }) => end === 'completed') ? undefined : 'CN-9';
}

export const neverGoesSilent = defineRunCheck({
  id: 'lifecycle/never-goes-silent',
  requirement: 'LC-12',
  title: 'no silence between the events of a run is longer than the limit',
  needs: 'events',
  judge(run, view, { thresholds }) {
    const expected = `at most ${inMs(thresholds.silenceMs)} between two events`;
    const gap = largestGap(run);
    if (gap.ms > thresholds.silenceMs) {
      if (isSpoilt(gap.ms - thresholds.silenceMs, view)) return [];
      return [fail(say('went-silent', expected, `${inMs(gap.ms)} of silence`, view.ref(...gap.between)))];
    }
    const deadline = view.sockets
      .find(({ id }) => id === run.socket)
      ?.deadlines.find(({ waitedFor }) => waitedFor.endsWith(` ${run.requestId}`));
    const last = heardOf(run).at(-1);
    if (terminalOf(run) === undefined && deadline !== undefined && last !== undefined) {
      const silentMs = deadline.at - last.at;
      if (silentMs > thresholds.silenceMs)
        return [
          fail(
            say(
              'fell-silent',
              expected,
              `nothing for ${inMs(silentMs)}, and it never ended`,
              view.ref(last.seq, deadline.seq),
            ),
          ),
        ];
    }
    return [pass(say('kept-talking', expected, `at most ${inMs(gap.ms)}`, wholeRef(run, view)))];
  },
});
