import { type Kysely, type Migration, sql } from 'kysely';

const STATES = sql`('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')`;

async function createFixtures(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table workflows (
      id uuid primary key,
      ordinal bigint generated always as identity unique,
      project_id uuid not null references projects on delete cascade,
      name text not null,
      start_delay_ms integer not null,
      nodes json not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index workflows_of_project on workflows (project_id, ordinal)`.execute(db);
  await sql`
    create table agents (
      id uuid primary key,
      ordinal bigint generated always as identity unique,
      project_id uuid not null references projects on delete cascade,
      tenant text not null,
      name text not null,
      workflow_id uuid references workflows on delete set null,
      model text not null,
      status text not null check (status in ('DRAFT', 'ACTIVE', 'SUSPENDED', 'INACTIVE')),
      webhook_url text,
      created_at timestamptz not null,
      unique (tenant, name)
    )`.execute(db);
  await sql`create index agents_of_project on agents (project_id, ordinal)`.execute(db);
}

// What a run works by is copied into it, so that deleting a workflow or an agent takes nothing from its runs.
async function extendRuns(db: Kysely<unknown>): Promise<void> {
  await sql`alter table runs add column work json`.execute(db);
  await sql`
    alter table runs add column origin text not null default 'chat' check (origin in ('chat', 'api'))
  `.execute(db);
  await sql`alter table messages add column context_item_ids uuid[] not null default '{}'`.execute(db);
}

async function createParts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table run_steps (
      id uuid primary key,
      run_id uuid not null references runs on delete cascade,
      turn integer not null,
      step_number integer not null,
      node_id text not null,
      step_type text not null check (step_type in ('plan', 'retrieve', 'tool', 'respond', 'other')),
      status text not null check (status in ${STATES}),
      input text,
      output text,
      error text,
      duration_ms integer,
      started_at timestamptz,
      completed_at timestamptz,
      unique (run_id, step_number)
    )`.execute(db);
  await sql`
    create table node_states (
      run_id uuid not null references runs on delete cascade,
      node_id text not null,
      ordinal bigint generated always as identity,
      turn integer not null,
      status text not null,
      progress double precision not null check (progress between 0 and 1),
      messages json not null,
      started_at timestamptz,
      completed_at timestamptz,
      error text,
      primary key (run_id, node_id)
    )`.execute(db);
  await sql`
    create table run_frames (
      run_id uuid not null references runs on delete cascade,
      seq integer not null,
      frame json not null,
      primary key (run_id, seq)
    )`.execute(db);
}

/** Workflows, agents of tenants, and the steps, node states and stream frames of runs. */
export const agentsApi: Migration = {
  up: async (db: Kysely<unknown>) => {
    await createFixtures(db);
    await extendRuns(db);
    await createParts(db);
  },
};
