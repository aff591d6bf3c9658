/**
 * What is seen while a campaign is driven. A person at a terminal gets one block, redrawn; a log gets lines
 * that are only ever added, and a sign of life often enough that no pipeline takes silence for death.
 */
import { createLogUpdate } from 'log-update';
import picocolors from 'picocolors';
import type { Clock } from '../core/clock.ts';
import type { Scenario } from '../core/scenario.ts';
import type { PlayEvent } from '../driver/play.ts';
import type { ScriptEnd } from '../evidence/transcript.ts';
import type { ClaimProgress } from '../judge/decide-claims.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import { createSampling } from './sampling.ts';

/** How progress is shown on this output. */
export interface ProgressForm {
  readonly form: 'block' | 'lines';
  readonly colour: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/** A block only where a person watches; colour unless NO_COLOR, which beats everything, forbids it. */
export function progressForm(isTty: boolean, env: Environment): ProgressForm {
  const inCi = isSet(env['CI']) && env['CI'] !== 'false' && env['CI'] !== '0';
  const isWatched = isTty && !inCi && env['TERM'] !== 'dumb';
  const isForced = isSet(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  return { form: isWatched ? 'block' : 'lines', colour: !isSet(env['NO_COLOR']) && (isWatched || isForced) };
}

export interface ProgressWay extends ProgressForm {
  readonly plan: Plan;
  /** What each scenario is for and what it costs, by its id. */
  readonly scenarios: ReadonlyMap<string, Pick<Scenario, 'purpose' | 'agentRuns'>>;
  readonly output: NodeJS.WritableStream;
  readonly clock: Clock;
}

export interface Progress {
  /** To be handed to the driver as its `watch`. */
  readonly watch: (event: PlayEvent) => void;
  /** What the claims of the campaign have come to. */
  readonly sampled: (claims: readonly ClaimProgress[]) => void;
  /** Ends the display and leaves the terminal as it was; more calls do nothing. */
  readonly stop: () => void;
}

/** Redrawn this often: a running second is seen to run, and no processor notices. */
const REDRAW_MS = 500;
/** Pipelines kill what is silent for minutes; nobody wants a line more often than this. */
const HEARTBEAT_MS = 30_000;
/** Trials named in the block; a terminal has 24 lines. */
const MOST_NAMED = 6;

/** Starts the display that fits the output. */
export function startProgress(way: ProgressWay): Progress {
  return way.form === 'block' ? blockProgress(way) : lineProgress(way);
}

/** What is known of the driving so far. */
interface Tally {
  readonly take: (event: PlayEvent) => void;
  readonly running: () => readonly { readonly trial: PlannedTrial; readonly sinceMs: number }[];
  readonly summary: () => string;
}

function createTally({ plan, scenarios, clock }: ProgressWay): Tally {
  const startedAt = clock.now();
  const running = new Map<string, { trial: PlannedTrial; at: number }>();
  const ends = new Map<ScriptEnd, number>();
  let done = 0;
  let runs = 0;
  return {
    take(event) {
      if (event.kind === 'trial-started') {
        running.set(event.trial.id, { trial: event.trial, at: event.at });
        return;
      }
      running.delete(event.trial.id);
      done += 1;
      runs += scenarios.get(event.trial.scenario)?.agentRuns ?? 0;
      ends.set(event.end, (ends.get(event.end) ?? 0) + 1);
    },
    running: () => [...running.values()].map(({ trial, at }) => ({ trial, sinceMs: clock.now() - at })),
    summary() {
      const odd = [...ends].filter(([end]) => end !== 'finished').map(([end, n]) => `, ${n} ${end}`);
      const elapsed = elapsedText(clock.now() - startedAt);
      return `trials ${done}/${plan.trials.length}${odd.join('')}, agent runs ${runs}/${plan.agentRunsAtMost}, ${elapsed}`;
    },
  };
}

/** What is started in any case, and what topping up may add. */
const runsOf = ({ agentRuns, agentRunsAtMost }: Plan): string =>
  agentRunsAtMost > agentRuns ? `${agentRuns} to ${agentRunsAtMost}` : `${agentRuns}`;

/** `8 s`, `2 min 05 s`. */
function elapsedText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

function blockProgress(way: ProgressWay): Progress {
  const log = createLogUpdate(way.output);
  const tally = createTally(way);
  const sampling = createSampling();
  const draw = (): void => log([blockText(way, tally), ...sampling.lines()].join('\n'));
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  let stopped = false;
  draw();
  return {
    watch(event) {
      tally.take(event);
      if (stopped) return;
      if (event.kind === 'trial-ended' && event.end !== 'finished')
        log.persist(`${event.trial.id} ${event.end}: its evidence cannot support a pass`);
      draw();
    },
    sampled: (claims) => sampling.take(claims, way.clock.now()),
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      log.clear();
      log.done();
      way.output.write(`drove ${way.plan.target.name}: ${tally.summary()}\n`);
    },
  };
}

function blockText({ plan, scenarios, colour }: ProgressWay, tally: Tally): string {
  const { bold, dim } = picocolors.createColors(colour);
  const running = tally.running();
  const named = running.slice(0, MOST_NAMED).map(({ trial, sinceMs }) => {
    const purpose = scenarios.get(trial.scenario)?.purpose ?? trial.scenario;
    return `  ${trial.id}  ${elapsedText(sinceMs)}  ${dim(purpose)}`;
  });
  const more = running.length - MOST_NAMED;
  return [
    `${bold(`driving ${plan.target.name}`)}  ${tally.summary()}`,
    ...named,
    ...(more > 0 ? [`  and ${more} more`] : []),
    `  ${awaited(running)}`,
  ].join('\n');
}

/** The trial that has run longest is the one that everybody waits for. */
function awaited(running: ReturnType<Tally['running']>): string {
  const [first] = [...running].sort((a, b) => b.sinceMs - a.sinceMs);
  return first === undefined ? 'waiting for the next trial to start' : `waiting for ${first.trial.id} to end`;
}

function lineProgress({ plan, output, ...rest }: ProgressWay): Progress {
  const tally = createTally({ plan, output, ...rest });
  const sampling = createSampling();
  const write = (line: string): boolean => output.write(`${line}\n`);
  const beat = (): boolean =>
    write([`  ${tally.summary()}; ${awaited(tally.running())}`, ...sampling.lines()].join('\n'));
  const timer = heartbeat(beat);
  let stopped = false;
  write(`driving ${plan.target.name}: ${plan.trials.length} trials, ${runsOf(plan)} agent runs`);
  return {
    watch(event) {
      const since = tally.running().find(({ trial }) => trial.id === event.trial.id)?.sinceMs ?? 0;
      tally.take(event);
      if (stopped) return;
      write(event.kind === 'trial-started' ? `  started ${event.trial.id}` : `  ${endedLine(event, since)}`);
      timer.refresh();
    },
    sampled: (claims) => sampling.take(claims, rest.clock.now()),
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      write(`drove ${plan.target.name}: ${tally.summary()}`);
    },
  };
}

/** Beats only in silence: every other line is a sign of life too. */
function heartbeat(beat: () => void): NodeJS.Timeout {
  const timer = setInterval(beat, HEARTBEAT_MS);
  timer.unref();
  return timer;
}

function endedLine({ trial, end }: Extract<PlayEvent, { kind: 'trial-ended' }>, sinceMs: number): string {
  const after = elapsedText(sinceMs);
  return end === 'finished'
    ? `ended   ${trial.id} after ${after}`
    : `ended   ${trial.id} after ${after}: ${end}`;
}
