import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { ask, makeWorkflow, type OwnProject, openProject, startRun, WORKFLOWS, walk } from './drive.ts';
import {
  declared,
  error,
  expectAnswer,
  holds,
  isOneChoice,
  labelled,
  missing,
  refOf,
  shape,
  status,
} from './expect.ts';
import { emptyListCases } from './list-empty.ts';
import { filterCases } from './list-filters.ts';
import { madeId, madeIds, notSetUp } from './made.ts';
import { expectWalk, idsOf, PAGE, type Page, pageAt, pageOf } from './pages.ts';

const needs = ['agents-api', 'fixtures'] as const;

const RUNS = 25;
/** Asked for in steps, so that no target takes it for an attack. */
const AT_ONCE = 5;
const PAGE_SIZE = 10;
/** Enough for the pages there are; a target that goes in circles is left after these. */
const MOST_PAGES = 8;
/** Runs that are made between the pages of a walk to which they do not belong. */
const INSERTED = 2;

const RANGE_LIMITS = ['0', '-1', '101'] as const;
const NO_LIMIT = 'abc';

const START = 'start run';
const INSERT = 'insert run';

async function startMany(project: OwnProject, workflowId: string): Promise<void> {
  for (let made = 0; made < RUNS; made += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, () => startRun(project, workflowId, START)));
}

/** The fault in a page that should hold the newest of these runs. */
function defaultPageFault(view: TrialView, body: unknown, size: number | undefined): string | undefined {
  const made = madeIds(view, START);
  const page = PAGE.parse(body);
  if (page.total !== made.length) return `total ${page.total}`;
  const count = page.items.length;
  if (size !== undefined && count !== Math.min(size, made.length)) return `${count} items`;
  if ((page.nextCursor === null) !== (count === made.length)) return `${count} items, ${cursorWords(page)}`;
  const ids = idsOf(page.items);
  if (new Set(ids).size !== count || ids.some((id) => !made.includes(id))) return 'items that were not made';
  return isNewestFirst(view, ids) ? undefined : 'not the newest first';
}

const cursorWords = ({ nextCursor }: Page): string => (nextCursor === null ? 'no cursor' : 'a cursor');

/** Of two runs, the one that was asked for after the other was answered is the newer; no clock is needed. */
function isNewestFirst(view: TrialView, ids: readonly string[]): boolean {
  const making = new Map(labelled(view, START).map((exchange) => [madeId(exchange) ?? '', exchange]));
  const inOrder = ids.flatMap((id) => making.get(id) ?? []);
  return inOrder.every((newer, index) =>
    inOrder.slice(index + 1).every((older) => (newer.response?.seq ?? 0) > older.request.seq),
  );
}

function judgeOneOrder(view: TrialView): readonly Finding[] {
  const orders = ['page', 'page again'].map((label) =>
    labelled(view, label).flatMap((exchange) => idsOf(pageOf(exchange)?.items ?? [])),
  );
  const [first = [], second = []] = orders;
  const at = first.findIndex((id, index) => id !== second[index]);
  const refs = ['page', 'page again'].flatMap((label) =>
    labelled(view, label).map((exchange) => refOf(view, exchange)),
  );
  const statement = say('one-order', 'the same order in both walks', 'the same', ...refs);
  return [
    at < 0
      ? pass(statement)
      : fail({ ...statement, code: 'order-changes', actual: `item ${at + 1} differs` }),
  ];
}

