import { parseMessage } from '../agents/fenced-data.ts';
import type { Principal } from '../auth/principal.ts';
import { type Clock, timestamp } from '../clock.ts';
import { isStoreId, storableText } from '../store/ids.ts';
import type { Store } from '../store/open.ts';
import { countContextItems } from '../store/projects.ts';
import { insertRun } from '../store/runs.ts';
import type { RunOrigin } from '../store/tables.ts';
import type { WorkOrder } from '../workflows/graph.ts';
import { type RunInFlight, type RunsInFlight, userMessage } from './in-flight.ts';
import type { AgentRun } from './resources.ts';
import { LiveRun } from './run.ts';
import { type Errand, endOfSubRun, type HandOver } from './sub-run.ts';
import type { Webhooks } from './webhooks.ts';
import type { RunWork } from './work.ts';

/** What starting runs needs, whichever door they came in by. */
export interface StartParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly inFlight: RunsInFlight;
  /** The work that an order, or without one a built-in workflow, stands for. */
  readonly workOf: (order: WorkOrder | null, workflowId: string) => RunWork;
  readonly webhooks: Webhooks;
}

/** A run as it is asked for, with everything about it checked. */
export interface RunOrder {
  readonly principal: Principal;
  readonly projectId: string;
  /** The thread it belongs to; without one it opens its own. */
  readonly threadId: string | undefined;
  readonly agent: string;
  readonly requestId: string | null;
  readonly requestKey: string | null;
  readonly workflowId: string;
  readonly work: WorkOrder | null;
  readonly origin: RunOrigin;
  readonly query: string;
  readonly contextItemIds: readonly string[];
  /** Who is told once the run has ended. */
  readonly webhookUrl?: string | null;
  /** The run that hands over, and how it says so. */
  readonly parent?: { readonly live: LiveRun; readonly announce: (runId: string) => void };
}

/** Ids as the store writes them. */
export function storedIds(ids: readonly string[]): readonly string[] {
  return ids.map((id) => id.toLowerCase());
}

/** Tells whether all ids are context items of a project. */
export async function areContextItems(
  store: Store,
  projectId: string,
  ids: readonly string[],
): Promise<boolean> {
  const distinct = [...new Set(ids)];
  return (
    distinct.every(isStoreId) && (await countContextItems(store, projectId, distinct)) === distinct.length
  );
}

function newRun(order: RunOrder, id: string, startedAt: string): AgentRun {
  return {
    id,
    projectId: order.projectId,
    workflowId: order.workflowId,
    status: 'PENDING',
    inputQuery: storableText(order.query),
    outputSummary: null,
    startedAt,
    finishedAt: null,
    contextItemIds: [...order.contextItemIds],
    turn: 1,
  };
}

/** A run that was set going. */
interface StartedRun extends RunInFlight {
  readonly run: AgentRun;
}

function notify({ webhooks }: StartParts, { webhookUrl, agent }: RunOrder, { record }: RunInFlight): void {
  const { id: run_id, status, finishedAt: finished_at } = record.run;
  if (webhookUrl != null) webhooks.send(webhookUrl, { run_id, agent, status, finished_at });
}

/** Stores a run and sets it going; `undefined`, and nothing is stored, when its request was served before. */
export async function startRun(
  parts: StartParts,
  order: RunOrder,
  onEnd: () => void,
): Promise<StartedRun | undefined> {
  const { store, clock, newId, inFlight, workOf } = parts;
  const { workflowId, query, contextItemIds, principal, agent, projectId, requestId, origin } = order;
  const id = newId();
  const threadId = order.threadId ?? newId();
  const identity = {
    id,
    parentRunId: order.parent?.live.identity.id ?? null,
    threadId,
    projectId,
    principal,
    agent,
    requestId,
    turn: 1,
    origin,
  };
  const message = { id: newId(), content: query, prose: parseMessage(query).prose };
  return inFlight.exclusively(id, async () => {
    const run = newRun(order, id, timestamp(clock.now()));
    const inserted = await insertRun(store, {
      ...order,
      ...identity,
      opensThread: order.threadId === undefined,
      inputQuery: query,
      startedAt: new Date(run.startedAt),
      message: { ...message, role: 'user', contextItemIds },
    });
    if (!inserted) return undefined;
    const live = new LiveRun(identity, parts, [], inFlight.listenersOf(id));
    const opening = userMessage(run, message, contextItemIds, run.startedAt);
    const handOver = handOverFrom(parts, live);
    const input = { message: query, contextItemIds, firstStepNumber: 1, handOver };
    const work = workOf(order.work, workflowId);
    order.parent?.announce(id);
    const launch = { live, run, message: opening, work, firstSeq: 1, input };
    const flying: RunInFlight = inFlight.launch(launch, () => {
      notify(parts, order, flying);
      onEnd();
    });
    return { run, ...flying };
  });
}

/**
 * The way in which a run hands over. A sub-run lives in the place that its parent holds among the runs of its
 * principal, since a parent waits for one at a time; it stops when its parent is asked to, and is waited for.
 */
export function handOverFrom(parts: StartParts, parent: LiveRun): HandOver {
  return async (errand, announce) => {
    parent.signal.throwIfAborted();
    const sub = await startRun(parts, subOrder(parent, errand, announce), () => undefined);
    if (sub === undefined) throw new Error('a run without a request key cannot have been served');
    const leave = sub.live.subscribe((event) => parent.publish(event));
    const stop = (): void => sub.live.stop(parent.stopReason ?? 'cancelled');
    parent.signal.addEventListener('abort', stop, { once: true });
    if (parent.signal.aborted) stop();
    await sub.done;
    parent.signal.removeEventListener('abort', stop);
    leave();
    parts.inFlight.forgetListeners(sub.run.id);
    return endOfSubRun(errand.agent, sub.record);
  };
}

function subOrder(parent: LiveRun, errand: Errand, announce: (runId: string) => void): RunOrder {
  const { principal, projectId, threadId, requestId, origin } = parent.identity;
  const { agent, query, contextItemIds } = errand;
  const inherited = { principal, projectId, threadId, requestId, origin };
  const own = { agent, workflowId: agent, work: null, requestKey: null, query, contextItemIds };
  return { ...inherited, ...own, parent: { live: parent, announce } };
}
