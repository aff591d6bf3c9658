import { describe, expect, it } from 'vitest';
import { tableLines } from './tables.ts';

const table = {
  id: 'isolation/who-sees-whom',
  title: 'Who sees whom',
  rows: 'whose words',
  columns: 'who received',
  cells: [
    { row: 'ada', column: 'grace', aspect: 'chat', looked: 12, found: 1 },
    { row: 'ada', column: 'grace', aspect: 'http', looked: 30, found: 0 },
    { row: 'grace', column: 'ada', aspect: 'chat', looked: 9, found: 0 },
  ],
  notLooked: ['stream'],
};

describe('a table', () => {
  it('adds up all respects, and says in which nothing could be looked at', () => {
    expect(tableLines(table)).toMatchInlineSnapshot(`
      [
        "1 found in 51 searches; whose words down, who received across. Not looked at: stream.",
        "",
        "| | ada | grace |",
        "|---|---|---|",
        "| ada |  | 1 of 42 |",
        "| grace | 0 of 9 |  |",
      ]
    `);
  });

  it('of many columns is told in one line', () => {
    const cells = Array.from({ length: 9 }, (_, index) => ({
      ...table.cells[0],
      column: `user-${index}`,
    })) as typeof table.cells;
    expect(tableLines({ ...table, cells })).toHaveLength(1);
  });
});
