import { type Column, columnsOfKind, type Dataset } from '../data/dataset.ts';
import { type Summary, summarise } from '../data/figures.ts';
import { breathe } from '../pause.ts';

/** What a data set consists of. */
export interface Profile {
  readonly dataset: string;
  readonly rows: number;
  readonly columns: readonly {
    readonly name: string;
    readonly kind: string;
    readonly missing: number;
    readonly distinct: number;
  }[];
  readonly period: { readonly column: string; readonly from: string; readonly to: string } | null;
  readonly numbers: Readonly<Record<string, Summary>>;
}

function missingIn(column: Column): number {
  if (column.kind === 'text') return column.texts.filter((text) => text === '').length;
  return column.values.filter(Number.isNaN).length;
}

function distinctIn(column: Column): number {
  return column.kind === 'text' ? new Set(column.texts).size : new Set(column.values).size;
}

function periodOf(data: Dataset): Profile['period'] {
  const time = columnsOfKind(data, 'time')[0];
  if (time === undefined) return null;
  const rows = [...time.values.keys()].filter((row) => !Number.isNaN(time.values[row]));
  const at = (row: number): number => time.values[row] ?? 0;
  const first = rows.reduce((left, right) => (at(right) < at(left) ? right : left), rows[0] ?? 0);
  const last = rows.reduce((left, right) => (at(right) > at(left) ? right : left), rows[0] ?? 0);
  return { column: time.name, from: time.texts[first] ?? '', to: time.texts[last] ?? '' };
}

/** Describes every column of a data set. */
export async function profileDataset(data: Dataset, signal: AbortSignal): Promise<Profile> {
  const columns = [];
  const numbers: Record<string, Summary> = {};
  for (const column of data.columns) {
    const { name, kind } = column;
    columns.push({ name, kind, missing: missingIn(column), distinct: distinctIn(column) });
    if (column.kind === 'number') numbers[name] = summarise(column.values);
    await breathe(signal);
  }
  return { dataset: data.name, rows: data.rowCount, columns, period: periodOf(data), numbers };
}
