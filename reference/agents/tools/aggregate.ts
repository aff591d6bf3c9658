import { ToolError } from '../agent.ts';
import type { Dataset, NumberColumn, TextColumn } from '../data/dataset.ts';
import { figure, type Summary, sum, summarise } from '../data/figures.ts';
import { rowLabel } from '../data/roles.ts';
import { breathe } from '../pause.ts';

/** A measure over all rows, with the rows at both ends. */
export interface Aggregate extends Summary {
  readonly column: string;
  readonly highest: { readonly at: string; readonly value: number };
  readonly lowest: { readonly at: string; readonly value: number };
}

/** One group of rows. */
export interface Group {
  readonly group: string;
  readonly rows: number;
  readonly sum: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly share_percent: number;
}

/** A measure by groups, the largest sum first. */
export interface Breakdown {
  readonly column: string;
  readonly group_by: string;
  readonly group_count: number;
  readonly total: number;
  readonly groups: readonly Group[];
}

const SHOWN_GROUPS = 50;

function extreme(data: Dataset, column: NumberColumn, better: (left: number, right: number) => boolean) {
  let best = -1;
  for (const [row, value] of column.values.entries()) {
    if (!Number.isNaN(value) && (best < 0 || better(value, column.values[best] ?? Number.NaN))) best = row;
  }
  return { at: rowLabel(data, Math.max(0, best)), value: figure(column.values[best] ?? Number.NaN) };
}

/** Adds up measures over all rows. */
export async function aggregate(
  data: Dataset,
  columns: readonly NumberColumn[],
  signal: AbortSignal,
): Promise<{ readonly aggregates: readonly Aggregate[] }> {
  if (columns.length === 0)
    throw new ToolError('NO_NUMBERS', 'the data set has no numeric column to aggregate');
  const aggregates = [];
  for (const column of columns) {
    aggregates.push({
      column: column.name,
      ...summarise(column.values),
      highest: extreme(data, column, (left, right) => left > right),
      lowest: extreme(data, column, (left, right) => left < right),
    });
    await breathe(signal);
  }
  return { aggregates };
}

function groupFigures(group: string, values: readonly number[], total: number): Group {
  const all = summarise(values);
  return {
    group,
    rows: all.count,
    sum: all.sum,
    mean: all.mean,
    min: all.min,
    max: all.max,
    share_percent: figure(total === 0 ? 0 : (all.sum / total) * 100),
  };
}

/** Adds up a measure by the words of a column. */
export async function groupBy(column: NumberColumn, by: TextColumn, signal: AbortSignal): Promise<Breakdown> {
  const cells = new Map<string, number[]>();
  for (const [row, value] of column.values.entries()) {
    if (Number.isNaN(value)) continue;
    const group = by.texts[row] ?? '';
    const cell = cells.get(group);
    if (cell === undefined) cells.set(group, [value]);
    else cell.push(value);
  }
  await breathe(signal);
  const total = sum(column.values.filter((value) => !Number.isNaN(value)));
  const groups = [...cells]
    .map(([group, values]) => groupFigures(group === '' ? '(none)' : group, values, total))
    .sort((left, right) => right.sum - left.sum || left.group.localeCompare(right.group));
  return {
    column: column.name,
    group_by: by.name,
    group_count: groups.length,
    total: figure(total),
    groups: groups.slice(0, SHOWN_GROUPS),
  };
}
