/**
 * Every variable the harness knows. `.env.example` and docs/configuration.md list exactly these; any other
 * one that begins with TARGET_ or HARNESS_ is taken for a slip and refused.
 */
import { THRESHOLD_VARIABLES } from './thresholds.ts';

interface Variable {
  /** Never printed, only its length; a `_FILE` form too, since the secret itself is easily put there. */
  readonly secret?: true;
  /** Means something only together with TARGET_URL. */
  readonly ofTarget?: true;
}

const plain: Variable = {};
const ofTarget: Variable = { ofTarget: true };
const secretOfTarget: Variable = { secret: true, ofTarget: true };

const OWN = {
  TARGET_URL: plain,
  TARGET_WS_URL: ofTarget,
  TARGET_NAME: ofTarget,
  TARGET_ENVIRONMENT: ofTarget,
  TARGET_PROFILE: plain,
  TARGET_ALLOWED_ORIGIN: ofTarget,
  TARGET_CA_FILE: ofTarget,
  TARGET_AUTH: ofTarget,
  TARGET_TOKENS: secretOfTarget,
  TARGET_TOKENS_FILE: secretOfTarget,
  TARGET_JWT_SECRET: secretOfTarget,
  TARGET_JWT_SECRET_FILE: secretOfTarget,
  TARGET_JWT_ISSUER: ofTarget,
  TARGET_USERS: ofTarget,
  TARGET_TOKEN_URL: ofTarget,
  TARGET_TOKEN_GRANT: ofTarget,
  TARGET_TOKEN_SCOPE: ofTarget,
  TARGET_TOKEN_AUDIENCE: ofTarget,
  TARGET_CLIENT_ID: ofTarget,
  TARGET_CLIENT_SECRET: secretOfTarget,
  TARGET_CLIENT_SECRET_FILE: secretOfTarget,
  TARGET_USERNAME: ofTarget,
  TARGET_PASSWORD: secretOfTarget,
  TARGET_PASSWORD_FILE: secretOfTarget,
  HARNESS_RESULTS_DIR: plain,
  HARNESS_REPORTERS: plain,
  HARNESS_EVIDENCE: plain,
  HARNESS_EVIDENCE_KEEP_DAYS: plain,
  HARNESS_SEED: plain,
  HARNESS_CONCURRENCY: plain,
  HARNESS_STARTS_PER_SECOND: plain,
  HARNESS_USERS: plain,
  HARNESS_CATCHER_URL: plain,
  HARNESS_CATCHER_PORT: plain,
  HARNESS_READY_TIMEOUT_MS: plain,
  HARNESS_MAX_MINUTES: plain,
  HARNESS_MAX_AGENT_RUNS: plain,
  HARNESS_MAX_TOKENS: plain,
  HARNESS_BASELINE_REPORT: plain,
  HISTORY_DATABASE_URL: { secret: true },
} as const satisfies Record<string, Variable>;

/** Variables that other programs define; read, but never refused for their spelling. */
const STANDARD = {
  HTTPS_PROXY: { secret: true },
  HTTP_PROXY: { secret: true },
  NO_PROXY: plain,
  NODE_EXTRA_CA_CERTS: plain,
  OTEL_EXPORTER_OTLP_ENDPOINT: plain,
  OTEL_EXPORTER_OTLP_HEADERS: { secret: true },
} as const satisfies Record<string, Variable>;

type ThresholdVariable = (typeof THRESHOLD_VARIABLES)[keyof typeof THRESHOLD_VARIABLES];
export type VariableName = keyof typeof OWN | keyof typeof STANDARD | ThresholdVariable;

const TABLE: Readonly<Record<VariableName, Variable>> = {
  ...OWN,
  ...STANDARD,
  ...(Object.fromEntries(Object.values(THRESHOLD_VARIABLES).map((name) => [name, plain])) as Record<
    ThresholdVariable,
    Variable
  >),
};

export const VARIABLE_NAMES = Object.keys(TABLE) as readonly VariableName[];

export const isVariable = (name: string): name is VariableName => Object.hasOwn(TABLE, name);

export const isSecret = (name: VariableName): boolean => TABLE[name].secret === true;

export const isOfTarget = (name: VariableName): boolean => TABLE[name].ofTarget === true;
