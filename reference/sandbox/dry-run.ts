import { AgentFailure, type JsonObject } from '../agents/agent.ts';
import type { Clock } from '../clock.ts';
import type { Desk, RunWork } from '../runs/work.ts';
import { Conversation } from './conversation.ts';
import { dryDesk } from './dry-desk.ts';
import { redacted, testErrorOf } from './errors.ts';
import type { TestError, TestResult } from './result.ts';
import { simulatedTickets } from './simulated-tools.ts';
import type { TestSubject } from './subject.ts';
import { preciseTimestamp, type Trace, type TraceLimits, Tracer } from './tracer.ts';

/** What sets an agent off. */
export type Trigger = TestResult['execution_trace']['trigger'];

/** A test as it is asked for, with everything about it checked. */
export interface TestOrder {
  readonly testId: string;
  readonly subject: TestSubject;
  readonly payload: JsonObject;
  readonly trigger: Trigger;
  readonly signal: AbortSignal;
}

/** What every dry run of a deployment works with. */
export interface DryRunSurroundings {
  readonly clock: Clock;
  readonly workOf: (subject: TestSubject) => RunWork;
  /** The agent another one hands a part of its work to. */
  readonly colleague: (name: string) => Promise<TestSubject | undefined>;
}

/** Enough for every agent, and little enough to be kept and read. */
const LIMITS: TraceLimits = { maxSteps: 1_000, maxCharacters: 8 * 1024 * 1024 };

/** How far agents may hand over in turn. */
const MAX_DEPTH = 3;

function messageOf(payload: JsonObject): string {
  const { message } = payload;
  return typeof message === 'string' && message !== '' ? message : JSON.stringify(payload);
}

function opening({ name }: TestSubject, trigger: Trigger, message: string): string {
  const cause = trigger === 'webhook' ? 'by a webhook' : 'by your schedule';
  return `You are ${name}. You were set off ${cause}.\n\n${message}`;
}

type Colleague = (agent: string, message: string) => ReturnType<Desk['handOver']>;

class DryRun {
  readonly #around: DryRunSurroundings;
  readonly #order: TestOrder;
  readonly #tracer: Tracer;

  constructor(around: DryRunSurroundings, order: TestOrder) {
    this.#around = around;
    this.#order = order;
    this.#tracer = new Tracer(around.clock, LIMITS);
  }

  async perform(): Promise<{ readonly trace: Trace; readonly errors: TestError | null }> {
    const { subject, payload, signal } = this.#order;
    let errors: TestError | null = null;
    try {
      await this.#work(subject, messageOf(payload), 1);
    } catch (error) {
      const cause: unknown = signal.aborted ? signal.reason : error;
      errors = testErrorOf(cause);
      this.#tracer.closeAll(cause);
    }
    this.#holdBack(errors === null ? 'COMPLETED' : 'FAILED');
    return { trace: await this.#tracer.trace(), errors };
  }

  async #work(subject: TestSubject, message: string, depth: number): Promise<string> {
    const { clock, workOf } = this.#around;
    const { payload, trigger, signal } = this.#order;
    const desk = dryDesk({
      clock,
      tracer: this.#tracer,
      signal,
      model: subject.model,
      message,
      payload,
      isWorkflow: subject.work !== null,
      conversation: new Conversation(opening(subject, trigger, message)),
      tickets: simulatedTickets(payload),
      handOver: this.#handOver(depth),
    });
    signal.throwIfAborted();
    return workOf(subject).perform(desk);
  }

  #handOver(depth: number): Colleague {
    return async (agent, message) => {
      const colleague = depth < MAX_DEPTH ? await this.#around.colleague(agent) : undefined;
      if (colleague === undefined)
        return { agent, status: 'FAILED', response: null, failure: 'AGENT_NOT_FOUND' };
      try {
        const response = await this.#work(colleague, message, depth + 1);
        return { agent, status: 'COMPLETED', response, failure: null };
      } catch (error) {
        this.#order.signal.throwIfAborted();
        return { agent, status: 'FAILED', response: null, failure: testErrorOf(error).message };
      }
    };
  }

  /** The webhook that a run would send at its end is listed instead. */
  #holdBack(status: 'COMPLETED' | 'FAILED'): void {
    const { webhookUrl, name } = this.#order.subject;
    if (webhookUrl === null) return;
    const { origin, pathname } = new URL(webhookUrl);
    const input = { method: 'POST', url: redacted(`${origin}${pathname}`), body: { agent: name, status } };
    try {
      const step = this.#tracer.begin({ type: 'tool_call', name: 'webhook', input });
      step.succeed({ delivered: false, note: 'held back by the sandbox' });
    } catch (error) {
      if (!(error instanceof AgentFailure)) throw error; // the trace is full: what it says is kept
    }
  }
}

/** Has an agent work on a payload without any effect, and tells what it did. */
export async function dryRun(around: DryRunSurroundings, order: TestOrder): Promise<TestResult> {
  const createdAt = preciseTimestamp(around.clock.now());
  const { trace, errors } = await new DryRun(around, order).perform();
  const { steps, usage, totalDurationMs: total_duration_ms } = trace;
  const status = errors === null ? 'success' : 'failed';
  const names = steps.map((step) => (step.step_type === 'tool_call' ? step.tool_name : step.model));
  const durations = steps.map(({ duration_ms }, index) => ({ name: names[index] ?? '', duration_ms }));
  return {
    test_id: order.testId,
    agent_id: order.subject.id,
    status,
    execution_trace: { trigger: order.trigger, steps: [...steps], total_duration_ms, status },
    token_usage: usage,
    execution_time: { total_duration_ms, steps: durations },
    errors,
    created_at: createdAt,
  };
}
