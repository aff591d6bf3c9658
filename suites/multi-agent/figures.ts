/**
 * Figures in texts and results. What is not sure to be an amount is none, and a figure that can be read in several
 * ways may be any of them: reading too little into an answer costs sharpness, reading too much into it costs truth.
 */

/** A number as it is written in an answer. */
export interface Figure {
  readonly text: string;
  /** What it may mean, each with how far the real value may lie from it: 1,234 is one thing here and another there. */
  readonly readings: readonly { readonly value: number; readonly within: number }[];
  /** Digits that count, by the reading with the fewest. */
  readonly digits: number;
  readonly isPercent: boolean;
  readonly isYear: boolean;
}

/** Below this many digits that count, a number is a rank, a count of days, a size: it may come from anywhere. */
const MIN_DIGITS = 3;

/** Whether a number is an amount, which nobody can know without having found it. */
export const isAmount = ({ digits, isPercent, isYear }: Figure): boolean =>
  digits >= MIN_DIGITS && !isPercent && !isYear;

const MULTIPLIERS: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  bn: 1e9,
  b: 1e9,
  billion: 1e9,
};

/** Dates and times in the usual ways of writing, and addresses. */
const NO_AMOUNTS = [
  /\bhttps?:\/\/\S+/giu,
  /\b\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?/gu,
  /\b\d{1,4}([/.])\d{1,2}\1\d{1,4}\b/gu,
  /\b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\b/gu,
  /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?\b/giu,
  /\b\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+\d{4})?\b/giu,
];

const CURRENCY = /\b(?:USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|US)(?=\s?[$€£]?\d)/gu;

/** A name with its numbers, such as eu-west-1, m5.24xlarge or vm_90210; or a number with what belongs to it. */
const TOKEN = new RegExp(
  [
    String.raw`[\p{L}_][\p{L}\p{N}_]*(?:[-/+#.][\p{L}\p{N}_]+|,\d+)*`,
    String.raw`(?<number>\d{1,3}(?:[\u00a0\u202f\u2009'’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)` +
      String.raw`(?:\s?(?<percent>%|percent\b|per cent\b|pct\b)` +
      String.raw`|\s?(?<times>k|thousand|mn?|million|bn?|billion)\b|(?<unit>-?[\p{L}_][\p{L}\p{N}_]*))?`,
  ].join('|'),
  'giu',
);

interface Reading {
  readonly digits: string;
  readonly decimals: number;
}

/** What separators may stand for: groups of three, or the decimals. In nonsense there is no number. */
function readingsOf(written: string): readonly Reading[] {
  const text = written.replace(/[\u00a0\u202f\u2009'’]/gu, '');
  const separators = [...text.replace(/\d/gu, '')];
  const [head = '', ...groups] = text.split(/[.,]/u);
  const digits = [head, ...groups].join('');
  const decimals = groups.at(-1)?.length ?? 0;
  const areGroups = (some: readonly string[]): boolean =>
    head.length <= 3 && some.every(({ length }) => length === 3);
  const isOneKind = (some: readonly string[]): boolean => new Set(some).size === 1;
  if (separators.length === 0) return [{ digits, decimals: 0 }];
  const isWhole = isOneKind(separators) && areGroups(groups);
  const isMixed =
    !isOneKind(separators) && isOneKind(separators.slice(0, -1)) && areGroups(groups.slice(0, -1));
  return [
    ...(isWhole ? [{ digits, decimals: 0 }] : []),
    ...(separators.length === 1 || isMixed ? [{ digits, decimals }] : []),
  ];
}

/** Zeros at the end of a whole number may be those of a round one. */
function countOf({ digits, decimals }: Reading): number {
  const from = digits.replace(/^0+/u, '');
  return (decimals === 0 ? from.replace(/0+$/u, '') : from).length;
}

function amountOf(
  { digits, decimals }: Reading,
  times: number,
): { readonly value: number; readonly within: number } {
  const zeros = decimals === 0 ? (/0*$/u.exec(digits)?.[0].length ?? 0) : 0;
  const unit = decimals === 0 ? 10 ** Math.min(zeros, digits.length - 1) : 10 ** -decimals;
  return { value: (Number(digits) / 10 ** decimals) * times, within: unit * times };
}

/** The numbers of an answer, without those that are surely no amounts. At most this many. */
export function figuresOf(answer: string, most: number): readonly Figure[] {
  const text = [...NO_AMOUNTS, CURRENCY].reduce((rest, pattern) => rest.replace(pattern, ' '), answer);
  const figures: Figure[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const figure = figureOf(match);
    if (figure !== undefined) figures.push(figure);
    if (figures.length >= most) break;
  }
  return figures;
}

function figureOf({ 0: text, groups = {} }: RegExpMatchArray): Figure | undefined {
  const { number, percent, times, unit } = groups;
  if (number === undefined || unit !== undefined) return undefined;
  const readings = readingsOf(number);
  if (readings.length === 0) return undefined;
  const factor = times === undefined ? 1 : (MULTIPLIERS[times.toLowerCase()] ?? 1);
  return {
    text: text.trim(),
    readings: readings.map((reading) => amountOf(reading, factor)),
    digits: Math.min(...readings.map(countOf)),
    isPercent: percent !== undefined,
    isYear: times === undefined && /^(?:19|20)\d{2}$/u.test(number),
  };
}

/** Every number that may be meant in a text, whichever way it is read. */
function numbersIn(text: string): readonly number[] {
  const numbers: number[] = [];
  for (const [plain] of text.matchAll(/\d+(?:\.\d+)?/gu)) numbers.push(Number(plain));
  for (const [written] of text.matchAll(/\d+(?:[,.]\d+)+/gu))
    for (const reading of readingsOf(written)) numbers.push(amountOf(reading, 1).value);
  return numbers;
}

/** The numbers of one value, and what it is made of. */
function opened(value: unknown): { readonly numbers: readonly number[]; readonly parts: readonly unknown[] } {
  if (typeof value === 'number') return { numbers: [Math.abs(value)], parts: [] };
  if (typeof value === 'string') return { numbers: numbersIn(value), parts: [] };
  const isMade = typeof value === 'object' && value !== null;
  return { numbers: [], parts: isMade ? Object.values(value) : [] };
}

/** Every number in a value, in its texts too, as far as the bound allows; sizes are those of the evidence. */
export function numbersOf(value: unknown, most: number): ReadonlySet<number> {
  const found = new Set<number>();
  const open: unknown[] = [value];
  while (open.length > 0 && found.size < most) {
    const { numbers, parts } = opened(open.pop());
    for (const number of numbers) found.add(number);
    for (const part of parts) open.push(part);
  }
  return found;
}
