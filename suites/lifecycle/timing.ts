import { defineCampaignCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Thresholds } from '../../harness/core/thresholds.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { type ClockSkew, clockSkew, type OffsetBound } from '../../harness/judge/clock-skew.ts';
import { isCompleted, largestGap, terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, TrialView } from '../../harness/judge/views.ts';
import { thoroughAnalysis } from '../../scenarios/chat-runs.ts';
import { campaignBracket } from '../../scenarios/connectivity.ts';
import { clockBounds } from '../connectivity/health.ts';
import { inMs, say } from '../statements.ts';
import { defineRunCheck, ORDINARY, wholeRef } from './run-check.ts';

/** How long our own process was late at worst during the trial: what may be our doing is not held against the target. */
const observerLate = (view: TrialView): number => view.transcript.seal?.observer.loopDelayMaxMs ?? 0;

/** A deviation that our own lateness could explain is a spoilt sample: it speaks neither for nor against the target. */
const isSpoilt = (excessMs: number, view: TrialView): boolean => excessMs <= observerLate(view);

const stampOf = ({ event }: SeenEvent): number => Date.parse(event.timestamp ?? '');

/**
 * How much later than its stamp an event may have happened, since stamps may be cut to whole seconds or tenths.
 * The finest stamp of the run counts: writers that drop trailing zeros now and then write a shorter one.
 */
function resolutionOf(run: RunView): number {
  const digits = run.events.map(({ event }) => /\.(\d+)/.exec(event.timestamp ?? '')?.[1]?.length ?? 0);
  return 10 ** Math.max(0, 3 - digits.reduce((most, own) => Math.max(most, own), 0)) - 1;
}

interface WindowFact {
  readonly bounds: readonly OffsetBound[];
  readonly runs: readonly {
    readonly label: string;
    /** How long after the request the earliest stamp lies, and how long after its arrival the latest. */
    readonly afterAskMs: number;
    readonly afterArrivalMs: number;
    readonly observerMs: number;
    readonly ref: EvidenceRef;
  }[];
  readonly findings: readonly Finding[];
}

const NOT_BACKWARDS = 'timestamps that do not go backwards, within the observed window';

function backwards(run: RunView, view: TrialView): readonly Finding[] {
  return run.events.flatMap((seen, index): Finding[] => {
    const before = run.events[index - 1];
    const stamp = stampOf(seen);
    if (Number.isNaN(stamp))
      return [
        fail(
          say('no-timestamp', NOT_BACKWARDS, `${seen.event.type}: none that can be read`, view.ref(seen.seq)),
        ),
      ];
    if (before === undefined || !(stamp < stampOf(before))) return [];
    const actual = `${seen.event.type} is stamped ${inMs(stampOf(before) - stamp)} before the event it follows`;
    return [fail(say('backwards', NOT_BACKWARDS, actual, view.ref(before.seq, seen.seq)))];
  });
}

function windowOf(run: RunView, view: TrialView): WindowFact['runs'] {
  const stamped = run.events.filter((seen) => !Number.isNaN(stampOf(seen)));
  if (stamped.length === 0) return [];
  // What a cut stamp left away is given to it where that speaks for the target.
  const askedAt = view.wallAt(run.askedAt) - resolutionOf(run);
  const afterAskMs = stamped.reduce(
    (least, seen) => Math.min(least, stampOf(seen) - askedAt),
    Number.POSITIVE_INFINITY,
  );
  const afterArrivalMs = stamped.reduce(
    (most, seen) => Math.max(most, stampOf(seen) - view.wallAt(seen.at)),
    Number.NEGATIVE_INFINITY,
  );
  const ref = wholeRef(run, view);
  return [{ label: run.label, afterAskMs, afterArrivalMs, observerMs: observerLate(view), ref }];
}

export const stampsTellTheTime = defineCampaignCheck<TrialView, WindowFact>({
  id: 'lifecycle/timestamps-tell-the-time',
  requirement: 'LC-10',
  title: 'timestamps never go backwards and lie within the observed window',
  scenarios: [...ORDINARY, campaignBracket.id],
  restsOn: 'CN-9',
  collect(view) {
    const runs = view.runs.filter(({ events }) => events.length > 0);
    return [
      {
        bounds: clockBounds(view),
        runs: runs.flatMap((run) => windowOf(run, view)),
        findings: runs.flatMap((run) => backwards(run, view)),
      },
    ];
  },
  conclude(facts, { thresholds }) {
    const wrong = facts.flatMap(({ findings }) => findings);
    if (wrong.length > 0) return wrong;
    const runs = facts.flatMap((fact) => fact.runs);
    const [first] = runs;
    if (first === undefined)
      return [inconclusive(say('no-events', NOT_BACKWARDS, 'no event of any run'), 'CN-4')];
    const skew = clockSkew(facts.flatMap(({ bounds }) => bounds));
    if (skew === undefined || skew.isContradictory || skew.highMs - skew.lowMs > thresholds.skewMs)
      return [
        inconclusive(
          say('skew-unknown', NOT_BACKWARDS, 'the skew of the clocks is not known well enough', first.ref),
          'CN-8',
        ),
      ];
    return runs.flatMap((run) => judgeWindow(run, skew, thresholds));
  },
});

function judgeWindow(
  run: WindowFact['runs'][number],
  skew: ClockSkew,
  thresholds: Thresholds,
): readonly Finding[] {
  const early = skew.lowMs - run.afterAskMs;
  const late = run.afterArrivalMs - skew.highMs;
  const excess = Math.max(early, late) - thresholds.toleranceMs;
  const tolerance = `within ${inMs(thresholds.toleranceMs)} of the window`;
  const expected = `${tolerance}, skew ${inMs(skew.lowMs)} to ${inMs(skew.highMs)} allowed for`;
  if (excess <= 0) return [pass(say('within-window', expected, 'within', run.ref))];
  if (excess <= run.observerMs) return [];
  const actual = early > late ? `${inMs(early)} before the request` : `${inMs(late)} after the arrival`;
  return [fail(say('outside-window', expected, `${run.label}: a stamp ${actual}`, run.ref))];
}

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
    observedMs: (terminal?.at ?? run.events.at(-1)?.at ?? run.askedAt) - run.askedAt,
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
    view.runs
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
    const last = run.events.at(-1);
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

/** How far a declared duration is from what was observed, beyond the tolerance. */
function excessOf({ declaredMs, leastMs, mostMs }: Account, thresholds: Thresholds): number {
  return Math.max(leastMs - declaredMs, declaredMs - mostMs) - toleranceOf(mostMs, thresholds);
}

export const durationsAreTrue = defineRunCheck({
  id: 'lifecycle/durations-are-true',
  requirement: 'LC-13',
  title: 'the durations of runs and tools agree with the observed times',
  needs: 'terminal',
  judge(run, view, { thresholds }) {
    const accounts = [...runAccount(run), ...toolAccounts(run)];
    const whole = wholeRef(run, view);
    if (accounts.length === 0 && isCompleted(run))
      return [
        inconclusive(say('no-durations', 'durations to compare', 'none that can be read', whole), 'LC-7'),
      ];
    const wrong = accounts.filter((account) => excessOf(account, thresholds) > 0);
    const agreeing = accounts.length - wrong.length;
    const proven = wrong.filter((account) => !isSpoilt(excessOf(account, thresholds), view));
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
