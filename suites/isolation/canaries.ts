/**
 * Finds what one user sent in what another received, however it is dressed. A canary is recognised by any
 * eight of its letters in a row, so a half of one is enough; their alphabet keeps chance out of it (sixteen
 * consonants: a stretch of eight is one in four thousand millions, and no word).
 */
import type { Entry } from '../../harness/evidence/transcript.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { CANARY_LENGTH, CANARY_LETTERS } from '../../scenarios/canary.ts';

/** A canary, and who sent it: nobody else may receive it. */
export interface Canary {
  readonly word: string;
  readonly owner: string;
}

/** How a canary was dressed where it was found. */
export type Dress = 'plain' | 'reversed' | 'encoded' | 'in pieces';

export interface Hit {
  readonly canary: Canary;
  readonly dress: Dress;
}

const PIECE = 8;
const WORD = new RegExp(
  `(?<![${CANARY_LETTERS}])[${CANARY_LETTERS}]{${CANARY_LENGTH}}(?![${CANARY_LETTERS}])`,
  'g',
);
const STRETCH = new RegExp(`[${CANARY_LETTERS}]{${PIECE},}`, 'g');
/** A secret of many megabytes is no answer; what is longer is searched up to here. */
const LONGEST = 8_000_000;

/** What an actor put on the wire. */
function sentText(entry: Entry): string {
  if (entry.kind === 'http.request') return `${entry.url} ${entry.body ?? ''}`;
  return entry.kind === 'ws.frame' && entry.direction === 'out' ? entry.text : '';
}

/** The canaries that each actor sent, as the transcript shows. */
export function canariesOf(view: TrialView): readonly Canary[] {
  const sent = view.transcript.entries.flatMap((entry) =>
    [...sentText(entry).matchAll(WORD)].map(([word]) => ({ word, owner: entry.actor })),
  );
  const first = new Map([...sent].reverse().map((canary) => [canary.word, canary]));
  return [...first.values()];
}

/** Searches texts for pieces of canaries. */
export interface CanarySearch {
  readonly search: (text: string) => readonly Hit[];
}

/** Every stretch of letters that is long enough to be told. */
const piecesOf = (text: string): readonly string[] =>
  Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, at) => text.slice(at, at + PIECE));

const reversed = (text: string): string => [...text].reverse().join('');

/** Prepares a search for these canaries. */
export function canarySearch(canaries: readonly Canary[]): CanarySearch {
  const pieces = new Map<string, { canary: Canary; isReversed: boolean }>();
  for (const canary of canaries)
    for (const isReversed of [false, true])
      for (const piece of piecesOf(isReversed ? reversed(canary.word) : canary.word))
        pieces.set(piece, { canary, isReversed });
  const look = (text: string, isEncoded: boolean): readonly Hit[] => {
    const stretches = [...squeezed(text).matchAll(STRETCH)].map(([stretch]) => stretch);
    return stretches
      .flatMap(piecesOf)
      .flatMap((piece) => pieces.get(piece) ?? [])
      .map(({ canary, isReversed }) => ({ canary, dress: dressOf(isEncoded, isReversed) }));
  };
  return {
    search(text) {
      const bounded = text.slice(0, LONGEST);
      const hits = [
        ...look(bounded, false),
        ...undressed(bounded).flatMap((inner) => [
          ...look(inner, true),
          ...undressed(inner).flatMap((innermost) => look(innermost, true)),
        ]),
      ];
      return distinct(hits);
    },
  };
}

const dressOf = (isEncoded: boolean, isReversed: boolean): Dress =>
  isEncoded ? 'encoded' : isReversed ? 'reversed' : 'plain';

/** Letters alone and small: neither case nor what stands between them hides anything. */
const squeezed = (text: string): string => text.toLowerCase().replace(/[^a-z]+/g, '');

function distinct(hits: readonly Hit[]): readonly Hit[] {
  const first = new Map<string, Hit>();
  for (const hit of hits) if (!first.has(hit.canary.word)) first.set(hit.canary.word, hit);
  return [...first.values()];
}

const HEX = /(?:[0-9a-f]{2}[\s:,-]?){8,}/gi;
const BASE64 = /[A-Za-z0-9+/_-]{12,}/g;
const ESCAPES = /\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#(\d{1,7});/gi;

/** What the text says beneath its usual encodings; of base64 at each of its four beginnings. */
function undressed(text: string): readonly string[] {
  const unescaped = text.replace(ESCAPES, (_all, u, x, percent, entity, decimal) => {
    const code = decimal === undefined ? Number.parseInt(u ?? x ?? percent ?? entity, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
  const hex = [...text.matchAll(HEX)].flatMap(([run]) => {
    const digits = run.replace(/[^0-9a-f]/gi, '');
    return [0, 1].map((from) => latin1(digits.slice(from), 'hex'));
  });
  const base64 = [...text.matchAll(BASE64)].flatMap(([run]) =>
    [0, 1, 2, 3].map((from) => latin1(run.slice(from), 'base64')),
  );
  return [...(unescaped === text ? [] : [unescaped]), ...hex, ...base64];
}

const latin1 = (text: string, encoding: 'hex' | 'base64'): string =>
  Buffer.from(text, encoding).toString('latin1');
