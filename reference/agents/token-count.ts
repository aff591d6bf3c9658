import { setImmediate } from 'node:timers/promises';

type Count = (text: string) => number;

/** The tokenizer of the models in the price table; its tables are large, so they are loaded once and when needed. */
let tokenizer: Promise<Count> | undefined;

/** What looks like a control token in a text is text. */
const PLAIN_TEXT = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

async function load(): Promise<Count> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  return (text) => count(text, PLAIN_TEXT);
}

/** Loads the tokenizer ahead of its first use, so that no run has to wait for it. */
export async function warmUpTokenizer(): Promise<void> {
  tokenizer ??= load();
  await tokenizer;
}

/** Time grows with the square of the longest word, so that no slice may be one long word. */
const SLICE_CHARACTERS = 2_048;

/** Slices of a text, cut before a word where there is one: no token reaches over such a place. */
function* slices(text: string): Generator<string> {
  let from = 0;
  while (text.length - from > SLICE_CHARACTERS) {
    const end = from + SLICE_CHARACTERS;
    const space = text.lastIndexOf(' ', end);
    const cut = space > from && /^ [^\s]/.test(text.slice(space, space + 2)) ? space : end;
    yield text.slice(from, cut);
    from = cut;
  }
  yield text.slice(from);
}

/** A run must not wait for the seconds that a data set of a megabyte would take. */
const COUNTED_CHARACTERS = 65_536;

/** Counts the tokens of a text, letting other work go on in between; of a long one the beginning stands for all. */
export async function countTokens(text: string): Promise<number> {
  if (text.length > COUNTED_CHARACTERS) {
    const sample = await countTokens(text.slice(0, COUNTED_CHARACTERS));
    return Math.round((sample * text.length) / COUNTED_CHARACTERS);
  }
  tokenizer ??= load();
  const count = await tokenizer;
  let tokens = 0;
  for (const slice of slices(text)) {
    if (tokens > 0) await setImmediate();
    tokens += count(slice);
  }
  return tokens;
}

/** A run of many steps has many short texts. */
const TEXTS_AT_A_TIME = 50;

/** Texts whose tokens are asked for at the end. */
export class TokenTally {
  readonly #texts: string[] = [];

  add(text: string): void {
    this.#texts.push(text);
  }

  async total(): Promise<number> {
    let tokens = 0;
    for (const [index, text] of this.#texts.entries()) {
      if (index % TEXTS_AT_A_TIME === 0) await setImmediate();
      tokens += await countTokens(text);
    }
    return tokens;
  }
}
