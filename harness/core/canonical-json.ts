/** The same text for the same JSON, however a deployment writes it (docs/protocol.md 2, Notation). */
import { parseJson } from './json.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)$/;
const NAMES_A_TIME = /(_at|At|^timestamp)$/;

/** The same text for the same moment, to the millisecond; whatever is no time stays as it is. */
export function canonicalInstant(value: unknown): unknown {
  if (typeof value !== 'string' || !INSTANT.test(value)) return value;
  const at = Date.parse(value);
  return Number.isNaN(at) ? value : new Date(at).toISOString();
}

/** A value as JSON with its members in one order, and the times among them in one notation. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(ordered('', value)) ?? '';
}

function ordered(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => ordered('', one));
  if (typeof value !== 'object' || value === null)
    return NAMES_A_TIME.test(name) ? canonicalInstant(value) : value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([called, of]) => [called, ordered(called, of)]));
}

/** The same of a text that may be JSON; any other text stays as it is. */
export function canonicalText(text: string): string {
  const value = parseJson(text);
  return value === undefined ? text : canonicalJson(value);
}
