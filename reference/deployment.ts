import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { builtInAgents } from './agents/built-in.ts';
import { issueToken, type TokenKeys, verifyToken } from './auth/tokens.ts';
import type { Boundaries } from './boundaries.ts';
import { ChatServer } from './chat/server.ts';
import { openSession } from './chat/session.ts';
import { upgradeGate } from './chat/upgrade-gate.ts';
import { type DefectSwitch, defectSwitch } from './defects/catalogue.ts';
import { httpApp } from './http/app.ts';
import { RunService } from './runs/service.ts';
import { completeSettings, type DeploymentSettings, type Settings } from './settings.ts';
import { type OpenStore, openStore } from './store/open.ts';

/** A ready token of one of the deployment's users. */
export interface ReadyToken {
  readonly tenant: string;
  readonly user: string;
  readonly token: string;
}

/** Credentials that the token endpoint accepts. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tenant: string;
  readonly user: string;
}

/** A running deployment and all that a client needs to know about it. */
export interface Deployment {
  readonly url: string;
  readonly wsUrl: string;
  readonly tokenUrl: string;
  readonly tokens: readonly ReadyToken[];
  readonly clientCredentials: readonly ClientCredentials[];
  readonly jwtSecret: string;
  readonly issuer: string;
  readonly allowedOrigins: readonly string[];
  readonly version: string;
  /** Which defects it commits; none unless asked to. */
  readonly defects: DefectSwitch;
  readonly stop: () => Promise<void>;
}

/** Longer than clients keep idle connections, so that a request never meets a connection just closed. */
const KEEP_ALIVE_MS = 65_000;

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

interface Running {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

async function run(
  settings: Settings,
  keys: TokenKeys,
  store: OpenStore,
  boundaries: Boundaries,
): Promise<Running> {
  const { clock, newId, thinkingMs, limits, version, pingIntervalMs, allowedOrigins } = settings;
  const verify = boundaries.tokens((token) => verifyToken(keys, token));
  const runs = new RunService({
    ...limits,
    store: store.db,
    clock,
    newId,
    thinkingMs,
    agents: builtInAgents(),
  });
  const chat = new ChatServer({
    gate: boundaries.upgrades(upgradeGate(allowedOrigins, verify)),
    open: boundaries.sockets((peer) => openSession({ runs, clock, newId, version }, peer)),
    clock,
    pingIntervalMs,
    limits,
  });
  const app = httpApp({ settings, store, keys, verify });
  const answer = boundaries.http(async (request) => app.fetch(request));
  const server = createAdaptorServer({ fetch: answer }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('upgrade', (request, stream, head) => {
    chat.upgrade(request, stream, head).catch(() => stream.destroy());
  });
  const port = await listen(server, settings.port, settings.host);
  return {
    port,
    stop: async () => {
      await runs.stopAll('shutdown');
      await chat.stop();
      await closeServer(server);
      await store.close();
    },
  };
}

/** Starts a deployment in this process; many can run side by side, each on a database of its own. */
export async function startDeployment(given: DeploymentSettings): Promise<Deployment> {
  const settings = completeSettings(given);
  const { host, identities, jwtSecret, issuer, clock, allowedOrigins, version } = settings;
  const keys = { secret: jwtSecret, issuer, clock };
  const defects = defectSwitch(
    { delayMs: settings.defectDelayMs, keys, newId: settings.newId },
    settings.defects,
  );
  const store = await openStore(settings.storeUrl, settings.storeConnections);
  let running: Running;
  try {
    running = await run(settings, keys, store, defects.boundaries);
  } catch (error) {
    await store.close();
    throw error;
  }
  const address = `${host.includes(':') ? `[${host}]` : host}:${running.port}`;
  const tokens = identities.map(async ({ tenant, user }) => ({
    tenant,
    user,
    token: await issueToken(keys, { tenant, user }, settings.tokenLifetimeSeconds),
  }));
  return {
    url: `http://${address}`,
    wsUrl: `ws://${address}/ws`,
    tokenUrl: `http://${address}/oauth/token`,
    tokens: await Promise.all(tokens),
    clientCredentials: identities,
    jwtSecret,
    issuer,
    allowedOrigins,
    version,
    defects,
    stop: running.stop,
  };
}
