import type { Clock } from '../core/clock.ts';

/** The clocks of this machine. */
export const systemClock: Clock = { now: () => performance.now(), wall: () => Date.now() };
