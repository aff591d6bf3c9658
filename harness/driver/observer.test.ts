import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { errorOf, type Observer, startObserver } from './observer.ts';
import { systemClock } from './system-clock.ts';

let observer: Observer | undefined;
afterEach(() => observer?.stop());

let collect: () => void;
beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
});

/** Lets the timers and the reports of this process catch up. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

it('notices the collections of our own garbage, those before its trial apart', async () => {
  observer = startObserver(systemClock);
  const from = systemClock.now();
  collect();
  await nextTurn();
  const after = systemClock.now();
  expect(observer.since(from).gcMs).toBeGreaterThan(0);
  expect(observer.since(after + 60_000).gcMs).toBe(0);
});

it('takes what is a standstill as one, whichever of the two shows it', () => {
  expect(errorOf([], [])).toEqual({
    loopDelayP99Ms: 0,
    stalledMs: 0,
    longestStallMs: 0,
    gcMs: 0,
    samples: 0,
  });
  // Less than the period of the probes is the ordinary noise.
  expect(errorOf([0, 3, 19], [2, 19])).toMatchObject({
    stalledMs: 0,
    longestStallMs: 0,
    gcMs: 21,
    samples: 3,
  });
  // It began just after a probe: the next one is hardly late.
  expect(errorOf([0, 12], [31])).toMatchObject({ stalledMs: 31, longestStallMs: 31, gcMs: 31 });
  // The same standstill, seen twice, and another one.
  expect(errorOf([50, 40], [49])).toMatchObject({ stalledMs: 90, longestStallMs: 50, gcMs: 49 });
});

it('counts what is going on while it is asked', () => {
  let now = 0;
  observer = startObserver({ now: () => now, wall: () => now });
  now = 500;
  expect(observer.since(0)).toMatchObject({ stalledMs: 480, longestStallMs: 480, samples: 1 });
});

it('sums up what stood still', async () => {
  observer = startObserver(systemClock);
  await nextTurn();
  const from = systemClock.now();
  const until = from + 80;
  while (systemClock.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 40));
  const { stalledMs, longestStallMs = 0, samples } = observer.since(from);
  expect(samples).toBeGreaterThan(0);
  expect(longestStallMs).toBeGreaterThanOrEqual(20);
  expect(stalledMs).toBeGreaterThanOrEqual(longestStallMs);
});
