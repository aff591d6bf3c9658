import { type Kysely, type Migration, sql } from 'kysely';

const STEP_TYPES = sql`('plan', 'retrieve', 'tool', 'respond', 'other')`;
const FAILURE_TYPES = sql`('tool', 'model', 'retrieval', 'orchestration')`;

async function createRuns(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table telemetry_runs (
      tenant text not null,
      run_id uuid not null,
      ordinal bigint generated always as identity unique,
      agent_id text not null,
      agent_version text not null,
      environment text not null,
      status text not null check (status in ('success', 'failure', 'partial')),
      started_at timestamptz not null,
      ended_at timestamptz,
      digest text not null,
      created_at timestamptz not null,
      primary key (tenant, run_id)
    )`.execute(db);
  await sql`
    create index telemetry_runs_newest on telemetry_runs (tenant, started_at desc, ordinal desc)
  `.execute(db);
}

// The tenant is part of every key: an id that another tenant uses counts as new.
async function createParts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table telemetry_steps (
      tenant text not null,
      step_id uuid not null,
      run_id uuid not null,
      seq integer not null,
      step_type text not null check (step_type in ${STEP_TYPES}),
      name text not null,
      latency_ms bigint not null check (latency_ms >= 0),
      started_at timestamptz not null,
      ended_at timestamptz,
      metadata json not null,
      primary key (tenant, step_id),
      unique (tenant, run_id, seq),
      foreign key (tenant, run_id) references telemetry_runs on delete cascade
    )`.execute(db);
  await sql`
    create table telemetry_failures (
      tenant text not null,
      run_id uuid not null,
      failure_id uuid not null,
      step_id uuid,
      failure_type text not null check (failure_type in ${FAILURE_TYPES}),
      failure_code text not null,
      message text not null,
      created_at timestamptz not null,
      primary key (tenant, run_id),
      foreign key (tenant, run_id) references telemetry_runs on delete cascade
    )`.execute(db);
}

/** Runs as agents report them, with their steps and failures; it knows nothing of the deployment's own runs. */
export const telemetry: Migration = {
  up: async (db: Kysely<unknown>) => {
    await createRuns(db);
    await createParts(db);
  },
};
