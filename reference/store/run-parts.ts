import type { Insertable } from 'kysely';
import type { AgentMessage, AgentNodeState, AgentStep, RunFrame } from '../runs/resources.ts';
import { storableText } from './ids.ts';
import type { Store } from './open.ts';
import { type Page, type PageRequest, pageOf } from './projects.ts';
import type { MessageRole, MessageTable, NodeStateTable, RunStepTable } from './tables.ts';

function time(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}

function storable(text: string | null): string | null {
  return text === null ? null : storableText(text);
}

function stepRow(step: AgentStep): Insertable<RunStepTable> {
  return {
    id: step.id,
    run_id: step.runId,
    turn: step.turn,
    step_number: step.stepNumber,
    node_id: step.nodeId,
    step_type: step.stepType,
    status: step.status,
    input: storable(step.input),
    output: storable(step.output),
    error: storable(step.error),
    duration_ms: step.durationMs,
    started_at: time(step.startedAt),
    completed_at: time(step.completedAt),
  };
}

function nodeRow(state: AgentNodeState, turn: number): Insertable<NodeStateTable> {
  return {
    run_id: state.runId,
    node_id: state.nodeId,
    turn,
    status: state.status,
    progress: state.progress,
    messages: JSON.stringify(state.messages),
    started_at: time(state.startedAt),
    completed_at: time(state.completedAt),
    error: storable(state.error),
  };
}

async function upsertSteps(store: Store, steps: readonly AgentStep[]): Promise<void> {
  const latest = new Map(steps.map((step) => [step.id, step]));
  if (latest.size === 0) return;
  await store
    .insertInto('run_steps')
    .values([...latest.values()].map(stepRow))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({
        status: ref('excluded.status'),
        output: ref('excluded.output'),
        error: ref('excluded.error'),
        duration_ms: ref('excluded.duration_ms'),
        completed_at: ref('excluded.completed_at'),
      })),
    )
    .execute();
}

async function upsertNodes(store: Store, rows: readonly Insertable<NodeStateTable>[]): Promise<void> {
  const latest = new Map(rows.map((row) => [row.node_id, row]));
  if (latest.size === 0) return;
  await store
    .insertInto('node_states')
    .values([...latest.values()])
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'node_id']).doUpdateSet(({ ref }) => ({
        turn: ref('excluded.turn'),
        status: ref('excluded.status'),
        progress: ref('excluded.progress'),
        messages: ref('excluded.messages'),
        started_at: ref('excluded.started_at'),
        completed_at: ref('excluded.completed_at'),
        error: ref('excluded.error'),
      })),
    )
    .execute();
}

/** Stores frames of one run in their order, with the steps and node states they tell of. */
export async function insertFrames(store: Store, frames: readonly RunFrame[]): Promise<void> {
  if (frames.length === 0) return;
  const rows = frames.map((frame) => ({
    run_id: frame.runId,
    seq: frame.seq,
    frame: JSON.stringify(frame),
  }));
  await store.insertInto('run_frames').values(rows).execute();
  await upsertSteps(
    store,
    frames.flatMap((frame) => ('step' in frame ? [frame.step] : [])),
  );
  await upsertNodes(
    store,
    frames.flatMap((frame) => ('nodeState' in frame ? [nodeRow(frame.nodeState, frame.turn)] : [])),
  );
}

/** Stored frames of a run after one of them and before another, at most `limit`. */
export async function readFrames(
  store: Store,
  runId: string,
  { after, before, limit }: { readonly after: number; readonly before: number; readonly limit: number },
): Promise<readonly RunFrame[]> {
  const rows = await store
    .selectFrom('run_frames')
    .select('frame')
    .where('run_id', '=', runId)
    .where('seq', '>', after)
    .where('seq', '<', before)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => row.frame as RunFrame);
}

/** An item of a list with its place in it. */
export type Placed<T> = T & { readonly ordinal: string };

function stepOf(row: RunStepTable): Placed<AgentStep> {
  return {
    ordinal: String(row.step_number),
    id: row.id,
    runId: row.run_id,
    turn: row.turn,
    stepNumber: row.step_number,
    nodeId: row.node_id,
    stepType: row.step_type,
    status: row.status,
    input: row.input,
    output: row.output,
    error: row.error,
    durationMs: row.duration_ms,
    startedAt: iso(row.started_at),
    completedAt: iso(row.completed_at),
  };
}

/** The steps of a run, oldest first. */
export async function listSteps(
  store: Store,
  runId: string,
  page: PageRequest,
): Promise<Page<Placed<AgentStep>>> {
  const all = store.selectFrom('run_steps').where('run_id', '=', runId);
  const rows = await all
    .selectAll()
    .where('step_number', '>', Number(page.seen ?? 0))
    .orderBy('step_number')
    .limit(page.limit + 1)
    .execute();
  const count = await all.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  return pageOf(rows.map(stepOf), page.limit, count.total);
}

type MessageRow = Omit<MessageTable, 'ordinal' | 'context_item_ids'> & {
  readonly ordinal: string;
  readonly context_item_ids: readonly string[];
};

function messageOf(row: MessageRow): Placed<AgentMessage> {
  return {
    ordinal: row.ordinal,
    id: row.id,
    runId: row.run_id,
    turn: row.turn,
    role: row.role,
    content: row.content,
    contextItemIds: [...row.context_item_ids],
    createdAt: row.created_at.toISOString(),
  };
}

/** The messages of a run, oldest first, of all roles or of those named. */
export async function listMessages(
  store: Store,
  runId: string,
  roles: readonly MessageRole[],
  page: PageRequest,
): Promise<Page<Placed<AgentMessage>>> {
  const ofRun = store.selectFrom('messages').where('run_id', '=', runId);
  const all = roles.reduce((query, role) => query.where('role', '=', role), ofRun);
  const rows = await all
    .selectAll()
    .where('ordinal', '>', page.seen ?? '0')
    .orderBy('ordinal')
    .limit(page.limit + 1)
    .execute();
  const count = await all.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  return pageOf(rows.map(messageOf), page.limit, count.total);
}

/** Where the nodes of a run stand, in the last turn that got going. */
export async function readNodeStates(store: Store, runId: string): Promise<readonly AgentNodeState[]> {
  const rows = await store
    .selectFrom('node_states')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('ordinal')
    .execute();
  const turn = Math.max(0, ...rows.map((row) => row.turn));
  return rows
    .filter((row) => row.turn === turn)
    .map((row) => ({
      runId: row.run_id,
      nodeId: row.node_id,
      status: row.status,
      progress: row.progress,
      messages: row.messages as string[],
      startedAt: iso(row.started_at),
      completedAt: iso(row.completed_at),
      error: row.error,
    }));
}
