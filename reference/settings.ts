import { randomBytes, randomUUID } from 'node:crypto';
import type { ModelSettings } from './agents/model/client.ts';
import { type Clock, steadyClock } from './clock.ts';
import type { NoiseChoice } from './noise/noise.ts';
import type { Wire } from './wire/netra.ts';

/** A user of the deployment, with the credentials its token endpoint accepts. */
export interface Identity {
  readonly tenant: string;
  readonly user: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What one principal may use at most, and how long one run may take. */
export interface Limits {
  readonly maxFrameBytes: number;
  readonly maxSocketsPerUser: number;
  readonly maxRunsPerUser: number;
  /** Runs of the agents API that have not ended, the waiting ones too. */
  readonly maxAgentRunsPerUser: number;
  readonly maxStreamsPerUser: number;
  /** Dry runs at once. */
  readonly maxTestsPerUser: number;
  readonly testTimeLimitMs: number;
  readonly runTimeLimitMs: number;
  /** Unsent bytes after which a reader counts as too slow and its socket is closed with 1013. */
  readonly maxUnsentBytes: number;
}

/** Everything a deployment needs to know; nothing else is read from the surroundings. */
export interface Settings {
  readonly port: number;
  /** Ports that the services of telemetry have for themselves; null leaves them where everything is. */
  readonly ingestPort: number | null;
  readonly queryPort: number | null;
  readonly host: string;
  readonly storeUrl: string;
  readonly storeConnections: number;
  readonly version: string;
  readonly thinkingMs: number;
  /** The model its agents plan and word with; without one they do it by rules. */
  readonly model?: ModelSettings;
  readonly pingIntervalMs: number;
  readonly allowedOrigins: readonly string[];
  readonly jwtSecret: string;
  readonly issuer: string;
  readonly tokenLifetimeSeconds: number;
  readonly identities: readonly Identity[];
  readonly limits: Limits;
  readonly defects: readonly string[];
  /** Allowed ways that it has besides its own. */
  readonly noise: NoiseChoice;
  /** Another vocabulary for the chat socket. */
  readonly wire?: Wire | undefined;
  /** How long a delaying defect delays; self-tests scale it down. */
  readonly defectDelayMs: number;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What a caller gives: where the store is, and whatever should differ from the defaults. */
export type DeploymentSettings = Omit<Partial<Settings>, 'storeUrl' | 'limits'> & {
  readonly storeUrl: string;
  readonly limits?: Partial<Limits>;
};

const KIB = 1024;
const MIB = KIB * KIB;

const DEFAULT_LIMITS: Limits = {
  maxFrameBytes: MIB, // docs/protocol.md 4: above 1 MiB the socket closes with 1009
  maxSocketsPerUser: 50,
  maxRunsPerUser: 20,
  maxAgentRunsPerUser: 500,
  maxStreamsPerUser: 500,
  maxTestsPerUser: 20,
  testTimeLimitMs: 30_000,
  runTimeLimitMs: 120_000, // docs/protocol.md 4: the completion threshold
  maxUnsentBytes: 8 * MIB,
};

const USERS: readonly (readonly [tenant: string, user: string])[] = [
  ['acme', 'ada'],
  ['acme', 'alan'],
  ['acme', 'amelia'],
  ['globex', 'grace'],
  ['globex', 'george'],
  ['globex', 'greta'],
];

/** The named users and, beyond them, numbered ones of the same two tenants in turn. */
export function identitiesFor(count = USERS.length): readonly Identity[] {
  const numbered = Array.from({ length: Math.max(0, count - USERS.length) }, (_, index) => {
    const tenant = index % 2 === 0 ? 'acme' : 'globex';
    return [tenant, `user-${USERS.length + index + 1}`] as const;
  });
  return [...USERS, ...numbered].map(([tenant, user]) => ({
    tenant,
    user,
    clientId: `${tenant}-${user}`,
    clientSecret: randomBytes(18).toString('base64url'),
  }));
}

/** Completes what the caller gave with the defaults of the reference deployment. */
export function completeSettings(given: DeploymentSettings): Settings {
  return {
    port: 0,
    ingestPort: null,
    queryPort: null,
    host: '127.0.0.1',
    storeConnections: 4,
    version: '1.0.0',
    thinkingMs: 100,
    pingIntervalMs: 20_000,
    allowedOrigins: ['https://app.example.test'],
    jwtSecret: randomBytes(32).toString('base64url'),
    issuer: 'https://issuer.reference.example.test',
    tokenLifetimeSeconds: 24 * 3600,
    identities: identitiesFor(),
    defects: [],
    noise: { kinds: [], seed: 0 },
    defectDelayMs: 20_000,
    clock: steadyClock(),
    newId: randomUUID,
    ...given,
    limits: { ...DEFAULT_LIMITS, ...given.limits },
  };
}

/** The store named by the environment, if any; an empty variable counts as absent. */
export function storeUrlFromEnvironment(): string | undefined {
  const url = process.env['DATABASE_URL'];
  return url === undefined || url === '' ? undefined : url;
}

/** Stays below 15 s, the longest silence of a run (docs/protocol.md 4.5). */
const MODEL_TIMEOUT_MS = 12_000;

/** A model is half configured, so that nobody can tell what was meant. */
export class ModelConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ModelConfigurationError';
  }
}

function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}

/** The model named by the environment: LLM_BASE_URL, LLM_MODEL, and LLM_API_KEY where the endpoint wants one. */
export function modelFromEnvironment(): ModelSettings | undefined {
  const baseUrl = variable('LLM_BASE_URL');
  if (baseUrl === undefined) return undefined;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    throw new ModelConfigurationError('LLM_BASE_URL: expected a URL such as https://api.openai.com/v1');
  }
  const name = variable('LLM_MODEL');
  if (name === undefined) {
    throw new ModelConfigurationError('LLM_MODEL: expected the name of a model, since LLM_BASE_URL is set');
  }
  const apiKey = variable('LLM_API_KEY');
  return { baseUrl, name, timeoutMs: MODEL_TIMEOUT_MS, ...(apiKey === undefined ? {} : { apiKey }) };
}
