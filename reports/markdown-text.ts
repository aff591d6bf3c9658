/**
 * Foreign text in Markdown. Whatever the target sends must stay what it is: words. It becomes no link, no
 * mention, no HTML, no table column and no end of a fence. Within a sentence it is escaped; where it stands
 * alone it is a code span, in which nothing is interpreted.
 */
import { plainText } from '../harness/report/plain-text.ts';

/**
 * What begins a construct somewhere in CommonMark or in GitHub's extensions of it, or links of itself: an
 * address, a `www.`, a mention. Entities rather than backslashes for those that an extension reads first.
 */
const ACTIVE = /[\\`*_[\]#~^$]|[&<>|@]|:(?=\/\/)|(?<=www)\./gi;
/** What begins a list or underlines a heading, at the start of a line only. */
const LEADING = /^(?:[-+=]|\d+(?=[.)](?:\s|$)))/;
/** Invisible; parts the sign from the name, since mentions are looked for in what was rendered. */
const WORD_JOINER = '&#8288;';

/** Text for a sentence, a heading or a table cell, without any meaning to Markdown. */
export function prose(text: string): string {
  const escaped = plainText(text).replace(ACTIVE, (one) =>
    /[&<>|@:.]/.test(one) ? entity(one) : `\\${one}`,
  );
  return escaped.replace(LEADING, (one) => `&#${one.charCodeAt(0)};${one.slice(1)}`);
}

const entity = (one: string): string => `&#${one.charCodeAt(0)};${one === '@' ? WORD_JOINER : ''}`;

/** Text as a code span; not for tables, whose pipes come before code. */
export function code(text: string): string {
  const plain = plainText(text);
  const fence = '`'.repeat(longestRun(plain) + 1);
  if (plain === '') return '(nothing)';
  return fence === '`' ? `\`${plain}\`` : `${fence} ${plain} ${fence}`;
}

/** Lines as a block of code that none of them can end. */
export function block(lines: readonly string[]): readonly string[] {
  const plain = lines.map((line) => plainText(line));
  const fence = '`'.repeat(Math.max(3, longestRun(plain.join('\n')) + 1));
  return [`${fence}text`, ...plain, fence];
}

const longestRun = (text: string): number =>
  (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
