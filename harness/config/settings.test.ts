import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readProcessEnvironment } from './load.ts';
import { HMAC, inFolder, jwt, OPEN, SITE } from './test-support/loading.ts';

const { load, targetOf, message, path, write } = inFolder();

describe('precedence', () => {
  it('goes from the command line over the environment and the files to the default', async () => {
    const files = ['.env', '.env.local', '.env.eu', '.env.eu.local'];
    write('profiles/eu.json', '{}');
    const env = { ...OPEN, TARGET_PROFILE: 'profiles/eu.json' };
    const seen = [(await targetOf(env)).environment];
    for (const file of files) {
      write(file, `TARGET_ENVIRONMENT=from${file}`);
      seen.push((await targetOf(env)).environment);
    }
    seen.push((await targetOf({ ...env, TARGET_ENVIRONMENT: 'environment' })).environment);
    const overrides = { TARGET_ENVIRONMENT: 'command line' };
    seen.push((await targetOf({ ...env, TARGET_ENVIRONMENT: 'environment' }, { overrides })).environment);
    expect(seen).toEqual(['unmarked', ...files.map((file) => `from${file}`), 'environment', 'command line']);
  });

  it('takes an empty value for one that is not set', async () => {
    write('.env', 'TARGET_ENVIRONMENT=qa\nTARGET_NAME=\n');
    const target = await targetOf({ ...OPEN, TARGET_ENVIRONMENT: '', TARGET_NAME: '  ' });
    expect([target.environment, target.name]).toEqual(['qa', 'staging.example.com']);
  });

  it('lets credentials of a higher layer replace those of a lower one', async () => {
    write('.env', `TARGET_TOKENS=${jwt('ada', 'acme')}\nTARGET_JWT_ISSUER=elsewhere`);
    expect((await load(OPEN)).credentials.scheme).toBe('none');
    expect((await load({ ...SITE, TARGET_JWT_SECRET: HMAC })).credentials.scheme).toBe('secret');
  });

  it('tells in which file a wrong value is', async () => {
    write('.env.local', '\uFEFFTARGET_WS_URL=http://staging.example');
    expect(await message(OPEN)).toMatch(/^TARGET_WS_URL in \.env\.local is "http:/);
  });

  it('has no file of its own for a profile called local or example, and none that changes the profile', async () => {
    write('local.json', '{}');
    write('.env', 'TARGET_PROFILE=local.json');
    expect(await message(OPEN)).toContain('.env.local has a meaning of its own');
    write('.env', '');
    write('.env.default', 'TARGET_PROFILE=other.json');
    expect(await message({ ...OPEN, TARGET_PROFILE: 'default' })).toContain('TARGET_PROFILE in .env.default');
  });

  it('refuses a file that cannot be read', async () => {
    mkdirSync(path('.env'));
    expect(await message(OPEN)).toBe('.env cannot be read (EISDIR): expected a text file');
  });

  it('reads the environment of the process', () => {
    expect(readProcessEnvironment()['PATH']).toBe(process.env['PATH']);
  });
});
