/**
 * Two campaigns stage by stage, from their samples alone: which of them take longer than before by more than matters?
 * Whoever compares two reports and whoever judges against a baseline campaign asks the same question here.
 */
import { MEASURES, type MeasureName } from '../core/measure.ts';
import { type Contrast, contrastAll } from '../stats/compare.ts';
import { quantileEstimate, sortedSamples } from '../stats/quantile.ts';

/** The samples of one stage. */
export interface StageSamples {
  readonly measure: MeasureName;
  readonly of?: string | undefined;
  readonly ms: readonly number[];
  readonly observerErrorMs: number;
}

/**
 * What a stage may be slower by without anybody minding: the larger of the two. Where our own error was larger still, it is
 * that error, since what we cannot see we cannot call a difference.
 */
export interface Margin {
  /** Of the median that it had. */
  readonly percent: number;
  readonly leastMs: number;
}

/** Less than this a person does not notice, and a busy machine adds. */
export const DEFAULT_MARGIN: Margin = { percent: 10, leastMs: 5 };

/** With fewer on one side no difference, however large, is beyond chance once several stages are compared. */
const FEWEST_SAMPLES = 5;

interface Side {
  readonly n: number;
  readonly medianMs: number | undefined;
}

export interface StageComparison {
  readonly measure: MeasureName;
  readonly of: string | undefined;
  readonly meaning: string;
  readonly before: Side;
  readonly now: Side;
  readonly marginMs: number;
  /** Absent where one side has too few samples to be compared. */
  readonly contrast: Contrast | undefined;
}

const keyOf = ({ measure, of }: Pick<StageSamples, 'measure' | 'of'>): string => `${measure} ${of ?? ''}`;

/** Every stage that either side has, in the order of the measures. */
export function compareStages(
  before: readonly StageSamples[],
  now: readonly StageSamples[],
  margin: Margin,
  alpha?: number,
): readonly StageComparison[] {
  const known = new Map([...before, ...now].map((one) => [keyOf(one), one]));
  const pairs = [...known].map(([key, { measure, of }]) => {
    const sides = [before, now].map((side) => side.find((one) => keyOf(one) === key));
    const [baseline = [], current = []] = sides.map((side) => side?.ms ?? []);
    const ownMs = sides.map((side) => side?.observerErrorMs ?? 0);
    const marginMs = Math.max(margin.leastMs, ((medianOf(baseline) ?? 0) * margin.percent) / 100, ...ownMs);
    return { measure, of, baseline, current, margin: marginMs };
  });
  // Decided by the numbers of samples alone, so that what is left out does not depend on what it shows.
  const compared = pairs.filter((pair) => isEnough(pair.baseline) && isEnough(pair.current));
  const contrasts = new Map(contrastAll(compared, alpha).map((contrast, at) => [compared[at], contrast]));
  return pairs
    .map((pair) => ({
      measure: pair.measure,
      of: pair.of,
      meaning: MEASURES[pair.measure],
      before: sideOf(pair.baseline),
      now: sideOf(pair.current),
      marginMs: pair.margin,
      contrast: contrasts.get(pair),
    }))
    .sort((a, b) => order(a) - order(b) || (a.of ?? '').localeCompare(b.of ?? ''));
}

const NAMES = Object.keys(MEASURES);
const order = ({ measure }: Pick<StageComparison, 'measure'>): number => NAMES.indexOf(measure);
const isEnough = (samples: readonly number[]): boolean => samples.length >= FEWEST_SAMPLES;
const sideOf = (samples: readonly number[]): Side => ({ n: samples.length, medianMs: medianOf(samples) });
const medianOf = (samples: readonly number[]): number | undefined =>
  samples.length === 0 ? undefined : quantileEstimate(sortedSamples(samples), 0.5).point;
