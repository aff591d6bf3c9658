import { describe, expect, it } from 'vitest';
import { clockSkew, type OffsetBound } from './clock-skew.ts';

const bound = (low: number, high: number, seq = 1): OffsetBound => ({
  low,
  high,
  ref: { trial: 't-1', entries: [seq] },
});

describe('clockSkew', () => {
  it('of nothing is unknown', () => {
    expect(clockSkew([])).toBeUndefined();
  });

  it('of one answer is known to a second and its round trip', () => {
    expect(clockSkew([bound(-400, 620)])).toMatchObject({
      n: 1,
      lowMs: -400,
      highMs: 620,
      isContradictory: false,
    });
  });

  it('is as narrow as the narrowest bounds of all answers, and points at them', () => {
    const skew = clockSkew([bound(-900, 110, 1), bound(-30, 990, 2), bound(-500, 500, 3)]);
    expect(skew).toMatchObject({ n: 3, lowMs: -30, highMs: 110, isContradictory: false });
    expect(skew?.refs.map(({ entries }) => entries)).toEqual([[2], [1]]);
  });

  it('does not call a date that was written a little late a second clock', () => {
    expect(clockSkew([bound(10, 1030), bound(-1000, -40)])).toMatchObject({
      lowMs: -40,
      highMs: 10,
      isContradictory: false,
    });
  });

  it('calls dates that no one clock can have written a contradiction', () => {
    expect(clockSkew([bound(4000, 5020), bound(-500, 520)])?.isContradictory).toBe(true);
  });
});
