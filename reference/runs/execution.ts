import { type Agent, AgentFailure, type AgentTask, ToolError } from '../agents/agent.ts';
import { pause } from '../agents/pause.ts';
import { countTokens } from '../agents/token-count.ts';
import { type Clock, roundedMs } from '../clock.ts';
import type { Store } from '../store/open.ts';
import { isStoreOutage } from '../store/outage.ts';
import { readContextItems } from '../store/projects.ts';
import { earlierProse, transition } from '../store/runs.ts';
import { commitEnd } from './ending.ts';
import type { Failure, RunEventBody, TerminalBody } from './events.ts';
import { RunHistory } from './history.ts';
import type { LiveRun, StopReason } from './run.ts';
import { ToolCalls } from './tool-calls.ts';

/** What every run of a deployment works with. */
export interface RunSurroundings {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly thinkingMs: number;
  readonly runTimeLimitMs: number;
}

/** What one run was asked to do. */
export interface RunInput {
  readonly message: string;
  readonly contextItemIds: readonly string[];
}

type Outcome = { readonly response: string } | { readonly error: unknown };

const STOPPED: Readonly<Record<Exclude<StopReason, 'cancelled'>, Failure>> = {
  timeout: { type: 'orchestration', code: 'TIMEOUT', message: 'the run took longer than its time limit' },
  shutdown: { type: 'orchestration', code: 'SHUTDOWN', message: 'the deployment was stopped' },
  store: { type: 'orchestration', code: 'STORE_UNAVAILABLE', message: 'the store stopped answering' },
};

function classify(error: unknown): Failure {
  if (error instanceof AgentFailure) return { type: error.type, code: error.code, message: error.message };
  if (error instanceof ToolError) return { type: 'tool', code: error.code, message: error.message };
  if (isStoreOutage(error)) return STOPPED.store;
  return { type: 'orchestration', code: 'INTERNAL', message: 'the agent stopped for a reason of its own' };
}

/** One agent at work on one run: turns what it does into events, and its end into one terminal event. */
export class RunExecution {
  readonly #around: RunSurroundings;
  readonly #run: LiveRun;
  readonly #input: RunInput;
  readonly #history: RunHistory;
  readonly #calls: ToolCalls;
  #thoughts = 0;
  #tokensRead: number;
  #tokensWritten = 0;

  constructor(around: RunSurroundings, run: LiveRun, input: RunInput) {
    this.#around = around;
    this.#run = run;
    this.#input = input;
    this.#tokensRead = countTokens(input.message);
    this.#history = new RunHistory(around.store, () => run.stop('store'));
    this.#calls = new ToolCalls({
      clock: around.clock,
      newId: around.newId,
      signal: run.signal,
      emit: (body, atMs) => this.#emit(body, atMs),
      cutShortCode: () => (run.stopReason === 'cancelled' ? 'cancelled' : 'aborted'),
    });
  }

  /** Runs the agent to its end; never rejects. */
  async perform(agent: Agent): Promise<void> {
    const { clock, runTimeLimitMs } = this.#around;
    const limit = setTimeout(() => this.#run.stop('timeout'), runTimeLimitMs);
    await this.#enterRunning();
    const startedAtMs = clock.now();
    this.#emit({ type: 'agent_started', data: { model: agent.model } }, startedAtMs);
    let outcome: Outcome;
    try {
      outcome = { response: await agent.run(this.#task()) };
    } catch (error) {
      outcome = { error };
    } finally {
      clearTimeout(limit);
    }
    this.#calls.closeAll();
    this.#run.seal();
    await this.#end(outcome, startedAtMs);
  }

  /** Moves the stored run on; a run that cannot be moved still starts and then says how it ended. */
  async #enterRunning(): Promise<void> {
    const { clock, store } = this.#around;
    const { id: runId, turn } = this.#run.identity;
    const change = { runId, turn, from: ['PENDING'], to: 'RUNNING', at: new Date(clock.now()) } as const;
    try {
      if (!(await transition(store, change))) this.#run.stop('cancelled');
    } catch {
      this.#run.stop('store');
    }
  }

  #emit(body: RunEventBody, atMs: number): void {
    const event = this.#run.stamp(body, atMs);
    if (body.type === 'tool_completed') this.#tokensRead += countTokens(JSON.stringify(body.data.result));
    this.#run.publish(event);
    this.#history.append(event);
  }

  #task(): AgentTask {
    const { store, thinkingMs, clock } = this.#around;
    const { signal, identity } = this.#run;
    return {
      message: this.#input.message,
      contextItemIds: this.#input.contextItemIds,
      signal,
      think: async (thought) => {
        signal.throwIfAborted();
        this.#thoughts += 1;
        this.#tokensWritten += countTokens(thought);
        this.#emit({ type: 'agent_thinking', data: { thought, step: this.#thoughts } }, clock.now());
        await pause(thinkingMs, signal);
      },
      callTool: (name, args, work) => {
        this.#tokensWritten += countTokens(JSON.stringify(args));
        return this.#calls.call(name, args, work);
      },
      earlierMessages: async () =>
        (await earlierProse(store, identity.threadId, identity.id)).map((prose) => ({ prose })),
      loadDocuments: () => readContextItems(store, this.#input.contextItemIds),
    };
  }

  async #end(outcome: Outcome, startedAtMs: number): Promise<void> {
    const { clock, store, newId } = this.#around;
    await this.#history.flush().catch(() => undefined);
    const endedAtMs = clock.now();
    const body = this.#terminal(outcome, roundedMs(endedAtMs - startedAtMs));
    const event = this.#run.stamp(body, endedAtMs);
    const published = await commitEnd({ store, newId }, this.#run, event);
    this.#run.publish(published);
  }

  #terminal(outcome: Outcome, durationMs: number): TerminalBody {
    const reason = this.#run.stopReason;
    if (reason === 'cancelled') return { type: 'agent_cancelled', data: {} };
    if (reason !== undefined) return { type: 'agent_failed', data: { error: STOPPED[reason] } };
    if ('error' in outcome) return { type: 'agent_failed', data: { error: classify(outcome.error) } };
    const output = this.#tokensWritten + countTokens(outcome.response);
    return {
      type: 'agent_completed',
      data: {
        response: outcome.response,
        duration_ms: durationMs,
        tools_used: this.#calls.used,
        usage: {
          input_tokens: this.#tokensRead,
          output_tokens: output,
          total_tokens: this.#tokensRead + output,
        },
      },
    };
  }
}
