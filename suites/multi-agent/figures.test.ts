import { describe, expect, it } from 'vitest';
import { figuresOf, isAmount, numbersOf } from './figures.ts';

const read = (text: string): readonly number[] =>
  figuresOf(text, 100).flatMap(({ readings }) => readings.map(({ value }) => value));
const amounts = (text: string): readonly string[] =>
  figuresOf(text, 100)
    .filter(isAmount)
    .map(({ text: written }) => written);

describe('figures of a text', () => {
  it.each<[string, readonly number[]]>([
    ['1234.56', [1234.56]],
    ['1,234.56', [1234.56]],
    ['1.234,56', [1234.56]],
    ["1'234.56", [1234.56]],
    ['1\u202f234\u202f567', [1234567]],
    ['1,234', [1234, 1.234]],
    ['12,34', [12.34]],
    ['1,234,567', [1234567]],
    ['1.2 million', [1_200_000]],
    ['3.75k', [3750]],
    ['€1.25M', [1_250_000]],
    ['USD1,200', [1200, 1.2]],
    ['-12.5 and (7)', [12.5, 7]],
    ['a total of 5.', [5]],
    ['1.4.2', []],
    ['2025-01-07T10:00:00Z', []],
    ['7 January 2025, Jan 7th, 07/01/2025 and 10:45', []],
    ['eu-west-1, m5.24xlarge, vm_90210, Q3, p95', []],
    ['30-day, 3x, 10GB', []],
    ['https://example.com/4711', []],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('are amounts when three of their digits count', () => {
    expect(amounts('7 and 42, 600, 12,000, 0.05, 1999, 12.34 %, 43 percent, 5.5')).toEqual([]);
    expect(amounts('123, 12.5, 0.125, 12,345, 1.23k')).toEqual(['123', '12.5', '0.125', '12,345', '1.23k']);
  });

  it('are as many as asked for at most', () => {
    expect(figuresOf('1 '.repeat(1_000), 10)).toHaveLength(10);
  });

  it('are found in time, whatever the text', () => {
    for (const text of [
      '1,'.repeat(50_000),
      'a.'.repeat(50_000),
      '1'.repeat(100_000),
      '2025-'.repeat(20_000),
    ])
      expect(figuresOf(text, 500).length).toBeLessThanOrEqual(500);
  });
});

describe('numbers of a value', () => {
  it('are those of its parts and texts, however they may be meant', () => {
    const value = { total: -12.5, rows: [{ text: '1,234.56 of "7"' }, null, true], deep: [[[3]]] };
    expect([...numbersOf(value, 100)].sort((a, b) => a - b)).toEqual([1, 3, 7, 12.5, 234.56, 1234.56]);
  });

  it('are as many as the bound allows', () => {
    const value = Array.from({ length: 10_000 }, (_, index) => index);
    expect(numbersOf(value, 500).size).toBe(500);
  });
});
