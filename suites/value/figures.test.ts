import { describe, expect, it } from 'vitest';
import { figuresIn, plain, states } from './figures.ts';

const valuesIn = (text: string, names: readonly string[] = []): readonly (readonly number[])[] =>
  figuresIn(plain(text), names).map(({ readings }) => readings.map(({ value }) => value));

describe('a figure', () => {
  it.each<[string, readonly number[]]>([
    ['1234.5', [1234.5]],
    ['1,234.5', [1234.5]],
    ['1.234,50', [1234.5]],
    ['1 234,50', [1234.5, 1, 234.5]],
    ["1'234.50", [1234.5]],
    ['12,345,678', [12_345_678]],
    ['12.345.678,9', [12_345_678.9]],
    ['0,250', [0.25]],
    ['12 %', [12]],
    ['$1.2k', [1200, 1.2]],
    ['EUR 3.4 million', [3_400_000, 3.4]],
    ['1.5e3', [1500]],
    ['USD1,234.50', [1234.5]],
    ['1,234', [1234, 1.234]],
    ['1.234', [1234, 1.234]],
    ['**986.36**', [986.36]],
    ['(986.36)', [986.36]],
    ['−986.36', [986.36]],
    ['９８６．３６', [986.36]],
  ])('%s is read', (text, values) => {
    expect(valuesIn(text)[0]).toEqual(values);
  });

  it.each(['1.2.3', '2025-03-14', '12:30', 'x86', 'v2', '1,23,4'])('%s is none', (text) => {
    expect(valuesIn(text)).toEqual([]);
  });

  it('may be two where a space stands between', () => {
    expect(valuesIn('weeks 3 100')).toEqual([[3100, 3, 100]]);
  });

  it('is two where the second has more than three digits', () => {
    expect(valuesIn('week 41 1272.36')).toEqual([[41], [1272.36]]);
  });

  it('is not looked for in names', () => {
    expect(valuesIn('web-3fa9c1-07 saves 12.50', ['web-3fa9c1-07'])).toEqual([[12.5]]);
  });
});

describe('stating a value', () => {
  const isStated = (text: string, truth: number): boolean =>
    figuresIn(plain(text)).some((figure) => states(figure, truth, 0.005));

  it.each(['3086.29', '3,086.29', '3.086,29', '$3,086', '3.1k', 'about 3,090'])(
    '%s states 3086.29',
    (text) => {
      expect(isStated(text, 3086.29)).toBe(true);
    },
  );

  it.each(['3,200', '3k', '308.629', '30,862.9', '2,160.40'])('%s does not state 3086.29', (text) => {
    expect(isStated(text, 3086.29)).toBe(false);
  });

  it('takes time in proportion to the text, whatever is in it', () => {
    expect(figuresIn(plain('1,'.repeat(200_000)))).toEqual([]);
    expect(figuresIn(plain('7 '.repeat(200_000))).length).toBeLessThanOrEqual(4_000);
  });
});
