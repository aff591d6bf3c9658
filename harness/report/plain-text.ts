/**
 * Text that may come from the target, made harmless for every form of the report: no control characters, no
 * invisible or direction-changing ones, no line breaks, and no more than a reader wants.
 */

/** Control, format (zero-width, bidi), surrogate, private and no characters; line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]+/gu;
/** Long enough for any sentence of ours, short enough that a hostile target cannot fill a page. */
const MOST_CHARACTERS = 300;

/** The text on one line, bounded and visible. */
export function plainText(text: string, most: number = MOST_CHARACTERS): string {
  const visible = text.replace(UNPRINTABLE, ' ').trim();
  if (visible.length <= most) return visible;
  return `${visible.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The first few of a list, and how many more there are. */
export function enumerate(items: readonly string[], most = 8): string {
  const more = items.length - most;
  return more <= 0 ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${more} more`;
}

/** A number with its noun: `1 trial`, `2 trials`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
