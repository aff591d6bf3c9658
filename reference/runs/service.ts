import { createHash } from 'node:crypto';
import type { AgentDirectory } from '../agents/directory.ts';
import { type Principal, principalKey } from '../auth/principal.ts';
import { isStoreId } from '../store/ids.ts';
import { isStoreOutage } from '../store/outage.ts';
import { defaultProject, findProject } from '../store/projects.ts';
import { findRunOfRequest, findRunStatus, ownsThread } from '../store/runs.ts';
import type { RunListener } from './events.ts';
import { readEventsWithSubRuns } from './history.ts';
import { Refusal } from './refusal.ts';
import type { LiveRun } from './run.ts';
import { Slots } from './slots.ts';
import { areContextItems, type RunOrder, type StartParts, startRun, storedIds } from './starting.ts';

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
  /** Hands over every event from the first on; answers with the way to stop listening. */
  readonly subscribe: (listener: RunListener) => () => void;
}

/** What the service is composed of. */
export interface RunServiceParts extends StartParts {
  readonly agents: AgentDirectory;
  readonly maxRunsPerUser: number;
}

function requestKey(requestId: string | null): string | null {
  return requestId === null ? null : createHash('sha256').update(requestId).digest('hex');
}

/** Starts, finds and stops the runs of the chat socket; knows nothing about sockets. */
export class RunService {
  readonly #parts: RunServiceParts;
  readonly #requests = new Map<string, Promise<RunHandle>>();
  readonly #slots: Slots;

  constructor(parts: RunServiceParts) {
    this.#parts = parts;
    this.#slots = new Slots(parts.maxRunsPerUser);
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
    const live = this.#parts.inFlight.get(runId.toLowerCase())?.live;
    if (live !== undefined && principalKey(live.identity.principal) === principalKey(principal)) {
      if (live.sealed) throw new Refusal('RUN_FINISHED');
      return () => live.stop('cancelled');
    }
    const status = isStoreId(runId) ? await findRunStatus(this.#parts.store, principal, runId) : undefined;
    throw new Refusal(status === undefined ? 'RUN_NOT_FOUND' : 'RUN_FINISHED');
  }

  async #startNew(request: RunRequest, key: string | null, onEnd: () => void): Promise<RunHandle> {
    const release = this.#slots.take(request.principal);
    if (release === undefined) throw new Refusal('RATE_LIMITED');
    const end = (): void => {
      release();
      onEnd();
    };
    try {
      const earlier = await this.#runOfRequest(request.principal, key);
      const started =
        earlier === undefined ? await startRun(this.#parts, await this.#order(request, key), end) : undefined;
      if (started !== undefined) return this.#handleOf(started.live);
      const handle = await this.#earlierRun(
        earlier ?? (await this.#runOfRequest(request.principal, key)) ?? '',
      );
      end();
      return handle;
    } catch (error) {
      release();
      throw isStoreOutage(error) ? new Refusal('UNAVAILABLE') : error;
    }
  }

  async #runOfRequest(principal: Principal, key: string | null): Promise<string | undefined> {
    return key === null ? undefined : findRunOfRequest(this.#parts.store, principal, key);
  }

  async #order(request: RunRequest, key: string | null): Promise<RunOrder> {
    const { agents, store } = this.#parts;
    const { principal, requestId, message: query } = request;
    const entry = await agents.find(principal.tenant, request.agent);
    if (entry === undefined) throw new Refusal('AGENT_NOT_FOUND');
    if (entry.status === 'INACTIVE' || entry.status === 'SUSPENDED') throw new Refusal('AGENT_INACTIVE');
    const projectId = await this.#project(request);
    const threadId = await this.#thread(request);
    const contextItemIds = storedIds(request.contextItemIds);
    if (!(await areContextItems(store, projectId, contextItemIds))) throw new Refusal('CONTEXT_ITEM_INVALID');
    const { workflowId, work, webhookUrl, name: agent } = entry;
    return {
      ...{ principal, projectId, threadId, agent, requestId, requestKey: key },
      ...{ workflowId, work, webhookUrl, origin: 'chat', query, contextItemIds },
    };
  }

  #handleOf(live: LiveRun): RunHandle {
    const { inFlight } = this.#parts;
    const { id } = live.identity;
    return {
      id,
      subscribe: (listener) => {
        const leave = live.subscribe(listener);
        return () => {
          leave();
          inFlight.forgetListeners(id);
        };
      },
    };
  }

  async #earlierRun(id: string): Promise<RunHandle> {
    const live = this.#parts.inFlight.get(id)?.live;
    if (live !== undefined) return this.#handleOf(live);
    const events = await readEventsWithSubRuns(this.#parts.store, id);
    return {
      id,
      subscribe: (listener) => {
        for (const event of events) listener(event);
        return () => undefined;
      },
    };
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
}
