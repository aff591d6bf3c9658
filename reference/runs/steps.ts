import { AgentFailure, ToolError } from '../agents/agent.ts';
import { type Clock, roundedMs, timestamp } from '../clock.ts';
import type { RunEventBody, ToolCallError } from './events.ts';
import type { AgentStep } from './resources.ts';
import type { StepPlan } from './work.ts';

interface OpenStep {
  readonly step: AgentStep;
  readonly title: string;
  readonly startedAtMs: number;
}

/** What the steps of a run need from it. */
export interface StepContext {
  readonly runId: string;
  readonly turn: number;
  readonly firstStepNumber: number;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly signal: AbortSignal;
  /** Tells the chat socket. */
  readonly emit: (body: RunEventBody, atMs: number) => void;
  /** Tells the stream. */
  readonly tell: (step: AgentStep) => void;
  /** The code of a step that was cut short by the end of its run. */
  readonly cutShortCode: () => 'cancelled' | 'aborted';
}

type StepEnd = { readonly result: unknown } | { readonly error: ToolCallError };

/** Waits for work, but no longer than until the signal is aborted. */
export async function untilAborted<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function isToolStep({ stepType }: AgentStep): boolean {
  return stepType === 'tool' || stepType === 'retrieve';
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The steps of one turn: each is opened once and closed exactly once, whatever happens. Steps that
 * think are thoughts on the chat socket, steps that use a tool are tool calls of the same id, and
 * the answer is told by the end of the run (docs/protocol.md 8).
 */
export class Steps {
  readonly #context: StepContext;
  readonly #open = new Map<string, OpenStep>();
  readonly #tools = new Set<string>();
  #nextNumber: number;
  #thoughts = 0;

  constructor(context: StepContext) {
    this.#context = context;
    this.#nextNumber = context.firstStepNumber;
  }

  /** Distinct tool names in the order of their first use. */
  get toolsUsed(): readonly string[] {
    return [...this.#tools];
  }

  /** Performs one step and reports its beginning and its end. */
  async perform<R>(plan: StepPlan, work: () => Promise<R>): Promise<R> {
    const { signal } = this.#context;
    signal.throwIfAborted();
    const open = this.#begin(plan);
    try {
      const result = await untilAborted(work(), signal);
      this.#close(open, { result });
      return result;
    } catch (error) {
      this.#close(open, { error: this.#describe(error) });
      throw error;
    }
  }

  /** Closes what is still open when the run ends under it. */
  closeAll(): void {
    for (const open of [...this.#open.values()]) this.#close(open, { error: this.#cutShort() });
  }

  #begin({ nodeId, stepType, title, args }: StepPlan): OpenStep {
    const { clock, newId, runId, turn, tell } = this.#context;
    const startedAtMs = clock.now();
    const hasArguments = Object.keys(args).length > 0;
    const step: AgentStep = {
      id: newId(),
      runId,
      turn,
      stepNumber: this.#nextNumber++,
      nodeId,
      stepType,
      status: 'RUNNING',
      input: hasArguments ? JSON.stringify(args) : null,
      output: null,
      error: null,
      durationMs: null,
      startedAt: timestamp(startedAtMs),
      completedAt: null,
    };
    const open = { step, title, startedAtMs };
    this.#open.set(step.id, open);
    tell(step);
    this.#emitBegin(open, args);
    return open;
  }

  #emitBegin({ step, title, startedAtMs }: OpenStep, args: StepPlan['args']): void {
    const { emit } = this.#context;
    if (isToolStep(step)) {
      this.#tools.add(title);
      emit(
        { type: 'tool_executing', data: { tool_call_id: step.id, tool_name: title, arguments: args } },
        startedAtMs,
      );
    } else if (step.stepType !== 'respond') {
      this.#thoughts += 1;
      emit({ type: 'agent_thinking', data: { thought: title, step: this.#thoughts } }, startedAtMs);
    }
  }

  #cutShort(): ToolCallError {
    return { code: this.#context.cutShortCode(), message: 'the run ended before the step did' };
  }

  #describe(error: unknown): ToolCallError {
    if (this.#context.signal.aborted) return this.#cutShort();
    if (error instanceof ToolError || error instanceof AgentFailure) {
      return { code: error.code, message: error.message };
    }
    return { code: 'TOOL_FAILED', message: 'the step failed for a reason of its own' };
  }

  #close(open: OpenStep, end: StepEnd): void {
    if (!this.#open.delete(open.step.id)) return;
    const endedAtMs = this.#context.clock.now();
    this.#context.tell(this.#ended(open, end, timestamp(endedAtMs)));
    if (!isToolStep(open.step)) return;
    this.#emitEnd(open, endedAtMs, 'result' in end ? end.result : null, 'error' in end ? end.error : null);
  }

  #ended({ step, title }: OpenStep, end: StepEnd, completedAt: string): AgentStep {
    const durationMs = Date.parse(completedAt) - Date.parse(step.startedAt ?? completedAt);
    const ended = { ...step, durationMs, completedAt };
    if ('result' in end) {
      const result = isToolStep(step) ? end.result : (end.result ?? title);
      return { ...ended, status: 'COMPLETED', output: textOf(result) };
    }
    const { code, message } = end.error;
    if (code === 'cancelled' && this.#context.signal.aborted) return { ...ended, status: 'CANCELLED' };
    return { ...ended, status: 'FAILED', error: `${code}: ${message}` };
  }

  #emitEnd(open: OpenStep, endedAtMs: number, result: unknown, error: ToolCallError | null): void {
    const data = {
      tool_call_id: open.step.id,
      tool_name: open.title,
      status: error === null ? ('success' as const) : ('error' as const),
      result,
      error,
      duration_ms: roundedMs(endedAtMs - open.startedAtMs),
    };
    this.#context.emit({ type: 'tool_completed', data }, endedAtMs);
  }
}
