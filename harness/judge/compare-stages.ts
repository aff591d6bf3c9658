/** What is said of the latencies of a campaign beside those of an earlier one. */
import { type Finding, fail, inconclusive, pass } from '../core/finding.ts';
import type { EvidenceRef } from '../evidence/transcript.ts';
import { type Compared, ENOUGH_SAMPLES } from '../plan/compared.ts';
import { compareStages, type StageComparison, type StageSamples } from './stages.ts';

/** Stages that a sentence names. */
const MOST_NAMED = 5;

/** The verdict over all stages of which the earlier campaign has enough samples. */
export function comparisonFinding(
  earlier: Compared | undefined,
  samples: readonly StageSamples[],
  isWhole: boolean,
  refs: readonly EvidenceRef[],
): Finding {
  const asked = earlier?.samples.filter(({ ms }) => ms.length >= ENOUGH_SAMPLES) ?? [];
  const keys = new Set(asked.map(keyOf));
  const now = samples.filter((one) => keys.has(keyOf(one)));
  const stages = earlier === undefined ? [] : compareStages(asked, now, earlier.margin);
  const worse = stages.filter(({ contrast }) => contrast?.answer === 'worse');
  const open = stages.filter(({ contrast }) => contrast === undefined || contrast.answer === 'undecided');
  const { percent = 0, leastMs = 0 } = earlier?.margin ?? {};
  const expected =
    `no stage slower than in ${earlier?.campaign ?? 'an earlier campaign'} ` +
    `by more than ${percent} % of its median, or ${leastMs} ms, or our own delay`;
  if (worse.length > 0) return fail({ code: 'slower-than-before', expected, actual: named(worse), refs });
  if (stages.length === 0 || open.length > 0) {
    const actual = stages.length === 0 ? 'nothing to compare' : `too few samples to tell: ${named(open)}`;
    const decide = 'drive what the earlier campaign drove, with as many runs (HARNESS_MAX_AGENT_RUNS)';
    return { ...inconclusive({ code: 'too-few-samples', expected, actual, refs }), decide };
  }
  const actual = `${stages.length} stages compared: ${named(stages)}`;
  if (isWhole) return pass({ code: 'not-slower', expected, actual, refs });
  return inconclusive({ code: 'evidence-not-whole', expected, actual, refs });
}

const keyOf = ({ measure, of }: Pick<StageSamples, 'measure' | 'of'>): string => `${measure} ${of ?? ''}`;

function named(stages: readonly StageComparison[]): string {
  const more = stages.length - MOST_NAMED;
  const shown = stages.slice(0, MOST_NAMED).map(figuresOf).join('; ');
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

const ms = (value: number | undefined): string => (value === undefined ? 'none' : `${value.toFixed(1)} ms`);

function figuresOf({ measure, of, before, now, contrast }: StageComparison): string {
  const name = of === undefined ? measure : `${measure} (${of})`;
  const medians = `median ${ms(before.medianMs)} (n=${before.n}), now ${ms(now.medianMs)} (n=${now.n})`;
  if (contrast === undefined) return `${name}: ${medians}`;
  const { low, high, point } = contrast.shift;
  return `${name}: ${medians}, shift ${ms(point)} (${ms(low)} to ${ms(high)})`;
}
