/**
 * Decides the latency claims of a campaign, and with that when enough was sampled. The driver and the judge use this same
 * book: the one to know whether another trial is needed, the other to know whether one that was not driven had to be.
 *
 * Trials are numbered by their start, which is the order of the plan. Samples are taken from the longest prefix of trials
 * that are over, never from one that overtook another; what was decided stays decided.
 */
import type { ClaimCheck } from '../core/check.ts';
import type { LatencyClaim } from '../core/claim.ts';
import type { Finding } from '../core/finding.ts';
import type { Sample } from '../core/measure.ts';
import type { EvidenceRef } from '../evidence/transcript.ts';
import { inOrder } from '../plan/order.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import { P95_CLAIM } from '../stats/claim.ts';
import { advance, NOTHING_SEEN, type Outcome, type Sequence } from '../stats/sequential.ts';
import { endpointOf } from './endpoint.ts';
import { longestStallMs } from './observer.ts';
import { samplesOf, samplesUnderLoad } from './samples.ts';
import { tokensOf } from './tokens.ts';
import type { TrialView } from './views.ts';

/** What was seen of one claim. */
export interface ClaimState {
  readonly check: ClaimCheck;
  readonly limitMs: number;
  /** The agent or the endpoint, as the target names it. */
  readonly of: string | undefined;
  sequence: Sequence;
  /** The first sample: shown, not decided on. */
  cold: number | undefined;
  /** Milliseconds of the samples in the decision, in their order. */
  readonly ms: number[];
  failed: number;
  /** Whether all evidence of the decision was whole. */
  whole: boolean;
  /** Topping-up trials in a row that brought no sample. */
  barren: number;
  readonly late: EvidenceRef[];
  slowest: { readonly ms: number; readonly ref: EvidenceRef } | undefined;
  /** A script of ours that broke while it was to bring samples. */
  crash: Finding | undefined;
}

/** A trial that was still needed is missing, and nothing after it was taken; or one of the two budgets is spent. */
export type Shortage = 'trials' | 'tokens' | 'runs';

export interface ClaimBook {
  /** The transcript of a trial that is over; `crash` where its script broke. */
  readonly take: (trial: string, view: TrialView, crash?: Finding) => void;
  /** There is no transcript of it. */
  readonly leaveOut: (trial: string) => void;
  /** Whether the claims still need the samples of that trial, as far as the prefix shows. */
  readonly isNeeded: (trial: PlannedTrial) => boolean;
  /** Trials that were left out and were not needed. */
  readonly unneeded: ReadonlySet<string>;
  /** What ended the sampling of a claim that is still open. */
  readonly shortage: () => Shortage;
  readonly claims: readonly ClaimState[];
}

/** So many topping-up trials in a row without a sample, and no more are driven for it: the target does not give any. */
const BARREN_TRIALS = 5;
const MOST_REFS = 5;
/** A stall of more than this part of a limit may have hidden an answer that was there before the deadline. */
const LARGE_STALL = 4;
/** A timer may fire a millisecond early. */
const EARLY_MS = 1;

type Endpoints = Readonly<Partial<Record<string, string>>>;

interface Over {
  readonly view: TrialView;
  readonly crash: Finding | undefined;
}

/** A book with nothing in it yet, for these claims. */
export function openClaims(plan: Plan, checks: readonly ClaimCheck[]): ClaimBook {
  const order = inOrder(plan.trials).flatMap(({ trials }) => trials);
  const claims = checks.map((check) => newState(check, plan));
  const over = new Map<string, Over | 'left-out'>();
  const unneeded = new Set<string>();
  let next = 0;
  let tokens = 0;
  let gap = false;

  const isSpent = (): boolean => plan.limits.tokens !== undefined && tokens >= plan.limits.tokens;
  const isNeeded = (trial: PlannedTrial): boolean =>
    !gap && !isSpent() && claims.some((state) => state.check.claim.topUp === trial.scenario && isOpen(state));
  const skip = (trial: PlannedTrial): void => {
    if (trial.topUp === true && !isNeeded(trial)) unneeded.add(trial.id);
    else gap = true;
  };
  const enterAll = (trial: PlannedTrial, found: Over): void => {
    tokens += tokensOf(found.view);
    for (const state of claims) enter(state, trial, found);
  };
  /** The next trial, if it is over already. */
  const nextOver = (): PlannedTrial | undefined => {
    const trial = gap ? undefined : order[next];
    return trial !== undefined && over.has(trial.id) ? trial : undefined;
  };
  const settle = (): void => {
    for (let trial = nextOver(); trial !== undefined; trial = nextOver()) {
      const found = over.get(trial.id);
      over.delete(trial.id);
      next += 1;
      if (found === undefined || found === 'left-out') skip(trial);
      else enterAll(trial, found);
    }
  };
  return {
    take(trial, view, crash) {
      over.set(trial, { view, crash });
      settle();
    },
    leaveOut(trial) {
      over.set(trial, 'left-out');
      settle();
    },
    isNeeded,
    unneeded,
    shortage: () => (gap ? 'trials' : isSpent() ? 'tokens' : 'runs'),
    claims,
  };
}

