import { createHash } from 'node:crypto';
import type { AgentDirectory } from '../agents/directory.ts';
import { parseMessage } from '../agents/fenced-data.ts';
import { type Principal, principalKey } from '../auth/principal.ts';
import { isStoreId } from '../store/ids.ts';
import { isStoreOutage } from '../store/outage.ts';
import { countContextItems, defaultProject, findProject } from '../store/projects.ts';
import { findRunOfRequest, findRunStatus, insertRun, ownsThread } from '../store/runs.ts';
import type { RunListener } from './events.ts';
import { RunExecution, type RunSurroundings } from './execution.ts';
import { readEvents } from './history.ts';
import { Refusal } from './refusal.ts';
import { LiveRun, type StopReason } from './run.ts';

/** A request to run an agent. */
export interface RunRequest {
  readonly principal: Principal;
  readonly agent: string;
  readonly message: string;
  readonly requestId: string | null;
  readonly projectId: string | undefined;
  readonly threadId: string | undefined;
  readonly contextItemIds: readonly string[];
}

/** A run that can be listened to: one in flight, or one that has ended and is read from the store. */
export interface RunHandle {
  readonly id: string;
  readonly ended: boolean;
  /** Hands over every event from the first on; answers with the way to stop listening. */
  readonly subscribe: (listener: RunListener) => () => void;
}

/** What the service is composed of. */
export interface RunServiceParts extends RunSurroundings {
  readonly agents: AgentDirectory;
  readonly maxRunsPerUser: number;
}

function requestKey(requestId: string | null): string | null {
  return requestId === null ? null : createHash('sha256').update(requestId).digest('hex');
}

function handleOf(run: LiveRun): RunHandle {
  return { id: run.identity.id, ended: false, subscribe: (listener) => run.subscribe(listener) };
}

/** Starts, finds and stops runs; knows nothing about sockets. */
export class RunService {
  readonly #parts: RunServiceParts;
  readonly #live = new Map<string, { readonly run: LiveRun; readonly done: Promise<void> }>();
  readonly #requests = new Map<string, Promise<RunHandle>>();
  readonly #slots = new Map<string, number>();

  constructor(parts: RunServiceParts) {
    this.#parts = parts;
  }

  /**
   * Starts a run, or finds the one that the same principal's same request id started before: a
   * request is never executed twice. Rejects with a `Refusal` and without any effect.
   */
  async start(request: RunRequest): Promise<RunHandle> {
    const key = requestKey(request.requestId);
    if (key === null) return this.#startNew(request, null, () => undefined);
    const requestOfPrincipal = `${principalKey(request.principal)} ${key}`;
    const known = this.#requests.get(requestOfPrincipal);
    if (known !== undefined) return known;
    const forget = (): void => {
      this.#requests.delete(requestOfPrincipal);
    };
    const starting = this.#startNew(request, key, forget);
    this.#requests.set(requestOfPrincipal, starting);
    starting.catch(forget);
    return starting;
  }

