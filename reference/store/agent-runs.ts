import { sql } from 'kysely';
import type { Principal } from '../auth/principal.ts';
import type { AgentRun } from '../runs/resources.ts';
import type { WorkOrder } from '../workflows/graph.ts';
import { isStoreId } from './ids.ts';
import type { Store } from './open.ts';
import { type Page, type PageRequest, pageOf } from './projects.ts';
import type { Placed } from './run-parts.ts';
import type { RunOrigin, RunStatus } from './tables.ts';

/** A run with what is needed to go on with it. */
export interface StoredRun {
  readonly run: AgentRun;
  readonly threadId: string;
  readonly parentRunId: string | null;
  readonly agent: string;
  readonly work: WorkOrder | null;
  readonly origin: RunOrigin;
}

/** Which runs of a project are wanted; both conditions hold together. */
export interface RunFilter {
  readonly status: RunStatus | undefined;
  readonly workflowId: string | undefined;
}

/** Lists may cut texts at 1 KiB (docs/protocol.md 5), and a hundred questions of 1 MiB would be too much. */
const LISTED_CHARACTERS = 1024;

const COLUMNS = [
  'id',
  'ordinal',
  'project_id',
  'workflow_id',
  'status',
  'output_summary',
  'started_at',
  'finished_at',
  'context_item_ids',
  'turn',
] as const;

interface RunRow {
  readonly id: string;
  readonly project_id: string;
  readonly workflow_id: string;
  readonly status: RunStatus;
  readonly input_query: string;
  readonly output_summary: string | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly context_item_ids: readonly string[];
  readonly turn: number;
}

function runOf(row: RunRow): AgentRun {
  return {
    id: row.id,
    projectId: row.project_id,
    workflowId: row.workflow_id,
    status: row.status,
    inputQuery: row.input_query,
    outputSummary: row.output_summary,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    contextItemIds: [...row.context_item_ids],
    turn: row.turn,
  };
}

function wholeRun(store: Store) {
  return store
    .selectFrom('runs')
    .select([...COLUMNS, 'input_query', 'thread_id', 'parent_run_id', 'agent', 'work', 'origin']);
}

type WholeRow = NonNullable<Awaited<ReturnType<ReturnType<typeof wholeRun>['executeTakeFirst']>>>;

function storedRunOf(row: WholeRow): StoredRun {
  return {
    run: runOf(row),
    threadId: row.thread_id,
    parentRunId: row.parent_run_id,
    agent: row.agent,
    work: row.work as WorkOrder | null, // written by us
    origin: row.origin,
  };
}

/** A run of a project; `undefined` for every other id, whoever may own it. */
export async function findRun(
  store: Store,
  projectId: string,
  runId: string,
): Promise<StoredRun | undefined> {
  if (!isStoreId(runId)) return undefined;
  const row = await wholeRun(store)
    .where('project_id', '=', projectId)
    .where('id', '=', runId)
    .executeTakeFirst();
  return row === undefined ? undefined : storedRunOf(row);
}

/** A run of a principal, in whichever project. */
export async function findOwnRun(
  store: Store,
  owner: Principal,
  runId: string,
): Promise<StoredRun | undefined> {
  if (!isStoreId(runId)) return undefined;
  const row = await wholeRun(store)
    .where('id', '=', runId)
    .where('tenant', '=', owner.tenant)
    .where('user_id', '=', owner.user)
    .executeTakeFirst();
  return row === undefined ? undefined : storedRunOf(row);
}

/** Runs of a project, newest first, with the beginning of what they were asked. */
export async function listRuns(
  store: Store,
  projectId: string,
  { status, workflowId }: RunFilter,
  page: PageRequest,
): Promise<Page<Placed<AgentRun>>> {
  let all = store.selectFrom('runs').where('project_id', '=', projectId);
  if (status !== undefined) all = all.where('status', '=', status);
  if (workflowId !== undefined) all = all.where('workflow_id', '=', workflowId);
  const from = page.seen === undefined ? all : all.where('ordinal', '<', page.seen);
  const rows = await from
    .select([...COLUMNS, sql<string>`left(input_query, ${sql.lit(LISTED_CHARACTERS)})`.as('input_query')])
    .orderBy('ordinal', 'desc')
    .limit(page.limit + 1)
    .execute();
  const count = await all.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  const runs = rows.map((row) => ({ ...runOf(row), ordinal: row.ordinal }));
  return pageOf(runs, page.limit, count.total);
}

/** Opens the next turn of a completed run; false when the run is in another state or turn by now. */
export async function openNextTurn(store: Store, runId: string, turn: number): Promise<boolean> {
  const result = await store
    .updateTable('runs')
    .set({ status: 'PENDING', turn: turn + 1, finished_at: null, output_summary: null })
    .where('id', '=', runId)
    .where('turn', '=', turn)
    .where('status', '=', 'COMPLETED')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** The state of a run, kept as it is until the transaction ends. */
export async function lockRun(
  store: Store,
  runId: string,
): Promise<{ readonly status: RunStatus; readonly turn: number } | undefined> {
  return store
    .selectFrom('runs')
    .select(['status', 'turn'])
    .where('id', '=', runId)
    .forUpdate()
    .executeTakeFirst();
}

/** How far the stream and the steps of a run have been counted. */
export async function countsOfRun(
  store: Store,
  runId: string,
): Promise<{ readonly frames: number; readonly steps: number }> {
  const frames = await store
    .selectFrom('run_frames')
    .select(({ fn }) => fn.max<number | null>('seq').as('last'))
    .where('run_id', '=', runId)
    .executeTakeFirst();
  const steps = await store
    .selectFrom('run_steps')
    .select(({ fn }) => fn.max<number | null>('step_number').as('last'))
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return { frames: frames?.last ?? 0, steps: steps?.last ?? 0 };
}
