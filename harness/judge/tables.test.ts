import { describe, expect, it } from 'vitest';
import type { Cell, Table } from '../core/table.ts';
import { collectTables } from './tables.ts';
import type { TrialView } from './views.ts';

const view = {} as TrialView;
const cell = (over: Partial<Cell> = {}): Cell => ({
  row: 'ada',
  column: 'grace',
  aspect: 'chat',
  looked: 2,
  found: 1,
  ...over,
});
const tableOf = (collect: Table<TrialView>['collect']): Table<TrialView> => ({
  id: 'area/table',
  title: 'A table',
  rows: 'whose',
  columns: 'to whom',
  aspects: ['chat', 'stream'],
  collect,
});

describe('tables', () => {
  it('add up the cells of all trials, and tell where nothing was looked at', () => {
    const tables = collectTables([tableOf(() => [cell(), cell({ column: 'alan' })])]);
    tables.take(view);
    tables.take(view);
    expect(tables.conclude()).toMatchObject([
      {
        cells: [
          { column: 'alan', looked: 4, found: 2 },
          { column: 'grace', looked: 4, found: 2 },
        ],
        notLooked: ['stream'],
      },
    ]);
  });

  it('are not there when nothing was collected, nor when collecting crashes', () => {
    const crashing = tableOf(() => {
      throw new Error('no');
    });
    const tables = collectTables([tableOf(() => []), crashing]);
    tables.take(view);
    expect(tables.conclude()).toEqual([]);
  });

  it('are bounded, and show names printable', () => {
    const many = Array.from({ length: 6_000 }, (_, index) => cell({ column: `user\n${index}` }));
    const tables = collectTables([tableOf(() => many)]);
    tables.take(view);
    const [table] = tables.conclude();
    expect(table?.cells).toHaveLength(5_000);
    expect(table?.cells[0]?.column).not.toContain('\n');
  });
});
