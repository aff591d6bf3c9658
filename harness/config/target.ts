/** The deployment under test, as one document without secrets: it can be stored, and written by hand in a test. */
import { z } from 'zod';
import { HarnessError } from '../core/errors.ts';
import { CAPABILITIES, type Capability } from '../core/requirement.ts';
import { UNMARKED } from '../core/safety.ts';
import type { Thresholds } from '../core/thresholds.ts';
import { VOCABULARY_SCHEMA } from '../core/vocabulary.ts';
import { address, base, isLoopback, origin } from './address.ts';
import type { Access, AuthScheme } from './credentials.ts';
import type { HarnessOptions } from './options.ts';
import {
  type CompleteProfile,
  ENDPOINTS_SCHEMA,
  FAULTS_SCHEMA,
  LIMITS_SCHEMA,
  ORIGINS_SCHEMA,
  PRICES_SCHEMA,
} from './profile.ts';
import { fraction, pattern, type Reader } from './reader.ts';
import { THRESHOLDS_SCHEMA } from './thresholds.ts';

const TARGET_FORMAT = 'agent-conformance/target@1';

const AUTH_SCHEMES = ['tokens', 'secret', 'endpoint', 'none'] as const satisfies readonly AuthScheme[];
const availability = z.strictObject({ available: z.boolean(), reason: z.string() });

