/** The tests of an agent, page by page. */
import { z } from 'zod';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { openProject, WORKFLOWS } from '../agents-api/drive.ts';
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
import { about, type Judge, made } from './answers.ts';
import { askOf, HISTORY, makeAgent, type OwnAgent, runTest } from './drive.ts';
import { firstFault, numberIn, shown, testsOf, textIn } from './results.ts';

const TESTS = 7;
const PAGE = 3;

const count = z.int().gte(0);
const PAGE_SHAPE = z.looseObject({ tests: z.array(z.unknown()), total: count, limit: count, offset: count });

const idOf = (item: unknown): string => textIn(item, 'test_id') ?? '';
const itemsOf = (body: unknown): readonly unknown[] => {
  const tests = fieldOf(body, 'tests');
  return Array.isArray(tests) ? tests : [];
};

/** What a page must be: so many of the tests that were made, under this limit and offset. */
interface Wanted {
  readonly limit: number;
  readonly offset: number;
  readonly count: number;
}

function pageFault(
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
const isPage =
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

const newestFirst: Judge = (view) => {
  const ids = madeIn(view);
  const expected = 'the tests that were made, newest first';
  return expectAnswer(
    view,
    'history',
    made(expected, (body) => orderFault(itemsOf(body), ids)),
  );
};

/** All tests were made; else pages would be judged against what is not there. */
const complete =
  (judge: Judge): Judge =>
  (view, terms) =>
    madeIn(view).length < TESTS ? missing(view, `${TESTS} tests`, 'SB-1.1') : judge(view, terms);

const PAGES = [0, 3, 6].map((offset) => `limit=${PAGE}&offset=${offset}`);
const BAD_LIMITS = ['limit=0', 'limit=501', 'limit=-1', 'limit=abc'] as const;
const BAD_OFFSETS = ['offset=-1', 'offset=abc'] as const;
const BEYOND = [`offset=${TESTS}`, `offset=${TESTS + 3}`] as const;
const QUERIES = ['limit=1', 'limit=500', ...BEYOND, ...PAGES, ...BAD_LIMITS, ...BAD_OFFSETS];

/** Refused, or, where that may be, cut to what is allowed; a word can only be refused or passed over. */
const outOfRange =
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

const pagesAreWhole: Judge = (view) => {
  const ids = madeIn(view);
  const pages = PAGES.flatMap((label) => labelled(view, label).slice(0, 1));
  if (pages.some(({ response }) => response?.status !== 200)) return missing(view, 'three pages', 'SB-4.2');
  const faults = PAGES.map((_, index) => {
    const [offset, size] = [index * PAGE, Math.min(PAGE, TESTS - index * PAGE)];
    const exchange = pages[index];
    return exchange === undefined
      ? 'a page is missing'
      : pageFault(bodyOf(exchange), { limit: PAGE, offset, count: size }, ids.length);
  });
  const seen = pages.flatMap((exchange) => itemsOf(bodyOf(exchange)).map(idOf));
  const lost = ids.find((id) => !seen.includes(id));
  const fault =
    faults.find((one) => one !== undefined) ?? (lost === undefined ? undefined : `${lost} is on no page`);
  const refs = pages.map((exchange) => refOf(view, exchange));
  const statement = say('walked', `pages of 3, 3 and 1, every test once`, fault ?? 'so it is', ...refs);
  return [fault === undefined ? pass(statement) : fail({ ...statement, code: 'wrong-pages' })];
};

function itemFault(agentId: string) {
  return (item: unknown): string | undefined => {
    if (idOf(item) === '') return 'an item without test_id';
    if (fieldOf(item, 'agent_id') !== agentId) return `agent_id ${shown(fieldOf(item, 'agent_id'))}`;
    const state = fieldOf(item, 'status');
    if (state !== 'success' && state !== 'failed') return `status ${shown(state)}`;
    if (!isInstant(fieldOf(item, 'created_at'))) return `created_at ${shown(fieldOf(item, 'created_at'))}`;
    return numberIn(fieldOf(item, 'token_usage'), 'total_tokens') === undefined
      ? 'an item without token_usage'
      : undefined;
  };
}

const itemsAreTold: Judge = (view): readonly Finding[] => {
  const agentId = testsOf(view)[0]?.agentId ?? '';
  const expected = 'test_id, agent_id, status, token_usage and created_at in each item';
  return expectAnswer(
    view,
    'history',
    made(expected, (body) => firstFault(itemsOf(body), itemFault(agentId))),
  );
};

async function readAll(agent: OwnAgent): Promise<void> {
  await askOf(agent, 'history', 'GET', HISTORY);
  for (const query of QUERIES) await askOf(agent, query, 'GET', `${HISTORY}?${query}`);
}

const histories = defineCase<TrialView>({
  id: 'sandbox-history',
  purpose: 'tests an agent seven times and reads its history in every way',
  needs: ['sandbox', 'fixtures'],
  agentRuns: TESTS,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const idle = await makeAgent(stage, project, 'never tested', { workflow: WORKFLOWS.quick });
    if (idle !== undefined) await askOf(idle, 'empty history', 'GET', HISTORY);
    const agent = await makeAgent(stage, project, 'tested often', { workflow: WORKFLOWS.quick });
    if (agent === undefined) return;
    for (let index = 1; index <= TESTS; index += 1)
      await runTest(agent, `test ${index}`, { payload: { message: `Test ${index} of ${TESTS}` } });
    await readAll(agent);
  },
  checks: [
    {
      id: 'sandbox/lists-tests',
      requirement: 'SB-4.1',
      title: 'the history holds the tests, newest first, 50 from the first by default',
      judge: about(
        ['history'],
        complete((view, terms) => [
          ...isPage('history', { limit: 50, offset: 0, count: TESTS })(view, terms),
          ...newestFirst(view, terms),
        ]),
      ),
    },
    {
      id: 'sandbox/keeps-to-the-limit',
      requirement: 'SB-4.2',
      title: 'the history holds at most limit tests, and tells the limit',
      judge: about(
        ['limit=1', 'limit=500'],
        complete((view, terms) => [
          ...isPage('limit=1', { limit: 1, offset: 0, count: 1 })(view, terms),
          ...isPage('limit=500', { limit: 500, offset: 0, count: TESTS })(view, terms),
        ]),
      ),
    },
    {
      id: 'sandbox/limits-are-from-1-to-500',
      requirement: 'SB-4.3',
      title: 'another limit is refused or clamped, as declared',
      judge: about(BAD_LIMITS, outOfRange(BAD_LIMITS)),
    },
    {
      id: 'sandbox/offsets-are-from-0',
      requirement: 'SB-4.4',
      title: 'another offset is refused or clamped, as declared',
      judge: about(BAD_OFFSETS, outOfRange(BAD_OFFSETS)),
    },
    {
      id: 'sandbox/nothing-beyond-the-end',
      requirement: 'SB-4.5',
      title: 'beyond the last test the history is empty, with the same total',
      judge: about(
        BEYOND,
        complete((view, terms) =>
          BEYOND.flatMap((label) => {
            const offset = Number(label.slice('offset='.length));
            return isPage(label, { limit: 50, offset, count: 0 })(view, terms);
          }),
        ),
      ),
    },
    {
      id: 'sandbox/pages-hold-every-test-once',
      requirement: 'SB-4.6',
      title: 'the pages of a history together hold every test once',
      judge: about(PAGES, complete(pagesAreWhole)),
    },
    {
      id: 'sandbox/empty-history',
      requirement: 'SB-4.7',
      title: 'the history of an agent without tests is empty',
      judge: about(['empty history'], (view) =>
        expectAnswer(
          view,
          'empty history',
          made('no tests, limit 50, offset 0, total 0', (body) =>
            pageFault(body, { limit: 50, offset: 0, count: 0 }, 0),
          ),
        ),
      ),
    },
    {
      id: 'sandbox/items-of-the-history',
      requirement: 'SB-4.9',
      title: 'an item of the history has its ids, status, token_usage and created_at',
      judge: about(
        ['history'],
        complete((view, terms) => {
          const [history] = labelled(view, 'history');
          return history !== undefined && itemsOf(bodyOf(history)).length === 0
            ? missing(view, 'a history with items', 'SB-4.1')
            : itemsAreTold(view, terms);
        }),
      ),
    },
  ],
});

export const historyCases: readonly BoundCase<TrialView>[] = [histories];
