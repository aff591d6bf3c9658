/**
 * The limits and what keeps them honest: a limit that contradicts another cannot fail, or fails a healthy
 * target, so such a set is refused when it is loaded (docs/protocol.md section 4 names the defaults).
 */
import { z } from 'zod';
import type { Thresholds } from '../core/thresholds.ts';

/** What holds where neither profile nor variable says otherwise. */
export const DEFAULT_THRESHOLDS: Thresholds = Object.freeze({
  connectMs: 10_000,
  greetingMs: 10_000,
  pongMs: 10_000,
  firstEventMs: 15_000,
  firstToolMs: 30_000,
  completionMs: 120_000,
  optimisationMs: 180_000,
  multiAgentMs: 240_000,
  silenceMs: 15_000,
  cancelMs: 5_000,
  httpMs: 2_000,
  healthMs: 10_000,
  graceMs: 1_000,
  heldBackMs: 1_000,
  toleranceMs: 250,
  tolerancePercent: 5,
  skewMs: 2_000,
  telemetryMs: 60_000,
  successRate: 0.8,
  resilienceRate: 0.6,
  answerQuality: 0.7,
});

/** The thresholds that are a share of one. */
export const isShare = (name: ThresholdName): boolean =>
  name === 'successRate' || name === 'resilienceRate' || name === 'answerQuality';

export type ThresholdName = keyof Thresholds;
export const THRESHOLD_NAMES = Object.keys(DEFAULT_THRESHOLDS) as readonly ThresholdName[];

/** The variable that sets each threshold. */
export const THRESHOLD_VARIABLES = {
  connectMs: 'TARGET_CONNECT_MS',
  greetingMs: 'TARGET_GREETING_MS',
  pongMs: 'TARGET_PONG_MS',
  firstEventMs: 'TARGET_FIRST_EVENT_MS',
  firstToolMs: 'TARGET_FIRST_TOOL_MS',
  completionMs: 'TARGET_COMPLETION_MS',
  optimisationMs: 'TARGET_OPTIMISATION_MS',
  multiAgentMs: 'TARGET_MULTI_AGENT_MS',
  silenceMs: 'TARGET_SILENCE_MS',
  cancelMs: 'TARGET_CANCEL_MS',
  httpMs: 'TARGET_HTTP_MS',
  healthMs: 'TARGET_HEALTH_MS',
  graceMs: 'TARGET_GRACE_MS',
  heldBackMs: 'TARGET_HELD_BACK_MS',
  toleranceMs: 'TARGET_TOLERANCE_MS',
  tolerancePercent: 'TARGET_TOLERANCE_PERCENT',
  skewMs: 'TARGET_SKEW_MS',
  telemetryMs: 'TARGET_TELEMETRY_MS',
  successRate: 'TARGET_SUCCESS_RATE',
  resilienceRate: 'TARGET_RESILIENCE_RATE',
  answerQuality: 'TARGET_ANSWER_QUALITY',
} as const satisfies Record<ThresholdName, string>;

/** Nobody waits an hour for one answer; a larger number is a slip of the unit. */
export const HOUR_MS = 3_600_000;

const limit = z.number().gt(0).lt(HOUR_MS);
const share = z.number().gt(0).lt(1);

/** All thresholds: times above zero and below an hour, shares between 0 and 1. */
export const THRESHOLDS_SCHEMA = z.strictObject({
  connectMs: limit,
  greetingMs: limit,
  pongMs: limit,
  firstEventMs: limit,
  firstToolMs: limit,
  completionMs: limit,
  optimisationMs: limit,
  multiAgentMs: limit,
  silenceMs: limit,
  cancelMs: limit,
  httpMs: limit,
  healthMs: limit,
  graceMs: limit,
  heldBackMs: limit,
  toleranceMs: limit,
  tolerancePercent: z.number().gt(0).lte(100),
  skewMs: limit,
  telemetryMs: limit,
  successRate: share,
  resilienceRate: share,
  answerQuality: share,
} satisfies Record<ThresholdName, z.ZodNumber>);

const ORDER: readonly (readonly [ThresholdName, 'at most' | 'below', ThresholdName])[] = [
  ['connectMs', 'at most', 'firstEventMs'],
  ['firstEventMs', 'at most', 'firstToolMs'],
  ['firstEventMs', 'at most', 'completionMs'],
  ['firstToolMs', 'at most', 'completionMs'],
  ['silenceMs', 'below', 'completionMs'],
  ['completionMs', 'at most', 'optimisationMs'],
  ['optimisationMs', 'at most', 'multiAgentMs'],
  ['cancelMs', 'below', 'completionMs'],
  ['heldBackMs', 'below', 'completionMs'],
  ['httpMs', 'at most', 'healthMs'],
];

/** One sentence for each pair of limits that cannot both be meant; `sourceOf` tells where a value is from. */
export function contradictions(
  thresholds: Thresholds,
  sourceOf: (name: ThresholdName) => string,
): readonly string[] {
  const told = (name: ThresholdName) => `${name} ${thresholds[name]} (${sourceOf(name)})`;
  return ORDER.filter(([small, relation, large]) =>
    relation === 'below' ? thresholds[small] >= thresholds[large] : thresholds[small] > thresholds[large],
  ).map(
    ([small, relation, large]) =>
      `${told(small)} contradicts ${told(large)}: expected ${small} ${relation} ${large}`,
  );
}

/** One line for each threshold that is not the protocol's, so that a moved bar is seen in the report. */
export function departuresOf(thresholds: Thresholds): readonly string[] {
  return THRESHOLD_NAMES.filter((name) => thresholds[name] !== DEFAULT_THRESHOLDS[name]).map(
    (name) => `${name}: ${thresholds[name]} (default ${DEFAULT_THRESHOLDS[name]})`,
  );
}
