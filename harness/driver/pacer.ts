import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Millis } from '../evidence/transcript.ts';

/**
 * Gives every start its turn at a steady rate, whoever asks. Starting everyone at once would measure our own
 * queue and call it the target's latency; with paced starts latency counts from the intended moment.
 */
export interface Pacer {
  /** Resolves when it is the caller's turn, to the moment that was meant. */
  readonly turn: () => Promise<Millis>;
}

/** A pacer of `perSecond` starts a second; a late caller never makes up for lost turns in a burst. */
export function createPacer(perSecond: number, clock: Clock): Pacer {
  const gap = 1000 / perSecond;
  let next = Number.NEGATIVE_INFINITY;
  return {
    async turn() {
      const now = clock.now();
      const intended = Math.max(now, next);
      next = intended + gap;
      if (intended > now) await delay(intended - now);
      return intended;
    },
  };
}
