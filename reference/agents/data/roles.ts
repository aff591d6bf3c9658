import { type Column, columnsOfKind, type Dataset, type NumberColumn, type TextColumn } from './dataset.ts';

const COST = /cost|spend|spent|price|charge|bill|amount|expense|usd|eur|fee/i;
const UTILISATION = /util|cpu|load|busy|occupan|usage|used_?(pct|percent)/i;
const IDENTIFIER = /(^|_|\b)(id|uuid|guid|key|index|row|no|number)$/i;
const NAMELIKE = /(^|_|\b)(id|uuid|name|resource|instance|host|server|ticket|node)(_?id)?$/i;
const ORDER = /^(t|step|index|idx|period|day|week|month|quarter|year|hour|minute|sequence|seq)$/i;
const STATE = /state|status|attached|condition/i;

/** Words that match a column when the question names it: its name, with separators or spaces. */
export function isNamed(column: Column, question: string): boolean {
  const spoken = column.name
    .toLowerCase()
    .replace(/[_\-.]+/g, ' ')
    .trim();
  if (spoken.length < 2) return false;
  const words = ` ${question.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
  return words.includes(` ${spoken} `) || words.includes(` ${spoken}s `);
}

function isIdentifier(column: NumberColumn): boolean {
  return IDENTIFIER.test(column.name) && new Set(column.values).size === column.values.length;
}

/** The column that orders the rows: a time, else a counter such as `day`. */
export function orderColumn(data: Dataset): Column | undefined {
  const time = columnsOfKind(data, 'time')[0];
  return time ?? columnsOfKind(data, 'number').find((column) => ORDER.test(column.name));
}

/** The columns that measure something, the ones the question names first. */
export function measures(data: Dataset, question = ''): readonly NumberColumn[] {
  const order = orderColumn(data);
  const all = columnsOfKind(data, 'number').filter((column) => column !== order && !isIdentifier(column));
  const named = all.filter((column) => isNamed(column, question));
  return [...named, ...all.filter((column) => !named.includes(column))];
}

/** The measures the question names, or all when it names none. */
export function askedMeasures(data: Dataset, question: string): readonly NumberColumn[] {
  const all = measures(data);
  const named = all.filter((column) => isNamed(column, question));
  return named.length > 0 ? named : all;
}

/** The columns that group rows: few distinct words, the ones the question names first. */
export function groupings(data: Dataset, question = ''): readonly TextColumn[] {
  const limit = Math.max(2, Math.min(1000, data.rowCount / 2));
  const all = columnsOfKind(data, 'text').filter((column) => new Set(column.texts).size <= limit);
  const named = columnsOfKind(data, 'text').filter((column) => isNamed(column, question));
  return [...named, ...all.filter((column) => !named.includes(column))];
}

/** Found once for each data set: looking for it reads every row, and every row asks for it. */
const labels = new WeakMap<Dataset, { readonly column: Column | undefined }>();

function findLabelColumn(data: Dataset): Column | undefined {
  const distinct = columnsOfKind(data, 'text').filter(
    (column) => new Set(column.texts).size === data.rowCount,
  );
  const numbered = columnsOfKind(data, 'number').filter(isIdentifier);
  return distinct.find((column) => NAMELIKE.test(column.name)) ?? distinct[0] ?? numbered[0];
}

/** The column that tells rows apart for a reader: distinct words, preferably called a name or an id. */
export function labelColumn(data: Dataset): Column | undefined {
  const known = labels.get(data) ?? { column: findLabelColumn(data) };
  labels.set(data, known);
  return known.column;
}

/** The column that says what a row costs. */
export function costColumn(data: Dataset, question: string): NumberColumn | undefined {
  const costs = measures(data, question).filter((column) => COST.test(column.name));
  return (
    costs.find((column) => isNamed(column, question)) ??
    costs.find(({ name }) => /month/i.test(name)) ??
    costs[0]
  );
}

/** The column that says how busy a row is, in percent or as a share. */
export function utilisationColumn(data: Dataset): NumberColumn | undefined {
  const all = measures(data).filter((column) => UTILISATION.test(column.name) && !COST.test(column.name));
  return all.find(({ name }) => /util/i.test(name)) ?? all[0];
}

/** The column that says in words what state a row is in. */
export function stateColumn(data: Dataset): TextColumn | undefined {
  return columnsOfKind(data, 'text').find((column) => STATE.test(column.name));
}

/** What a reader calls a row: its label, its time, or its place. */
export function rowLabel(data: Dataset, row: number): string {
  const label = labelColumn(data);
  const time = columnsOfKind(data, 'time')[0];
  const chosen = time ?? label;
  if (chosen === undefined) return `row ${row + 1}`;
  if (chosen.kind === 'number') return `${chosen.name} ${chosen.values[row] ?? row + 1}`;
  return chosen.texts[row] ?? `row ${row + 1}`;
}
