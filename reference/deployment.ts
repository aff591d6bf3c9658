import { BUILT_IN_AGENTS, workFinder } from './agents/built-in.ts';
import { agentDirectory } from './agents/directory.ts';
import { modelAt } from './agents/model/client.ts';
import { ticketSystems } from './agents/tickets/ticket-book.ts';
import { warmUpTokenizer } from './agents/token-count.ts';
import { issueToken, type TokenKeys, verifyToken } from './auth/tokens.ts';
import type { Boundaries, TokenVerifier } from './boundaries.ts';
import { openSession } from './chat/session.ts';
import { type DefectSwitch, defectSwitch } from './defects/catalogue.ts';
import { type FaultSwitch, faultSwitch, KeysUnavailableError } from './faults.ts';
import { httpApp } from './http/app.ts';
import { listen, type Origin, serverOf } from './http/origin.ts';
import { telemetryApp } from './http/telemetry-app.ts';
import { TELEMETRY_SERVICES, type TelemetryService } from './http/telemetry-routes.ts';
import { combined } from './layers.ts';
import { noiseOf, noiseSettings } from './noise/catalogue.ts';
import { AgentRuns } from './runs/agent-runs.ts';
import { RunsInFlight } from './runs/in-flight.ts';
import { RunService } from './runs/service.ts';
import { webhookSender } from './runs/webhooks.ts';
import { AgentTesting } from './sandbox/agent-testing.ts';
import { testSubjects } from './sandbox/subject.ts';
import { completeSettings, type DeploymentSettings, type Settings } from './settings.ts';
import { keepAlive } from './sockets/keep-alive.ts';
import { SocketServer } from './sockets/server.ts';
import { upgradeGate } from './sockets/upgrade-gate.ts';
import { type OpenStore, openStore } from './store/open.ts';
import { openStream } from './stream/session.ts';
import { telemetryMetrics } from './telemetry/metrics.ts';
import { TelemetryReporter } from './telemetry/reporter.ts';
import { wireBoundaries } from './wire/netra.ts';

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
  /** Where telemetry is written and read; the same as `url` unless they have ports of their own. */
  readonly ingestUrl: string;
  readonly queryUrl: string;
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

interface Running {
  readonly url: string;
  readonly ingestUrl: string;
  readonly queryUrl: string;
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

function services({ settings, store: { db: store }, boundaries }: Composition, reporter: TelemetryReporter) {
  const { clock, newId, thinkingMs, limits } = settings;
  const model = settings.model === undefined ? undefined : modelAt(settings.model);
  const agents = agentDirectory(BUILT_IN_AGENTS, store);
  const tickets = ticketSystems();
  const webhooks = webhookSender();
  const onEnded = boundaries.exports((turn) => reporter.report(turn));
  const { runTimeLimitMs } = limits;
  const inFlight = new RunsInFlight({ store, clock, newId, runTimeLimitMs, onEnded, tickets });
  const parts = { store, clock, newId, inFlight, webhooks, workOf: workFinder({ thinkingMs, model }) };
  const chatRuns = new RunService({ ...parts, agents, maxRunsPerUser: limits.maxRunsPerUser });
  const agentRuns = new AgentRuns({ ...parts, maxRunsPerUser: limits.maxAgentRunsPerUser });
  // In the sandbox no model is asked, and nobody waits for a thought.
  const dryWork = workFinder({ thinkingMs: 0, model: undefined });
  const testing = new AgentTesting({
    ...{ store, clock, newId },
    subjects: testSubjects(BUILT_IN_AGENTS, store),
    workOf: ({ work, workflowId }) => dryWork(work, workflowId),
    maxTestsPerUser: limits.maxTestsPerUser,
    testTimeLimitMs: limits.testTimeLimitMs,
  });
  return { agents, inFlight, chatRuns, agentRuns, testing, webhooks };
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
    keepAlive: boundaries.keepAlive(keepAlive),
    pingIntervalMs,
    limits,
  });
}

