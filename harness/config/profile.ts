/** What a deployment declares about itself: where, in which words, how fast, and which choices it made. */
import { z } from 'zod';
import type { PriceTable } from '../core/prices.ts';
import { CAPABILITIES, type Capability } from '../core/requirement.ts';
import type { Thresholds } from '../core/thresholds.ts';
import { VOCABULARY_SCHEMA, type Vocabulary } from '../core/vocabulary.ts';
import { DIALECT_IDS } from '../protocol/dialects/registry.ts';
import { isOrigin, isPlace } from './address.ts';
import { didYouMean } from './problems.ts';
import { THRESHOLDS_SCHEMA } from './thresholds.ts';
import { refusalOf, VARIATION_POINT_IDS } from './variation-points.ts';

const path = z
  .string()
  .regex(/^\/\S*$/, { error: 'expected a path that begins with /, for example /health' });
const amount = z.number().int().gt(0);
const origin = z
  .string()
  .refine(isOrigin, { error: 'expected an origin, for example https://app.example.com' });

/** Where `/v1` begins: a path under the target's URL, or an origin of its own, to which tokens go too. */
const place = z.string().refine(isPlace, {
  error: 'expected a path that begins with /, or an http:// or https:// URL without credentials and query',
});

/** Endpoints: paths under the target's URL, and for the two sides of the telemetry perhaps other origins. */
export const ENDPOINTS_SCHEMA = z.strictObject({
  health: path,
  chat: path,
  telemetryIngest: place,
  telemetryQuery: place,
});

/** What the target allows, and how much evidence is kept of it. */
export const LIMITS_SCHEMA = z.strictObject({
  sessions: amount,
  startsPerSecond: z.number().gt(0),
  frameBytes: amount,
  evidenceBytesPerTrial: amount,
  entriesPerTrial: amount,
});

/** A browser origin that the target lists, and one that it surely does not. */
export const ORIGINS_SCHEMA = z.strictObject({ listed: origin.optional(), unlisted: origin });

/** How a dependency of the target can be taken away and given back. */
export const FAULTS_SCHEMA = z.union(
  [z.strictObject({ url: z.url() }), z.strictObject({ command: z.array(z.string()).min(1) })],
  { error: 'expected {"url": "…"} or {"command": ["…"]}' },
);

const nusd = z.int().gte(0);

/** What the models cost: docs/protocol.md 6.4. */
export const PRICES_SCHEMA = z
  .strictObject({
    version: z.string().min(1),
    fallback: z.string().optional(),
    models: z.record(z.string(), z.strictObject({ input_nusd: nusd, output_nusd: nusd })),
  })
  .refine(({ fallback, models }) => fallback === undefined || Object.hasOwn(models, fallback), {
    error: 'expected fallback to be one of models',
  });

const variationPoints = z.record(z.string(), z.string().nullable()).superRefine((declared, context) => {
  for (const [id, value] of Object.entries(declared)) {
    const problem = VARIATION_POINT_IDS.includes(id)
      ? refusalOf(id, value ?? '')
      : `is no variation point: ${didYouMean(id, VARIATION_POINT_IDS, 'see docs/configuration.md')}`;
    const allowed = value === null && VARIATION_POINT_IDS.includes(id);
    if (problem !== undefined && !allowed) context.addIssue({ code: 'custom', path: [id], message: problem });
  }
});

const TENANCY_SCHEMA = z.enum(['tenants', 'none'], { error: 'expected tenants or none' });

/** What a deployment is for, in a word: `production` is for others than us. */
const ENVIRONMENT_SCHEMA = z.string().regex(/^\S.{0,49}$/, { error: 'expected 1 to 50 characters' });

/** A profile as it is written: whatever is left out comes from the one it extends, in the end `default`. */
const PROFILE_SCHEMA = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: 'expected letters, digits, dots and hyphens' })
    .optional(),
  extends: z.string().min(1).optional(),
  endpoints: ENDPOINTS_SCHEMA.partial().optional(),
  /** What is deployed there: only a target that is marked as no production is written to. */
  environment: ENVIRONMENT_SCHEMA.optional(),
  dialect: z.enum(DIALECT_IDS).optional(),
  /** How the dialect's words are meant here. */
  vocabulary: VOCABULARY_SCHEMA.optional(),
  /** `none` where users belong to nobody, so that no two tenants can be told apart. */
  tenancy: TENANCY_SCHEMA.optional(),
  capabilities: z.partialRecord(z.enum(CAPABILITIES), z.boolean()).optional(),
  variationPoints: variationPoints.optional(),
  thresholds: THRESHOLDS_SCHEMA.partial().optional(),
  origins: ORIGINS_SCHEMA.partial().optional(),
  limits: LIMITS_SCHEMA.partial().optional(),
  faults: FAULTS_SCHEMA.optional(),
  prices: PRICES_SCHEMA.nullable().optional(),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A profile as it is written. */
