import type { WorkflowNode } from '../workflows/graph.ts';
import { isStoreId } from './ids.ts';
import type { Store } from './open.ts';
import { type Page, type PageRequest, pageOf } from './projects.ts';

/** A workflow of a project. */
export interface Workflow {
  readonly id: string;
  readonly ordinal: string;
  readonly projectId: string;
  readonly name: string;
  readonly startDelayMs: number;
  readonly nodes: readonly WorkflowNode[];
  readonly createdAt: Date;
}

const COLUMNS = [
  'id',
  'ordinal',
  'project_id as projectId',
  'name',
  'start_delay_ms as startDelayMs',
  'nodes',
  'created_at as createdAt',
] as const;

type Row = Omit<Workflow, 'nodes'> & { readonly nodes: unknown };

function workflowOf(row: Row): Workflow {
  return { ...row, nodes: row.nodes as readonly WorkflowNode[] }; // written by us, validated before
}

/** Stores a workflow. */
export async function insertWorkflow(store: Store, workflow: Omit<Workflow, 'ordinal'>): Promise<void> {
  const { id, projectId, name, startDelayMs, nodes, createdAt } = workflow;
  await store
    .insertInto('workflows')
    .values({
      id,
      project_id: projectId,
      name,
      start_delay_ms: startDelayMs,
      nodes: JSON.stringify(nodes),
      created_at: createdAt,
    })
    .execute();
}

/** A workflow of a project; any other id, whoever may own it, is unknown. */
export async function findWorkflow(
  store: Store,
  projectId: string,
  id: string,
): Promise<Workflow | undefined> {
  if (!isStoreId(id)) return undefined;
  const row = await store
    .selectFrom('workflows')
    .select(COLUMNS)
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : workflowOf(row);
}

/** The workflows of a project, newest first. */
export async function listWorkflows(
  store: Store,
  projectId: string,
  page: PageRequest,
): Promise<Page<Workflow>> {
  const all = store.selectFrom('workflows').where('project_id', '=', projectId);
  const from = page.seen === undefined ? all : all.where('ordinal', '<', page.seen);
  const rows = await from
    .select(COLUMNS)
    .orderBy('ordinal', 'desc')
    .limit(page.limit + 1)
    .execute();
  const count = await all.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  return pageOf(rows.map(workflowOf), page.limit, count.total);
}

/** Removes a workflow. Its runs keep what they need of it; agents that would work by it go out of service. */
export async function deleteWorkflow(store: Store, id: string): Promise<void> {
  await store.transaction().execute(async (trx) => {
    await trx.updateTable('agents').set({ status: 'INACTIVE' }).where('workflow_id', '=', id).execute();
    await trx.deleteFrom('workflows').where('id', '=', id).execute();
  });
}
