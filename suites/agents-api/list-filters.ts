import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import {
  ask,
  awaitStatus,
  makeWorkflow,
  type OwnProject,
  openProject,
  startRun,
  WORKFLOWS,
  walk,
} from './drive.ts';
import { declared, error, expectAnswer, holds, labelled, missing, shape, status } from './expect.ts';
import {
  BY_STATUS,
  chosenBy,
  contentOf,
  expectFiltered,
  expectSome,
  expectSum,
  expectTotals,
  filterOf,
  hiddenOr,
  START,
} from './filtered.ts';
import { madeIds } from './made.ts';
import { expectWalk, PAGE } from './pages.ts';
import { RUN_STATUSES } from './run-shape.ts';

/** Longer than the case takes, so that states stay while lists are read. */
const HOLD_MS = 20_000;
const MOST_PAGES = 12;

/** What is started: of which workflow, and the status in which it is when the lists are read. */
const PLAYERS = [
  ['slow', 'RUNNING'],
  ['slow', 'RUNNING'],
  ['slow', 'CANCELLED'],
  ['other', 'RUNNING'],
  ['quick', 'COMPLETED'],
  ['quick', 'COMPLETED'],
  ['late', 'PENDING'],
  ['failing', 'FAILED'],
] as const;

const KINDS = {
  slow: WORKFLOWS.slow(HOLD_MS),
  other: WORKFLOWS.slow(HOLD_MS),
  quick: WORKFLOWS.quick,
  late: WORKFLOWS.pending(HOLD_MS),
  failing: WORKFLOWS.failing,
} as const;
type Kind = keyof typeof KINDS;

async function makeKinds(project: OwnProject): Promise<Readonly<Partial<Record<Kind, string>>>> {
  const made: Partial<Record<Kind, string>> = {};
  for (const kind of ['slow', 'other', 'quick', 'late', 'failing'] as const) {
    const id = await makeWorkflow(project, KINDS[kind]);
    if (id !== undefined) made[kind] = id;
  }
  return made;
}

/** Starts the run and brings it into the status; resolves to its path. */
async function bring(
  stage: Stage,
  project: OwnProject,
  workflowId: string | undefined,
  target: (typeof PLAYERS)[number][1],
): Promise<string | undefined> {
  if (workflowId === undefined) return undefined;
  const run = await startRun(project, workflowId, START);
  if (run === undefined || target === 'PENDING') return run;
  if (target === 'CANCELLED') {
    await awaitStatus(stage, project, run, ['RUNNING']);
    await ask(project, 'cancel', 'POST', `${run}/cancel`);
    return run;
  }
  await awaitStatus(stage, project, run, [target]);
  return run;
}

async function readLists(project: OwnProject, slow: string): Promise<void> {
  const list = (label: string, query: string) => ask(project, label, 'GET', `${project.runs}?${query}`);
  const workflow = `workflowId=${encodeURIComponent(slow)}`;
  await list('all', 'limit=100');
  for (const word of RUN_STATUSES) await list(BY_STATUS(word), `status=${word}&limit=100`);
  await list('by workflow', `${workflow}&limit=100`);
  await list('by both', `status=RUNNING&${workflow}&limit=100`);
  await walk(
    project,
    'by both, one by one',
    `${project.runs}?status=RUNNING&${workflow}&limit=1`,
    MOST_PAGES,
  );
  await list('no such status', 'status=NOPE');
}

const filtersRuns = defineCase<TrialView>({
  id: 'api-filter-runs',
  purpose: 'filters runs of all statuses and several workflows',
  needs: ['agents-api', 'fixtures'],
  agentRuns: PLAYERS.length,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const kinds = await makeKinds(project);
    const brought = await Promise.all(
      PLAYERS.map(([kind, target]) => bring(stage, project, kinds[kind], target)),
    );
    const runs = brought.filter((run) => run !== undefined);
    const readAll = (label: string) => Promise.all(runs.map((run) => ask(project, label, 'GET', run)));
    await readAll('known');
    await readLists(project, kinds.slow ?? 'none');
    await readAll('known after');
  },
  checks: [
    {
      id: 'agents-api/filters-runs-by-status',
      requirement: 'AR-1.2',
      title: 'the status filter selects the runs of that status, all of them and no others',
      restsOn: 'AR-1.1',
      judge: (view) => expectSome(view, BY_STATUS('COMPLETED')),
    },
    {
      id: 'agents-api/refuses-unknown-statuses',
      requirement: 'AR-1.2a',
      title: 'a status that does not exist is refused, or matches nothing',
      restsOn: 'AR-1.1',
      judge: (view, { variationPoints }) =>
        hiddenOr(view, () => {
          const label = 'no such status';
          if (labelled(view, label)[0]?.response?.status === 200)
            return expectAnswer(view, label, shape(PAGE), holds('no items', contentOf));
          const refusals = declared(variationPoints['VP-422'], { 'reject-422': 422, 'reject-400': 400 });
          return expectAnswer(view, label, status(...refusals), error('VALIDATION'));
        }),
    },
    {
      id: 'agents-api/status-lists-add-up',
      requirement: 'AR-1.2b',
      title: 'the lists of the five statuses hold only their own, and together all',
      restsOn: 'AR-1.1',
      judge: (view) =>
        hiddenOr(view, (known) => [
          ...RUN_STATUSES.flatMap((word) => expectFiltered(view, BY_STATUS(word), known)),
          ...expectSum(view),
        ]),
    },
    {
      id: 'agents-api/filters-runs-by-workflow',
      requirement: 'AR-1.3',
      title: 'the workflow filter selects the runs of that workflow, all of them and no others',
      restsOn: 'AR-1.1',
      judge: (view) => expectSome(view, 'by workflow'),
    },
    {
      id: 'agents-api/filters-combine',
      requirement: 'AR-1.4',
      title: 'two filters select what each of them selects alone',
      restsOn: 'AR-1.2',
      judge: (view) =>
        hiddenOr(view, (known) => {
          const isRight = (label: string) =>
            expectFiltered(view, label, known).every(({ verdict }) => verdict === 'pass');
          if (!isRight(BY_STATUS('RUNNING'))) return missing(view, 'a list by status', 'AR-1.2b');
          if (!isRight('by workflow')) return missing(view, 'a list by workflow', 'AR-1.3');
          return expectSome(view, 'by both');
        }),
    },
    {
      id: 'agents-api/cursors-keep-filters',
      requirement: 'AR-1.4a',
      title: 'the total counts what the filters select, and a cursor keeps them',
      restsOn: 'AR-1.4',
      judge: (view) =>
        hiddenOr(view, (known) => {
          const label = 'by both, one by one';
          const ids = chosenBy(known, filterOf(view, label));
          if (ids.length < 2) return missing(view, 'two runs of one workflow under way', tooFew(view));
          const whole = expectFiltered(view, 'by both', known);
          if (whole.some(({ verdict }) => verdict !== 'pass')) return missing(view, 'the list', 'AR-1.4');
          const pages = expectWalk(view, label, { size: 1, ids, isAll: true });
          return [...pages, ...expectTotals(view, label, ids.length)];
        }),
    },
  ],
});

/** One run for two requests, or runs that do not get under way. */
function tooFew(view: TrialView): string {
  const made = madeIds(view, START);
  return new Set(made).size < made.length ? 'AR-2.1c' : 'AR-2.1e';
}

export const filterCases: readonly BoundCase<TrialView>[] = [filtersRuns];
