import { type JsonObject, ToolError } from '../agents/agent.ts';
import { type Clock, roundedMs } from '../clock.ts';
import type { RunEventBody, ToolCallError } from './events.ts';

interface OpenCall {
  readonly id: string;
  readonly name: string;
  readonly startedAtMs: number;
}

type Emit = (body: RunEventBody, atMs: number) => void;

/** What calls need from their run. */
export interface ToolCallContext {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** The code of a call that was cut short by the end of its run. */
  readonly cutShortCode: () => 'cancelled' | 'aborted';
}

async function untilAborted<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
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

/** The tool calls of one run: each is opened once and closed exactly once, whatever happens. */
export class ToolCalls {
  readonly #context: ToolCallContext;
  readonly #open = new Map<string, OpenCall>();
  readonly #used = new Set<string>();

  constructor(context: ToolCallContext) {
    this.#context = context;
  }

  /** Distinct tool names in the order of their first use. */
  get used(): readonly string[] {
    return [...this.#used];
  }

  /** Runs one call and reports its beginning and its end. */
  async call<R extends object>(name: string, args: JsonObject, work: () => Promise<R>): Promise<R> {
    const { clock, newId, signal, emit } = this.#context;
    signal.throwIfAborted();
    const call: OpenCall = { id: newId(), name, startedAtMs: clock.now() };
    this.#open.set(call.id, call);
    this.#used.add(name);
    const data = { tool_call_id: call.id, tool_name: name, arguments: args };
    emit({ type: 'tool_executing', data }, call.startedAtMs);
    try {
      const result = await untilAborted(work(), signal);
      this.#close(call, { result });
      return result;
    } catch (error) {
      this.#close(call, { error: this.#describe(error) });
      throw error;
    }
  }

  /** Closes what is still open when the run ends under it. */
  closeAll(): void {
    for (const call of [...this.#open.values()]) this.#close(call, { error: this.#cutShort() });
  }

  #cutShort(): ToolCallError {
    return { code: this.#context.cutShortCode(), message: 'the run ended before the tool did' };
  }

  #describe(error: unknown): ToolCallError {
    if (this.#context.signal.aborted) return this.#cutShort();
    if (error instanceof ToolError) return { code: error.code, message: error.message };
    return { code: 'TOOL_FAILED', message: 'the tool failed for a reason of its own' };
  }

  #close(call: OpenCall, end: { readonly result?: object; readonly error?: ToolCallError }): void {
    if (!this.#open.delete(call.id)) return;
    const endedAtMs = this.#context.clock.now();
    const data = {
      tool_call_id: call.id,
      tool_name: call.name,
      status: end.error === undefined ? ('success' as const) : ('error' as const),
      result: end.result ?? null,
      error: end.error ?? null,
      duration_ms: roundedMs(endedAtMs - call.startedAtMs),
    };
    this.#context.emit({ type: 'tool_completed', data }, endedAtMs);
  }
}
