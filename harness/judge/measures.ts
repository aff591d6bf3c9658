/**
 * Each latency over the campaign in figures: all of a measure, and where agents or endpoints differ, each by itself. The
 * sample that began first is the cold one, and apart; what never came is a failure, and apart too.
 */
import { mean } from 'simple-statistics';
import { isStage, MEASURES, type MeasureName, type Sample } from '../core/measure.ts';
import type { Millis } from '../evidence/transcript.ts';
import type { PlannedTrial } from '../plan/plan.ts';
import type { Estimate } from '../stats/estimate.ts';
import { quantileEstimate, sortedSamples } from '../stats/quantile.ts';
import { recoverySamples } from './recoveries.ts';
import { samplesOf, samplesUnderLoad } from './samples.ts';
import type { TrialView } from './views.ts';

/** One latency over the campaign, with the observer's own error beside it. */
export interface MeasureFact {
  readonly measure: MeasureName;
  /** The agent, the endpoint, or the fault; absent for all of them. */
  readonly of?: string;
  readonly meaning: string;
  readonly n: number;
  readonly minMs: Millis;
  readonly meanMs: Millis;
  readonly medianMs: Estimate;
  readonly p95Ms: Estimate;
  readonly p99Ms: Estimate;
  readonly maxMs: Millis;
  /** The first sample of all, which is in no other figure; absent where there is only one. */
  readonly coldMs?: Millis;
  /** Asked for and never come, by a deadline or otherwise. */
  readonly failed: number;
  /** The worst 99th percentile of our own event-loop delay in the trials that the samples come from. */
  readonly observerErrorMs: Millis;
}

/** The single samples of a stage, for whoever compares two campaigns. */
export interface SampleFact {
  readonly measure: MeasureName;
  /** The agent or the endpoint; absent where all are alike. */
  readonly of?: string;
  /** In the order of their beginning, the first one of the campaign apart; thinned where there are too many. */
  readonly ms: readonly Millis[];
  /** How many there were. */
  readonly n: number;
  /** The 99th percentile of our own event-loop delay in the trial of the middle sample: finer than that we cannot see. */
  readonly observerErrorMs: Millis;
}

/** Of more than these, as many are kept, evenly spread over the campaign: the last hour counts as much as the first. */
const MOST_SAMPLES = 2_000;
/** Microseconds: finer than any clock that we can trust. */
const FRACTIONS = 1_000;

interface Came {
  readonly ms: Millis;
  /** Wall clock of its beginning. */
  readonly from: number;
  /** The 99th percentile of our own event-loop delay meanwhile. */
  readonly ownMs: Millis;
}

interface Gathered {
  readonly measure: MeasureName;
  readonly of: string | undefined;
  readonly came: Came[];
  /** Those whose deadline came first. */
  readonly waited: Came[];
  failed: number;
  observerErrorMs: Millis;
}

export interface Measures {
  readonly take: (view: TrialView, trial: PlannedTrial) => void;
  readonly conclude: () => readonly MeasureFact[];
  readonly samples: () => readonly SampleFact[];
}

/** Collects the samples of quiet trials, of the trials that sample under load, and of recoveries. */
export function collectMeasures(): Measures {
  const all = new Map<string, Gathered>();
  const inOrder = (): readonly Gathered[] =>
    (Object.keys(MEASURES) as MeasureName[]).flatMap((measure) =>
      [...all.values()]
        .filter((one) => one.measure === measure)
        .sort((a, b) => (a.of ?? '').localeCompare(b.of ?? '')),
    );
  return {
    take(view, trial) {
      for (const sample of suitable(view, trial)) {
        add(all, sample, undefined, view);
        if (sample.of !== undefined) add(all, sample, sample.of, view);
      }
    },
    conclude: () => inOrder().flatMap(summarise),
    samples: () => {
      const gathered = inOrder().filter(({ measure }) => isStage(measure));
      const divided = new Set(gathered.flatMap(({ measure, of }) => (of === undefined ? [] : [measure])));
      return gathered
        .filter(({ measure, of }) => of !== undefined || !divided.has(measure))
        .flatMap(singleSamples);
    },
  };
}

function suitable(view: TrialView, { interference, topUp }: PlannedTrial): readonly Sample[] {
  if (interference === 'quiet') return samplesOf(view);
  if (interference === 'disruptive') return recoverySamples(view);
  return interference === 'load' && topUp === true ? samplesUnderLoad(view) : [];
}

function add(all: Map<string, Gathered>, sample: Sample, of: string | undefined, view: TrialView): void {
  const { measure, outcome, ms, from } = sample;
  const key = `${measure} ${of ?? ''}`;
  const group = all.get(key) ?? { measure, of, came: [], waited: [], failed: 0, observerErrorMs: 0 };
  const { loopDelayP99Ms = 0 } = view.transcript.seal?.observer ?? {};
  const one = { ms, from: view.wallAt(from), ownMs: loopDelayP99Ms };
  if (outcome === 'came') group.came.push(one);
  else group.failed += 1;
  if (outcome === 'deadline') group.waited.push(one);
  group.observerErrorMs = Math.max(group.observerErrorMs, loopDelayP99Ms);
  all.set(key, group);
}

/** What was given up counts with the time it was waited for: left out, the slowest would be missing. */
function singleSamples({ measure, of, came, waited }: Gathered): readonly SampleFact[] {
  const [, ...warm] = [...came, ...waited].sort((a, b) => a.from - b.from);
  const n = warm.length;
  if (n === 0) return [];
  const kept =
    n <= MOST_SAMPLES
      ? warm
      : Array.from({ length: MOST_SAMPLES }, (_, index) => warm[Math.floor((index * n) / MOST_SAMPLES)]);
  const ms = kept.map((one) => Math.round((one?.ms ?? 0) * FRACTIONS) / FRACTIONS);
  const own = quantileEstimate(sortedSamples(warm.map(({ ownMs }) => ownMs)), 0.5).point;
  return [{ measure, ...(of === undefined ? {} : { of }), ms, n, observerErrorMs: own }];
}

function summarise({ measure, of, came, failed, observerErrorMs }: Gathered): readonly MeasureFact[] {
  const [first, ...others] = [...came].sort((a, b) => a.from - b.from);
  if (first === undefined) return [];
  const warm = others.length === 0 ? [first] : others;
  const sorted = sortedSamples(warm.map(({ ms }) => ms));
  return [
    {
      measure,
      ...(of === undefined ? {} : { of }),
      meaning: MEASURES[measure],
      n: sorted.length,
      minMs: sorted[0] ?? 0,
      meanMs: mean([...sorted]),
      medianMs: quantileEstimate(sorted, 0.5),
      p95Ms: quantileEstimate(sorted, 0.95),
      p99Ms: quantileEstimate(sorted, 0.99),
      maxMs: sorted.at(-1) ?? 0,
      ...(others.length === 0 ? {} : { coldMs: first.ms }),
      failed,
      observerErrorMs,
    },
  ];
}
