/**
 * Plays a plan: quiet, then loud. Quiet trials overlap under one limiter; each louder class follows alone.
 * Nothing here knows what is expected of the target, and a trial ends in a sealed transcript whatever
 * happens: a script that throws is a bug of ours, and sealed as such.
 */
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import { HarnessError } from '../core/errors.ts';
import type { Scenario } from '../core/scenario.ts';
import { fileSink } from '../evidence/file-sink.ts';
import { Recorder } from '../evidence/recorder.ts';
import type { Redactor } from '../evidence/redaction.ts';
import { type ScriptEnd, TRANSCRIPT_FORMAT } from '../evidence/transcript.ts';
import { inOrder } from '../plan/order.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import { paceHere, trialsHere } from '../plan/shard.ts';
import { dialectOf } from '../protocol/dialects/registry.ts';
import type { TokenSource } from './auth.ts';
import { type Catcher, openHooks } from './catcher.ts';
import { type FaultSwitch, type Outages, trackOutages } from './faults.ts';
import { trackFixtures } from './fixtures.ts';
import { exchange } from './http.ts';
import { type Journal, startJournal } from './journal.ts';
import type { Network } from './network.ts';
import { type Observer, startObserver } from './observer.ts';
import { createPacer, type Pacer } from './pacer.ts';
import type { JournalledSocket } from './socket.ts';
import { setStage } from './stage.ts';

/** What the driving tells whoever watches it. */
export type PlayEvent =
  | { readonly kind: 'trial-started'; readonly trial: PlannedTrial; readonly at: number }
  | {
      readonly kind: 'trial-ended';
      readonly trial: PlannedTrial;
      readonly end: ScriptEnd;
      readonly at: number;
    };

export interface PlayWay {
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly network: Network;
  /** Undefined where no scenario needs it. */
  readonly catcher?: Catcher | undefined;
  readonly tokens: TokenSource;
  readonly redactor: Redactor;
  readonly clock: Clock;
  /** How dependencies of the target are taken away; undefined where nobody says. */
  readonly faults?: FaultSwitch | undefined;
  /** Folder that the transcripts go to; it exists and is empty. */
  readonly evidenceDir: string;
  readonly ended: AbortSignal;
  readonly watch: (event: PlayEvent) => void;
  /** Without it everything that is planned is driven. */
  readonly stopping?: StoppingRule | undefined;
}

/** The one thing that flows back: whether samples are still needed. It sees transcripts and decides nothing else. */
export interface StoppingRule {
  /** A trial's transcript is sealed. */
  readonly finished: (trial: PlannedTrial) => void;
  /** Asked when it is the turn of a topping-up trial. */
  readonly isNeeded: (trial: PlannedTrial) => boolean;
}

/** Buffered evidence reaches the disk at the latest after this time, in case the process is killed. */
const FLUSH_MS = 250;

interface Playing extends PlayWay {
  readonly plan: Plan;
  readonly observer: Observer;
  readonly pacer: Pacer;
}

/** Drives every trial that is this machine's; returns when the last transcript is sealed. */
export async function play(plan: Plan, way: PlayWay): Promise<void> {
  // Every pause and every request of every trial listens to it, and lets go when it is over.
  setMaxListeners(0, way.ended);
  const observer = startObserver(way.clock);
  const { concurrency, startsPerSecond } = paceHere(plan);
  const pacer = createPacer(startsPerSecond, way.clock);
  const playing: Playing = { ...way, plan, observer, pacer };
  try {
    for (const group of inOrder(trialsHere(plan))) {
      const limit = pLimit(group.concurrency === 'one' ? 1 : concurrency);
      await Promise.all(group.trials.map((trial) => limit(() => playTrial(playing, trial))));
    }
  } finally {
    observer.stop();
  }
}

