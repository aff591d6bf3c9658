import type { Surroundings } from './surroundings.ts';
import type { FailureBody, FailureType, Metadata, RunBody, RunStatus, StepBody, StepType } from './wire.ts';

/** What a run is known by; what is left out is made or taken from the tracer. */
export interface RunFacts {
  readonly runId?: string;
  readonly agentId?: string;
  readonly agentVersion?: string;
  /** When it began, if that was earlier; milliseconds since the epoch. */
  readonly startedAtMs?: number;
}

/** A step that was measured elsewhere. */
export interface MeasuredStep {
  readonly stepId?: string;
  readonly type: StepType;
  readonly name: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly latencyMs?: number;
  readonly metadata?: Metadata;
  readonly failed?: boolean;
}

/** Why a run failed, in words that hold nothing of what it worked on. */
export interface Failure {
  readonly type: FailureType;
  readonly code: string;
  readonly message: string;
  readonly stepId?: string;
}

/** What the work of a step may say about it. */
export interface TracedStep {
  readonly id: string;
  /** Adds labels and numbers; the ingest refuses a run with content in them. */
  readonly addMetadata: (metadata: Metadata) => void;
}

/** How something is tried again. */
export interface RetryOptions {
  /** How often at most; 3 when it is not said. */
  readonly attempts?: number;
  /** Which errors another attempt may change; all when it is not said. */
  readonly isPassing?: (error: unknown) => boolean;
}

/** One execution of an agent, told when it ends. */
export interface TracedRun {
  readonly id: string;
  /** Does the work of one step and measures it; what the work throws comes through, noted as a failed step. */
  readonly step: <R>(
    type: StepType,
    name: string,
    work: (step: TracedStep) => R | Promise<R>,
  ) => Promise<Awaited<R>>;
  /** Tries something several times, each attempt a step of its own with its number as `attempt`. */
  readonly retry: <R>(
    type: StepType,
    name: string,
    work: (step: TracedStep, attempt: number) => R | Promise<R>,
    options?: RetryOptions,
  ) => Promise<Awaited<R>>;
  /** Adds a step that was measured elsewhere. */
  readonly addStep: (step: MeasuredStep) => void;
  /** Says why the run failed; the first account stands. */
  readonly recordFailure: (failure: Failure) => void;
  /** Ends the run and hands it over for delivery; whatever is said of it later is not heard. */
  readonly end: (at?: { readonly endedAtMs?: number }) => void;
}

/** What a run needs of its tracer. */
export interface RunContext {
  readonly around: Surroundings;
  readonly agentId: string;
  readonly agentVersion: string;
  readonly environment: string;
  readonly maxSteps: number;
  /** Takes what is to be told; what cannot even be put together is not told. */
  readonly finish: (body: () => RunBody) => void;
}

interface OpenStep {
  readonly id: string;
  readonly type: StepType;
  readonly name: string;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  latencyMs: number | undefined;
  metadata: Record<string, unknown>;
}

const MAX_NAME = 255;
const DEFAULT_ATTEMPTS = 3;

/** Rounded towards zero, so that what ended in the same millisecond never ends before it began. */
function timeOf(ms: number): string {
  return new Date(Math.trunc(ms)).toISOString();
}

/** Collects what happens in a run. Its own mistakes, and those of its caller's data, never reach the agent. */
export class RunCollector implements TracedRun {
  readonly id: string;
  readonly #context: RunContext;
  readonly #facts: RunFacts;
  readonly #startedAtMs: number;
  readonly #steps: OpenStep[] = [];
  #failure: FailureBody | undefined;
  #hasFailedStep = false;
  #ended = false;

  constructor(context: RunContext, facts: RunFacts) {
    this.#context = context;
    this.#facts = facts;
    this.id = facts.runId ?? context.around.newId();
    this.#startedAtMs = facts.startedAtMs ?? context.around.now();
  }

  async step<R>(
    type: StepType,
    name: string,
    work: (step: TracedStep) => R | Promise<R>,
  ): Promise<Awaited<R>> {
    const open = this.#begin(type, name);
    try {
      return await work(this.#handleOf(open));
    } catch (error) {
      this.#hasFailedStep = true;
      throw error;
    } finally {
      open.endedAtMs = this.#context.around.now();
    }
  }

  async retry<R>(
    type: StepType,
    name: string,
    work: (step: TracedStep, attempt: number) => R | Promise<R>,
    { attempts = DEFAULT_ATTEMPTS, isPassing = () => true }: RetryOptions = {},
  ): Promise<Awaited<R>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.step(type, name, (step) => {
          step.addMetadata({ attempt });
          return work(step, attempt);
        });
      } catch (error) {
        if (attempt >= attempts || !isPassing(error)) throw error;
      }
    }
  }

  addStep({ stepId, type, name, startedAtMs, endedAtMs, latencyMs, metadata, failed }: MeasuredStep): void {
    const open = this.#begin(type, name, stepId, startedAtMs);
    open.endedAtMs = endedAtMs;
    open.latencyMs = latencyMs;
    open.metadata = { ...metadata };
    this.#hasFailedStep ||= failed === true;
  }

  recordFailure({ type, code, message, stepId }: Failure): void {
    this.#failure ??= {
      step_id: stepId ?? null,
      failure_type: type,
      failure_code: code,
      message,
    };
  }

  end({ endedAtMs }: { readonly endedAtMs?: number } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    const atMs = Math.max(this.#startedAtMs, endedAtMs ?? this.#context.around.now());
    this.#context.finish(() => this.#body(atMs));
  }

  #begin(
    type: StepType,
    name: string,
    id = this.#context.around.newId(),
    startedAtMs = this.#context.around.now(),
  ): OpenStep {
    const open = { id, type, name, startedAtMs, endedAtMs: undefined, latencyMs: undefined, metadata: {} };
    if (!this.#ended && this.#steps.length < this.#context.maxSteps) this.#steps.push(open);
    return open;
  }

  #handleOf(open: OpenStep): TracedStep {
    return {
      id: open.id,
      addMetadata: (metadata) => {
        try {
          Object.assign(open.metadata, metadata);
        } catch {
          // Data that cannot be read is not told; the agent has nothing to do with it.
        }
      },
    };
  }

  #status(): RunStatus {
    if (this.#failure !== undefined) return 'failure';
    return this.#hasFailedStep ? 'partial' : 'success';
  }

  #body(endedAtMs: number): RunBody {
    const { agentId, agentVersion, environment } = this.#context;
    return {
      run_id: this.id,
      agent_id: this.#facts.agentId ?? agentId,
      agent_version: this.#facts.agentVersion ?? agentVersion,
      environment,
      status: this.#status(),
      started_at: timeOf(this.#startedAtMs),
      ended_at: timeOf(endedAtMs),
      steps: this.#steps.map((open, seq) => told(open, seq, endedAtMs)),
      failure: this.#failure ?? null,
    };
  }
}

function told(
  { id, type, name, startedAtMs, metadata, ...open }: OpenStep,
  seq: number,
  endMs: number,
): StepBody {
  const endedAtMs = Math.max(startedAtMs, open.endedAtMs ?? endMs);
  return {
    step_id: id,
    seq,
    step_type: type,
    name: name.slice(0, MAX_NAME) || type,
    latency_ms: Math.max(0, Math.round(open.latencyMs ?? endedAtMs - startedAtMs)),
    started_at: timeOf(startedAtMs),
    ended_at: timeOf(endedAtMs),
    metadata,
  };
}
