/** What came from outside as text, read as JSON without trusting it to be any. */

export type Fields = Readonly<Record<string, unknown>>;

/** The value, or nothing. The parser's own message is dropped, since it quotes the text. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** The members of an object; none where it is anything else. */
export function parseFields(text: string | undefined): Fields {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
