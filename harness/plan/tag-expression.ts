/** Boolean expressions over tags: `lifecycle && !(load || disruptive)`; `!` binds tighter than `&&`, that tighter than `||`. */
import { HarnessError } from '../core/errors.ts';

/** Whether something with these tags is meant. */
export type TagTest = (tags: ReadonlySet<string>) => boolean;

export interface TagExpression {
  readonly matches: TagTest;
  /** Every tag that is named in it, as written. */
  readonly tags: readonly string[];
}

const TOKEN = /\s*(&&|\|\||[!()]|[a-z0-9][\w./-]*)/iy;
/** Deeper than anybody writes, and shallower than the stack. */
const DEEPEST = 50;

/**
 * Reads an expression.
 * @throws HarnessError `NOTHING_SELECTED` for one that cannot be read.
 */
export function parseTags(text: string): TagExpression {
  const tokens = tokensOf(text);
  const tags: string[] = [];
  let next = 0;
  const takes = (token: string): boolean => {
    if (tokens[next] !== token) return false;
    next += 1;
    return true;
  };
  const either = (depth: number): TagTest => {
    const left = both(depth);
    if (!takes('||')) return left;
    const right = either(depth);
    return (found) => left(found) || right(found);
  };
  const both = (depth: number): TagTest => {
    const left = one(depth);
    if (!takes('&&')) return left;
    const right = both(depth);
    return (found) => left(found) && right(found);
  };
  const one = (depth: number): TagTest => {
    if (depth > DEEPEST) throw unreadable(text, 'fewer brackets');
    if (takes('!')) {
      const inner = one(depth + 1);
      return (found) => !inner(found);
    }
    return takes('(') ? bracketed(depth + 1) : named();
  };
  const bracketed = (depth: number): TagTest => {
    const inner = either(depth);
    if (!takes(')')) throw unreadable(text, 'a closing bracket');
    return inner;
  };
  const named = (): TagTest => {
    const tag = tokens[next];
    if (tag === undefined || !/^\w/.test(tag)) throw unreadable(text, 'a tag');
    next += 1;
    tags.push(tag);
    return (found) => found.has(tag.toLowerCase());
  };
  const matches = either(0);
  if (next < tokens.length) throw unreadable(text, '&& or || between two tags');
  return { matches, tags };
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw unreadable(text, 'tags, &&, ||, ! and brackets');
    tokens.push(token);
  }
  return tokens;
}

const unreadable = (text: string, expected: string): HarnessError =>
  new HarnessError('NOTHING_SELECTED', `--tag "${text.slice(0, 80)}" cannot be read: expected ${expected}`, {
    hint: 'for example --tag "must && !disruptive"',
  });