const listsRuns = defineCase<TrialView>({
  id: 'api-list-runs',
  purpose: 'lists 25 runs, whole and in pages, while others are made',
  needs,
  agentRuns: RUNS + INSERTED,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const workflowId = await makeWorkflow(project, WORKFLOWS.quick);
    if (workflowId !== undefined) await startMany(project, workflowId);
    const paged = `${project.runs}?limit=${PAGE_SIZE}`;
    await ask(project, 'list', 'GET', project.runs);
    await walk(project, 'page', paged, MOST_PAGES);
    await walk(project, 'page again', paged, MOST_PAGES);
    for (const limit of [...RANGE_LIMITS, NO_LIMIT])
      await ask(project, `limit ${limit}`, 'GET', `${project.runs}?limit=${limit}`);
    await ask(project, 'garbage cursor', 'GET', `${project.runs}?cursor=garbage`);
    if (workflowId === undefined) return;
    let inserted = 0;
    await walk(project, 'page while inserting', paged, MOST_PAGES, async () => {
      inserted += 1;
      if (inserted <= INSERTED) await startRun(project, workflowId, INSERT);
    });
  },
  checks: [
    {
      id: 'agents-api/lists-runs',
      requirement: 'AR-1.1',
      title: 'the runs of a project come as a page of the declared size, newest first, with their total',
      restsOn: 'AR-2.1',
      judge(view, { variationPoints }) {
        const size = variationPoints['VP-PAGE'];
        const fault = (body: unknown) =>
          defaultPageFault(view, body, size === undefined ? undefined : Number(size));
        const expected = `${RUNS} runs, the newest first, ${size ?? 'as many as it likes'} to a page`;
        return (
          notSetUp(view, START, RUNS) ??
          expectAnswer(view, 'list', status(200), shape(PAGE), holds(expected, fault))
        );
      },
    },
    {
      id: 'agents-api/pages-through-runs',
      requirement: 'AR-1.1a',
      title: 'following the cursor shows every run once, in one order, and ends',
      restsOn: 'AR-1.1',
      judge(view) {
        const hidden = notSetUp(view, START, RUNS) ?? notListed(view);
        if (hidden !== undefined) return hidden;
        const ids = madeIds(view, START);
        const walks = ['page', 'page again'].flatMap((label) =>
          expectWalk(view, label, { size: PAGE_SIZE, ids, isAll: true }),
        );
        return walks.some(({ verdict }) => verdict === 'fail') ? walks : [...walks, ...judgeOneOrder(view)];
      },
    },
    {
      id: 'agents-api/pages-stay-whole-while-runs-are-made',
      requirement: 'AR-1.1f',
      title: 'runs made while somebody pages make no earlier run come twice or go missing',
      restsOn: 'AR-1.1a',
      judge(view) {
        const hidden = notSetUp(view, START, RUNS) ?? notListed(view) ?? notPaged(view);
        if (hidden !== undefined) return hidden;
        if (madeIds(view, INSERT).length === 0) return missing(view, 'a run made in between', 'AR-2.1');
        const ids = madeIds(view, START);
        return expectWalk(view, 'page while inserting', { size: PAGE_SIZE, ids, isAll: false });
      },
    },
    {
      id: 'agents-api/treats-odd-limits-as-declared',
      requirement: 'AR-1.1b',
      title: 'a limit out of range, or none, is refused or clamped as declared',
      restsOn: 'AR-1.1',
      judge(view, { variationPoints }) {
        const hidden = notListed(view);
        if (hidden !== undefined) return hidden;
        const labels = RANGE_LIMITS.map((limit) => `limit ${limit}`);
        const ranges = declared(variationPoints['VP-CLAMP'], CLAMPS);
        // What is no number cannot be clamped: it is a default then, or out of shape.
        const none = ranges.includes(200)
          ? [...new Set([...ranges, ...declared(variationPoints['VP-422'], REFUSALS)])]
          : ranges;
        return [
          ...labels.flatMap((label) => expectLimited(view, label, ranges)),
          ...expectLimited(view, `limit ${NO_LIMIT}`, none),
          ...isOneChoice(view, ...labels),
        ];
      },
    },
    {
      id: 'agents-api/refuses-cursors-it-did-not-give',
      requirement: 'AR-1.1c',
      title: 'a cursor that the deployment did not give is refused',
      restsOn: 'AR-1.1',
      judge(view) {
        const refused = [status(400, 422), error('CURSOR_INVALID', 'VALIDATION')];
        return notListed(view) ?? expectAnswer(view, 'garbage cursor', ...refused);
      },
    },
  ],
});

const REFUSALS = { 'reject-422': 422, 'reject-400': 400 };
const CLAMPS = { ...REFUSALS, clamp: 200 };

const expectLimited = (view: TrialView, label: string, allowed: readonly number[]): readonly Finding[] => {
  const isClamped = labelled(view, label)[0]?.response?.status === 200;
  const within = (body: unknown) => {
    const { items } = PAGE.parse(body);
    return items.length > 100 ? `${items.length} items` : undefined;
  };
  return isClamped
    ? expectAnswer(view, label, status(...allowed), shape(PAGE), holds('at most 100 items', within))
    : expectAnswer(view, label, status(...allowed), error('VALIDATION'));
};

/** Where the plain list is none, nothing is to be said of its pages. */
function notListed(view: TrialView): readonly Finding[] | undefined {
  if (labelled(view, 'list').length === 0) return missing(view, 'a project', 'AR-1.1d');
  return pageAt(view, 'list') === undefined ? missing(view, 'a list of runs', 'AR-1.1') : undefined;
}

/** Pages that are wrong while nothing happens show nothing about what is made in between. */
function notPaged(view: TrialView): readonly Finding[] | undefined {
  const ids = madeIds(view, START);
  const still = expectWalk(view, 'page', { size: PAGE_SIZE, ids, isAll: true });
  return still.every(({ verdict }) => verdict === 'pass')
    ? undefined
    : missing(view, 'a walk through the pages', 'AR-1.1a');
}

export const listRunCases: readonly BoundCase<TrialView>[] = [listsRuns, ...emptyListCases, ...filterCases];
