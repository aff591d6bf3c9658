import type { Cell, Table } from '../core/table.ts';
import { printable } from './tally.ts';
import type { TrialView } from './views.ts';

/** A table as it came out. */
export interface TableFact {
  readonly id: string;
  readonly title: string;
  readonly rows: string;
  readonly columns: string;
  readonly cells: readonly Cell[];
  /** Respects in which nothing could be looked at. */
  readonly notLooked: readonly string[];
}

export interface TableCollector {
  readonly take: (view: TrialView) => void;
  readonly conclude: () => readonly TableFact[];
}

/** Some thirty users with each other, in five respects. */
const MOST_CELLS = 5_000;

/** Adds up the cells of all trials. */
export function collectTables(tables: readonly Table<TrialView>[]): TableCollector {
  const sums = new Map(tables.map((table) => [table.id, new Map<string, Cell>()]));
  return {
    take(view) {
      for (const { id, collect } of tables)
        for (const cell of cellsOf(() => collect(view))) add(sums.get(id), cell);
    },
    conclude: () =>
      tables.flatMap(({ id, title, rows, columns, aspects }) => {
        const cells = [...(sums.get(id)?.values() ?? [])];
        if (cells.length === 0) return [];
        const notLooked = aspects.filter((aspect) => !cells.some((cell) => cell.aspect === aspect));
        return [{ id, title, rows, columns, cells: cells.sort(inOrder), notLooked }];
      }),
  };
}

/** A table decides nothing, so one that cannot be made of a transcript is no reason to judge none. */
function cellsOf(collect: () => readonly Cell[]): readonly Cell[] {
  try {
    return collect();
  } catch {
    return [];
  }
}

const placeOf = ({ row, column, aspect }: Cell): string => `${row}\n${column}\n${aspect}`;

const inOrder = (a: Cell, b: Cell): number => placeOf(a).localeCompare(placeOf(b));

function add(sums: Map<string, Cell> | undefined, cell: Cell): void {
  const place = placeOf(cell);
  const before = sums?.get(place);
  if (sums === undefined || (before === undefined && sums.size >= MOST_CELLS)) return;
  const { row, column, aspect } = cell;
  sums.set(place, {
    row: printable(row),
    column: printable(column),
    aspect,
    looked: (before?.looked ?? 0) + cell.looked,
    found: (before?.found ?? 0) + cell.found,
  });
}
