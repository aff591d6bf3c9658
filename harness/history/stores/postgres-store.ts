/** The history in a PostgreSQL database, for many machines that test the same targets. */
import { Kysely, type Migration, Migrator, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import { entrySchema } from '../entry.ts';
import type { HistoryStore } from './store.ts';

interface Tables {
  readonly agent_conformance_campaigns: {
    readonly campaign: string;
    readonly target: string;
    readonly at: Date | string;
    readonly entry: unknown;
  };
}

/** A database that is slower than this is told to be down. */
const TIMEOUT_MS = 10_000;

const campaigns: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('agent_conformance_campaigns')
      .addColumn('campaign', 'text', (column) => column.primaryKey())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('at', 'timestamptz', (column) => column.notNull())
      .addColumn('entry', 'jsonb', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('agent_conformance_campaigns_by_target')
      .on('agent_conformance_campaigns')
      .columns(['target', 'at'])
      .execute();
  },
};

/** In the order of their names; a published one is never edited. */
const MIGRATIONS: Readonly<Record<string, Migration>> = { '0001-campaigns': campaigns };

/** Connects, and brings the tables up to date; the database may hold others besides. */
export async function openPostgresStore(url: string): Promise<HistoryStore> {
  const pool = new Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // An idle connection that breaks must not end the process; the next query tells.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const names = {
      migrationTableName: 'agent_conformance_migration',
      migrationLockTableName: 'agent_conformance_migration_lock',
    };
    const provider = { getMigrations: async () => MIGRATIONS };
    const { error } = await new Migrator({ db, provider, ...names }).migrateToLatest();
    if (error !== undefined) throw error;
  } catch (cause) {
    await db.destroy();
    throw cause;
  }
  return {
    async append(entry) {
      const { campaign, target, at } = entry;
      const row = { campaign, target, at, entry: sql`${JSON.stringify(entry)}::jsonb` };
      await db
        .insertInto('agent_conformance_campaigns')
        .values(row)
        .onConflict((conflict) => conflict.column('campaign').doUpdateSet(row))
        .execute();
    },
    async read(target, most) {
      const rows = await db
        .selectFrom('agent_conformance_campaigns')
        .select('entry')
        .where('target', '=', target)
        .orderBy('at', 'desc')
        .limit(most)
        .execute();
      return rows.reverse().flatMap(({ entry }) => {
        const parsed = entrySchema.safeParse(entry);
        return parsed.success ? [parsed.data] : [];
      });
    },
    close: () => db.destroy(),
  };
}
