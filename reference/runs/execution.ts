import { AgentFailure, ToolError } from '../agents/agent.ts';
import { pause } from '../agents/pause.ts';
import type { TicketSystem } from '../agents/tickets/ticket-system.ts';
import { TokenTally } from '../agents/token-count.ts';
import { type Clock, roundedMs } from '../clock.ts';
import type { Store } from '../store/open.ts';
import { isStoreOutage } from '../store/outage.ts';
import { readContextItems } from '../store/projects.ts';
import { earlierProse, transition } from '../store/runs.ts';
import type { TurnExport } from './account.ts';
import { BatchWriter } from './batch-writer.ts';
import { commitEnd, lostEnd, type TurnEnd } from './ending.ts';
import type { Failure, RunEvent, RunEventBody, TerminalBody, TokenUsage } from './events.ts';
import { insertEvents } from './history.ts';
import { NodeBoard } from './nodes.ts';
import type { RunRecord } from './record.ts';
import type { LiveRun, StopReason } from './run.ts';
import { Steps } from './steps.ts';
import type { Errand, HandOver, SubRunEnd } from './sub-run.ts';
import type { Desk, ModelUsage, RunWork } from './work.ts';

/** What every run of a deployment works with. */
export interface RunSurroundings {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly runTimeLimitMs: number;
  /** Hears of every first turn that ended. */
  readonly onEnded: TurnExport;
  readonly tickets: (tenant: string) => TicketSystem;
}

/** What one turn was asked to do, and how far earlier turns have counted their steps. */
export interface TurnInput {
  readonly message: string;
  readonly contextItemIds: readonly string[];
  readonly firstStepNumber: number;
  readonly handOver: HandOver;
}

/** Does something when nothing else changes the same run. */
export type Exclusively = <R>(work: () => Promise<R>) => Promise<R>;

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

/** One turn at work: turns what is done into events, steps and frames, and its end into one terminal event. */
export class RunExecution {
  readonly #around: RunSurroundings;
  readonly #run: LiveRun;
  readonly #record: RunRecord;
  readonly #input: TurnInput;
  readonly #events: BatchWriter<RunEvent>;
  readonly #steps: Steps;
  readonly #nodes: NodeBoard;
  readonly #read = new TokenTally();
  readonly #written = new TokenTally();
  /** What a model accounts for itself. */
  #spent: ModelUsage | undefined;

