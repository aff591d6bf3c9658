import type { Principal } from '../auth/principal.ts';
import type { Store } from './open.ts';

/** A project as its owner sees it. */
export interface Project {
  readonly id: string;
  readonly ordinal: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** A context item without its content. */
export interface ContextItem extends Project {
  readonly projectId: string;
}

/** One page of a list, newest first, and how many there are in all. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly hasMore: boolean;
}

/** How much of a list is wanted; `seen` is the ordinal of the last item seen. */
export interface PageRequest {
  readonly limit: number;
  readonly seen: string | undefined;
}

const PROJECT_COLUMNS = ['id', 'ordinal', 'name', 'created_at as createdAt'] as const;
const ITEM_COLUMNS = ['id', 'ordinal', 'name', 'created_at as createdAt', 'project_id as projectId'] as const;

function owned(store: Store, owner: Principal) {
  return store.selectFrom('projects').where('tenant', '=', owner.tenant).where('user_id', '=', owner.user);
}

/** A page of rows of which one more than asked for was read, to see whether there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number, total: string): Page<T> {
  return { items: rows.slice(0, limit), total: Number(total), hasMore: rows.length > limit };
}

/** Stores a project. */
export async function insertProject(
  store: Store,
  owner: Principal,
  project: {
    readonly id: string;
    readonly name: string;
    readonly isDefault: boolean;
    readonly createdAt: Date;
  },
): Promise<void> {
  await store
    .insertInto('projects')
    .values({
      id: project.id,
      tenant: owner.tenant,
      user_id: owner.user,
      name: project.name,
      is_default: project.isDefault,
      created_at: project.createdAt,
    })
    .execute();
}

/** The principal's default project, made when it is first needed, whoever else asks at the same time. */
export async function defaultProject(
  store: Store,
  owner: Principal,
  newId: string,
  at: Date,
): Promise<string> {
  const find = () => owned(store, owner).select('id').where('is_default', '=', true).executeTakeFirst();
  const known = await find();
  if (known !== undefined) return known.id;
  await store
    .insertInto('projects')
    .values({
      id: newId,
      tenant: owner.tenant,
      user_id: owner.user,
      name: 'default',
      is_default: true,
      created_at: at,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'user_id']).where('is_default', '=', true).doNothing(),
    )
    .execute();
  return (await find())?.id ?? newId;
}

/** One of the principal's projects. */
export async function findProject(
  store: Store,
  owner: Principal,
  id: string,
): Promise<(Project & { readonly isDefault: boolean }) | undefined> {
  return owned(store, owner)
    .select([...PROJECT_COLUMNS, 'is_default as isDefault'])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The principal's projects, newest first. */
export async function listProjects(
  store: Store,
  owner: Principal,
  page: PageRequest,
): Promise<Page<Project>> {
  const all = owned(store, owner);
  const from = page.seen === undefined ? all : all.where('ordinal', '<', page.seen);
  const rows = await from
    .select(PROJECT_COLUMNS)
    .orderBy('ordinal', 'desc')
    .limit(page.limit + 1)
    .execute();
  const count = await all.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  return pageOf(rows, page.limit, count.total);
}

/** Removes a project with all that is in it; false when one of its runs is still going. */
export async function deleteProject(store: Store, id: string): Promise<boolean> {
  return store.transaction().execute(async (trx) => {
    const busy = await trx
      .selectFrom('runs')
      .select('id')
      .where('project_id', '=', id)
      .where('status', 'in', ['PENDING', 'RUNNING'])
      .limit(1)
      .executeTakeFirst();
    if (busy !== undefined) return false;
    await trx.deleteFrom('projects').where('id', '=', id).execute();
    return true;
  });
}

/** Stores a context item. */
export async function insertContextItem(
  store: Store,
  item: { readonly id: string; readonly projectId: string; readonly name: string; readonly content: string },
  at: Date,
): Promise<void> {
  const { id, projectId, name, content } = item;
  const row = { id, project_id: projectId, name, content, created_at: at };
  await store.insertInto('context_items').values(row).execute();
}

/** The context items of a project, newest first. */
export async function listContextItems(
  store: Store,
  projectId: string,
  page: PageRequest,
): Promise<Page<ContextItem>> {
  const all = store.selectFrom('context_items').where('project_id', '=', projectId);
  const from = page.seen === undefined ? all : all.where('ordinal', '<', page.seen);
  const rows = await from
    .select(ITEM_COLUMNS)
    .orderBy('ordinal', 'desc')
    .limit(page.limit + 1)
    .execute();
  const count = await all.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  return pageOf(rows, page.limit, count.total);
}

/** One context item of a project. */
export async function findContextItem(
  store: Store,
  projectId: string,
  id: string,
): Promise<ContextItem | undefined> {
  return store
    .selectFrom('context_items')
    .select(ITEM_COLUMNS)
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Removes a context item; false when there was none. */
export async function deleteContextItem(store: Store, projectId: string, id: string): Promise<boolean> {
  const result = await store
    .deleteFrom('context_items')
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** How many of the given ids are context items of a project. */
export async function countContextItems(
  store: Store,
  projectId: string,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0;
  const count = await store
    .selectFrom('context_items')
    .select(({ fn }) => fn.countAll<string>().as('total'))
    .where('project_id', '=', projectId)
    .where('id', 'in', [...ids])
    .executeTakeFirstOrThrow();
  return Number(count.total);
}

/** The content of context items, in the order they were named. */
export async function readContextItems(
  store: Store,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly name: string; readonly content: string }[]> {
  if (ids.length === 0) return [];
  const rows = await store
    .selectFrom('context_items')
    .select(['id', 'name', 'content'])
    .where('id', 'in', [...ids])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
