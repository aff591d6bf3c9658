import { issueToken, type TokenKeys } from '../auth/tokens.ts';
import type { EndedStep, EndedTurn } from '../runs/account.ts';
import { createTracer, type Tracer } from '../sdk/tracer.ts';

/** What the reporter is composed of. */
export interface ReporterParts {
  /** Serves `POST /v1/runs` as it serves everybody else's. */
  readonly ingest: (request: Request) => Response | Promise<Response>;
  readonly keys: TokenKeys;
  readonly version: string;
}

/** The user as whom the deployment itself reports. */
const EXPORTER = 'telemetry-exporter';
const TOKEN_LIFETIME_SECONDS = 60;

/** The ingest is in this process: what it says when a dependency is back should be heard within a second. */
const LONGEST_PAUSE_MS = 500;

/** How long the deployment may take for its last reports. */
const CLOSE_MS = 500;

const MAX_CODE = 100;

/** How many attempts of the same came before a step, when each of them failed. */
class Attempts {
  readonly #failed = new Map<string, number>();

  /** The number of this attempt. */
  count({ step, name }: EndedStep): number {
    const key = JSON.stringify([step.nodeId, step.stepType, name]);
    const attempt = (this.#failed.get(key) ?? 0) + 1;
    this.#failed.set(key, step.status === 'FAILED' ? attempt : 0);
    return attempt;
  }
}

function failureOf({ run, failure, steps }: EndedTurn) {
  if (run.status === 'CANCELLED') {
    return { type: 'orchestration', code: 'cancelled', message: 'the run was cancelled' } as const;
  }
  if (run.status !== 'FAILED') return undefined;
  const { type, code } = failure ?? { type: 'orchestration' as const, code: 'unknown' };
  const failed = steps.findLast(({ step }) => step.status === 'FAILED');
  const message = `the run failed: ${type}`; // what the agent says of it may quote what it worked on
  const where = failed === undefined ? {} : { stepId: failed.step.id };
  return { type, code: code.slice(0, MAX_CODE) || 'unknown', message, ...where };
}

/** Tells a turn that ended: its labels, numbers and times, nothing of what it worked on. */
function tell(tracer: Tracer, turn: EndedTurn): void {
  const { run, agent, steps } = turn;
  const startedAtMs = Date.parse(run.startedAt);
  const traced = tracer.startRun({ runId: run.id, agentId: agent, startedAtMs });
  const attempts = new Attempts();
  for (const each of steps) {
    const { id, stepType, status, startedAt, completedAt, durationMs } = each.step;
    const beganMs = Date.parse(startedAt ?? run.startedAt);
    traced.addStep({
      stepId: id,
      type: stepType,
      name: each.name,
      startedAtMs: beganMs,
      endedAtMs: completedAt === null ? beganMs : Date.parse(completedAt),
      ...(durationMs === null ? {} : { latencyMs: durationMs }),
      metadata: { attempt: attempts.count(each), outcome: status.toLowerCase() },
      failed: status === 'FAILED',
    });
  }
  const failure = failureOf(turn);
  if (failure !== undefined) traced.recordFailure(failure);
  traced.end(run.finishedAt === null ? {} : { endedAtMs: Date.parse(run.finishedAt) });
}

/**
 * Reports the deployment's own runs through the same tracer that any agent can use, and through the
 * same ingest with its authentication, its privacy and its store. The requests do not leave the
 * process: the deployment need not know under which address it can reach itself, and hundreds of
 * deployments in one process open no connections for it.
 */
export class TelemetryReporter {
  readonly #parts: ReporterParts;
  readonly #tracers = new Map<string, Tracer>();

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  /** Reports a turn under the tenant of its principal; nobody waits for it. */
  report(turn: EndedTurn): void {
    tell(this.#tracerOf(turn.principal.tenant), turn);
  }

  /** Delivers what it can in a short time. */
  async close(): Promise<void> {
    await Promise.all([...this.#tracers.values()].map((tracer) => tracer.close(CLOSE_MS)));
  }

  #tracerOf(tenant: string): Tracer {
    const known = this.#tracers.get(tenant);
    if (known !== undefined) return known;
    const { ingest, keys, version } = this.#parts;
    const tracer = createTracer({
      agentId: 'deployment',
      agentVersion: version,
      ingestUrl: 'http://ingest.internal',
      token: () => issueToken(keys, { tenant, user: EXPORTER }, TOKEN_LIFETIME_SECONDS),
      transport: async (url, request) => ingest(new Request(url, request)),
      longestPauseMs: LONGEST_PAUSE_MS,
    });
    this.#tracers.set(tenant, tracer);
    return tracer;
  }
}
