import type { Spread } from './ratio.ts';

/** Rows under headings, padded to columns; the first column to the left, the others to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
    .map((row) => `  ${row}`)
    .join('\n');
}

/** A number with as many decimals as it deserves. */
export const figure = (value: number, decimals = 2): string => value.toFixed(decimals);

/** `median (min to max, n)`. */
export const spread = ({ n, min, median, max }: Spread, decimals = 2): string =>
  `${figure(median, decimals)} (${figure(min, decimals)} to ${figure(max, decimals)}, n ${n})`;
