const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Tells whether an id could be one of ours; anything else is unknown without asking the store. */
export function isStoreId(id: string): boolean {
  return UUID.test(id);
}

/** NUL, and halves of surrogate pairs: the store has no place for the one, UTF-8 none for the other. */
const UNSTORABLE = /\0|\p{Cs}/u;

/** Tells whether a text comes back from the store as it went in. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** Text that PostgreSQL can hold: what it has no place for becomes U+FFFD. */
export function storableText(text: string): string {
  return isStorable(text) ? text : text.replaceAll(/\0|\p{Cs}/gu, '\uFFFD');
}

/** The beginning of a text that is not cut within a character. */
export function beginning(text: string, characters: number): string {
  return storableText(text.slice(0, characters).replace(/\p{Cs}$/u, ''));
}
