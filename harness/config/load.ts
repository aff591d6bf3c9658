/**
 * The one door between the surroundings and the harness: nothing else reads the environment or a `.env`
 * file. All that is wrong is told at once, and nothing that may be secret is ever repeated.
 */
import { HarnessError } from '../core/errors.ts';
import type { Thresholds } from '../core/thresholds.ts';
import { type Credentials, OPEN, readAccess } from './credentials.ts';
import { type HarnessOptions, readOptions } from './options.ts';
import { type Report, refuseIfAny } from './problems.ts';
import type { CompleteProfile, Profile } from './profile.ts';
import { completeProfile, loadProfile } from './profile-file.ts';
import { DEFAULT_PROFILE } from './profiles/default.ts';
import { duration, fraction, type Reader, text } from './reader.ts';
import { readSettings, type Variables } from './settings.ts';
import { readPace, readTarget, type Target } from './target.ts';
import {
  contradictions,
  DEFAULT_THRESHOLDS,
  HOUR_MS,
  isShare,
  THRESHOLD_NAMES,
  THRESHOLD_VARIABLES,
  type ThresholdName,
} from './thresholds.ts';
import { isOfTarget, VARIABLE_NAMES, type VariableName } from './variables.ts';

export interface Config {
  /** Undefined without TARGET_URL: the harness then starts a reference deployment of its own. */
  readonly target: Target | undefined;
  readonly credentials: Credentials;
  readonly harness: HarnessOptions;
  /** The profile as it was named, by its name or its path; absent where nobody named one. */
  readonly profile?: string;
}

export interface LoadInput {
  readonly env: Variables;
  /** Where the `.env` files are, and what relative paths are relative to. */
  readonly cwd: string;
  /** From the command line; they overrule everything. */
  readonly overrides?: Readonly<Partial<Record<VariableName, string | undefined>>>;
  /** A profile as a value, instead of TARGET_PROFILE. */
  readonly profile?: Profile;
}

/** The environment of this process, as `loadConfig` takes it. */
export const readProcessEnvironment = (): Variables => ({ ...process.env });

/**
 * Reads the whole configuration.
 * @throws HarnessError `CONFIG_INVALID` with every problem at once, `PROFILE_INVALID` for a refused profile.
 */
export async function loadConfig(input: LoadInput): Promise<Config> {
  const problems: string[] = [];
  const report: Report = (problem) => void problems.push(problem);
  const { env, cwd, overrides = {} } = input;
  const reader: Reader = { settings: readSettings({ env, cwd, overrides }, report), cwd, report };
  const options = readOptions(reader);
  const { profile, refused } = await readProfile(reader, input.profile);
  const thresholds = readThresholds(reader, profile, refused === undefined);
  const { target, credentials } = readTargetAndAccess(reader, profile, thresholds, options);
  const harness = { ...options, concurrency: withinSessions(reader, profile, options.concurrency) };
  if (refused !== undefined && problems.length === 0) throw refused;
  refuseIfAny(refused === undefined ? problems : [refused.message, ...problems]);
  const named = text(reader, 'TARGET_PROFILE');
  return { target, credentials, harness, ...(named === undefined ? {} : { profile: named }) };
}

interface FoundProfile {
  readonly profile: CompleteProfile;
  /** Why it is only the default one; thrown once the rest has been read too. */
  readonly refused?: HarnessError;
}

async function readProfile(reader: Reader, value: Profile | undefined): Promise<FoundProfile> {
  const { cwd } = reader;
  try {
    if (value !== undefined) return { profile: await completeProfile(value, cwd) };
    return { profile: await loadProfile(text(reader, 'TARGET_PROFILE') ?? DEFAULT_PROFILE.name, cwd) };
  } catch (error) {
    if (error instanceof HarnessError) return { profile: DEFAULT_PROFILE, refused: error };
    throw error;
  }
}

function readThresholds(reader: Reader, profile: CompleteProfile, isTheOneMeant: boolean): Thresholds {
  const set = Object.fromEntries(THRESHOLD_NAMES.map((name) => [name, readThreshold(reader, name)]));
  const sourceOf = (name: ThresholdName): string => {
    if (set[name] !== undefined) return THRESHOLD_VARIABLES[name];
    return profile.thresholds[name] === undefined ? 'default' : `profile ${profile.name}`;
  };
  const said = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
  const thresholds: Thresholds = { ...DEFAULT_THRESHOLDS, ...profile.thresholds, ...said };
  // Against a profile that nobody asked for, a contradiction would mislead.
  if (isTheOneMeant)
    for (const contradiction of contradictions(thresholds, sourceOf)) reader.report(contradiction);
  return thresholds;
}

function readThreshold(reader: Reader, name: ThresholdName): number | undefined {
  const variable = THRESHOLD_VARIABLES[name];
  const example = DEFAULT_THRESHOLDS[name];
  if (name === 'tolerancePercent') return fraction(reader, variable, { from: 0.1, to: 100, example });
  if (isShare(name)) return fraction(reader, variable, { from: 0.01, to: 0.999, example });
  return duration(reader, variable, { from: 1, to: HOUR_MS - 1, example });
}

function readTargetAndAccess(
  reader: Reader,
  profile: CompleteProfile,
  thresholds: Thresholds,
  harness: HarnessOptions,
): Pick<Config, 'target' | 'credentials'> {
  const judgesOnly = harness.evidenceDir !== undefined;
  if (text(reader, 'TARGET_URL') === undefined) {
    if (!judgesOnly) refuseOrphans(reader);
    // There is no target yet for it to be part of, but a wrong value is told now and not after a start.
    readPace(reader);
    return { target: undefined, credentials: OPEN.credentials };
  }
  // Stored evidence is judged without a single request, so nobody should have to hand out credentials for it.
  const access = judgesOnly ? OPEN : readAccess(reader);
  const target = readTarget(reader, profile, thresholds, access, harness);
  return { target, credentials: access?.credentials ?? OPEN.credentials };
}

/** Someone who names tokens means a deployment; testing our own instead would be green for the wrong reason. */
function refuseOrphans(reader: Reader): void {
  const orphans = VARIABLE_NAMES.filter((name) => isOfTarget(name) && text(reader, name) !== undefined);
  if (orphans.length === 0) return;
  reader.report(
    `TARGET_URL is not set, but ${orphans.join(', ')} ${orphans.length === 1 ? 'is' : 'are'}: ` +
      'expected the URL of the target, for example https://staging.example.com',
  );
}

/** Every trial holds a session at least, so more trials at once than sessions cannot be meant. */
function withinSessions(reader: Reader, profile: CompleteProfile, concurrency: number): number {
  const { sessions } = profile.limits;
  if (concurrency > sessions && text(reader, 'HARNESS_CONCURRENCY') !== undefined)
    reader.report(
      `HARNESS_CONCURRENCY ${concurrency} contradicts limits.sessions ${sessions} (profile ${profile.name}): ` +
        'expected HARNESS_CONCURRENCY at most limits.sessions',
    );
  return Math.min(concurrency, sessions);
}
