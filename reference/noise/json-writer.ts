import type { Dice } from './noise.ts';

/** How JSON is written; each says nothing, so that it may be any. */
export interface WritingStyle {
  /** The members of an object in the order in which they are written. */
  readonly order?: (names: readonly string[]) => readonly string[];
  readonly number?: (value: number) => string;
  readonly text?: (value: string) => string;
  /** Between tokens. */
  readonly space?: () => string;
  /** A time of the deployment's own, never what somebody submitted. */
  readonly time?: (value: string) => string;
}

/** What is below these was submitted by somebody, and comes back as it was. */
const SUBMITTED: ReadonlySet<string> = new Set([
  'metadata',
  'payload',
  'input',
  'output',
  'arguments',
  'result',
]);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const TIME_NAME = /(_at|At|^timestamp)$/;

/** Writes a value; what JSON.parse reads of it is the same. */
export function writeJson(value: unknown, style: WritingStyle, name = '', isOurs = true): string {
  const space = style.space ?? (() => '');
  const write = (one: unknown, called: string): string =>
    writeJson(one, style, called, isOurs && !SUBMITTED.has(called));
  if (Array.isArray(value))
    return `[${value.map((one) => `${space()}${write(one, '')}`).join(`${space()},`)}${space()}]`;
  if (typeof value === 'object' && value !== null) {
    const members = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(members).filter((each) => members[each] !== undefined);
    const written = (style.order?.(names) ?? names).map(
      (each) => `${space()}${JSON.stringify(each)}${space()}:${space()}${write(members[each], each)}`,
    );
    return `{${written.join(`${space()},`)}${space()}}`;
  }
  return writeScalar(value, style, isOurs && TIME_NAME.test(name));
}

function writeScalar(value: unknown, style: WritingStyle, isTime: boolean): string {
  if (typeof value === 'number') return style.number?.(value) ?? JSON.stringify(value);
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  const said = isTime && TIME.test(value) ? (style.time?.(value) ?? value) : value;
  return style.text?.(said) ?? JSON.stringify(said);
}

/** Any order. */
export function shuffled<T>(dice: Dice, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: dice() }))
    .sort((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
