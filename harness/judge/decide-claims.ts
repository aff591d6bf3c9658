/** What is said of a latency claim when the campaign is over: its verdict, and its figures for the report. */
import { type Finding, fail, inconclusive, pass, type Statement } from '../core/finding.ts';
import { MEASURES, type MeasureName } from '../core/measure.ts';
import type { EvidenceRef, Millis } from '../evidence/transcript.ts';
import { P95_CLAIM } from '../stats/claim.ts';
import type { Answer, Decision } from '../stats/decide.ts';
import type { Estimate } from '../stats/estimate.ts';
import { quantileEstimate, sortedSamples } from '../stats/quantile.ts';
import { conclude } from '../stats/sequential.ts';
import type { ClaimState, Shortage } from './claims.ts';

/** A claim as the report shows it. */
export interface ClaimFact {
  readonly check: string;
  readonly requirement: string;
  readonly measure: MeasureName;
  readonly of?: string;
  readonly limitMs: Millis;
  readonly answer: Answer;
  /** Samples in the decision. */
  readonly n: number;
  /** Of these, within the limit. */
  readonly good: number;
  /** Of these, possibly our own doing. */
  readonly spoilt: number;
  /** Asked and never come, for another reason than time. */
  readonly failed: number;
  readonly p95Ms?: Estimate;
  /** The first one, which is not in the decision. */
  readonly coldMs?: Millis;
}

/** The claim in figures. */
export function claimFact({ check, of, limitMs, sequence, ms, failed, cold }: ClaimState): ClaimFact {
  const { measure } = check.claim;
  const { answer, n, good, spoilt } = sequence;
  return {
    check: check.id,
    requirement: check.requirement,
    measure,
    ...(of === undefined ? {} : { of }),
    limitMs,
    answer,
    n,
    good,
    spoilt,
    failed,
    ...(ms.length === 0 ? {} : { p95Ms: quantileEstimate(sortedSamples(ms), 0.95) }),
    ...(cold === undefined ? {} : { coldMs: cold }),
  };
}

/** A claim that is still being sampled, for whoever watches. */
export interface ClaimProgress extends ClaimFact {
  /** Samples that a healthy target is expected to take in addition; 0 once it is decided. */
  readonly more: number;
}

/** How far the claim has come. */
export function claimProgress(state: ClaimState): ClaimProgress {
  const decision = conclude(state.sequence, P95_CLAIM);
  return { ...claimFact(state), more: decision.more?.atBest ?? 0 };
}

/** The claim's verdict; `refs` tells where to look if nothing was seen. */
export function claimFinding(state: ClaimState, shortage: Shortage, refs: readonly EvidenceRef[]): Finding {
  if (state.crash !== undefined) return state.crash;
  const decision = conclude(state.sequence, P95_CLAIM);
  const statement = stated(state, decision, refs);
  if (decision.answer === 'does-not-hold') return fail({ ...statement, code: 'too-slow', refs: state.late });
  if (decision.answer === 'undecided') return undecided(state, decision, shortage, statement);
  if (state.whole) return pass({ ...statement, code: 'in-time' });
  return inconclusive({ ...statement, code: 'evidence-not-whole' });
}

function stated(
  state: ClaimState,
  { estimate }: Decision,
  refs: readonly EvidenceRef[],
): Omit<Statement, 'code'> {
  const { claim } = state.check;
  const { sequence, slowest, limitMs } = state;
  const of = state.of === undefined ? '' : ` (${state.of})`;
  const expected = `p95 of ${claim.measure}${of} within ${told(limitMs)}: ${MEASURES[claim.measure]}`;
  if (estimate === undefined) return { expected, actual: `no sample${failures(state)}`, refs };
  const p95 = quantileEstimate(sortedSamples(state.ms), 0.95);
  const actual = `p95 ${told(p95.point)}, ${intervalOf(p95)} over ${sequence.n} samples; ${late(state)}${failures(state)}`;
  return { expected, actual, refs: slowest === undefined ? refs : [slowest.ref] };
}

const late = ({ sequence }: ClaimState): string => {
  const { n, good, spoilt } = sequence;
  const own = spoilt === 0 ? '' : `, ${spoilt} more by no more than the harness itself stood still`;
  return `${n - good - spoilt} exceed the limit${own}`;
};

const failures = ({ failed }: ClaimState): string => (failed === 0 ? '' : `; ${failed} failed`);

const REMEDIES: Readonly<Record<Shortage, string>> = {
  trials: 'let the campaign come to its end',
  tokens: 'raise HARNESS_MAX_TOKENS',
  runs: 'raise HARNESS_MAX_AGENT_RUNS',
};

function undecided(
  state: ClaimState,
  { more }: Decision,
  shortage: Shortage,
  statement: Omit<Statement, 'code'>,
): Finding {
  const { check, sequence } = state;
  if (sequence.n === 0 && shortage === 'runs')
    return inconclusive({ ...statement, code: 'no-samples' }, check.restsOn);
  const planned =
    more === undefined ? '' : `; about ${more.planned} more samples would settle it, ${more.atBest} at best`;
  const decide = `${REMEDIES[shortage]}${planned}`;
  return { ...inconclusive({ ...statement, code: 'too-few-samples' }), decide };
}

/** `11.8 s`, as people say it. */
function told(ms: Millis): string {
  return ms >= 1000 ? `${Number((ms / 1000).toPrecision(3))} s` : `${Number(ms.toPrecision(3))} ms`;
}

function intervalOf({ low, high, confidence }: Estimate): string {
  const share = `${Math.round(confidence * 100)} % interval`;
  if (high === undefined) return `at least ${told(low ?? 0)} (too few for an upper bound)`;
  return `${share} ${told(low ?? 0)} to ${told(high)}`;
}
