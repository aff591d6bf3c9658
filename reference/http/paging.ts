import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Page, PageRequest } from '../store/projects.ts';
import { HttpError } from './errors.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** The query of every list. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().optional(),
});

/** The body of a page. */
export function pageOfType(item: z.ZodType): z.ZodType {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.int().min(0) });
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly otherwise: number;
}

/** Reads a number of a query; only plain digits count, whatever a number may otherwise look like. */
function readNumber(context: Context, name: string, { min, max, otherwise }: Bounds): number {
  const text = context.req.query(name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value >= min && value <= max) return value;
  const problem = { loc: ['query', name], msg: `must be ${min} to ${max}`, type: 'out_of_range' };
  throw new HttpError(422, 'VALIDATION', [problem]);
}

/** How much of a list that is counted by offset is wanted. */
export interface Range {
  readonly limit: number;
  readonly offset: number;
}

const MAX_OFFSET = 999_999_999;

/** Reads `limit` and `offset`. */
export function readRange(
  context: Context,
  { maxLimit, defaultLimit }: { readonly maxLimit: number; readonly defaultLimit: number },
): Range {
  return {
    limit: readNumber(context, 'limit', { min: 1, max: maxLimit, otherwise: defaultLimit }),
    offset: readNumber(context, 'offset', { min: 0, max: MAX_OFFSET, otherwise: 0 }),
  };
}

/** Reads filters of a list; rejects with 422 what they cannot be. */
export function readFilters<S extends z.ZodObject>(context: Context, schema: S): z.output<S> {
  const parsed = schema.safeParse(context.req.query());
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, code }) => ({
    loc: ['query', ...path.map(String)],
    msg: 'not a value it can have',
    type: code,
  }));
  throw new HttpError(422, 'VALIDATION', problems);
}

/** Binds a cursor to the list it came from, so that it opens no other one. */
function seal(list: string, ordinal: string): string {
  return createHash('sha256').update(`${list} ${ordinal}`).digest('base64url').slice(0, 16);
}

function readCursor(list: string, cursor: string): string {
  const [ordinal = '', sealed] = Buffer.from(cursor, 'base64url').toString().split('.');
  if (/^\d{1,18}$/.test(ordinal) && sealed === seal(list, ordinal)) return ordinal;
  throw new HttpError(400, 'CURSOR_INVALID', 'the cursor does not belong to this list');
}

/** Reads `limit` and `cursor`; `list` names the list with its filter and sort. */
export function readPageRequest(context: Context, list: string): PageRequest {
  const cursor = context.req.query('cursor');
  return {
    limit: readNumber(context, 'limit', { min: 1, max: MAX_LIMIT, otherwise: DEFAULT_LIMIT }),
    seen: cursor === undefined ? undefined : readCursor(list, cursor),
  };
}

/** A page as it leaves: `nextCursor` is null on the last one. */
export function pageBody<T extends { readonly ordinal: string }>(
  list: string,
  page: Page<T>,
  show: (item: T) => object,
): object {
  const last = page.items.at(-1);
  const nextCursor =
    last === undefined || !page.hasMore
      ? null
      : Buffer.from(`${last.ordinal}.${seal(list, last.ordinal)}`).toString('base64url');
  return { items: page.items.map(show), nextCursor, total: page.total };
}

/** An item of a list as it leaves: its place in the list is nobody's business. */
export function withoutOrdinal<T extends { readonly ordinal: string }>({ ordinal: _, ...item }: T): object {
  return item;
}
