import { sql } from 'kysely';
import type { Principal } from '../auth/principal.ts';
import type { WorkOrder } from '../workflows/graph.ts';
import { storableText } from './ids.ts';
import type { Store } from './open.ts';
import type { MessageRole, RunOrigin, RunStatus } from './tables.ts';

/** A run to be stored before anything of it happens. */
export interface NewRun {
  readonly id: string;
  readonly principal: Principal;
  readonly projectId: string;
  readonly threadId: string;
  readonly opensThread: boolean;
  readonly parentRunId: string | null;
  readonly agent: string;
  readonly workflowId: string;
  readonly requestKey: string | null;
  readonly inputQuery: string;
  readonly contextItemIds: readonly string[];
  readonly startedAt: Date;
  readonly message: NewMessage;
  readonly work: WorkOrder | null;
  readonly origin: RunOrigin;
}

/** A message of a run to be stored. */
export interface NewMessage {
  readonly id: string;
  readonly role: MessageRole;
  readonly content: string;
  readonly prose: string;
  readonly contextItemIds: readonly string[];
}

function messageRow(run: { id: string; threadId: string }, turn: number, message: NewMessage, at: Date) {
  return {
    id: message.id,
    run_id: run.id,
    thread_id: run.threadId,
    turn,
    role: message.role,
    content: storableText(message.content),
    prose: storableText(message.prose),
    context_item_ids: [...message.contextItemIds],
    created_at: at,
  };
}

/**
 * Stores a new run as PENDING with its first message, and its thread if it opens one. Answers
 * false, and stores nothing, when the principal's request was served before.
 */
export async function insertRun(store: Store, run: NewRun): Promise<boolean> {
  const { tenant, user } = run.principal;
  return store.transaction().execute(async (trx) => {
    if (run.opensThread) {
      const thread = { id: run.threadId, tenant, user_id: user, created_at: run.startedAt };
      await trx.insertInto('threads').values(thread).execute();
    }
    const inserted = await trx
      .insertInto('runs')
      .values({
        id: run.id,
        tenant,
        user_id: user,
        project_id: run.projectId,
        thread_id: run.threadId,
        parent_run_id: run.parentRunId,
        agent: run.agent,
        workflow_id: run.workflowId,
        request_key: run.requestKey,
        status: 'PENDING',
        input_query: storableText(run.inputQuery),
        output_summary: null,
        context_item_ids: [...run.contextItemIds],
        started_at: run.startedAt,
        finished_at: null,
        work: run.work === null ? null : JSON.stringify(run.work),
        origin: run.origin,
      })
      .onConflict((conflict) => conflict.columns(['tenant', 'user_id', 'request_key']).doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows !== 1n) {
      if (run.opensThread) await trx.deleteFrom('threads').where('id', '=', run.threadId).execute();
      return false;
    }
    await trx
      .insertInto('messages')
      .values(messageRow(run, 1, run.message, run.startedAt))
      .execute();
    return true;
  });
}

/** A change of a run's state that happens only if the state is still the expected one. */
export interface Transition {
  readonly runId: string;
  readonly turn: number;
  readonly from: readonly RunStatus[];
  readonly to: RunStatus;
  readonly at: Date;
  readonly outputSummary?: string;
}

const FINAL: ReadonlySet<RunStatus> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** Compare-and-set of a run's state; false when somebody else was first. */
export async function transition(store: Store, change: Transition): Promise<boolean> {
  const result = await store
    .updateTable('runs')
    .set({
      status: change.to,
      finished_at: FINAL.has(change.to) ? change.at : null,
      ...(change.outputSummary === undefined ? {} : { output_summary: storableText(change.outputSummary) }),
    })
    .where('id', '=', change.runId)
    .where('turn', '=', change.turn)
    .where('status', 'in', [...change.from])
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Stores what the agent, or a later user message, said. */
export async function insertMessage(
  store: Store,
  run: { readonly id: string; readonly threadId: string; readonly turn: number },
  message: NewMessage,
  at: Date,
): Promise<void> {
  await store
    .insertInto('messages')
    .values(messageRow(run, run.turn, message, at))
    .execute();
}

/** The state of a principal's run; `undefined` when unknown or somebody else's. */
export async function findRunStatus(
  store: Store,
  owner: Principal,
  runId: string,
): Promise<RunStatus | undefined> {
  const row = await store
    .selectFrom('runs')
    .select('status')
    .where('id', '=', runId)
    .where('tenant', '=', owner.tenant)
    .where('user_id', '=', owner.user)
    .executeTakeFirst();
  return row?.status;
}

/** The run that served a principal's earlier request of the same key. */
export async function findRunOfRequest(
  store: Store,
  owner: Principal,
  key: string,
): Promise<string | undefined> {
  const row = await store
    .selectFrom('runs')
    .select('id')
    .where('tenant', '=', owner.tenant)
    .where('user_id', '=', owner.user)
    .where('request_key', '=', key)
    .executeTakeFirst();
  return row?.id;
}

/** Whether a thread belongs to a principal. */
export async function ownsThread(store: Store, owner: Principal, threadId: string): Promise<boolean> {
  const row = await store
    .selectFrom('threads')
    .select('id')
    .where('id', '=', threadId)
    .where('tenant', '=', owner.tenant)
    .where('user_id', '=', owner.user)
    .executeTakeFirst();
  return row !== undefined;
}

/** A memory has a horizon: what lies further back than this many messages is forgotten. */
const REMEMBERED_MESSAGES = 200;

/** A turn of a run, and where it belongs. */
interface TurnInThread {
  readonly id: string;
  readonly parentRunId: string | null;
  readonly threadId: string;
  readonly turn: number;
}

/**
 * What the user said in a thread before a turn of a run, without data blocks, oldest first. What agents gave to
 * each other to do was said by nobody, and what a sub-run works on is the turn of its parent, not what was before.
 */
export async function earlierProse(
  store: Store,
  { id, parentRunId, threadId, turn }: TurnInThread,
): Promise<readonly string[]> {
  const rows = await store
    .selectFrom('messages')
    .select(sql<string>`left(prose, 32768)`.as('prose'))
    .where('thread_id', '=', threadId)
    .where(({ eb, or }) => or([eb('run_id', '!=', id), eb('turn', '<', turn)]))
    .where(
      sql<boolean>`not exists (
        select from runs where runs.id = messages.run_id and (
          (runs.parent_run_id is not null and runs.id <> ${id})
          or (runs.id = ${parentRunId} and runs.turn = messages.turn)
        )
      )`,
    )
    .where('role', '=', 'user')
    .orderBy('ordinal', 'desc')
    .limit(REMEMBERED_MESSAGES)
    .execute();
  return rows.map((row) => row.prose).reverse();
}
