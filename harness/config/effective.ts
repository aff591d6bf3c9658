/** What is in effect and where it comes from, for somebody who wonders; secrets are never shown. */
import type { LoadInput } from './load.ts';
import { type Report, refuseIfAny } from './problems.ts';
import { loadProfileLine, type ProfileLine } from './profile-file.ts';
import { DEFAULT_PROFILE } from './profiles/default.ts';
import { lengthOf, shapeOf } from './reader.ts';
import { readSettings, type Settings } from './settings.ts';
import {
  DEFAULT_THRESHOLDS,
  THRESHOLD_NAMES,
  THRESHOLD_VARIABLES,
  type ThresholdName,
} from './thresholds.ts';
import { isSecret, VARIABLE_NAMES, type VariableName } from './variables.ts';

/** One value in effect. */
export interface EffectiveValue {
  readonly name: string;
  /** As it is shown: a secret by its length alone. */
  readonly value: string;
  /** `the command line`, `the environment`, a file, `profile staging`, or `default`. */
  readonly source: string;
}

/**
 * The configuration in effect: variables, then the profile.
 * @throws HarnessError as `loadConfig`, for a variable or a profile that cannot be read.
 */
export async function effectiveConfig({
  env,
  cwd,
  overrides = {},
}: LoadInput): Promise<readonly EffectiveValue[]> {
  const problems: string[] = [];
  const report: Report = (problem) => void problems.push(problem);
  const settings = readSettings({ env, cwd, overrides }, report);
  const line = await loadProfileLine(settings.get('TARGET_PROFILE')?.value ?? DEFAULT_PROFILE.name, cwd);
  refuseIfAny(problems);
  const limits = new Map(THRESHOLD_NAMES.map((name) => [THRESHOLD_VARIABLES[name] as VariableName, name]));
  const variables = VARIABLE_NAMES.flatMap((name): readonly EffectiveValue[] => {
    const limit = limits.get(name);
    const set = settingOf(settings, name);
    if (set !== undefined) return [set];
    return limit === undefined ? [] : [limitOf(limit, line)];
  });
  return [...variables, ...profileValues(line)];
}

function settingOf(settings: Settings, name: VariableName): EffectiveValue | undefined {
  const setting = settings.get(name);
  if (setting === undefined) return undefined;
  const { value, source } = setting;
  const shown = isSecret(name) ? `*** (${lengthOf(value)})` : shapeOf(value);
  return { name, value: shown, source: source === '' ? 'the environment' : source };
}

function limitOf(limit: ThresholdName, line: ProfileLine): EffectiveValue {
  const found = line.find(({ said }) => said.thresholds?.[limit] !== undefined);
  const value = found?.said.thresholds?.[limit] ?? DEFAULT_THRESHOLDS[limit];
  const source = found === undefined ? 'default' : sourceOf(found.name);
  return { name: THRESHOLD_VARIABLES[limit], value: String(value), source };
}

const sourceOf = (profile: string): string =>
  profile === DEFAULT_PROFILE.name ? 'default' : `profile ${profile}`;

/** Fields of a profile that hold fields of their own, each of which may come from another profile. */
const SECTIONS = ['endpoints', 'capabilities', 'variationPoints', 'origins', 'limits', 'vocabulary'] as const;
const FIELDS = ['environment', 'dialect', 'tenancy', 'faults', 'prices'] as const;

function profileValues(line: ProfileLine): readonly EffectiveValue[] {
  const [{ name }] = line;
  const fields = FIELDS.flatMap((field) => valueIn(line, field, (said) => said[field]));
  const sections = SECTIONS.flatMap((section) => {
    const keys = new Set(line.flatMap(({ said }) => Object.keys(said[section] ?? {})));
    return [...keys].flatMap((key) =>
      valueIn(
        line,
        `${section}.${key}`,
        (said) => (said[section] as Readonly<Record<string, unknown>>)?.[key],
      ),
    );
  });
  return [
    { name: 'profile', value: name, source: name === 'default' ? 'default' : 'TARGET_PROFILE' },
    ...fields,
    ...sections,
  ];
}

/** The first in the line that says something decides. */
function valueIn(
  line: ProfileLine,
  name: string,
  read: (said: ProfileLine[number]['said']) => unknown,
): readonly EffectiveValue[] {
  const found = line.find(({ said }) => read(said) !== undefined);
  if (found === undefined) return [];
  const value = read(found.said);
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  // What a built-in profile repeats of the default is no choice of its own.
  const isDefault = JSON.stringify(value) === JSON.stringify(read(DEFAULT_PROFILE)) && found === line.at(-1);
  return [{ name: `profile.${name}`, value: shown, source: isDefault ? 'default' : sourceOf(found.name) }];
}
