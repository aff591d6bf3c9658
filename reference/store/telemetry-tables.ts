import type { ColumnType, GeneratedAlways } from 'kysely';

/** How a reported run ended (docs/protocol.md 7). */
export type TelemetryStatus = 'success' | 'failure' | 'partial';

/** The kinds of reported steps. */
export type TelemetryStepType = 'plan' | 'retrieve' | 'tool' | 'respond' | 'other';

/** Where a reported failure came from. */
export type TelemetryFailureType = 'tool' | 'model' | 'retrieval' | 'orchestration';

/** A reported run; `digest` tells whether the same was sent again. */
export interface TelemetryRunTable {
  readonly tenant: string;
  readonly run_id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly agent_id: string;
  readonly agent_version: string;
  readonly environment: string;
  readonly status: TelemetryStatus;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly digest: string;
  readonly created_at: Date;
}

/** A step of a reported run. */
export interface TelemetryStepTable {
  readonly tenant: string;
  readonly step_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly step_type: TelemetryStepType;
  readonly name: string;
  /** A number that the driver reads as text. */
  readonly latency_ms: ColumnType<string, number, never>;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly metadata: ColumnType<Readonly<Record<string, unknown>>, string, never>;
}

/** The failure of a reported run. */
export interface TelemetryFailureTable {
  readonly tenant: string;
  readonly run_id: string;
  readonly failure_id: string;
  readonly step_id: string | null;
  readonly failure_type: TelemetryFailureType;
  readonly failure_code: string;
  readonly message: string;
  readonly created_at: Date;
}

/** The part of the schema that telemetry has for itself. */
export interface TelemetryTables {
  readonly telemetry_runs: TelemetryRunTable;
  readonly telemetry_steps: TelemetryStepTable;
  readonly telemetry_failures: TelemetryFailureTable;
}
