import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Report } from './problems.ts';
import type { Settings } from './settings.ts';
import { isSecret, type VariableName } from './variables.ts';

/** Reads typed values out of the settings and reports what it cannot read; never shows a secret. */
export interface Reader {
  readonly settings: Settings;
  readonly cwd: string;
  readonly report: Report;
}

/** Longer than any sensible value of a variable that is not secret. */
const SHOWN = 80;

/** How a value is shown: quoted, or by its length where it may hold something secret. */
export function shapeOf(value: string): string {
  // An @ may end a user name and password, eyJ begins a token, a query may carry either.
  if (/[@?]|eyJ|bearer/i.test(value)) return lengthOf(value);
  return value.length > SHOWN ? `"${value.slice(0, SHOWN)}…"` : `"${value}"`;
}

export const lengthOf = (value: string): string =>
  `${value.length} ${value.length === 1 ? 'character' : 'characters'} long`;

/** The variable with, if it was not the environment, the place it was set in. */
export function placeOf({ settings }: Reader, name: VariableName): string {
  const source = settings.get(name)?.source ?? '';
  return source === '' ? name : `${name} in ${source}`;
}

function told(reader: Reader, name: VariableName): string {
  const value = reader.settings.get(name)?.value ?? '';
  return `${placeOf(reader, name)} is ${isSecret(name) ? lengthOf(value) : shapeOf(value)}`;
}

/** Reports `NAME is "value": expected …, for example …`. */
export function refuse(reader: Reader, name: VariableName, expected: string, example: string): void {
  reader.report(`${told(reader, name)}: expected ${expected}, for example ${example}`);
}

export const text = (reader: Reader, name: VariableName): string | undefined =>
  reader.settings.get(name)?.value;

/** A value that must look a certain way. */
export function pattern(
  reader: Reader,
  name: VariableName,
  shape: RegExp,
  expected: string,
  example: string,
): string | undefined {
  const value = text(reader, name);
  if (value === undefined || shape.test(value)) return value;
  refuse(reader, name, expected, example);
  return undefined;
}

/** One of a few words. */
export function word<T extends string>(
  reader: Reader,
  name: VariableName,
  words: readonly T[],
): T | undefined {
  const value = text(reader, name);
  if (value === undefined) return undefined;
  const known = words.find((candidate) => candidate === value);
  if (known === undefined) refuse(reader, name, words.join(' or '), String(words[0]));
  return known;
}

export interface Range {
  readonly from: number;
  readonly to: number;
  readonly example: number;
}

/** A whole number within bounds. */
export function whole(reader: Reader, name: VariableName, { from, to, example }: Range): number | undefined {
  return number(reader, name, /^\d{1,15}$/, { from, to, example }, 'a whole number');
}

/** A number, with a fraction if need be. */
export function fraction(reader: Reader, name: VariableName, range: Range): number | undefined {
  return number(reader, name, /^\d{1,15}(\.\d{1,9})?$/, range, 'a number');
}

function number(
  reader: Reader,
  name: VariableName,
  shape: RegExp,
  { from, to, example }: Range,
  kind: string,
): number | undefined {
  const value = text(reader, name);
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (shape.test(value) && parsed >= from && parsed <= to) return parsed;
  refuse(reader, name, `${kind} from ${from} to ${to}`, String(example));
  return undefined;
}

const UNIT_MS = { '': 1, ms: 1, s: 1_000, m: 60_000 } as const;

/** Milliseconds, or a number with its unit: `1500`, `1500ms`, `1.5s`, `2m`. */
export function duration(
  reader: Reader,
  name: VariableName,
  { from, to, example }: Range,
): number | undefined {
  const value = text(reader, name);
  if (value === undefined) return undefined;
  const [, amount = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?) ?(ms|s|m)?$/.exec(value) ?? [];
  const parsed = Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (amount !== '' && parsed >= from && parsed <= to) return parsed;
  const expected = `milliseconds from ${from} to ${to}, or a duration with its unit`;
  refuse(reader, name, expected, `${example} or ${example / 1000}s`);
  return undefined;
}

/** The content of a file that a variable names, without surrounding white space; its content is never shown. */
export function fileText(reader: Reader, name: VariableName): string | undefined {
  const path = text(reader, name);
  if (path === undefined) return undefined;
  try {
    const content = readFileSync(resolve(reader.cwd, path), 'utf8').trim();
    if (content !== '') return content;
    reader.report(`${told(reader, name)}: expected the path of a file that is not empty`);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    reader.report(`${told(reader, name)}: expected the path of a file that can be read (${code})`);
  }
  return undefined;
}