  /** Tells whether a principal's run can still be cancelled; rejects with the refusal that applies. */
  async cancellable(principal: Principal, runId: string): Promise<() => void> {
    const live = this.#live.get(runId)?.run;
    if (live !== undefined && principalKey(live.identity.principal) === principalKey(principal)) {
      if (live.sealed) throw new Refusal('RUN_FINISHED');
      return () => live.stop('cancelled');
    }
    const status = isStoreId(runId) ? await findRunStatus(this.#parts.store, principal, runId) : undefined;
    throw new Refusal(status === undefined ? 'RUN_NOT_FOUND' : 'RUN_FINISHED');
  }

  /** Stops every run in flight and waits until each has told its end. */
  async stopAll(reason: StopReason): Promise<void> {
    const all = [...this.#live.values()];
    for (const { run } of all) run.stop(reason);
    await Promise.all(all.map(({ done }) => done));
  }

  async #startNew(request: RunRequest, key: string | null, onEnd: () => void): Promise<RunHandle> {
    const release = this.#takeSlot(request.principal);
    try {
      const run = await this.#create(request, key);
      if (!(run instanceof LiveRun)) {
        release();
        onEnd();
        return run;
      }
      this.#launch(run, request, () => {
        release();
        onEnd();
      });
      return handleOf(run);
    } catch (error) {
      release();
      throw isStoreOutage(error) ? new Refusal('UNAVAILABLE') : error;
    }
  }

  #takeSlot(principal: Principal): () => void {
    const key = principalKey(principal);
    const taken = this.#slots.get(key) ?? 0;
    if (taken >= this.#parts.maxRunsPerUser) throw new Refusal('RATE_LIMITED');
    this.#slots.set(key, taken + 1);
    return () => {
      const left = (this.#slots.get(key) ?? 1) - 1;
      if (left === 0) this.#slots.delete(key);
      else this.#slots.set(key, left);
    };
  }

  async #create(request: RunRequest, key: string | null): Promise<LiveRun | RunHandle> {
    const { agents, clock, newId, store } = this.#parts;
    const { principal, message, contextItemIds } = request;
    const earlier = key === null ? undefined : await findRunOfRequest(store, principal, key);
    if (earlier !== undefined) return this.#earlierRun(earlier);
    const entry = agents.find(request.agent);
    if (entry === undefined) throw new Refusal('AGENT_NOT_FOUND');
    if (entry.status !== 'ACTIVE') throw new Refusal('AGENT_INACTIVE');
    const projectId = await this.#project(request);
    const threadId = await this.#thread(request);
    await this.#checkContextItems(projectId, contextItemIds);
    const identity = {
      id: newId(),
      parentRunId: null,
      threadId: threadId ?? newId(),
      projectId,
      principal,
      agent: request.agent,
      requestId: request.requestId,
      turn: 1,
    };
    const inserted = await insertRun(store, {
      ...identity,
      opensThread: threadId === undefined,
      workflowId: entry.workflowId,
      requestKey: key,
      inputQuery: message,
      contextItemIds,
      startedAt: new Date(clock.now()),
      message: { id: newId(), role: 'user', content: message, prose: parseMessage(message).prose },
    });
    if (inserted) return new LiveRun(identity, clock, newId);
    // Another process on the same store was quicker with the same request.
    return this.#earlierRun(
      (key === null ? undefined : await findRunOfRequest(store, principal, key)) ?? identity.id,
    );
  }

  async #earlierRun(id: string): Promise<RunHandle> {
    const live = this.#live.get(id)?.run;
    if (live !== undefined) return handleOf(live);
    const events = await readEvents(this.#parts.store, id);
    return {
      id,
      ended: true,
      subscribe: (listener) => {
        for (const event of events) listener(event);
        return () => undefined;
      },
    };
  }

  #launch(run: LiveRun, request: RunRequest, onEnd: () => void): void {
    const entry = this.#parts.agents.find(request.agent);
    if (entry === undefined) throw new Refusal('AGENT_NOT_FOUND');
    const execution = new RunExecution(this.#parts, run, request);
    const done = execution.perform(entry.agent).finally(() => {
      this.#live.delete(run.identity.id);
      onEnd();
    });
    this.#live.set(run.identity.id, { run, done });
  }

  async #project({ principal, projectId }: RunRequest): Promise<string> {
    const { store, newId, clock } = this.#parts;
    if (projectId === undefined) return defaultProject(store, principal, newId(), new Date(clock.now()));
    const project = isStoreId(projectId) ? await findProject(store, principal, projectId) : undefined;
    if (project === undefined) throw new Refusal('PROJECT_NOT_FOUND');
    return project.id;
  }

  async #thread({ principal, threadId }: RunRequest): Promise<string | undefined> {
    if (threadId === undefined) return undefined;
    const owned = isStoreId(threadId) && (await ownsThread(this.#parts.store, principal, threadId));
    if (!owned) throw new Refusal('THREAD_NOT_FOUND');
    return threadId;
  }

  async #checkContextItems(projectId: string, ids: readonly string[]): Promise<void> {
    const distinct = [...new Set(ids.map((id) => id.toLowerCase()))];
    const known =
      distinct.every(isStoreId) && (await countContextItems(this.#parts.store, projectId, distinct));
    if (known !== distinct.length) throw new Refusal('CONTEXT_ITEM_INVALID');
  }
}
