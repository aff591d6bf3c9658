/** A column of numbers; what was missing is NaN. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly values: Float64Array;
}

/** A column of points in time, in milliseconds since the epoch; what was missing is NaN. */
export interface TimeColumn {
  readonly kind: 'time';
  readonly name: string;
  readonly values: Float64Array;
  readonly texts: readonly string[];
}

/** A column of words. */
export interface TextColumn {
  readonly kind: 'text';
  readonly name: string;
  readonly texts: readonly string[];
}

/** Any column of a data set. */
export type Column = NumberColumn | TimeColumn | TextColumn;

/** A data set by columns. */
export interface Dataset {
  readonly name: string;
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

const NUMBER = /^[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?([eE][-+]?\d+)?$/;
const TIME =
  /^\d{4}([-/]\d{1,2}([-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?)?)\s*(Z|[-+]\d{2}:?\d{2})?$/;

function numberOf(text: string): number {
  const bare = text
    .trim()
    .replace(/^[$€£]\s?/, '')
    .replace(/\s?%$/, '');
  if (bare === '' || !NUMBER.test(bare)) return Number.NaN;
  return Number(bare.replaceAll(',', ''));
}

/** Milliseconds since the epoch of a date or time; without a zone it is read as UTC. */
function timeOf(text: string): number {
  const trimmed = text.trim();
  if (!TIME.test(trimmed)) return Number.NaN;
  const parts = /^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?(.*)$/.exec(trimmed);
  if (parts === null) return Number.NaN;
  const [, year, month = '', day = '1', rest = ''] = parts;
  const clock = rest.trim().replace(/^T/, '');
  const zoned = /(Z|[-+]\d{2}:?\d{2})$/.test(clock) ? clock : `${clock === '' ? '00:00' : clock}Z`;
  return Date.parse(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${zoned}`);
}

const PROBE_ROWS = 2000;

function fits(texts: readonly string[], parse: (text: string) => number): boolean {
  let present = 0;
  let parsed = 0;
  for (const text of texts.slice(0, PROBE_ROWS)) {
    if (text.trim() === '') continue;
    present += 1;
    if (!Number.isNaN(parse(text))) parsed += 1;
  }
  return present > 0 && parsed / present >= 0.95; // a few dirty cells do not make a number a word
}

/** Decides from its values what a column holds. */
export function columnOf(name: string, texts: readonly string[]): Column {
  if (fits(texts, timeOf)) return { kind: 'time', name, values: Float64Array.from(texts, timeOf), texts };
  if (fits(texts, numberOf)) return { kind: 'number', name, values: Float64Array.from(texts, numberOf) };
  return { kind: 'text', name, texts };
}

/** The columns of one kind. */
export function columnsOfKind<K extends Column['kind']>(
  data: Dataset,
  kind: K,
): readonly Extract<Column, { readonly kind: K }>[] {
  return data.columns.filter(
    (column): column is Extract<Column, { readonly kind: K }> => column.kind === kind,
  );
}

/** A column by its name. */
export function columnNamed(data: Dataset, name: string): Column | undefined {
  return data.columns.find((column) => column.name === name);
}
