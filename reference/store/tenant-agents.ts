import { isStorable, isStoreId } from './ids.ts';
import type { Store } from './open.ts';
import { type Page, type PageRequest, pageOf } from './projects.ts';
import type { AgentStatus } from './tables.ts';

/** An agent that a tenant set up. */
export interface TenantAgent {
  readonly id: string;
  readonly ordinal: string;
  readonly projectId: string;
  readonly tenant: string;
  readonly name: string;
  readonly workflowId: string | null;
  readonly model: string;
  readonly status: AgentStatus;
  readonly webhookUrl: string | null;
  readonly createdAt: Date;
}

const COLUMNS = [
  'id',
  'ordinal',
  'project_id as projectId',
  'tenant',
  'name',
  'workflow_id as workflowId',
  'model',
  'status',
  'webhook_url as webhookUrl',
  'created_at as createdAt',
] as const;

/** Stores an agent; false when the tenant has one of that name. */
export async function insertAgent(store: Store, agent: Omit<TenantAgent, 'ordinal'>): Promise<boolean> {
  const { id, projectId, tenant, name, workflowId, model, status, webhookUrl, createdAt } = agent;
  const result = await store
    .insertInto('agents')
    .values({
      id,
      project_id: projectId,
      tenant,
      name,
      workflow_id: workflowId,
      model,
      status,
      webhook_url: webhookUrl,
      created_at: createdAt,
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'name']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** The agent of a tenant with that name. */
export async function findAgentNamed(
  store: Store,
  tenant: string,
  name: string,
): Promise<TenantAgent | undefined> {
  if (!isStorable(name)) return undefined;
  return store
    .selectFrom('agents')
    .select(COLUMNS)
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .executeTakeFirst();
}

/** The agent of a tenant with that id, in whichever project it was made. */
export async function findAgentOfTenant(
  store: Store,
  tenant: string,
  id: string,
): Promise<TenantAgent | undefined> {
  if (!isStoreId(id)) return undefined;
  return store
    .selectFrom('agents')
    .select(COLUMNS)
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** All agents a tenant set up, oldest first. */
export async function agentsOfTenant(store: Store, tenant: string): Promise<readonly TenantAgent[]> {
  return store.selectFrom('agents').select(COLUMNS).where('tenant', '=', tenant).orderBy('ordinal').execute();
}

/** An agent made in a project. */
export async function findAgent(
  store: Store,
  projectId: string,
  id: string,
): Promise<TenantAgent | undefined> {
  if (!isStoreId(id)) return undefined;
  return store
    .selectFrom('agents')
    .select(COLUMNS)
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The agents made in a project, newest first. */
export async function listAgents(
  store: Store,
  projectId: string,
  page: PageRequest,
): Promise<Page<TenantAgent>> {
  const all = store.selectFrom('agents').where('project_id', '=', projectId);
  const from = page.seen === undefined ? all : all.where('ordinal', '<', page.seen);
  const rows = await from
    .select(COLUMNS)
    .orderBy('ordinal', 'desc')
    .limit(page.limit + 1)
    .execute();
  const count = await all.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  return pageOf(rows, page.limit, count.total);
}

/** Sets an agent up anew, under its id and name. */
export async function replaceAgent(store: Store, agent: TenantAgent): Promise<void> {
  const { id, workflowId, model, status, webhookUrl } = agent;
  await store
    .updateTable('agents')
    .set({ workflow_id: workflowId, model, status, webhook_url: webhookUrl })
    .where('id', '=', id)
    .execute();
}

/** Removes an agent; its runs stay. */
export async function deleteAgent(store: Store, id: string): Promise<void> {
  await store.deleteFrom('agents').where('id', '=', id).execute();
}
