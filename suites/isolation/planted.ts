/**
 * Who finds nothing may be blind. So a leak is planted into a copy of what was received, in every dress and
 * for every user, and has to be found there by the same search, or nothing is said of the rest.
 */
import type { Canary, CanarySearch } from './canaries.ts';
import { leaksIn, type Received } from './received.ts';

type Disguise = (word: string) => string;

const base64 = (word: string): string => Buffer.from(word).toString('base64');
const hexOf = (word: string): string => Buffer.from(word).toString('hex');
const each = (word: string, change: (letter: string) => string): string => [...word].map(change).join('');

/** The dresses in which a leak is planted. */
export const DISGUISES: Readonly<Record<string, Disguise>> = {
  plain: (word) => word,
  'upper case': (word) => word.toUpperCase(),
  reversed: (word) => [...word].reverse().join(''),
  base64,
  'base64 after one byte': (word) => base64(`x${word}`),
  'base64 after two bytes': (word) => base64(`xy${word}`),
  base64url: (word) => Buffer.from(word).toString('base64url'),
  hexadecimal: hexOf,
  'hexadecimal in capitals': (word) => hexOf(word).toUpperCase(),
  'percent encoding': (word) => each(word, (letter) => `%${hexOf(letter)}`),
  'JSON escapes': (word) => each(word, (letter) => `\\u00${hexOf(letter)}`),
  'HTML entities': (word) => each(word, (letter) => `&#${letter.charCodeAt(0)};`),
  'base64 of base64': (word) => base64(base64(word)),
  'spaced out': (word) => each(word, (letter) => `${letter} `),
  'the first half': (word) => word.slice(0, word.length / 2),
  'the second half': (word) => word.slice(word.length / 2),
};

const plantedIn = (text: string, leak: string): string => {
  const middle = Math.floor(text.length / 2);
  return `${text.slice(0, middle)} ${leak} ${text.slice(middle)}`;
};

/** The disguises in which a planted leak was not found, with whose it was; empty when the search can be trusted. */
export function missedLeaks(
  received: readonly Received[],
  canaries: readonly Canary[],
  search: CanarySearch,
): readonly string[] {
  const actors = [...new Set(received.map(({ actor }) => actor))];
  return actors.flatMap((actor) => {
    const canary = canaries.find(({ owner }) => owner !== actor);
    if (canary === undefined) return [];
    const surfaces = new Map(received.filter((one) => one.actor === actor).map((one) => [one.surface, one]));
    return [...surfaces.values()].flatMap((one) =>
      Object.entries(DISGUISES).flatMap(([name, disguise]) => {
        const copy = { ...one, text: plantedIn(one.text, disguise(canary.word)) };
        const isFound = leaksIn([copy], search).some((leak) => leak.canary.owner === canary.owner);
        return isFound ? [] : [`${name}, on ${one.surface} of ${actor}`];
      }),
    );
  });
}