async function playTrial(playing: Playing, trial: PlannedTrial): Promise<void> {
  const { plan, clock, ended, stopping } = playing;
  if (ended.aborted || (trial.topUp === true && stopping?.isNeeded(trial) === false)) return;
  playing.watch({ kind: 'trial-started', trial, at: clock.now() });
  const recorder = startRecorder(playing, trial);
  const journal = startJournal(recorder, clock);
  const startedAt = clock.now();
  const opened = new Set<JournalledSocket>();
  const dialect = dialectOf(plan.target);
  if (dialect === undefined) throw new HarnessError('INTERNAL', `dialect ${plan.target.dialect} is unknown`);
  const fixtures = trackFixtures();
  const outages = outagesOf(playing, trial, journal);
  const hooks = openHooks(playing.catcher, journal);
  const stage = setStage({ ...playing, trial, journal, dialect, fixtures, hooks, outages, opened });
  const flushing = setInterval(() => recorder.flush(), FLUSH_MS);
  const outcome = await runScript(playing, trial, () => scenarioOf(playing, trial).play(stage));
  for (const socket of opened) socket.drop();
  hooks.stop();
  const { end, reason } = await restored(outages, outcome);
  await fixtures.remove();
  clearInterval(flushing);
  // Collections of garbage are told one turn later.
  await nextTurn();
  recorder.seal(journal.now(), end, playing.observer.since(startedAt), reason);
  stopping?.finished(trial);
  playing.watch({ kind: 'trial-ended', trial, end, at: clock.now() });
}

/** What was taken away is given back also when the campaign was ended. */
const neverEnded = new AbortController().signal;

function outagesOf({ plan, network, faults }: Playing, trial: PlannedTrial, journal: Journal): Outages {
  const { target, thresholds, limits } = plan;
  const path = target.endpoints['health'] ?? '/health';
  const ask = { label: 'health after the outage', method: 'GET', path } as const;
  const { dispatcher } = network;
  const { frameBytes: keptBytes } = limits;
  const by = { url: target.url, shown: '', dispatcher, journal, actor: 'harness', keptBytes } as const;
  return trackOutages({
    faults,
    journal,
    isDisruptive: trial.interference === 'disruptive',
    health: () => exchange({ ...by, ended: neverEnded }, ask, undefined, thresholds.healthMs),
    healthMs: thresholds.healthMs,
  });
}

/** The outcome, unless something is away that could not be given back: then everything after it is in doubt. */
async function restored(outages: Outages, outcome: Outcome): Promise<Outcome> {
  try {
    await outages.restore();
    return outcome;
  } catch (cause) {
    return { end: 'gave-up', reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

function startRecorder(playing: Playing, trial: PlannedTrial): Recorder {
  const { plan, clock, evidenceDir, redactor } = playing;
  const header = {
    format: TRANSCRIPT_FORMAT,
    campaign: plan.campaign,
    scenario: trial.scenario,
    trial: trial.id,
    seed: trial.seed,
    startedAt: new Date(clock.wall()).toISOString(),
    harness: plan.harness.version,
    actors: trial.actors.map(({ identity: _identity, ...actor }) => actor),
  } as const;
  const bounds = { entries: plan.limits.entriesPerTrial, bytes: plan.limits.evidenceBytesPerTrial };
  return new Recorder(header, fileSink(join(evidenceDir, `${trial.id}.ndjson`)), redactor, bounds);
}

function scenarioOf(playing: Playing, trial: PlannedTrial): Scenario {
  const scenario = playing.scenarios.get(trial.scenario);
  if (scenario === undefined)
    throw new HarnessError('INTERNAL', `the plan names scenario ${trial.scenario}, which does not exist`);
  return scenario;
}

interface Outcome {
  readonly end: ScriptEnd;
  readonly reason?: string;
}

async function runScript(
  playing: Playing,
  trial: PlannedTrial,
  script: () => Promise<void>,
): Promise<Outcome> {
  const { ended } = playing;
  let onAbort = (): void => undefined;
  const aborted = new Promise<'aborted'>((resolve) => {
    onAbort = () => resolve('aborted');
    ended.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const end = await Promise.race([script().then(() => 'finished' as const), aborted]);
    return end === 'aborted' ? { end, reason: String(ended.reason) } : { end };
  } catch (cause) {
    if (cause instanceof HarnessError) return { end: 'gave-up', reason: `${cause.code}: ${cause.message}` };
    if (ended.aborted) return { end: 'aborted', reason: String(ended.reason) };
    return { end: 'crashed', reason: `scenario ${trial.scenario}: ${String(cause)}` };
  } finally {
    ended.removeEventListener('abort', onAbort);
  }
}
