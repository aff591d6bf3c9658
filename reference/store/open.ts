import { Kysely, type Migration, Migrator, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { runsAndProjects } from './migrations/0001-runs-and-projects.ts';
import { agentsApi } from './migrations/0002-agents-api.ts';
import { telemetry } from './migrations/0003-telemetry.ts';
import { agentTests } from './migrations/0004-agent-tests.ts';
import { StoreOutageError } from './outage.ts';
import type { Tables } from './tables.ts';

/** The store: PostgreSQL behind a typed query builder. */
export type Store = Kysely<Tables>;

/** Every migration in the order of its name; a published one is never edited. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-runs-and-projects': runsAndProjects,
  '0002-agents-api': agentsApi,
  '0003-telemetry': telemetry,
  '0004-agent-tests': agentTests,
};

/** A store that is slower than this to connect or to answer counts as down. */
const STORE_TIMEOUT_MS = 5_000;

/** Health must answer quickly even when the store hangs. */
const HEALTH_TIMEOUT_MS = 1_000;

/** An open store and how to leave it. */
export interface OpenStore {
  readonly db: Store;
  /** Resolves when the store answered within a second; never rejects. */
  readonly answers: () => Promise<boolean>;
  /** Takes the store away, or gives it back: every later use of it fails as if it were down. */
  readonly setReachable: (reachable: boolean) => void;
  readonly close: () => Promise<void>;
}

async function migrate(db: Store): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

async function answersWithin(pool: Pool, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, limitMs, false);
  });
  const answer = pool.query('select 1').then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Connects to the database at `url` and brings its schema up to date. */
export async function openStore(url: string, connections: number): Promise<OpenStore> {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: STORE_TIMEOUT_MS,
    query_timeout: STORE_TIMEOUT_MS,
    idleTimeoutMillis: 2_000, // hundreds of deployments may share one server
  });
  // A lost idle connection is reported here; the next query finds out by itself.
  pool.on('error', () => undefined);
  let reachable = true;
  const connect = async () => {
    if (!reachable) throw new StoreOutageError();
    return pool.connect();
  };
  const dialect = new PostgresDialect({ pool: { connect, end: () => pool.end() } });
  const db: Store = new Kysely<Tables>({ dialect });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    db,
    answers: async () => reachable && answersWithin(pool, HEALTH_TIMEOUT_MS),
    setReachable: (wanted) => {
      reachable = wanted;
    },
    close: () => db.destroy(),
  };
}