  constructor(around: RunSurroundings, run: LiveRun, record: RunRecord, input: TurnInput) {
    this.#around = around;
    this.#run = run;
    this.#record = record;
    this.#input = input;
    this.#read.add(input.message);
    this.#events = new BatchWriter(
      (batch) => insertEvents(around.store, batch),
      () => run.stop('store'),
    );
    const { id: runId, turn } = run.identity;
    this.#nodes = new NodeBoard(runId, around.clock, (nodeState) =>
      record.tell({ type: 'workflow.node_state.updated', nodeState }),
    );
    this.#steps = new Steps({
      runId,
      turn,
      firstStepNumber: input.firstStepNumber,
      clock: around.clock,
      newId: around.newId,
      signal: run.signal,
      emit: (body, atMs) => this.#emit(body, atMs),
      tell: (step) => record.tell({ type: 'agent.step.updated', step }),
      cutShortCode: () => (run.stopReason === 'cancelled' ? 'cancelled' : 'aborted'),
    });
  }

  /** Works to the end of the turn and tells whether the store knows of it; never rejects. */
  async perform(work: RunWork, exclusively: Exclusively): Promise<boolean> {
    const { clock, runTimeLimitMs } = this.#around;
    if (work.startDelayMs > 0) await pause(work.startDelayMs, this.#run.signal).catch(() => undefined);
    const limit = setTimeout(() => this.#run.stop('timeout'), runTimeLimitMs * (work.timeLimits ?? 1));
    await this.#enterRunning();
    const startedAtMs = clock.now();
    this.#emit({ type: 'agent_started', data: { model: work.model } }, startedAtMs);
    let outcome: Outcome;
    try {
      this.#run.signal.throwIfAborted();
      outcome = { response: await work.perform(this.#desk()) };
    } catch (error) {
      outcome = { error };
    } finally {
      clearTimeout(limit);
    }
    this.#steps.closeAll();
    this.#run.seal();
    return this.#end(outcome, startedAtMs, exclusively);
  }

  /** Moves the stored run on; a run that cannot be moved says so at its end. */
  async #enterRunning(): Promise<void> {
    if (this.#run.stopReason !== undefined) return;
    const { clock, store } = this.#around;
    const { id: runId, turn } = this.#run.identity;
    const change = { runId, turn, from: ['PENDING'], to: 'RUNNING', at: new Date(clock.now()) } as const;
    try {
      if (!(await transition(store, change))) this.#run.stop('cancelled');
      else this.#record.tell({ type: 'agent.run.updated', run: { ...this.#record.run, status: 'RUNNING' } });
    } catch {
      this.#run.stop('store');
    }
  }

  #emit(body: RunEventBody, atMs: number): void {
    this.#count(body);
    this.#run.account.observe(body);
    if (this.#run.identity.origin !== 'chat') return; // nobody can listen on the chat socket
    const event = this.#run.stamp(body, atMs);
    this.#run.publish(event);
    this.#events.append(event);
  }

  #count(body: RunEventBody): void {
    if (body.type === 'tool_completed') this.#read.add(JSON.stringify(body.data.result));
    if (body.type === 'agent_thinking') this.#written.add(body.data.thought);
    if (body.type === 'tool_executing') this.#written.add(JSON.stringify(body.data.arguments));
  }

  #desk(): Desk {
    const { store } = this.#around;
    const { signal, identity } = this.#run;
    const { message, contextItemIds } = this.#input;
    return {
      message,
      contextItemIds,
      signal,
      nodes: this.#nodes,
      step: (plan, work) => this.#steps.perform(plan, work),
      earlierMessages: async () => (await earlierProse(store, identity)).map((prose) => ({ prose })),
      loadDocuments: () => readContextItems(store, contextItemIds),
      handOver: (agent, query) => this.#handOver({ agent, query, contextItemIds }),
      spend: ({ input, output }) => {
        const { input: read, output: written } = this.#spent ?? { input: 0, output: 0 };
        this.#spent = { input: read + input, output: written + output };
      },
      tickets: this.#around.tickets(identity.principal.tenant),
    };
  }

  #handOver(errand: Errand): Promise<SubRunEnd> {
    return this.#input.handOver(errand, (to_run_id) =>
      this.#emit(
        { type: 'agent_handoff', data: { to_agent: errand.agent, to_run_id } },
        this.#around.clock.now(),
      ),
    );
  }

  async #end(outcome: Outcome, startedAtMs: number, exclusively: Exclusively): Promise<boolean> {
    const end = await exclusively(async (): Promise<TurnEnd> => {
      this.#closeNodes(outcome);
      const isWhole = await Promise.all([this.#events.flush(), this.#record.flush()]).then(
        () => true,
        () => false,
      );
      const usage = await this.#usage(outcome);
      const endedAtMs = this.#around.clock.now();
      const body = this.#terminal(outcome, roundedMs(endedAtMs - startedAtMs), usage);
      const event = this.#run.stamp(body, endedAtMs) as RunEvent & TerminalBody; // the body is terminal
      const told = isWhole
        ? await commitEnd(this.#around, this.#run, this.#record, event)
        : lostEnd(this.#record, event);
      this.#record.adopt(told.frames);
      return told;
    });
    this.#run.account.observe(end.event);
    this.#record.log.end();
    if (this.#run.identity.origin === 'chat') this.#run.publish(end.event);
    return end.isStored;
  }

  #closeNodes(outcome: Outcome): void {
    if (this.#run.stopReason === 'cancelled') this.#nodes.close('CANCELLED', null);
    else if ('error' in outcome) this.#nodes.close('FAILED', classify(outcome.error).message);
    else this.#nodes.close('COMPLETED', null);
  }

  async #usage(outcome: Outcome): Promise<TokenUsage> {
    if ('response' in outcome) this.#written.add(outcome.response);
    const isCompleted = 'response' in outcome && this.#run.stopReason === undefined;
    const spent = isCompleted ? this.#spent : { input: 0, output: 0 };
    const input = spent?.input ?? (await this.#read.total());
    const output = spent?.output ?? (await this.#written.total());
    return { input_tokens: input, output_tokens: output, total_tokens: input + output };
  }

  #terminal(outcome: Outcome, durationMs: number, usage: TokenUsage): TerminalBody {
    const reason = this.#run.stopReason;
    if (reason === 'cancelled') return { type: 'agent_cancelled', data: {} };
    if (reason !== undefined) return { type: 'agent_failed', data: { error: STOPPED[reason] } };
    if ('error' in outcome) return { type: 'agent_failed', data: { error: classify(outcome.error) } };
    const { response } = outcome;
    const data = { response, duration_ms: durationMs, tools_used: this.#steps.toolsUsed, usage };
    return { type: 'agent_completed', data };
  }
}