/** What a target document looks like. */
const TARGET_SCHEMA = z.strictObject({
  format: z.literal(TARGET_FORMAT),
  /** Names the baseline file, so it is a file name. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i),
  /** Without a slash at its end: an endpoint's path follows it directly. */
  url: z.url({ protocol: /^https?$/ }),
  /** The chat socket, whole. */
  wsUrl: z.url({ protocol: /^wss?$/ }),
  environment: z.string(),
  profile: z.string(),
  endpoints: ENDPOINTS_SCHEMA,
  dialect: z.string(),
  vocabulary: VOCABULARY_SCHEMA.optional(),
  capabilities: z.record(z.enum(CAPABILITIES), availability),
  /** Declared choices; one that is not declared is absent. */
  variationPoints: z.record(z.string(), z.string()),
  thresholds: THRESHOLDS_SCHEMA,
  origins: ORIGINS_SCHEMA,
  limits: LIMITS_SCHEMA,
  faults: FAULTS_SCHEMA.optional(),
  prices: PRICES_SCHEMA.optional(),
  authScheme: z.enum(AUTH_SCHEMES),
  identities: z
    .array(z.strictObject({ name: z.string(), tenant: z.string().optional(), user: z.string().optional() }))
    .min(1),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
export type Target = DeepReadonly<z.infer<typeof TARGET_SCHEMA>>;

/**
 * Reads a stored target document.
 * @throws HarnessError `CONFIG_INVALID` when it is none.
 */
export function parseTarget(value: unknown): Target {
  const parsed = TARGET_SCHEMA.safeParse(value);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`);
  throw new HarnessError('CONFIG_INVALID', `not a ${TARGET_FORMAT} document: ${told.join('; ')}`);
}

/** Sockets per second, where the profile's limit is not the one to keep to. */
export const readPace = (reader: Reader): number | undefined =>
  fraction(reader, 'HARNESS_STARTS_PER_SECOND', { from: 0.1, to: 10_000, example: 50 });

const SITE = 'https://staging.example.com';

/** Reads the target's own variables and joins them with profile and access; undefined when one is refused. */
export function readTarget(
  reader: Reader,
  profile: CompleteProfile,
  thresholds: Thresholds,
  access: Access | undefined,
  harness: Pick<HarnessOptions, 'users' | 'catcher'>,
): Target | undefined {
  const url = address(reader, 'TARGET_URL', { schemes: ['http:', 'https:'], example: SITE });
  const socket = address(reader, 'TARGET_WS_URL', {
    schemes: ['ws:', 'wss:'],
    example: 'wss://staging.example/ws',
  });
  const name = pattern(reader, 'TARGET_NAME', /^[a-z0-9][a-z0-9._-]{0,63}$/i, 'a file name', 'staging-eu');
  const environment = pattern(
    reader,
    'TARGET_ENVIRONMENT',
    /^\S.{0,49}$/,
    'at most 50 characters',
    'staging',
  );
  const listed = origin(reader, 'TARGET_ALLOWED_ORIGIN', 'https://app.example.com') ?? profile.origins.listed;
  const pace = readPace(reader);
  if (url === undefined || access === undefined) return undefined;
  return parseTarget({
    format: TARGET_FORMAT,
    name: name ?? nameOf(url, profile),
    url: base(url),
    wsUrl: socketAddress(url, socket, profile.endpoints.chat),
    environment: environment ?? profile.environment ?? UNMARKED,
    profile: profile.name,
    endpoints: profile.endpoints,
    dialect: profile.dialect,
    ...(Object.keys(profile.vocabulary).length === 0 ? {} : { vocabulary: profile.vocabulary }),
    capabilities: capabilitiesOf(profile, access, listed, means(url, harness)),
    variationPoints: declared(profile.variationPoints),
    thresholds,
    origins: { ...profile.origins, ...(listed === undefined ? {} : { listed }) },
    limits: { ...profile.limits, ...(pace === undefined ? {} : { startsPerSecond: pace }) },
    ...(profile.faults === undefined ? {} : { faults: profile.faults }),
    ...(profile.prices === null ? {} : { prices: profile.prices }),
    authScheme: access.credentials.scheme,
    identities: access.identities,
  });
}

/** A deployment with a profile of its own keeps its baseline when it moves to another host. */
function nameOf(url: URL, profile: CompleteProfile): string {
  if (profile.name !== 'default') return profile.name;
  return url.host.replace(/[^a-z0-9.]+/gi, '-').replace(/^[-.]+|[-.]+$/g, '');
}

function socketAddress(url: URL, socket: URL | undefined, path: string): string {
  if (socket === undefined) return `${base(url).replace(/^http/, 'ws')}${path}`;
  return socket.pathname === '/' ? `${base(socket)}${path}` : socket.href;
}

function declared(variationPoints: CompleteProfile['variationPoints']): Readonly<Record<string, string>> {
  const said = Object.entries(variationPoints).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return Object.fromEntries(said);
}

/** Concurrent users of a load, as docs/protocol.md section 4 names them. */
const MANY_USERS = 25;

interface Means {
  readonly users: number;
  /** Whether the target can send something to the harness. */
  readonly isHeard: boolean;
}

const means = (url: URL, { users, catcher }: Pick<HarnessOptions, 'users' | 'catcher'>): Means => ({
  users,
  isHeard: catcher.url !== undefined || isLoopback(url),
});

interface Availability {
  readonly available: boolean;
  readonly reason: string;
}

/** Why users of two tenants, or two of one, cannot be had. */
function tenantsMissing(
  { tenancy }: CompleteProfile,
  identities: Access['identities'],
): Partial<Record<Capability, string | undefined>> {
  if (tenancy === 'none') {
    const reason = 'the profile declares that there are no tenants';
    return { 'two-tenants': reason, 'tenant-mates': reason };
  }
  const tenants = identities.flatMap(({ tenant }) => tenant ?? []);
  const isMixed = new Set(tenants).size > 1;
  const hasMates = new Set(tenants).size < tenants.length;
  return {
    'two-tenants': isMixed ? undefined : 'the users are not known to be of two tenants',
    'tenant-mates': hasMates ? undefined : 'no two users are known to be of one tenant',
  };
}

/** Each capability, with why it is there or not: declared by the profile, and within the harness's means. */
function capabilitiesOf(
  profile: CompleteProfile,
  { credentials: { scheme }, identities }: Access,
  listed: string | undefined,
  { users, isHeard }: Means,
): Readonly<Record<Capability, Availability>> {
  const missing: Partial<Record<Capability, string | undefined>> = {
    ...tenantsMissing(profile, identities),
    'several-users': scheme === 'none' ? 'the deployment is open: it knows no users' : undefined,
    'many-users':
      users >= MANY_USERS ? undefined : `HARNESS_USERS is ${users}: expected ${MANY_USERS} or more`,
    'price-table': profile.prices === null ? 'the profile declares no prices' : undefined,
    'webhook-catcher': isHeard
      ? undefined
      : 'no HARNESS_CATCHER_URL: the target has no way to reach the harness',
    'mint-tokens': scheme === 'secret' ? undefined : 'no TARGET_JWT_SECRET: tokens cannot be minted',
    'listed-origin':
      listed === undefined ? 'no TARGET_ALLOWED_ORIGIN: it is not known which origin is listed' : undefined,
    faults:
      profile.faults === undefined
        ? 'the profile names no URL or command that takes a dependency away'
        : undefined,
  };
  const judge = (capability: Capability): Availability => {
    const stated =
      profile.capabilities[capability] || (capability === 'faults' && profile.faults !== undefined);
    if (!stated) return { available: false, reason: `profile ${profile.name} does not declare it` };
    const reason = missing[capability];
    return reason === undefined
      ? { available: true, reason: `declared by profile ${profile.name}` }
      : { available: false, reason };
  };
  return Object.fromEntries(CAPABILITIES.map((capability) => [capability, judge(capability)])) as Record<
    Capability,
    Availability
  >;
}
