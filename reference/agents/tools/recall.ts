import type { EarlierMessage } from '../agent.ts';

/** What was found in the memory of a thread. */
export interface Recollection {
  readonly messages_searched: number;
  readonly found: boolean;
  readonly sentence: string | null;
  readonly shared_words: readonly string[];
}

const SENTENCE_CHARACTERS = 500;

/** Words too common to tell one sentence from another. */
const COMMON = new Set(
  `a about also am an and any are as at be been but by can could did do does for from had has have how i if in is it
   its know let me mention mentioned my name of on or our please recall remember remind said say so tell that the
   their them then there these they this to told us was we were what when where which who why will with would you
   your again earlier before just now note call called give gave`.split(/\s+/),
);

function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => !COMMON.has(word)).map((word) => word.replace(/(?<=\w{3})s$/, '')));
}

function sentencesOf(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim().slice(0, SENTENCE_CHARACTERS))
    .filter((sentence) => sentence !== '');
}

/**
 * Finds the sentence of the user's earlier messages that shares most words with a question; among
 * equals a statement beats a question, and a later one an earlier one. Invents nothing.
 */
export function recall(question: string, earlier: readonly EarlierMessage[]): Recollection {
  const asked = wordsOf(question.slice(0, 4 * SENTENCE_CHARACTERS));
  const generic = asked.size === 0;
  let best:
    | { readonly sentence: string; readonly shared: readonly string[]; readonly score: number }
    | undefined;
  for (const sentence of earlier.flatMap(({ prose }) => sentencesOf(prose))) {
    const words = wordsOf(sentence);
    const shared = [...asked].filter((word) => words.has(word));
    const score = shared.length + (sentence.endsWith('?') ? 0 : 0.5);
    if ((shared.length > 0 || generic) && score >= (best?.score ?? 0)) best = { sentence, shared, score };
  }
  return {
    messages_searched: earlier.length,
    found: best !== undefined,
    sentence: best?.sentence ?? null,
    shared_words: best?.shared ?? [],
  };
}
