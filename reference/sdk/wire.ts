/** What a run is told as, to any ingest that serves `POST /v1/runs`. */

/** The kinds of steps. */
export type StepType = 'plan' | 'retrieve' | 'tool' | 'respond' | 'other';

/** Where a failure came from. */
export type FailureType = 'tool' | 'model' | 'retrieval' | 'orchestration';

/** How a run ended. */
export type RunStatus = 'success' | 'failure' | 'partial';

/** Labels and numbers about a step; never what it worked on. */
export type Metadata = Readonly<Record<string, unknown>>;

/** A step as it is sent. */
export interface StepBody {
  readonly step_id: string;
  readonly seq: number;
  readonly step_type: StepType;
  readonly name: string;
  readonly latency_ms: number;
  readonly started_at: string;
  readonly ended_at: string;
  readonly metadata: Metadata;
}

/** A failure as it is sent. */
export interface FailureBody {
  readonly step_id: string | null;
  readonly failure_type: FailureType;
  readonly failure_code: string;
  readonly message: string;
}

/** A run as it is sent. */
export interface RunBody {
  readonly run_id: string;
  readonly agent_id: string;
  readonly agent_version: string;
  readonly environment: string;
  readonly status: RunStatus;
  readonly started_at: string;
  readonly ended_at: string;
  readonly steps: readonly StepBody[];
  readonly failure: FailureBody | null;
}
