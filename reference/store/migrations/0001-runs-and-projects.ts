import { type Kysely, type Migration, sql } from 'kysely';

async function createProjects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      id uuid primary key,
      ordinal bigint generated always as identity unique,
      tenant text not null,
      user_id text not null,
      name text not null,
      is_default boolean not null default false,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create unique index one_default_project on projects (tenant, user_id) where is_default`.execute(
    db,
  );
  await sql`create index projects_of_owner on projects (tenant, user_id, ordinal)`.execute(db);
  await sql`
    create table context_items (
      id uuid primary key,
      ordinal bigint generated always as identity unique,
      project_id uuid not null references projects on delete cascade,
      name text not null,
      content text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index context_items_of_project on context_items (project_id, ordinal)`.execute(db);
}

async function createRuns(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table threads (
      id uuid primary key,
      tenant text not null,
      user_id text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table runs (
      id uuid primary key,
      ordinal bigint generated always as identity unique,
      tenant text not null,
      user_id text not null,
      project_id uuid not null references projects on delete cascade,
      thread_id uuid not null references threads on delete cascade,
      parent_run_id uuid references runs on delete cascade,
      agent text not null,
      workflow_id text not null,
      request_key text,
      status text not null check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
      turn integer not null default 1,
      input_query text not null,
      output_summary text,
      context_item_ids uuid[] not null default '{}',
      started_at timestamptz not null,
      finished_at timestamptz,
      check ((finished_at is not null) = (status in ('COMPLETED', 'FAILED', 'CANCELLED')))
    )`.execute(db);
  await sql`create unique index one_run_per_request on runs (tenant, user_id, request_key)`.execute(db);
  await sql`create index runs_of_project on runs (project_id, ordinal)`.execute(db);
}

async function createHistory(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table messages (
      id uuid primary key,
      ordinal bigint generated always as identity unique,
      run_id uuid not null references runs on delete cascade,
      thread_id uuid not null references threads on delete cascade,
      turn integer not null,
      role text not null check (role in ('user', 'assistant', 'system', 'tool')),
      content text not null,
      prose text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index messages_of_thread on messages (thread_id, ordinal)`.execute(db);
  await sql`create index messages_of_run on messages (run_id, ordinal)`.execute(db);
  // json, not jsonb: jsonb refuses \\u0000 and lone surrogates, which a client may legally send.
  await sql`
    create table run_events (
      run_id uuid not null references runs on delete cascade,
      seq integer not null,
      turn integer not null,
      type text not null,
      event json not null,
      created_at timestamptz not null,
      primary key (run_id, seq)
    )`.execute(db);
}

/** Projects, context items, threads, runs with their messages and events. */
export const runsAndProjects: Migration = {
  up: async (db: Kysely<unknown>) => {
    await createProjects(db);
    await createRuns(db);
    await createHistory(db);
  },
};
