import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { BUILT_IN_AGENTS, workFinder } from './agents/built-in.ts';
import { agentDirectory } from './agents/directory.ts';
import { ticketSystems } from './agents/tickets/ticket-book.ts';
import { warmUpTokenizer } from './agents/token-count.ts';
import { issueToken, type TokenKeys, verifyToken } from './auth/tokens.ts';
import type { Boundaries, TokenVerifier } from './boundaries.ts';
import { openSession } from './chat/session.ts';
import { type DefectSwitch, defectSwitch } from './defects/catalogue.ts';
import { type FaultSwitch, faultSwitch, KeysUnavailableError } from './faults.ts';
import { httpApp } from './http/app.ts';
import { AgentRuns } from './runs/agent-runs.ts';
import { RunsInFlight } from './runs/in-flight.ts';
import { RunService } from './runs/service.ts';
import { completeSettings, type DeploymentSettings, type Settings } from './settings.ts';
import { SocketServer } from './sockets/server.ts';
import { upgradeGate } from './sockets/upgrade-gate.ts';
import { type OpenStore, openStore } from './store/open.ts';
import { openStream } from './stream/session.ts';

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
  /** Which of its dependencies are made unavailable; none unless asked to. */
  readonly faults: FaultSwitch;
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

interface Composition {
  readonly settings: Settings;
  readonly keys: TokenKeys;
  readonly store: OpenStore;
  readonly boundaries: Boundaries;
  readonly faults: FaultSwitch;
}

/** Verifies tokens as long as the keys can be had; a missing token is refused without them. */
function verifier({ keys, faults, boundaries }: Composition): TokenVerifier {
  return boundaries.tokens(async (token) => {
    const isMissing = token === undefined || token === '';
    if (!isMissing && faults.unavailable().includes('token-keys')) throw new KeysUnavailableError();
    return verifyToken(keys, token);
  });
}

function services({ settings, store: { db: store } }: Composition) {
  const { clock, newId, thinkingMs, limits } = settings;
  const agents = agentDirectory(BUILT_IN_AGENTS, store);
  const tickets = ticketSystems();
  const inFlight = new RunsInFlight({ store, clock, newId, runTimeLimitMs: limits.runTimeLimitMs, tickets });
  const parts = { store, clock, newId, inFlight, workOf: workFinder(thinkingMs) };
  const chatRuns = new RunService({ ...parts, agents, maxRunsPerUser: limits.maxRunsPerUser });
  const agentRuns = new AgentRuns({ ...parts, maxRunsPerUser: limits.maxAgentRunsPerUser });
  return { agents, inFlight, chatRuns, agentRuns };
}

type Services = ReturnType<typeof services>;

function socketServer(composition: Composition, { chatRuns, inFlight }: Services, verify: TokenVerifier) {
  const { settings, store, boundaries } = composition;
  const { clock, newId, limits, version, pingIntervalMs, allowedOrigins } = settings;
  const session = { runs: chatRuns, clock, newId, version };
  const chat = boundaries.sockets((peer) => openSession(session, peer));
  const stream = boundaries.streams((peer, runId) => openStream({ store: store.db, inFlight }, peer, runId));
  return new SocketServer({
    gate: boundaries.upgrades(upgradeGate(allowedOrigins, verify)),
    doors: [
      { path: /^\/ws$/, maxPerUser: limits.maxSocketsPerUser, open: chat },
      { path: /^\/api\/stream\/agents\/(.+)$/, maxPerUser: limits.maxStreamsPerUser, open: stream },
    ],
    clock,
    pingIntervalMs,
    limits,
  });
}

async function run(composition: Composition): Promise<Running> {
  const { settings, keys, store, boundaries, faults } = composition;
  const verify = verifier(composition);
  const inside = services(composition);
  const { agents, inFlight, agentRuns: runs } = inside;
  const sockets = socketServer(composition, inside, verify);
  const runParts = { agents, inFlight, runs };
  const app = httpApp({ settings, store, keys, verify, unavailable: faults.unavailable, runParts });
  const answer = boundaries.http(async (request) => app.fetch(request));
  const server = createAdaptorServer({ fetch: answer }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('upgrade', (request, stream, head) => {
    sockets.upgrade(request, stream, head).catch(() => stream.destroy());
  });
  const port = await listen(server, settings.port, settings.host);
  return {
    port,
    stop: async () => {
      await inFlight.stopAll('shutdown');
      await sockets.stop();
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
  const opening = openStore(settings.storeUrl, settings.storeConnections);
  const [store] = await Promise.all([opening, warmUpTokenizer()]);
  const faults = faultSwitch((unavailable) => store.setReachable(!unavailable.has('store')));
  let running: Running;
  try {
    running = await run({ settings, keys, store, boundaries: defects.boundaries, faults });
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
    faults,
    stop: running.stop,
  };
}
