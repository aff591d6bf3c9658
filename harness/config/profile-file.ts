import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
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
const FORMS = ['.json', ...MODULES];

interface Place {
  /** Folder that a path is relative to. */
  readonly folder: string;
  /** Who names the profile, as a message says it. */
  readonly namedBy: string;
  /** Files that led here, to notice a circle. */
  readonly via: readonly string[];
}

/**
 * The profile of that name or file, with everything it inherits.
 * @throws HarnessError `CONFIG_INVALID` when there is none, `PROFILE_INVALID` when its content is refused.
 */
export function loadProfile(nameOrPath: string, cwd: string): Promise<CompleteProfile> {
  return find(nameOrPath, { folder: cwd, namedBy: 'TARGET_PROFILE', via: [] });
}

/** A profile that is given as a value, with everything it inherits. */
export function completeProfile(profile: Profile, cwd: string): Promise<CompleteProfile> {
  return complete(profile, profile.name ?? 'custom', { folder: cwd, namedBy: 'the profile', via: [] });
}

async function find(nameOrPath: string, place: Place): Promise<CompleteProfile> {
  const builtIn = BUILT_IN.get(nameOrPath);
  if (builtIn !== undefined) return builtIn;
  const isPath = FORMS.includes(extname(nameOrPath));
  if (!isPath) throw unknownProfile(nameOrPath, place.namedBy);
  const file = resolve(place.folder, nameOrPath);
  if (place.via.includes(file))
    throw new HarnessError(
      'PROFILE_INVALID',
      `profile ${file} extends itself, by way of ${place.via.join(', ')}`,
    );
  const value = extname(file) === '.json' ? await readJson(file, place) : await readModule(file, place);
  const next: Place = {
    folder: dirname(file),
    namedBy: `extends in ${nameOrPath}`,
    via: [...place.via, file],
  };
  return complete(value, profileWord(file), next, nameOrPath);
}

async function complete(value: unknown, word: string, place: Place, shown = word): Promise<CompleteProfile> {
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
  const parent = profile.extends === undefined ? DEFAULT_PROFILE : await find(profile.extends, place);
  return extendProfile(parent, profile, profile.name ?? word);
}

function unknownProfile(name: string, namedBy: string): HarnessError {
  const known = [...BUILT_IN.keys()];
  const guess = didYouMean(
    name,
    known,
    `for example profiles/${/^[\w-]+$/.test(name) ? name : 'staging'}.json`,
  );
  return new HarnessError(
    'CONFIG_INVALID',
    `${namedBy} is "${name.slice(0, 80)}": expected a built-in profile (${known.join(', ')}) or a path to a ${FORMS.join(', ')} file; ${guess}`,
  );
}

function unreadable(file: string, namedBy: string, cause: unknown): HarnessError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown reason';
  const told = `${namedBy} names ${file}: expected a file that can be read (${code})`;
  return new HarnessError('CONFIG_INVALID', told, { cause });
}

async function readJson(file: string, { namedBy }: Place): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, namedBy, cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const told = `profile ${file} is not JSON: ${(cause as Error).message}`;
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
