/**
 * Where a variable's value comes from: command line, then environment, then `.env.<profile>.local`,
 * `.env.<profile>`, `.env.local`, `.env`. The first that sets it wins; an empty value sets nothing.
 */
import { readFileSync } from 'node:fs';
import { join, parse as parsePath } from 'node:path';
import { parse } from 'dotenv';
import { didYouMean, type Report } from './problems.ts';
import { isVariable, VARIABLE_NAMES, type VariableName } from './variables.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** A value with where it was found; a lower rank overrules a higher one. */
interface Setting {
  readonly value: string;
  /** `''` for the environment, `.env.local` and so on for a file: what a message adds to the name. */
  readonly source: string;
  readonly rank: number;
}

export type Settings = ReadonlyMap<VariableName, Setting>;

interface Layer {
  readonly source: string;
  readonly variables: Variables;
}

export interface SettingsInput {
  readonly env: Variables;
  readonly cwd: string;
  readonly overrides: Variables;
}

/** Reads all layers; reports unknown variables of ours, and files that cannot be read. */
export function readSettings(input: SettingsInput, report: Report): Settings {
  const given: readonly Layer[] = [
    { source: 'the command line', variables: input.overrides },
    { source: '', variables: input.env },
  ];
  refuseEmptyTarget(input.env, report);
  const general = ['.env.local', '.env'].map((file) => fileLayer(input.cwd, file, report));
  const profile = merge([...given, ...general]).get('TARGET_PROFILE')?.value;
  const ofProfile = filesOf(profile, report).map((file) => fileLayer(input.cwd, file, report));
  for (const { source, variables } of ofProfile) refuseProfileIn(source, variables, report);
  const layers = [...given, ...ofProfile, ...general];
  for (const layer of layers) reportUnknown(layer, report);
  return merge(layers);
}

/** What a pipeline makes of a missing variable must not become a green campaign against our own reference. */
function refuseEmptyTarget(env: Variables, report: Report): void {
  const value = env['TARGET_URL'];
  if (value !== undefined && meaning(value) === undefined)
    report('TARGET_URL is empty: expected the URL of the target, or the variable not to be set at all');
}

/** The name under which a profile has its own `.env` files: `staging` for `profiles/staging.json`. */
export const profileWord = (profile: string): string => parsePath(profile).name;

function filesOf(profile: string | undefined, report: Report): readonly string[] {
  if (profile === undefined) return [];
  const word = profileWord(profile);
  // `.env.local` and `.env.example` are files of their own; a profile of that name would read them as its.
  if (word === 'local' || word === 'example') {
    report(`TARGET_PROFILE is "${word}": expected another name, since .env.${word} has a meaning of its own`);
    return [];
  }
  return [`.env.${word}.local`, `.env.${word}`];
}

function refuseProfileIn(source: string, variables: Variables, report: Report): void {
  if (meaning(variables['TARGET_PROFILE']) === undefined) return;
  report(`TARGET_PROFILE in ${source} has no effect: the file is read because of the profile already chosen`);
}

function fileLayer(cwd: string, file: string, report: Report): Layer {
  return { source: file, variables: readVariables(join(cwd, file), file, report) };
}

function readVariables(path: string, file: string, report: Report): Variables {
  try {
    const text = readFileSync(path, 'utf8');
    return parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      report(`${file} cannot be read (${code}): expected a text file`);
    return {};
  }
}

function reportUnknown({ source, variables }: Layer, report: Report): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!/^(TARGET|HARNESS)_/.test(name) || isVariable(name) || meaning(value) === undefined) continue;
    const where = source === '' ? name : `${name} in ${source}`;
    report(`${where} is no variable of the harness: ${didYouMean(name, VARIABLE_NAMES, 'see .env.example')}`);
  }
}

/** curl and Node read the proxy variables in lower case too. */
const spellings = (name: VariableName): readonly string[] =>
  name.endsWith('_PROXY') ? [name.toLowerCase(), name] : [name];

function merge(layers: readonly Layer[]): Settings {
  const settings = new Map<VariableName, Setting>();
  for (const name of VARIABLE_NAMES) {
    for (const [rank, { source, variables }] of layers.entries()) {
      const value = spellings(name)
        .map((spelling) => meaning(variables[spelling]))
        .find((found) => found !== undefined);
      if (value === undefined) continue;
      settings.set(name, { value, source, rank });
      break;
    }
  }
  return settings;
}

/** Surrounding white space is what pipelines add by accident. */
function meaning(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}
