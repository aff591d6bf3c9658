import { describe, expect, it } from 'vitest';
import type { ClaimProgress } from '../judge/decide-claims.ts';
import { createSampling } from './sampling.ts';

const claim = (over: Partial<ClaimProgress>): ClaimProgress => ({
  check: 'latency/starts',
  requirement: 'LT-1',
  measure: 'first-event',
  limitMs: 2000,
  answer: 'undecided',
  n: 10,
  good: 10,
  spoilt: 0,
  failed: 0,
  p95Ms: { point: 120.4, low: 100.2, n: 10, confidence: 0.9 },
  more: 60,
  ...over,
});

describe('the view of the claims', () => {
  it('is empty before there is any', () => {
    expect(createSampling().lines()).toEqual([]);
  });

  it('tells estimate, interval, n, and how long it takes at the rate of the samples so far', () => {
    const sampling = createSampling();
    sampling.take([claim({}), claim({ check: 'latency/ends', answer: 'holds', more: 0 })], 1_000);
    sampling.take(
      [claim({ n: 20, more: 50 }), claim({ check: 'latency/ends', answer: 'holds', more: 0 })],
      3_000,
    );
    expect(sampling.lines()).toEqual([
      '  claims decided 1/2',
      '  LT-1  first-event p95 120 ms (100 and more), limit 2000, n 20, 50 more at best, 10 s at this rate',
    ]);
  });

  it('names only what is being sampled, and not more than fits', () => {
    const sampling = createSampling();
    const many = (n: number) =>
      Array.from({ length: 7 }, (_, index) => claim({ check: `latency/c${index}`, n }));
    sampling.take(many(10), 0);
    expect(sampling.lines()).toEqual(['  claims decided 0/7']);
    sampling.take(many(12), 1_000);
    expect(sampling.lines()).toHaveLength(6);
    expect(sampling.lines().at(-1)).toBe('  and 3 more');
  });
});
