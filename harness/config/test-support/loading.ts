import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UnsecuredJWT } from 'jose';
import { afterEach, beforeEach } from 'vitest';
import { HarnessError } from '../../core/errors.ts';
import { type Config, type LoadInput, loadConfig } from '../load.ts';

export const SITE = { TARGET_URL: 'https://staging.example.com' };
export const OPEN = { ...SITE, TARGET_AUTH: 'none' };
export const HMAC = 'correct horse battery staple';

type More = Partial<LoadInput>;

/** A new folder for each test of the file that calls this, and the configuration as it is read there. */
export function inFolder() {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));
  const load = (env: LoadInput['env'], more: More = {}): Promise<Config> => loadConfig({ env, cwd, ...more });
  const targetOf = async (env: LoadInput['env'], more: More = {}) => {
    const { target } = await load(env, more);
    if (target === undefined) throw new Error('no target');
    return target;
  };
  const refusal = async (env: LoadInput['env'], more: More = {}): Promise<HarnessError> => {
    const error: unknown = await load(env, more).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof HarnessError) return error;
    throw new Error('it was not refused', { cause: error });
  };
  const message = async (env: LoadInput['env'], more: More = {}) => (await refusal(env, more)).message;
  const path = (file: string): string => join(cwd, file);
  const write = (file: string, content: string): string => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), content);
    return file;
  };
  return { load, targetOf, refusal, message, path, write };
}

/** A token without a signature, for a user of a tenant. */
export const jwt = (sub: string, tenant: string): string =>
  new UnsecuredJWT({ tenant }).setSubject(sub).encode();
