import { parseMessage } from '../agents/fenced-data.ts';
import type { Principal } from '../auth/principal.ts';
import { timestamp } from '../clock.ts';
import { countsOfRun, findRun, lockRun, openNextTurn, type StoredRun } from '../store/agent-runs.ts';
import { insertFrames, listSteps } from '../store/run-parts.ts';
import { insertMessage, transition } from '../store/runs.ts';
import type { WorkOrder } from '../workflows/graph.ts';
import { readEvents } from './history.ts';
import { userMessage } from './in-flight.ts';
import { RunRecord } from './record.ts';
import type { AgentMessage, AgentRun } from './resources.ts';
import { LiveRun } from './run.ts';
import { Slots } from './slots.ts';
import { handOverFrom, type StartParts, startRun } from './starting.ts';

/** What is refused about a run, and why. */
export type RunRefusal = 'NOT_FOUND' | 'CLOSED' | 'TOO_MANY';

/** A run to be made through the API; its references are checked already. */
export interface NewAgentRun {
  readonly principal: Principal;
  readonly projectId: string;
  readonly workflowId: string;
  readonly work: WorkOrder | null;
  readonly agent: string;
  readonly query: string;
  readonly contextItemIds: readonly string[];
}

/** A message to a run; its references are checked already. */
export interface NewAgentMessage {
  readonly principal: Principal;
  readonly projectId: string;
  readonly runId: string;
  readonly content: string;
  readonly contextItemIds: readonly string[];
}

/** More than a run can have. */
const ALL_STEPS = 25_000;

/** What the service is composed of. */
export interface AgentRunParts extends StartParts {
  readonly maxRunsPerUser: number;
}

/** Makes, continues and cancels runs for the agents API. */
export class AgentRuns {
  readonly #parts: AgentRunParts;
  readonly #slots: Slots;

  constructor(parts: AgentRunParts) {
    this.#parts = parts;
    this.#slots = new Slots(parts.maxRunsPerUser);
  }

