/**
 * Generated data whose shape is plain and whose words are new each time, so that an answer can only come from
 * reading it. The same random source and the same word give the same data. What is true of a data set is not kept beside it: who
 * judges works it out from the text that was sent, and needs neither this code nor its seed for that.
 */

export type Random = () => number;

/** A table as text; a column is numbers from its first row to its last, or none of them is one. */
export interface DataSet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const SERVICES = ['checkout', 'search', 'billing', 'ingest', 'reports', 'gateway'] as const;
const REGIONS = ['eu-west', 'us-east', 'ap-south'] as const;
const RESOURCES = ['web', 'db', 'cache', 'batch', 'queue'] as const;

const pick = <T>(random: Random, of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)];
const between = (random: Random, from: number, to: number): number => from + random() * (to - from);
const whole = (random: Random, from: number, to: number): number => Math.floor(between(random, from, to + 1));
const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** Names of one data set end in six hexadecimal digits, by which they are told from those of any other. */
const wordOf = (random: Random): string =>
  Math.floor(random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');

const dayOf = (index: number): string => new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10);

/** Daily cloud costs with utilisation: what the analysing and the optimising agent are both asked about. */
export function costTable(random: Random, rows: number): string {
  const word = wordOf(random);
  const lines = ['date,service,region,cost_usd,cpu_utilisation'];
  for (let index = 0; index < rows; index += 1) {
    const service = `${SERVICES[index % SERVICES.length]}-${word}`;
    const cost = (20 + random() * 180).toFixed(2);
    const utilisation = (0.05 + random() * 0.9).toFixed(2);
    lines.push(
      `${dayOf(Math.floor(index / SERVICES.length))},${service},${pick(random, REGIONS)},${cost},${utilisation}`,
    );
  }
  return lines.join('\n');
}

/**
 * How many resources of each use a bill has. One underused resource saves most by far, at half its cost. Nothing costs
 * as much as this half, 910 and more, and nothing as much as all savings together, 2,460 and more: who copies the bill
 * states none of them, not even by chance.
 */
const BILL = { idle: 4, underused: 6, busy: 14 } as const;

/** A bill: resources, their monthly cost and how busy they are; some are idle, some underused. */
export function resourceBill(random: Random, word: string): DataSet {
  const costs = [
    ...Array.from({ length: BILL.idle }, () => [between(random, 350, 600), between(random, 0.4, 3.5)]),
    [between(random, 1_820, 2_200), between(random, 12, 28)],
    ...Array.from({ length: BILL.underused - 1 }, () => [between(random, 60, 900), between(random, 12, 28)]),
    ...Array.from({ length: BILL.busy }, () => [between(random, 60, 900), between(random, 55, 90)]),
  ];
  const rows = shuffled(random, costs).map(([cost = 0, use = 0], index) => [
    `${pick(random, RESOURCES)}-${word}-${twoDigits(index + 1)}`,
    cost.toFixed(2),
    use.toFixed(1),
  ]);
  return { columns: ['resource', 'monthly_cost_usd', 'cpu_utilisation_percent'], rows };
}

const USUAL = 36;

/** Payments of about the same amount, and four that are far from it: two above, two below. */
export function payments(random: Random, word: string): DataSet {
  const amounts = [
    ...Array.from({ length: USUAL }, () => between(random, 90, 110)),
    ...[1, 2].map(() => between(random, 300, 900)),
    ...[1, 2].map(() => between(random, 5, 30)),
  ];
  const rows = shuffled(random, amounts).map((amount, index) => [
    `tx-${word}-${twoDigits(index + 1)}`,
    amount.toFixed(2),
  ]);
  return { columns: ['transaction', 'amount_eur'], rows };
}

const WEEKS = 40;

/** A measure that grows by about the same each week, and the limit that it is heading for. */
export function growingDemand(
  random: Random,
  word: string,
): { readonly data: DataSet; readonly limit: number } {
  const start = between(random, 400, 900);
  const growth = between(random, 6, 15);
  const reachedIn = whole(random, 55, 75);
  const rows = Array.from({ length: WEEKS }, (_, index) => {
    const noise = between(random, -0.004, 0.004) * start;
    return [String(index + 1), (start + growth * (index + 1) + noise).toFixed(2)];
  });
  const limit = Math.round(start + growth * (reachedIn - 0.5));
  return { data: { columns: ['week', `demand_${word}`], rows }, limit };
}

/** The same in another order (Fisher and Yates 1938). */
function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  const out = [...items];
  for (let last = out.length - 1; last > 0; last -= 1) {
    const other = whole(random, 0, last);
    const kept = out[last] as T;
    out[last] = out[other] as T;
    out[other] = kept;
  }
  return out;
}

/** The same rows in another order. */
export const permuted = (random: Random, data: DataSet): DataSet => ({
  ...data,
  rows: shuffled(random, data.rows),
});

/** The same names with twice the values of that column. */
export const doubled = (data: DataSet, column: number): DataSet => ({
  ...data,
  rows: data.rows.map((row) =>
    row.map((cell, index) => (index === column ? (Number(cell) * 2).toFixed(2) : cell)),
  ),
});

/** The data as CSV; none of its words needs quoting. */
export const csvOf = ({ columns, rows }: DataSet): string =>
  [columns, ...rows].map((cells) => cells.join(',')).join('\n');

const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text);

/** The data as JSON: an array of objects, one to a line. */
export function jsonOf({ columns, rows }: DataSet): string {
  const records = rows.map((row) =>
    Object.fromEntries(
      columns.map((name, index) => {
        const cell = row[index] ?? '';
        return [name, isNumber(cell) ? Number(cell) : cell];
      }),
    ),
  );
  return `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]`;
}

/** The table as a fenced block, the form that needs no fixtures. */
export const fenced = (text: string, format: 'csv' | 'json' = 'csv'): string =>
  `\`\`\`${format}\n${text}\n\`\`\``;
