import { InvalidArgumentError } from 'commander';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DAY_MS = 86_400_000;

/** Reads `90s`, `10m`, `1.5h` as milliseconds, for an option. */
export function durationMs(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text.trim()) ?? [];
  const ms = Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (amount !== '' && ms > 0 && ms <= DAY_MS) return ms;
  throw new InvalidArgumentError('Expected a duration with its unit, for example 90s or 10m.');
}

/** Reads a whole number within bounds, for an option. */
export const wholeNumber =
  (from: number, to: number) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`);
  };

/** Reads a word that may be one of a few, for an option. */
export const oneOf =
  <T extends string>(words: readonly T[]) =>
  (text: string): T => {
    const word = words.find((known) => known === text.toLowerCase());
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`Expected ${words.join(', ')}.`);
  };