export type Profile = DeepReadonly<z.infer<typeof PROFILE_SCHEMA>>;

/** A profile with everything it inherits. */
export interface CompleteProfile {
  readonly name: string;
  readonly endpoints: Readonly<z.infer<typeof ENDPOINTS_SCHEMA>>;
  /** Undefined where it does not say. */
  readonly environment: string | undefined;
  readonly dialect: string;
  readonly vocabulary: Vocabulary;
  readonly tenancy: z.infer<typeof TENANCY_SCHEMA>;
  readonly capabilities: Readonly<Record<Capability, boolean>>;
  readonly variationPoints: Readonly<Record<string, string | null>>;
  /** What differs from the protocol's own limits. */
  readonly thresholds: Readonly<Partial<Thresholds>>;
  readonly origins: Readonly<z.infer<typeof ORIGINS_SCHEMA>>;
  readonly limits: Readonly<z.infer<typeof LIMITS_SCHEMA>>;
  readonly faults: Profile['faults'];
  /** Null where it declares none. */
  readonly prices: PriceTable | null;
}

/** Types a profile that is written in TypeScript or JavaScript. */
export const defineProfile = <const T extends Profile>(profile: T): T => Object.freeze(profile);

const DECLARABLE = [
  ...Object.keys(PROFILE_SCHEMA.shape),
  ...Object.keys(ENDPOINTS_SCHEMA.shape),
  ...Object.keys(LIMITS_SCHEMA.shape),
  ...Object.keys(ORIGINS_SCHEMA.shape),
  ...Object.keys(VOCABULARY_SCHEMA.shape),
  ...Object.keys(THRESHOLDS_SCHEMA.shape),
  ...CAPABILITIES,
];

/** What is wrong with a value that should be a profile, one line for each fault; empty when it is one. */
export function profileFaults(value: unknown): readonly string[] {
  const parsed = PROFILE_SCHEMA.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.flatMap(linesOf);
}

function linesOf(issue: z.core.$ZodIssue): readonly string[] {
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownField([...issue.path, key].join('.'), key));
  return [place === '' ? issue.message : `${place}: ${issue.message}`];
}

const unknownField = (place: string, key: string): string =>
  `${place} is no field of a profile: ${didYouMean(key, DECLARABLE, 'see docs/configuration.md')}`;

/** A profile over the one it extends, section by section, field by field. */
export function extendProfile(parent: CompleteProfile, child: Profile, name: string): CompleteProfile {
  return {
    name,
    endpoints: over(parent.endpoints, child.endpoints),
    environment: child.environment ?? parent.environment,
    dialect: child.dialect ?? parent.dialect,
    // Words belong to a dialect: with another one, those that were inherited mean nothing.
    vocabulary:
      child.dialect === undefined || child.dialect === parent.dialect
        ? over(parent.vocabulary, child.vocabulary)
        : (child.vocabulary ?? {}),
    tenancy: child.tenancy ?? parent.tenancy,
    capabilities: over(parent.capabilities, child.capabilities),
    variationPoints: over(parent.variationPoints, child.variationPoints),
    thresholds: over(parent.thresholds, child.thresholds),
    origins: over(parent.origins, child.origins),
    limits: over(parent.limits, child.limits),
    faults: child.faults ?? parent.faults,
    prices: child.prices === undefined ? parent.prices : child.prices,
  };
}

/** An undefined field is one that was left out; only a present one overrules. */
function over<T extends object>(
  parent: T,
  child: { readonly [K in keyof T]?: T[K] | undefined } | undefined,
): T {
  const said = Object.entries(child ?? {}).filter(([, value]) => value !== undefined);
  return { ...parent, ...Object.fromEntries(said) };
}
