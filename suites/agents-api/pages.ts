/** Lists come as pages: reading one, and what walking them to the end must show. */
import { z } from 'zod';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { bodyOf, fieldOf, labelled, refOf } from './expect.ts';

/** A page of a list, as docs/protocol.md section 5 has it. */
export const PAGE = z.looseObject({
  items: z.array(z.unknown()),
  nextCursor: z.string().nullable(),
  total: z.int().nonnegative(),
});
export type Page = z.infer<typeof PAGE>;

/** The page that was answered with 200; nothing when it was none. */
export function pageOf(exchange: ExchangeView | undefined): Page | undefined {
  if (exchange?.response?.status !== 200) return undefined;
  const parsed = PAGE.safeParse(bodyOf(exchange));
  return parsed.success ? parsed.data : undefined;
}

/** The first answer of that label as a page. */
export const pageAt = (view: TrialView, label: string): Page | undefined => pageOf(labelled(view, label)[0]);

/** The ids of items; one without an id has the empty one. */
export const idsOf = (items: readonly unknown[]): readonly string[] =>
  items.map((item) => {
    const id = fieldOf(item, 'id');
    return typeof id === 'string' ? id : '';
  });

/** What a walk must have shown. */
export interface Walk {
  /** Items that were asked for with each page. */
  readonly size: number;
  /** All ids, in any order, each once; others may be there too unless `isAll`. */
  readonly ids: readonly string[];
  readonly isAll: boolean;
}

/** The pages of that label: of the size asked for, to the end, each id once, none missing. */
export function expectWalk(view: TrialView, label: string, walk: Walk): readonly Finding[] {
  const exchanges = labelled(view, label);
  if (exchanges.length === 0) return [];
  const pages = exchanges.map(pageOf);
  const expected = `each of ${walk.ids.length} once, in pages of ${walk.size}, the last without a cursor`;
  const refs = exchanges.map((exchange) => refOf(view, exchange));
  const actual = pages.includes(undefined)
    ? `answer ${pages.indexOf(undefined) + 1} is no page`
    : faultOf(
        pages.filter((page) => page !== undefined),
        walk,
      );
  const statement = say('walked', expected, actual ?? `${pages.length} pages`, ...refs);
  return [actual === undefined ? pass(statement) : fail({ ...statement, code: 'wrong-pages' })];
}

function faultOf(pages: readonly Page[], { size, ids, isAll }: Walk): string | undefined {
  const isUnended = pages.at(-1)?.nextCursor !== null;
  if (isUnended) return `${pages.length} pages and no end`;
  const odd = pages.findIndex(({ items }, index) =>
    index === pages.length - 1 ? items.length > size : items.length !== size,
  );
  if (odd >= 0) return `page ${odd + 1} has ${pages[odd]?.items.length} items`;
  const seen = pages.flatMap(({ items }) => idsOf(items));
  const repeated = seen.find((id, index) => seen.indexOf(id) !== index);
  if (repeated !== undefined) return `${repeated} comes twice`;
  const missing = ids.filter((id) => !seen.includes(id));
  if (missing.length > 0) return `${missing.length} missing, first ${missing[0]}`;
  const more = seen.filter((id) => !ids.includes(id));
  return isAll && more.length > 0 ? `${more.length} that were not expected, first ${more[0]}` : undefined;
}
