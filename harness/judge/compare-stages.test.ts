import { describe, expect, it } from 'vitest';
import type { Compared } from '../plan/compared.ts';
import { comparisonFinding } from './compare-stages.ts';

const spread = (from: number, n = 30): number[] => Array.from({ length: n }, (_, index) => from + index / 10);
const stage = (measure: 'ping' | 'greeting', ms: number[]): Compared['samples'][number] => ({
  measure,
  ms,
  observerErrorMs: 1,
});
const earlier = (...samples: Compared['samples']): Compared => ({
  campaign: 'c-1',
  margin: { percent: 10, leastMs: 5 },
  samples,
});
const judged = (before: Compared | undefined, now: Compared['samples'], isWhole = true): string => {
  const { verdict, code } = comparisonFinding(before, now, isWhole, [{ trial: 'a-1', entries: [] }]);
  return `${verdict} ${code}`;
};

describe('latencies beside those of an earlier campaign', () => {
  const before = earlier(stage('ping', spread(100)));

  it.each<[string, Compared | undefined, Compared['samples'], string]>([
    ['as before', before, [stage('ping', spread(101))], 'pass not-slower'],
    ['slower within the margin', before, [stage('ping', spread(105))], 'pass not-slower'],
    ['slower', before, [stage('ping', spread(120))], 'fail slower-than-before'],
    ['quicker', before, [stage('ping', spread(50))], 'pass not-slower'],
    ['too few to tell', before, [stage('ping', spread(120, 3))], 'inconclusive too-few-samples'],
    ['no longer measured', before, [], 'inconclusive too-few-samples'],
    ['nothing named', undefined, [stage('ping', spread(120))], 'inconclusive too-few-samples'],
    [
      'slower where the earlier one knows too little',
      earlier(stage('ping', spread(100)), stage('greeting', spread(10, 19))),
      [stage('ping', spread(100)), stage('greeting', spread(90))],
      'pass not-slower',
    ],
    [
      'slower in one of two',
      earlier(stage('ping', spread(100)), stage('greeting', spread(10))),
      [stage('ping', spread(100)), stage('greeting', spread(90))],
      'fail slower-than-before',
    ],
  ])('%s', (_name, compared, now, verdict) => {
    expect(judged(compared, now)).toBe(verdict);
  });

  it('rest on whole evidence where they pass', () => {
    expect(judged(before, [stage('ping', spread(100))], false)).toBe('inconclusive evidence-not-whole');
    expect(judged(before, [stage('ping', spread(120))], false)).toBe('fail slower-than-before');
  });

  it('are told with figures', () => {
    const { actual } = comparisonFinding(before, [stage('ping', spread(120))], true, []);
    expect(actual).toBe(
      'ping: median 101.5 ms (n=30), now 121.5 ms (n=30), shift 20.0 ms (19.6 ms to 20.4 ms)',
    );
  });
});