  /** Makes a run and sets it going. */
  async create(wanted: NewAgentRun): Promise<AgentRun | RunRefusal> {
    const release = this.#slots.take(wanted.principal);
    if (release === undefined) return 'TOO_MANY';
    const order = { ...wanted, threadId: undefined, requestId: null, requestKey: null };
    try {
      const started = await startRun(this.#parts, { ...order, origin: 'api' }, release);
      if (started === undefined) throw new Error('a run without a request key cannot have been served');
      return started.run;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Appends a message; to a completed run it opens the next turn. */
  async append(wanted: NewAgentMessage): Promise<AgentMessage | RunRefusal> {
    const { store, inFlight } = this.#parts;
    return inFlight.exclusively(wanted.runId, async () => {
      const known = await findRun(store, wanted.projectId, wanted.runId);
      if (known === undefined) return 'NOT_FOUND';
      const { status } = known.run;
      if (status === 'FAILED' || status === 'CANCELLED') return 'CLOSED';
      return status === 'COMPLETED' ? this.#reopen(known, wanted) : this.#add(known, wanted);
    });
  }

  /** Cancels a run and waits until its work has stopped. */
  async cancel(principal: Principal, projectId: string, runId: string): Promise<AgentRun | RunRefusal> {
    const { store, inFlight } = this.#parts;
    const known = await findRun(store, projectId, runId);
    if (known === undefined) return 'NOT_FOUND';
    // Not while it is being made or reopened: it must be known by then who works on it.
    const flying = await inFlight.exclusively(known.run.id, async () => {
      const one = inFlight.get(known.run.id);
      if (one === undefined) await this.#cancelAbandoned(principal, projectId, known);
      return one;
    });
    flying?.live.stop('cancelled');
    await flying?.done;
    const now = await findRun(store, projectId, runId);
    if (now === undefined) return 'NOT_FOUND';
    return now.run.status === 'CANCELLED' ? now.run : 'CLOSED';
  }

  /** A run that no process works on any more can still be ended. */
  async #cancelAbandoned(
    principal: Principal,
    projectId: string,
    { run: { id }, agent }: StoredRun,
  ): Promise<void> {
    const { store, clock, newId } = this.#parts;
    const run = (await findRun(store, projectId, id))?.run;
    if (run === undefined || run.finishedAt !== null) return;
    const { frames } = await countsOfRun(store, run.id);
    const parts = { clock, newId, write: async () => undefined, onFailure: () => undefined };
    const record = new RunRecord(parts, run, frames + 1);
    const finishedAt = timestamp(clock.now());
    const ended: AgentRun = { ...run, status: 'CANCELLED', finishedAt };
    const isEnded = await store.transaction().execute(async (trx) => {
      const change = {
        runId: run.id,
        turn: run.turn,
        from: ['PENDING', 'RUNNING'],
        to: 'CANCELLED',
      } as const;
      if (!(await transition(trx, { ...change, at: new Date(finishedAt) }))) return false;
      await insertFrames(trx, record.prepare([{ type: 'agent.run.cancelled', run: ended }]));
      return true;
    });
    if (isEnded) await this.#tellOfEnd(principal, agent, ended).catch(() => undefined); // it has ended all the same
  }

  async #tellOfEnd(principal: Principal, agent: string, run: AgentRun): Promise<void> {
    const { items } = await listSteps(this.#parts.store, run.id, { limit: ALL_STEPS, seen: undefined });
    const steps = items.map(({ ordinal: _, ...step }) => ({ step, name: step.nodeId }));
    this.#parts.inFlight.ended({ principal, agent, run, steps, failure: undefined });
  }

  async #add(known: StoredRun, wanted: NewAgentMessage): Promise<AgentMessage | RunRefusal> {
    const { inFlight } = this.#parts;
    const message = await this.#store(known, known.run, wanted, ['PENDING', 'RUNNING']);
    if (message !== undefined) {
      inFlight.get(known.run.id)?.record.tell({ type: 'agent.message.appended', message });
    }
    return message ?? 'CLOSED';
  }

  async #reopen(known: StoredRun, wanted: NewAgentMessage): Promise<AgentMessage | RunRefusal> {
    const { store, inFlight, workOf } = this.#parts;
    const { id, turn: before } = known.run;
    const release = this.#slots.take(wanted.principal);
    if (release === undefined) return 'TOO_MANY';
    try {
      const counts = await countsOfRun(store, id);
      const earlier = known.origin === 'chat' ? await readEvents(store, id) : [];
      const run: AgentRun = {
        ...known.run,
        ...{ status: 'PENDING', turn: before + 1, finishedAt: null, outputSummary: null },
      };
      const message = await this.#store(known, run, wanted, ['COMPLETED']);
      if (message === undefined) {
        release();
        return 'CLOSED';
      }
      const identity = { ...this.#identity(known, wanted.principal, earlier[0]?.request_id), turn: run.turn };
      const live = new LiveRun(identity, this.#parts, earlier, inFlight.listenersOf(id));
      const contextItemIds = [...new Set([...run.contextItemIds, ...wanted.contextItemIds])];
      const handOver = handOverFrom(this.#parts, live);
      const input = { message: wanted.content, contextItemIds, firstStepNumber: counts.steps + 1, handOver };
      const work = workOf(known.work, run.workflowId);
      inFlight.launch({ live, run, message, work, firstSeq: counts.frames + 1, input }, release);
      return message;
    } catch (error) {
      release();
      throw error;
    }
  }

  #identity(known: StoredRun, principal: Principal, requestId: string | null | undefined) {
    const { run, threadId, parentRunId, agent, origin } = known;
    const { id, projectId } = run;
    return { id, projectId, principal, threadId, parentRunId, agent, origin, requestId: requestId ?? null };
  }

  /** Stores a message if the run is still in one of the states; opens the next turn of a completed one. */
  async #store(
    known: StoredRun,
    run: AgentRun,
    { content, contextItemIds }: NewAgentMessage,
    states: readonly AgentRun['status'][],
  ): Promise<AgentMessage | undefined> {
    const { store, clock, newId } = this.#parts;
    return store.transaction().execute(async (trx) => {
      const now = await lockRun(trx, run.id);
      if (now === undefined || !states.includes(now.status) || now.turn !== known.run.turn) return undefined;
      if (run.turn !== now.turn && !(await openNextTurn(trx, run.id, now.turn))) return undefined;
      const message = { id: newId(), content, prose: parseMessage(content).prose };
      const createdAt = timestamp(clock.now());
      const place = { id: run.id, threadId: known.threadId, turn: run.turn };
      const row = { ...message, role: 'user' as const, contextItemIds };
      await insertMessage(trx, place, row, new Date(createdAt));
      return userMessage(run, message, contextItemIds, createdAt);
    });
  }
}
