import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { HarnessError } from '../core/errors.ts';
import { didYouMean } from './problems.ts';
import { type CompleteProfile, extendProfile, type Profile, profileFaults } from './profile.ts';
import { DEFAULT_PROFILE } from './profiles/default.ts';
import { NETRA_PROFILE } from './profiles/netra.ts';
import { REFERENCE_PROFILE } from './profiles/reference.ts';
import { profileWord } from './settings.ts';

const BUILT_IN: ReadonlyMap<string, CompleteProfile> = new Map(
  [DEFAULT_PROFILE, REFERENCE_PROFILE, NETRA_PROFILE].map((profile) => [profile.name, profile]),
);

const MODULES = ['.ts', '.mjs', '.js'];
const DATA = ['.json', '.yaml', '.yml'];
const FORMS = [...DATA, ...MODULES];

/** Where a name that is not built in is looked for. */
const FOLDER = 'profiles';

interface Place {
  /** Folder that a path is relative to. */
  readonly folder: string;
  /** Who names the profile, as a message says it. */
  readonly namedBy: string;
  /** Files that led here, to notice a circle. */
  readonly via: readonly string[];
}

/** One profile as it is written, in the line of those that it extends. */
export interface ProfileLink {
  readonly name: string;
  readonly said: Profile | CompleteProfile;
}

/** A profile and all that it inherits, the one that was named first; the last one is built in and says everything. */
export type ProfileLine = readonly [
  ...ProfileLink[],
  { readonly name: string; readonly said: CompleteProfile },
];

/**
 * The line of the profile of that name or file.
 * @throws HarnessError `CONFIG_INVALID` when there is none, `PROFILE_INVALID` when its content is refused.
 */
export function loadProfileLine(nameOrPath: string, cwd: string): Promise<ProfileLine> {
  return find(nameOrPath, { folder: cwd, namedBy: 'TARGET_PROFILE', via: [] });
}

/** The profile of that name or file, with everything it inherits; throws as `loadProfileLine`. */
export async function loadProfile(nameOrPath: string, cwd: string): Promise<CompleteProfile> {
  return folded(await loadProfileLine(nameOrPath, cwd));
}

/** A profile that is given as a value, with everything it inherits. */
export async function completeProfile(profile: Profile, cwd: string): Promise<CompleteProfile> {
  const place = { folder: cwd, namedBy: 'the profile', via: [] };
  return folded(await lineOf(profile, profile.name ?? 'custom', place));
}

function folded(line: ProfileLine): CompleteProfile {
  const links = line.slice(0, -1);
  const root = line[line.length - 1] as { readonly said: CompleteProfile };
  return links.reduceRight(
    (parent, { name, said }) => extendProfile(parent, said as Profile, name),
    root.said,
  );
}

async function find(nameOrPath: string, place: Place): Promise<ProfileLine> {
  const builtIn = BUILT_IN.get(nameOrPath);
  if (builtIn !== undefined) return [{ name: builtIn.name, said: builtIn }];
  const isPath = FORMS.includes(extname(nameOrPath));
  const file = isPath ? resolve(place.folder, nameOrPath) : fileNamed(nameOrPath, place.folder);
  if (file === undefined) throw unknownProfile(nameOrPath, place);
  if (place.via.includes(file))
    throw new HarnessError(
      'PROFILE_INVALID',
      `profile ${file} extends itself, by way of ${place.via.join(', ')}`,
    );
  const value = MODULES.includes(extname(file)) ? await readModule(file, place) : await readData(file, place);
  const next: Place = {
    folder: dirname(file),
    namedBy: `extends in ${nameOrPath}`,
    via: [...place.via, file],
  };
  return lineOf(value, profileWord(file), next, nameOrPath);
}

/** The file of a named environment: in the folder of profiles, or beside the profile that names it. */
function fileNamed(name: string, folder: string): string | undefined {
  if (!/^[\w.-]+$/.test(name)) return undefined;
  const places = [join(folder, FOLDER), ...(basename(folder) === FOLDER ? [folder] : [])];
  return places
    .flatMap((place) => FORMS.map((form) => join(place, `${name}${form}`)))
    .find((file) => existsSync(file));
}

async function lineOf(value: unknown, word: string, place: Place, shown = word): Promise<ProfileLine> {
  const faults = profileFaults(value);
  if (faults.length > 0)
    throw new HarnessError(
      'PROFILE_INVALID',
      `profile ${shown} is refused:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
      {
        hint: 'docs/configuration.md describes every field',
      },
    );
  const profile = value as Profile;
  const parents = await find(profile.extends ?? DEFAULT_PROFILE.name, place);
  return [{ name: profile.name ?? word, said: profile }, ...parents];
}

function unknownProfile(name: string, { namedBy, folder }: Place): HarnessError {
  const known = [...BUILT_IN.keys(), ...namesIn(join(folder, FOLDER))];
  const guess = didYouMean(
    name,
    known,
    `for example ${FOLDER}/${/^[\w-]+$/.test(name) ? name : 'staging'}.json`,
  );
  return new HarnessError(
    'CONFIG_INVALID',
    `${namedBy} is "${name.slice(0, 80)}": expected a built-in profile (${[...BUILT_IN.keys()].join(', ')}) or a path to a ${FORMS.join(', ')} file; ${guess}`,
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => FORMS.includes(extname(file)))
      .map(profileWord);
  } catch {
    return [];
  }
}

function unreadable(file: string, namedBy: string, cause: unknown): HarnessError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown reason';
  const told = `${namedBy} names ${file}: expected a file that can be read (${code})`;
  return new HarnessError('CONFIG_INVALID', told, { cause });
}

async function readData(file: string, { namedBy }: Place): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, namedBy, cause);
  });
  const isJson = extname(file) === '.json';
  try {
    return isJson ? JSON.parse(text) : parseYaml(text, { prettyErrors: false });
  } catch (cause) {
    const told = `profile ${file} is not ${isJson ? 'JSON' : 'YAML'}: ${(cause as Error).message}`;
    throw new HarnessError('PROFILE_INVALID', told, { cause });
  }
}

async function readModule(file: string, { namedBy }: Place): Promise<unknown> {
  // A missing import inside the module must not be told as a missing profile, so the file itself is read first.
  await readFile(file).catch((cause: unknown) => {
    throw unreadable(file, namedBy, cause);
  });
  const loaded = await importModule(file);
  const profile = loaded['default'] ?? loaded['profile'];
  if (profile !== undefined) return profile;
  const told = `profile ${file} exports nothing: expected "export const profile = defineProfile({…})"`;
  throw new HarnessError('PROFILE_INVALID', told);
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(/* @vite-ignore */ pathToFileURL(file).href);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new HarnessError(
        'PROFILE_INVALID',
        `profile ${file} is TypeScript, which this Node does not load`,
        {
          hint: 'write it as .json or .mjs, or start Node with --import tsx',
          cause,
        },
      );
    const told = `profile ${file} cannot be loaded: ${(cause as Error).message}`;
    throw new HarnessError('PROFILE_INVALID', told, { cause });
  }
}
