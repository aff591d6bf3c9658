import { AgentFailure, type JsonObject } from '../agents/agent.ts';
import { countTokens } from '../agents/token-count.ts';
import { type Clock, roundedMs } from '../clock.ts';
import { stepErrorOf } from './errors.ts';
import { costOf, inDollars } from './price-table.ts';
import type { TokenUsage, TraceStep } from './result.ts';

/** What the steps of one dry run may come to. */
export interface TraceLimits {
  readonly maxSteps: number;
  readonly maxCharacters: number;
}

/** A step before it begins. */
export type StepStart =
  | { readonly type: 'tool_call'; readonly name: string; readonly input: JsonObject }
  | { readonly type: 'llm_request'; readonly model: string; readonly prompt: string };

interface RecordedStep {
  readonly start: StepStart;
  readonly startedAtMs: number;
  durationMs: number | undefined;
  output: JsonObject;
}

/** A step that was begun, to be ended once. */
export interface OpenTraceStep {
  readonly succeed: (output: JsonObject) => void;
  readonly fail: (error: unknown) => void;
}

/** The steps and what they come to. */
export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly usage: TokenUsage;
  readonly totalDurationMs: number;
}

/** An RFC 3339 UTC timestamp with microseconds. */
export function preciseTimestamp(epochMs: number): string {
  const wholeMs = Math.floor(epochMs);
  const micros = Math.min(999, Math.floor((epochMs - wholeMs) * 1_000));
  return new Date(wholeMs).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

function textIn(value: JsonObject, name: string): string {
  return typeof value[name] === 'string' ? value[name] : '';
}

/** Records what a dry run does: each step at the moment it begins, in that order, and how long it took. */
export class Tracer {
  readonly #clock: Clock;
  readonly #limits: TraceLimits;
  readonly #steps: RecordedStep[] = [];
  #characters = 0;

  constructor(clock: Clock, limits: TraceLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Begins a step; throws when the trace would become longer than it may. */
  begin(start: StepStart): OpenTraceStep {
    const input = start.type === 'tool_call' ? JSON.stringify(start.input) : start.prompt;
    this.#take(input.length);
    if (this.#steps.length >= this.#limits.maxSteps) {
      throw new AgentFailure('orchestration', 'TOO_MANY_STEPS', 'a dry run ends after so many steps');
    }
    const recorded: RecordedStep = {
      start,
      startedAtMs: this.#clock.now(),
      durationMs: undefined,
      output: {},
    };
    this.#steps.push(recorded);
    return {
      succeed: (output) => this.#end(recorded, output),
      fail: (error) => this.#end(recorded, { error: stepErrorOf(error) }),
    };
  }

  /** Ends what is still open when the dry run ends under it. */
  closeAll(error: unknown): void {
    for (const step of this.#steps) this.#end(step, { error: stepErrorOf(error) });
  }

  async trace(): Promise<Trace> {
    const steps: TraceStep[] = [];
    const sum = { input: 0, output: 0, nusd: 0, micros: 0 };
    for (const [index, recorded] of this.#steps.entries()) {
      const { start, startedAtMs, durationMs = 0 } = recorded;
      sum.micros += Math.round(durationMs * 1_000);
      const common = {
        step_number: index + 1,
        timestamp: preciseTimestamp(startedAtMs),
        duration_ms: durationMs,
        output: { ...recorded.output, simulated: true },
      };
      if (start.type === 'tool_call') {
        steps.push({ ...common, step_type: start.type, tool_name: start.name, input: start.input });
        continue;
      }
      const input = await countTokens(start.prompt);
      const output = await countTokens(textIn(recorded.output, 'response'));
      const nusd = costOf(start.model, input, output);
      Object.assign(sum, { input: sum.input + input, output: sum.output + output, nusd: sum.nusd + nusd });
      const usage = usageOf(input, output, nusd);
      const { model, prompt } = start;
      steps.push({ ...common, step_type: start.type, model, input: { prompt }, token_usage: usage });
    }
    return { steps, usage: usageOf(sum.input, sum.output, sum.nusd), totalDurationMs: sum.micros / 1_000 };
  }

  #end(step: RecordedStep, output: JsonObject): void {
    if (step.durationMs !== undefined) return;
    step.durationMs = roundedMs(this.#clock.now() - step.startedAtMs);
    const response = step.start.type === 'llm_request' ? { response: '' } : {};
    const whole = { ...response, ...output };
    this.#characters += JSON.stringify(whole).length;
    step.output = whole;
  }

  #take(characters: number): void {
    this.#characters += characters;
    if (this.#characters <= this.#limits.maxCharacters) return;
    throw new AgentFailure('orchestration', 'TRACE_TOO_LARGE', 'a dry run ends when its trace is that long');
  }
}

function usageOf(input: number, output: number, nusd: number): TokenUsage {
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    estimated_cost_usd: inDollars(nusd),
  };
}
