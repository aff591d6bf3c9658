import { quantile } from 'simple-statistics';
import type { Clock } from '../core/clock.ts';
import type { Millis, ObserverError } from '../evidence/transcript.ts';

/** How often the event loop is probed. Short enough to see a stall of one latency limit's tolerance. */
const PROBE_MS = 20;
/** A probe late by its own period was a stall; smaller delays are the ordinary noise that tolerances are for. */
const STALL_MS = PROBE_MS;
/** Ten minutes of probes; a longer trial is judged by its last ten minutes. */
const KEPT_PROBES = 30_000;

/** Watches how late this process runs its own timers: a latency is never more exact than that. */
export interface Observer {
  /** What was seen since `from`, on the observer's clock. */
  readonly since: (from: Millis) => ObserverError;
  readonly stop: () => void;
}

/** Starts probing the event loop. The timer does not keep the process alive. */
export function startObserver(clock: Clock): Observer {
  const probes: { at: number; late: number }[] = [];
  let expected = clock.now() + PROBE_MS;
  const timer = setInterval(() => {
    const at = clock.now();
    probes.push({ at, late: Math.max(0, at - expected) });
    if (probes.length > KEPT_PROBES) probes.splice(0, KEPT_PROBES / 2);
    expected = at + PROBE_MS;
  }, PROBE_MS);
  timer.unref();
  return {
    since(from) {
      const lates = probes.filter(({ at }) => at >= from).map(({ late }) => late);
      if (lates.length === 0) return { loopDelayP99Ms: 0, stalledMs: 0, longestStallMs: 0, samples: 0 };
      return {
        loopDelayP99Ms: round(quantile(lates, 0.99)),
        stalledMs: round(lates.reduce((sum, late) => sum + (late >= STALL_MS ? late : 0), 0)),
        longestStallMs: round(lates.reduce((most, late) => Math.max(most, late >= STALL_MS ? late : 0), 0)),
        samples: lates.length,
      };
    },
    stop: () => clearInterval(timer),
  };
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
