/** What the pages of a history must show. */
import { z } from 'zod';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import {
  bodyOf,
  declared,
  error,
  expectAnswer,
  fieldOf,
  isInstant,
  isOneChoice,
  labelled,
  missing,
  refOf,
  status,
} from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { type Judge, made } from './answers.ts';
import { firstFault, numberIn, shown, testsOf, textIn } from './results.ts';

/** Tests of the agent, and how many come on a page. */
export const TESTS = 7;
const PAGE = 3;

const count = z.int().gte(0);
/** A page of a history. */
export const PAGE_SHAPE = z.looseObject({
  tests: z.array(z.unknown()),
  total: count,
  limit: count,
  offset: count,
});

const idOf = (item: unknown): string => textIn(item, 'test_id') ?? '';
export const itemsOf = (body: unknown): readonly unknown[] => {
  const tests = fieldOf(body, 'tests');
  return Array.isArray(tests) ? tests : [];
};

/** What a page must be: so many of the tests that were made, under this limit and offset. */
interface Wanted {
  readonly limit: number;
  readonly offset: number;
  readonly count: number;
}

export function pageFault(
  body: unknown,
  { limit, offset, count: wanted }: Wanted,
  total: number,
): string | undefined {
  const parsed = PAGE_SHAPE.safeParse(body);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)[0];
  const page = parsed.data;
  if (page.limit !== limit || page.offset !== offset) return `limit ${page.limit}, offset ${page.offset}`;
  if (page.total !== total) return `total ${page.total}, and ${total} were made`;
  return page.tests.length === wanted ? undefined : `${page.tests.length} tests`;
}

/** How many tests were made: each of them was answered before the next was asked for. */
const madeIn = (view: TrialView): readonly string[] => testsOf(view).map(({ body }) => idOf(body));

/** The page of that label is this one. */
export const isPage =
  (label: string, wanted: Wanted): Judge =>
  (view) => {
    const total = madeIn(view).length;
    const expected = `${wanted.count} tests, limit ${wanted.limit}, offset ${wanted.offset}, total ${total}`;
    return expectAnswer(
      view,
      label,
      made(expected, (body) => pageFault(body, wanted, total)),
    );
  };

/** Later tests before earlier ones. Two of one moment have no order. */
function orderFault(items: readonly unknown[], ids: readonly string[]): string | undefined {
  return firstFault(items, (item, index) => {
    const next = items[index + 1];
    const place = ids.indexOf(idOf(item));
    if (place < 0) return `test ${shown(idOf(item))}, which was not made here`;
    if (next === undefined || place > ids.indexOf(idOf(next))) return undefined;
    return fieldOf(item, 'created_at') === fieldOf(next, 'created_at')
      ? undefined
      : `${idOf(item)} before the later ${idOf(next)}`;
  });
}

export const newestFirst: Judge = (view) => {
  const ids = madeIn(view);
  const expected = 'the tests that were made, newest first';
  return expectAnswer(
    view,
    'history',
    made(expected, (body) => orderFault(itemsOf(body), ids)),
  );
};

/** All tests were made; else pages would be judged against what is not there. */
export const complete =
  (judge: Judge): Judge =>
  (view, terms) =>
    madeIn(view).length < TESTS ? missing(view, `${TESTS} tests`, 'SB-1.1') : judge(view, terms);

/** The pages that together are the whole. */
export const PAGES = [0, 3, 6].map((offset) => `limit=${PAGE}&offset=${offset}`);

/** Refused, or, where that may be, cut to what is allowed; a word can only be refused or passed over. */
export const outOfRange =
  (labels: readonly string[]): Judge =>
  (view, { variationPoints }) => {
    const choice = variationPoints['VP-CLAMP'];
    const statuses = declared(choice, { 'reject-422': 422, 'reject-400': 400, clamp: 200 });
    const judged = labels.flatMap((label) => {
      const isWord = label.endsWith('abc');
      const allowed = isWord && statuses.includes(200) ? [200, 400, 422] : statuses;
      const [exchange] = labelled(view, label);
      if (exchange?.response?.status === 200 && allowed.includes(200))
        return expectAnswer(view, label, made('limit and offset within their range', rangeFault));
      return expectAnswer(view, label, status(...allowed), error('VALIDATION'));
    });
    return [...judged, ...isOneChoice(view, ...labels.filter((label) => !label.endsWith('abc')))];
  };

function rangeFault(body: unknown): string | undefined {
  const [limit, offset] = [numberIn(body, 'limit') ?? 0, numberIn(body, 'offset') ?? -1];
  return limit >= 1 && limit <= 500 && offset >= 0 ? undefined : `limit ${limit}, offset ${offset}`;
}

/** What is wrong with the page at that place of the walk. */
function placeFault(exchange: ExchangeView, index: number, total: number): string | undefined {
  const offset = index * PAGE;
  return pageFault(bodyOf(exchange), { limit: PAGE, offset, count: Math.min(PAGE, TESTS - offset) }, total);
}

/** What is wrong with the pages together. */
function walkFault(pages: readonly ExchangeView[], ids: readonly string[]): string | undefined {
  const seen = pages.flatMap((exchange) => itemsOf(bodyOf(exchange)).map(idOf));
  const lost = ids.filter((id) => !seen.includes(id));
  return (
    firstFault(pages, (exchange, index) => placeFault(exchange, index, ids.length)) ??
    firstFault(lost, (id) => `${id} is on no page`)
  );
}

export const pagesAreWhole: Judge = (view) => {
  const pages = PAGES.flatMap((label) => labelled(view, label).slice(0, 1));
  if (pages.some(({ response }) => response?.status !== 200)) return missing(view, 'three pages', 'SB-4.2');
  const fault = walkFault(pages, madeIn(view));
  const refs = pages.map((exchange) => refOf(view, exchange));
  const statement = say('walked', 'pages of 3, 3 and 1, every test once', fault ?? 'so it is', ...refs);
  return [fault === undefined ? pass(statement) : fail({ ...statement, code: 'wrong-pages' })];
};

/** Members of an item, and what each must be. */
const MEMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  test_id: (value) => typeof value === 'string' && value !== '',
  status: (value) => value === 'success' || value === 'failed',
  created_at: isInstant,
  token_usage: (value) => numberIn(value, 'total_tokens') !== undefined,
};

function itemFault(agentId: string) {
  const members = { ...MEMBERS, agent_id: (value: unknown) => value === agentId };
  return (item: unknown): string | undefined => {
    const wrong = Object.entries(members).find(([name, isRight]) => !isRight(fieldOf(item, name)));
    return wrong === undefined ? undefined : `an item with ${wrong[0]} ${shown(fieldOf(item, wrong[0]))}`;
  };
}

export const itemsAreTold: Judge = (view): readonly Finding[] => {
  const agentId = testsOf(view)[0]?.agentId ?? '';
  const expected = 'test_id, agent_id, status, token_usage and created_at in each item';
  return expectAnswer(
    view,
    'history',
    made(expected, (body) => firstFault(itemsOf(body), itemFault(agentId))),
  );
};
