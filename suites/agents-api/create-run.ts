import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { judgeCourse } from './course.ts';
import { refusalCases } from './create-run-refusals.ts';
import {
  ask,
  awaitStatus,
  MADE,
  makeContextItem,
  makeWorkflow,
  type OwnProject,
  openProject,
  startRun,
  TERMINAL_STATUSES,
  WORKFLOWS,
} from './drive.ts';
import { expectAnswer, expectOf, fieldOf, holds, labelled, missing, shape, status } from './expect.ts';
import { madeId, madeIds, notSetUp, sentWith, unread } from './made.ts';
import { AGENT_RUN } from './run-shape.ts';

/** Long enough to be seen pending and running, where somebody looks often enough. */
const WATCHED = { ...WORKFLOWS.slow(300), startDelayMs: 150 };

async function startWithItems(project: OwnProject, workflowId: string): Promise<void> {
  const first = await makeContextItem(project);
  const second = await makeContextItem(project, 'c,d\n3,4\n');
  if (first === undefined || second === undefined) return;
  // Neither by age nor, for half of all campaigns, by id: an order that only the asker can know.
  const run = await startRun(project, workflowId, 'create with items', { contextItemIds: [second, first] });
  if (run !== undefined) await ask(project, 'read with items', 'GET', run);
}

/** What other clauses are about is left to them. */
const NEW_RUN = AGENT_RUN.omit({ contextItemIds: true, turn: true });

/** The fault in the answer to a creation. */
function creationFault(run: unknown, exchange: ExchangeView | undefined, first: string | undefined) {
  const sent = sentWith(exchange);
  const project = decodeURIComponent(exchange?.request.url.split('/')[3] ?? '');
  const wanted: Readonly<Record<string, unknown>> = {
    projectId: project,
    workflowId: fieldOf(sent, 'workflowId'),
    inputQuery: fieldOf(sent, 'inputQuery'),
    outputSummary: null,
    finishedAt: null,
  };
  for (const [field, value] of Object.entries(wanted))
    if (fieldOf(run, field) !== value) return `${field} ${JSON.stringify(fieldOf(run, field))}`;
  const was = fieldOf(run, 'status');
  // The workflow is told to wait, and what waits is PENDING whatever a run begins as otherwise.
  const allowed = first === 'PENDING' ? ['PENDING'] : ['PENDING', 'RUNNING'];
  return allowed.includes(String(was)) ? undefined : `status ${String(was)}`;
}

function judgeCreation(view: TrialView, first: string | undefined): readonly Finding[] {
  if (madeIds(view, MADE.project).length === 0) return missing(view, 'a project', 'AR-1.1d');
  const creations = ['create', 'create again'].flatMap((label) => labelled(view, label));
  if (creations.length === 0) return expectAnswer(view, MADE.workflow, status(201), withId);
  const expected = `the run that was asked for, ${first ?? 'PENDING or RUNNING'}`;
  return creations.flatMap((creation) =>
    expectOf(
      view,
      creation,
      status(201),
      shape(NEW_RUN),
      holds(expected, (run) => creationFault(run, creation, first)),
    ),
  );
}

/** A workflow that was made, and yet no run was asked for: it had no id. */
const withId = holds('a workflow with an id', () => 'none');

/** Whether the run could be read later: then what hid it at first is this case's own. */
const isReadable = (view: TrialView): boolean =>
  labelled(view, 'read at the end')[0]?.response?.status === 200;

const itemsAre = (ids: readonly unknown[]) =>
  holds(`contextItemIds ${JSON.stringify(ids)}`, (run) => {
    const actual = JSON.stringify(fieldOf(run, 'contextItemIds'));
    return actual === JSON.stringify(ids) ? undefined : `contextItemIds ${actual}`;
  });