/** The services of telemetry that have a port of their own. */
function ownPorts({ ingestPort, queryPort }: Settings): ReadonlyMap<TelemetryService, number> {
  const wanted = Object.entries({ ingest: ingestPort, query: queryPort } as const);
  return new Map(wanted.flatMap(([name, port]) => (port === null ? [] : [[name as TelemetryService, port]])));
}

/** Everything that the deployment serves over HTTP: the main application, and services with a port of their own. */
function applications(composition: Composition, inside: Services, verify: TokenVerifier) {
  const { settings, keys, store, faults } = composition;
  const { agents, inFlight, agentRuns: runs, testing } = inside;
  const sandbox = { testing };
  const { clock, newId } = settings;
  const foundation = { settings, store, verify, unavailable: faults.unavailable };
  const telemetry = { store: store.db, clock, newId, metrics: telemetryMetrics() };
  const ports = ownPorts(settings);
  const served = new Set(TELEMETRY_SERVICES.filter((name) => !ports.has(name)));
  const main = httpApp({
    ...foundation,
    keys,
    runParts: { agents, inFlight, runs },
    sandbox,
    telemetry,
    served,
  });
  const apart = [...ports].map(([name, port]) => {
    return { name, port, app: telemetryApp(foundation, telemetry, name) };
  });
  return { main, apart, ingest: apart.find(({ name }) => name === 'ingest')?.app ?? main };
}

async function run(composition: Composition): Promise<Running> {
  const { settings, store, boundaries, keys } = composition;
  const { version } = settings;
  const verify = verifier(composition);
  const reporter = new TelemetryReporter({ ingest: (request) => ingest.fetch(request), keys, version });
  const inside = services(composition, reporter);
  const sockets = socketServer(composition, inside, verify);
  const { main, apart, ingest } = applications(composition, inside, verify);
  const server = boundaries.servers(serverOf(boundaries.http(async (request) => main.fetch(request))));
  server.on('upgrade', (request, stream, head) => {
    sockets.upgrade(request, stream, head).catch(() => stream.destroy());
  });
  const origins = [await listen(server, settings.port, settings.host)];
  const [{ url }] = origins as [Origin];
  const urls = { ingestUrl: url, queryUrl: url };
  const stopServing = () => Promise.all(origins.map((origin) => origin.stop()));
  try {
    for (const { name, port, app } of apart) {
      const serving = boundaries.servers(serverOf(boundaries.http(async (request) => app.fetch(request))));
      const origin = await listen(serving, port, settings.host);
      origins.push(origin);
      urls[`${name}Url`] = origin.url;
    }
  } catch (error) {
    await stopServing();
    throw error;
  }
  return {
    url,
    ...urls,
    stop: async () => {
      inside.testing.stop();
      await inside.inFlight.stopAll('shutdown');
      await reporter.close();
      await inside.webhooks.stop();
      await sockets.stop();
      await stopServing();
      await store.close();
    },
  };
}

/** Starts a deployment in this process; many can run side by side, each on a database of its own. */
export async function startDeployment(given: DeploymentSettings): Promise<Deployment> {
  const settings = completeSettings({ ...given, ...noiseSettings(given.noise) });
  const { identities, jwtSecret, issuer, clock, allowedOrigins, version } = settings;
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
    const boundaries = combined(
      defects.boundaries,
      noiseOf(settings.noise, keys),
      settings.wire === undefined ? {} : wireBoundaries(settings.wire),
    );
    running = await run({ settings, keys, store, boundaries, faults });
  } catch (error) {
    await store.close();
    throw error;
  }
  const { url, ingestUrl, queryUrl, stop } = running;
  const tokens = identities.map(async ({ tenant, user }) => ({
    tenant,
    user,
    token: await issueToken(keys, { tenant, user }, settings.tokenLifetimeSeconds),
  }));
  return {
    url,
    wsUrl: `${url.replace('http', 'ws')}/ws`,
    ingestUrl,
    queryUrl,
    tokenUrl: `${url}/oauth/token`,
    tokens: await Promise.all(tokens),
    clientCredentials: identities,
    jwtSecret,
    issuer,
    allowedOrigins,
    version,
    defects,
    faults,
    stop,
  };
}