function newState(check: ClaimCheck, { thresholds, target }: Plan): ClaimState {
  return {
    check,
    limitMs: thresholds[check.claim.limit],
    of: check.claim.of === undefined ? undefined : placed(check.claim.of, target.endpoints),
    sequence: NOTHING_SEEN,
    cold: undefined,
    ms: [],
    failed: 0,
    whole: true,
    barren: 0,
    late: [],
    slowest: undefined,
    crash: undefined,
  };
}

/** Names an endpoint as its samples do, wherever the profile puts it. */
function placed(
  of: string,
  { health = '/health', telemetryIngest = '/', telemetryQuery = '/' }: Endpoints,
): string {
  const [method = '', path = ''] = of.split(' ');
  if (path === '') return of;
  const bare = (place: string): string => place.replace(/\/+$/, '');
  const places = { '{health}': health, '{ingest}': bare(telemetryIngest), '{query}': bare(telemetryQuery) };
  return endpointOf(
    method,
    Object.entries(places).reduce((url, [name, place]) => url.replace(name, place), path),
  );
}

const isOpen = ({ sequence, barren, crash }: ClaimState): boolean =>
  sequence.answer === 'undecided' && barren < BARREN_TRIALS && crash === undefined;

/** Quiet claims take every quiet trial; those under load take the trials that are made for it. */
const isSuitable = ({ from, topUp }: LatencyClaim, { scenario, interference }: PlannedTrial): boolean =>
  from === 'load' ? scenario === topUp : interference === 'quiet';

const samplesFor = ({ check, of }: ClaimState, view: TrialView): readonly Sample[] =>
  (check.claim.from === 'load' ? samplesUnderLoad(view) : samplesOf(view)).filter(
    (sample) => sample.measure === check.claim.measure && (of === undefined || of === sample.of),
  );

/** What one trial adds to one claim. */
function enter(state: ClaimState, trial: PlannedTrial, { view, crash }: Over): void {
  const { claim } = state.check;
  const isOwn = trial.scenario === claim.topUp;
  if (!isOpen(state) || !isSuitable(claim, trial)) return;
  if (isOwn && crash !== undefined) state.crash = crash;
  const samples = samplesFor(state, view);
  if (isOwn) state.barren = samples.some(({ outcome }) => outcome !== 'failed') ? 0 : state.barren + 1;
  if (samples.length > 0 && !view.isWhole) state.whole = false;
  for (const sample of samples) enterSample(state, sample, view);
}

function enterSample(state: ClaimState, sample: Sample, view: TrialView): void {
  const outcome = judged(sample, state.limitMs, view);
  if (outcome === 'failed') state.failed += 1;
  if (outcome === 'failed' || outcome === 'unknown' || state.sequence.answer !== 'undecided') return;
  if (state.cold === undefined) {
    state.cold = sample.ms;
    return;
  }
  state.sequence = advance(state.sequence, outcome, P95_CLAIM);
  keep(state, sample, outcome, view.ref(...sample.entries));
}

/** What the report shows of a sample that was decided on. */
function keep(state: ClaimState, sample: Sample, outcome: Outcome, ref: EvidenceRef): void {
  // What never came took longer than it may, however soon that was known.
  const ms = outcome === 'bad' ? Math.max(sample.ms, state.limitMs) : sample.ms;
  if (outcome !== 'spoilt') state.ms.push(ms);
  if (outcome === 'bad' && state.late.length < MOST_REFS) state.late.push(ref);
  if (ms > (state.slowest?.ms ?? -1)) state.slowest = { ms, ref };
}

/** `unknown`: it was given up before its limit, which says neither that it would have kept it nor that it would not. */
function judged(sample: Sample, limitMs: number, view: TrialView): Outcome | 'failed' | 'unknown' {
  const { outcome, ms } = sample;
  if (outcome === 'failed') return 'failed';
  if (outcome === 'came') {
    if (ms <= limitMs) return 'good';
    return ms - limitMs <= longestStallMs(view) ? 'spoilt' : 'bad';
  }
  if (outcome === 'deadline' && ms + EARLY_MS < limitMs) return 'unknown';
  // How much later it would have come is not known; a process that stood still for a while may not have heard it.
  return longestStallMs(view) > limitMs / LARGE_STALL ? 'spoilt' : 'bad';
}
