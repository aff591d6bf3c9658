import { Delivery, type DeliveryCounts } from './delivery.ts';
import { ordinary, type Surroundings, type Transport } from './surroundings.ts';
import { RunCollector, type RunFacts, type TracedRun } from './traced-run.ts';
import type { RunBody } from './wire.ts';

/** What a tracer has to be told, and what it may be told. */
export interface TracerOptions {
  readonly agentId: string;
  readonly agentVersion: string;
  /** Where the ingest is; runs go to `/v1/runs` below it. */
  readonly ingestUrl: string;
  readonly token: string | (() => string | Promise<string>);
  readonly environment?: string;
  /** Instead of the global `fetch`. */
  readonly transport?: Transport;
  readonly surroundings?: Partial<Surroundings>;
  readonly bufferRuns?: number;
  readonly bufferCharacters?: number;
  readonly attemptMs?: number;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  readonly maxStepsPerRun?: number;
}

/** What is counted of a tracer's runs. */
export interface TracerCounts extends DeliveryCounts {
  /** Could not be written as JSON. */
  readonly unwritable: number;
}

/** Writes the telemetry of one agent. Nothing it offers throws or rejects but the agent's own work. */
export interface Tracer {
  readonly startRun: (facts?: RunFacts) => TracedRun;
  /** Delivers what is waiting; false if something still is when the time is over. */
  readonly flush: (limitMs?: number) => Promise<boolean>;
  /** Delivers what it can within the time and then lets go of everything, timers too. */
  readonly close: (limitMs?: number) => Promise<void>;
  readonly counts: () => TracerCounts;
}

const DEFAULT_FLUSH_MS = 5_000;

const DEFAULTS = {
  bufferRuns: 1_000,
  bufferCharacters: 16 * 1024 * 1024,
  attemptMs: 10_000,
  firstPauseMs: 100,
  longestPauseMs: 10_000,
};

/** As JSON, if it can be: metadata may have cycles, and times may be none. */
function written(body: () => RunBody): string | undefined {
  try {
    return JSON.stringify(body());
  } catch {
    return undefined;
  }
}

function withoutMetadata(body: RunBody): RunBody {
  return { ...body, steps: body.steps.map((step) => ({ ...step, metadata: {} })) };
}

function fetchTransport(): Transport {
  // Looked up with each attempt: it may be replaced, and an ingest must not be redirected elsewhere.
  return (url, request) => fetch(url, { ...request, redirect: 'error' });
}

/** A tracer for one agent, or for a platform that names the agent with each run. */
export function createTracer(options: TracerOptions): Tracer {
  const around = { ...ordinary, ...options.surroundings };
  const { agentId, agentVersion, environment = 'production', maxStepsPerRun: maxSteps = 25_000 } = options;
  const { ingestUrl, token, transport = fetchTransport(), ...tuning } = options;
  const delivery = new Delivery(
    {
      ...{ ...DEFAULTS, ...tuning },
      url: `${ingestUrl.replace(/\/+$/, '')}/v1/runs`,
      token: typeof token === 'string' ? () => token : token,
      transport,
    },
    around,
  );
  let unwritable = 0;
  const finish = (body: () => RunBody): void => {
    const text = written(body) ?? written(() => withoutMetadata(body()));
    if (text === undefined) unwritable += 1;
    else delivery.add(text);
  };
  return {
    startRun: (facts = {}) =>
      new RunCollector({ around, agentId, agentVersion, environment, maxSteps, finish }, facts),
    flush: (limitMs = DEFAULT_FLUSH_MS) => delivery.flush(limitMs),
    close: (limitMs = DEFAULT_FLUSH_MS) => delivery.close(limitMs),
    counts: () => ({ ...delivery.counts, unwritable }),
  };
}
