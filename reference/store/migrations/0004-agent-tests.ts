import { type Kysely, type Migration, sql } from 'kysely';

/** Tests of agents; those of an agent that a tenant set up go with it. */
export const agentTests: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`
      create table agent_tests (
        id uuid primary key,
        ordinal bigint generated always as identity unique,
        tenant text not null,
        agent_id uuid not null,
        own_agent_id uuid references agents on delete cascade,
        status text not null check (status in ('success', 'failed')),
        payload jsonb not null,
        result jsonb not null,
        created_at timestamptz not null
      )`.execute(db);
    await sql`create index agent_tests_of_agent on agent_tests (tenant, agent_id, created_at, ordinal)`.execute(
      db,
    );
    await sql`create index agent_tests_of_own_agent on agent_tests (own_agent_id)`.execute(db);
  },
};
