import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { quantile } from 'simple-statistics';
import type { Clock } from '../core/clock.ts';
import type { Millis, ObserverError } from '../evidence/transcript.ts';

/** How often the event loop is probed. Short enough to see a stall of one latency limit's tolerance. */
const PROBE_MS = 20;
/** A probe late by its own period was a stall; smaller delays are the ordinary noise that tolerances are for. */
const STALL_MS = PROBE_MS;
/** Ten minutes of probes; a longer trial is judged by its last ten minutes. */
const KEPT = 30_000;

/** Watches how late this process runs its own timers: a latency is never more exact than that. */
export interface Observer {
  /** What was seen since `from`, on the observer's clock. */
  readonly since: (from: Millis) => ObserverError;
  readonly stop: () => void;
}

/** A time in which nothing of ours ran, or might have. */
interface Pause {
  readonly at: Millis;
  readonly ms: Millis;
}

/**
 * Starts probing the event loop and watching the garbage collection: a collection that begins just after a probe makes
 * the next one late by less than it took. The timer does not keep the process alive.
 */
export function startObserver(clock: Clock): Observer {
  const loop = probeLoop(clock);
  const gc = watchCollections(clock);
  return {
    since: (from) => errorOf(loop.since(from), gc.since(from)),
    stop() {
      loop.stop();
      gc.stop();
    },
  };
}

/** What these delays of the loop and these collections mean for the times that were measured meanwhile. */
export function errorOf(lates: readonly Millis[], pauses: readonly Millis[]): ObserverError {
  const stalls = lates.filter(isStall);
  const collections = pauses.filter(isStall);
  return {
    loopDelayP99Ms: lates.length === 0 ? 0 : round(quantile([...lates], 0.99)),
    // The same standstill may show in both.
    stalledMs: round(Math.max(sum(stalls), sum(collections))),
    longestStallMs: round([...stalls, ...collections].reduce((most, ms) => Math.max(most, ms), 0)),
    gcMs: round(sum(pauses)),
    samples: lates.length,
  };
}

interface Watch {
  readonly since: (from: Millis) => readonly Millis[];
  readonly stop: () => void;
}

function probeLoop(clock: Clock): Watch {
  const probes = keeper();
  let expected = clock.now() + PROBE_MS;
  const timer = setInterval(() => {
    const at = clock.now();
    probes.add({ at, ms: Math.max(0, at - expected) });
    expected = at + PROBE_MS;
  }, PROBE_MS);
  timer.unref();
  return {
    since(from) {
      // A probe that is overdue was held up by what is going on now.
      const overdueMs = clock.now() - expected;
      return overdueMs > 0 ? [...probes.since(from), overdueMs] : probes.since(from);
    },
    stop: () => clearInterval(timer),
  };
}

/** The collections are told on a clock of the process's own, a constant apart from ours. */
function watchCollections(clock: Clock): Watch {
  const pauses = keeper();
  const apartMs = clock.now() - performance.now();
  const note = (entries: readonly PerformanceEntry[]): void => {
    for (const { startTime, duration } of entries)
      pauses.add({ at: startTime + duration + apartMs, ms: duration });
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  return {
    since(from) {
      // Those that are known and were not told yet.
      note(observer.takeRecords());
      return pauses.since(from);
    },
    stop: () => observer.disconnect(),
  };
}

/** The latest so many pauses. */
function keeper() {
  const kept: Pause[] = [];
  return {
    add(pause: Pause): void {
      kept.push(pause);
      if (kept.length > KEPT) kept.splice(0, KEPT / 2);
    },
    since: (from: Millis): readonly Millis[] => kept.filter(({ at }) => at >= from).map(({ ms }) => ms),
  };
}

const isStall = (ms: Millis): boolean => ms >= STALL_MS;
const sum = (all: readonly Millis[]): Millis => all.reduce((total, ms) => total + ms, 0);
const round = (ms: number): number => Math.round(ms * 1000) / 1000;
