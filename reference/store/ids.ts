const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Tells whether an id could be one of ours; anything else is unknown without asking the store. */
export function isStoreId(id: string): boolean {
  return UUID.test(id);
}

/** Text that PostgreSQL can hold: it has no place for NUL, which becomes U+FFFD. */
export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
