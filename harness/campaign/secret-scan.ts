/**
 * The last look at what a campaign leaves behind: no artefact may hold a secret that the campaign was given. The
 * redactor keeps secrets out; this shows that it did.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { HarnessError } from '../core/errors.ts';
import type { Redactor } from '../evidence/redaction.ts';

const QUARANTINE = 'quarantine';
const CONTROL = 'secret-scan-control.txt';

/**
 * Searches every file below the folder, with a planted secret as the control. What holds a secret is moved to an
 * owner-only folder beside it.
 * @param word anything that no artefact holds by chance: the control is made from it
 * @throws HarnessError `SECRET_IN_ARTEFACT` where a secret was found, `INTERNAL` where the control was not.
 */
export function refuseSecrets(dir: string, redactor: Redactor, word: string): void {
  const secret = createHash('sha256').update(`control/${word}`).digest('hex');
  redactor.learn('control', secret);
  const controls = [dir, join(dir, 'evidence')].map((folder) => plant(folder, secret));
  const held = quarantine(dir, redactor);
  for (const control of controls)
    for (const path of [control, join(dir, QUARANTINE, quarantineName(dir, control))])
      rmSync(path, { force: true });
  if (!controls.every((control) => held.some(({ path }) => path === control)))
    throw new HarnessError('INTERNAL', 'the scan for secrets did not find the one that was planted for it');
  const leaks = held.filter(({ path }) => !controls.includes(path));
  if (leaks.length > 0) throw leaked(dir, leaks);
  rmSync(join(dir, QUARANTINE), { recursive: true, force: true });
}

function leaked(dir: string, leaks: readonly Held[]): HarnessError {
  const listed = leaks.map(({ path, secrets }) => `${relative(dir, path)}: ${secrets.join(', ')}`);
  return new HarnessError(
    'SECRET_IN_ARTEFACT',
    `a secret was written to ${leaks.length} files: ${listed.join('; ')}`,
    {
      hint: `they were moved to ${join(dir, QUARANTINE)}; this is a defect of the harness, please report it`,
    },
  );
}

/** A file that the scan must stop at: the secret is in it in base64, not at the beginning of a group. */
function plant(folder: string, secret: string): string {
  const path = join(folder, CONTROL);
  const encoded = Buffer.from(`.${secret}`, 'utf8').toString('base64');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path, `${encoded}\n`, { mode: 0o600 });
  return path;
}

interface Held {
  readonly path: string;
  /** Names and forms, never values. */
  readonly secrets: readonly string[];
}

function quarantine(dir: string, redactor: Redactor): readonly Held[] {
  return filesBelow(dir).flatMap((path): Held[] => {
    const secrets = redactor.find(readFileSync(path, 'utf8'));
    if (secrets.length === 0) return [];
    mkdirSync(join(dir, QUARANTINE), { recursive: true, mode: 0o700 });
    renameSync(path, join(dir, QUARANTINE, quarantineName(dir, path)));
    return [{ path, secrets }];
  });
}

/** Files of one name in two folders keep apart. */
const quarantineName = (dir: string, path: string): string => relative(dir, path).replaceAll(/[\\/]/g, '__');

const filesBelow = (dir: string): readonly string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return basename(path) === QUARANTINE ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