function judgeItems(view: TrialView): readonly Finding[] {
  const [creation] = labelled(view, 'create with items');
  if (creation === undefined)
    return expectAnswer(
      view,
      MADE.item,
      status(201),
      holds('an item with an id', () => 'none'),
    );
  const ids = fieldOf(sentWith(creation), 'contextItemIds');
  const wanted = Array.isArray(ids) ? ids : [];
  const answered = expectOf(view, creation, status(201), itemsAre(wanted));
  if (answered.some(({ verdict }) => verdict === 'fail')) return answered;
  const [reading] = labelled(view, 'read with items');
  if (reading?.response?.status !== 200) return missing(view, 'a reading of the run', unread(reading));
  return [...answered, ...expectAnswer(view, 'read with items', itemsAre(wanted))];
}

const createsRuns = defineCase<TrialView>({
  id: 'api-create-run',
  purpose: 'starts runs, with context items and without, and follows one to its end',
  needs: ['agents-api', 'fixtures'],
  agentRuns: 3,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const workflowId = await makeWorkflow(project, WATCHED);
    if (workflowId === undefined) return;
    const run = await startRun(project, workflowId, 'create');
    if (run !== undefined) await ask(project, 'read', 'GET', run);
    await startRun(project, workflowId, 'create again');
    await startWithItems(project, workflowId);
    if (run === undefined) return;
    await awaitStatus(stage, project, run, TERMINAL_STATUSES);
    await ask(project, 'read at the end', 'GET', run);
  },
  checks: [
    {
      id: 'agents-api/starts-runs',
      requirement: 'AR-2.1',
      title: 'a new run is answered with 201 and the run, not finished and without a summary',
      judge: (view, { variationPoints }) => judgeCreation(view, variationPoints['VP-INIT']),
    },
    {
      id: 'agents-api/starts-two-runs-for-two-requests',
      requirement: 'AR-2.1c',
      title: 'the same request made twice starts two runs',
      restsOn: 'AR-2.1',
      judge(view) {
        const [first] = labelled(view, 'create');
        const [second] = labelled(view, 'create again');
        const hidden = notSetUp(view, 'create');
        if (hidden !== undefined || first === undefined || second === undefined) return hidden ?? [];
        const another = holds('another id than the first', (run) =>
          fieldOf(run, 'id') === madeId(first) ? 'the same id' : undefined,
        );
        return expectOf(view, second, status(201), another);
      },
    },
    {
      id: 'agents-api/shows-new-runs-at-once',
      requirement: 'AR-2.1d',
      title: 'a run can be read as soon as it was answered',
      restsOn: 'AR-2.1',
      judge(view) {
        const hidden = notSetUp(view, 'create');
        if (hidden !== undefined) return hidden;
        if (!isReadable(view)) return missing(view, 'a reading of the run', 'AR-3.1');
        const [id] = madeIds(view, 'create');
        const same = holds('the same run', (run) =>
          fieldOf(run, 'id') === id ? undefined : `run ${String(fieldOf(run, 'id'))}`,
        );
        return expectAnswer(view, 'read', status(200), same);
      },
    },
    {
      id: 'agents-api/runs-go-forwards',
      requirement: 'AR-2.1e',
      title: 'a run goes from PENDING over RUNNING to its end, and never back',
      restsOn: 'AR-3.1',
      judge: (view, { thresholds }) =>
        notSetUp(view, 'create') ??
        (isReadable(view)
          ? judgeCourse(view, thresholds.completionMs)
          : missing(view, 'a reading of the run', 'AR-3.1')),
    },
    {
      id: 'agents-api/keeps-context-items-of-runs',
      requirement: 'AR-2.2',
      title: 'the context items of a run are kept in their order',
      restsOn: 'AR-2.1',
      judge: (view) => notSetUp(view, 'create') ?? judgeItems(view),
    },
    {
      id: 'agents-api/shows-no-context-items-as-an-empty-list',
      requirement: 'AR-2.2a',
      title: 'a run without context items shows an empty list of them',
      restsOn: 'AR-2.1',
      judge: (view) => notSetUp(view, 'create') ?? expectAnswer(view, 'create', status(201), itemsAre([])),
    },
  ],
});

export const createRunCases: readonly BoundCase<TrialView>[] = [createsRuns, ...refusalCases];
