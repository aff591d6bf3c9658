import { defineCampaignCheck } from '../../harness/core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { Thresholds } from '../../harness/core/thresholds.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import { type ClockSkew, clockSkew, type OffsetBound } from '../../harness/judge/clock-skew.ts';
import { stalledMs } from '../../harness/judge/observer.ts';
import { withSubRuns } from '../../harness/judge/run-facts.ts';
import type { RunView, SeenEvent, TrialView } from '../../harness/judge/views.ts';
import { campaignBracket } from '../../scenarios/connectivity.ts';
import { clockBounds } from '../connectivity/health.ts';
import { inMs, say } from '../statements.ts';
import { ORDINARY, wholeRef } from './run-check.ts';

export const stampOf = ({ event }: SeenEvent): number => Date.parse(event.timestamp ?? '');

/**
 * How much later than its stamp an event may have happened, since stamps may be cut to whole seconds or tenths.
 * The finest stamp of the run counts: writers that drop trailing zeros now and then write a shorter one.
 */
export function resolutionOf(run: RunView): number {
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
  return [{ label: run.label, afterAskMs, afterArrivalMs, observerMs: stalledMs(view), ref }];
}

export const stampsTellTheTime = defineCampaignCheck<TrialView, WindowFact>({
  id: 'lifecycle/timestamps-tell-the-time',
  requirement: 'LC-10',
  title: 'timestamps never go backwards and lie within the observed window',
  scenarios: [...ORDINARY, campaignBracket.id],
  restsOn: 'CN-9',
  collect(view) {
    const runs = withSubRuns(view.runs).filter(({ events }) => events.length > 0);
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
