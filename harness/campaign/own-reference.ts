/** The harness's own deployment as a target, for whoever names no other. */
import { type Config, loadConfig } from '../config/load.ts';
import { defineProfile, type Profile } from '../config/profile.ts';
import type { Target } from '../config/target.ts';
import type { VariableName } from '../config/variables.ts';
import { HarnessError } from '../core/errors.ts';
import { OWN_REFERENCE } from '../core/safety.ts';
import { startReferenceProcess } from './reference-process.ts';

/** Where the configuration comes from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly overrides?: Readonly<Partial<Record<VariableName, string>>>;
}

/** A configuration that names a target. */
export interface Aimed {
  readonly config: Config;
  readonly target: Target;
}

/** So that a thorough run of some ten thoughts takes longer than a second, the limit for held-back events. */
const THINKING_MS = 120;
/** Users that the reference has anyway. */
const FEWEST_USERS = 6;
/** Whoever waits for two pings of the default interval waits for most of a minute. */
const PING_SECONDS = 2;

const ownProfile = (controlUrl: string | undefined): Profile =>
  defineProfile({
    name: 'reference',
    extends: 'reference',
    variationPoints: { 'VP-PING': String(PING_SECONDS) },
    ...(controlUrl === undefined ? {} : { faults: { url: `${controlUrl}/faults` } }),
  });

/** Our own deployment does little but think: twice as many trials at once do not slow each other. */
const OWN_CONCURRENCY = '8';

/** Starts a reference deployment for so many users, lets it be used, and stops it. */
export async function withOwnReference<Result>(
  surroundings: Surroundings,
  users: number,
  use: (aimed: Aimed) => Promise<Result>,
): Promise<Result> {
  const pings = ['--ping-interval-ms', String(PING_SECONDS * 1000)];
  const flags = ['--thinking-ms', String(THINKING_MS), ...pings, '--control'];
  if (users > FEWEST_USERS) flags.push('--users', String(users));
  const reference = await startReferenceProcess(flags);
  try {
    return await use(await aimAt(surroundings, reference.variables, reference.controlUrl));
  } finally {
    await reference.stop();
  }
}

/** Port 9 is where nothing listens: nobody is asked anything there. */
const ON_PAPER = {
  TARGET_URL: 'http://127.0.0.1:9',
  TARGET_JWT_SECRET: 'of a deployment that is not started',
  TARGET_NAME: 'reference',
  TARGET_ALLOWED_ORIGIN: 'https://app.example.test',
} as const;

/** What would be aimed at, without starting it. */
export function ownReferenceOnPaper(surroundings: Surroundings, users: number): Promise<Aimed> {
  const variables = { ...ON_PAPER, TARGET_USERS: String(Math.max(users, FEWEST_USERS)) };
  return aimAt(surroundings, variables, ON_PAPER.TARGET_URL);
}

async function aimAt(
  { env, cwd, overrides = {} }: Surroundings,
  variables: Readonly<Record<string, string>>,
  controlUrl: string | undefined,
): Promise<Aimed> {
  const pace = env['HARNESS_CONCURRENCY'] === undefined ? { HARNESS_CONCURRENCY: OWN_CONCURRENCY } : {};
  const config = await loadConfig({
    env,
    cwd,
    overrides: { ...pace, ...overrides, ...variables, TARGET_ENVIRONMENT: OWN_REFERENCE },
    ...(overrides.TARGET_PROFILE === undefined ? { profile: ownProfile(controlUrl) } : {}),
  });
  if (config.target === undefined) throw new HarnessError('INTERNAL', 'the reference gave no target');
  return { config, target: config.target };
}
