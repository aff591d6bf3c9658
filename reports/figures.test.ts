import { expect, it } from 'vitest';
import { duration, interval } from './figures.ts';

it.each([
  [0.42, '0.42 ms'],
  [12.34, '12.3 ms'],
  [812.4, '812 ms'],
  [1234, '1.23 s'],
  [11_800, '11.8 s'],
  [120_400, '120 s'],
  [-30, '-30.0 ms'],
])('%f ms reads %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it('says which bound n cannot carry', () => {
  const estimate = { point: 5, n: 9, confidence: 0.9 };
  expect(interval({ ...estimate, low: 1, high: 9 })).toBe('1.00 ms to 9.00 ms');
  expect(interval({ ...estimate, low: 1 })).toBe('at least 1.00 ms');
  expect(interval({ ...estimate, high: 9 })).toBe('at most 9.00 ms');
  expect(interval(estimate)).toBe('no interval at this n');
});
