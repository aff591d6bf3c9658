import { type Figure, figuresIn, plain } from './figures.ts';

/** What the tools of a run gave back: every number and every word of it. */
export interface ToolResults {
  /** Ascending. */
  readonly numbers: readonly number[];
  readonly words: string;
}

export const NO_RESULTS: ToolResults = { numbers: [], words: '' };

/** A target decides how large its results are; so much of them is looked at. */
const MOST_NODES = 50_000;
const MOST_CHARACTERS = 512 * 1024;
const DEEPEST = 64;

interface Reading {
  readonly numbers: number[];
  readonly words: string[];
  nodes: number;
  characters: number;
}

/**
 * Reads results of any shape. A figure also follows from a list by adding it up or counting it, so the sum and the
 * length of each are taken along.
 */
export function readResults(results: readonly unknown[], names: readonly string[]): ToolResults {
  const reading: Reading = { numbers: [], words: [], nodes: 0, characters: 0 };
  for (const result of results) read(result, reading, names, DEEPEST);
  return {
    numbers: reading.numbers.filter(Number.isFinite).sort((a, b) => a - b),
    words: reading.words.join(' '),
  };
}

function read(value: unknown, reading: Reading, names: readonly string[], depth: number): void {
  reading.nodes += 1;
  if (depth === 0 || reading.nodes > MOST_NODES) return;
  if (typeof value === 'number') reading.numbers.push(Math.abs(value));
  else if (typeof value === 'string') readText(value, reading, names);
  else if (typeof value === 'object' && value !== null) {
    const parts: readonly unknown[] = Object.values(value);
    if (Array.isArray(value)) addUp(value, reading);
    else readMembers(value, parts, reading, names);
    for (const part of parts) read(part, reading, names, depth - 1);
  }
}

/** The keys of a breakdown are the names of its parts, and its values may add up. */
function readMembers(
  value: object,
  parts: readonly unknown[],
  reading: Reading,
  names: readonly string[],
): void {
  readText(Object.keys(value).join(' '), reading, names);
  reading.numbers.push(total(parts));
}

function readText(text: string, reading: Reading, names: readonly string[]): void {
  reading.characters += text.length;
  if (reading.characters > MOST_CHARACTERS) return;
  const read = plain(text);
  reading.words.push(read);
  for (const { readings } of figuresIn(read, names))
    reading.numbers.push(...readings.map(({ value }) => value));
}

const total = (values: readonly unknown[]): number =>
  values.reduce<number>((sum, value) => (typeof value === 'number' ? sum + value : sum), 0);

function addUp(list: readonly unknown[], reading: Reading): void {
  reading.numbers.push(list.length, total(list));
  const columns = new Map<string, number>();
  for (const item of list.slice(0, MOST_NODES)) {
    if (typeof item !== 'object' || item === null) continue;
    for (const [key, value] of Object.entries(item))
      if (typeof value === 'number') columns.set(key, (columns.get(key) ?? 0) + value);
  }
  reading.numbers.push(...columns.values());
}

/** The scales at which one number is written in two places: as a share and in percent, in units and in thousands. */
const SCALES = [1, 100, 0.01, 1_000, 0.001] as const;
/** Two roundings of one number differ by less, relative to it. */
const ROUNDING = 0.0005;

/** Whether a figure is among the numbers, as finely as it was written. */
export function isAmong(figure: Figure, numbers: readonly number[]): boolean {
  return figure.readings.some(({ value, fineness }) =>
    SCALES.some((scale) => {
      const sought = value * scale;
      const within = Math.max(fineness * scale, ROUNDING * sought);
      const nearest = numbers[firstFrom(numbers, sought - within)];
      return nearest !== undefined && nearest <= sought + within;
    }),
  );
}

/** The place of the first number that is not below. */
function firstFrom(ascending: readonly number[], least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const half = Math.floor((low + high) / 2);
    if ((ascending[half] ?? 0) < least) low = half + 1;
    else high = half;
  }
  return low;
}
