import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { effectiveConfig } from './effective.ts';
import { loadProfile } from './profile-file.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'effective-'));
  mkdirSync(join(cwd, 'profiles'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const write = (file: string, text: string): void => writeFileSync(join(cwd, file), text);

const shown = async (env: Readonly<Record<string, string>>, overrides = {}) => {
  const values = await effectiveConfig({ env, cwd, overrides });
  return Object.fromEntries(values.map(({ name, value, source }) => [name, `${value} (${source})`]));
};

const STAGING = `
extends: base
environment: staging
thresholds:
  completionMs: 150000
capabilities: {fixtures: true}
variationPoints:
  VP-PING: "10"
`;

beforeEach(() => {
  write(
    'profiles/base.json',
    '{"thresholds": {"completionMs": 140000, "silenceMs": 9000}, "limits": {"sessions": 20}}',
  );
  write('profiles/staging.yaml', STAGING);
});

describe('the configuration in effect', () => {
  it('says of each value where it comes from', async () => {
    write('.env', 'HARNESS_SEED=1\nHARNESS_USERS=7\nTARGET_JWT_ISSUER=somebody\n');
    write('.env.local', 'HARNESS_SEED=2\nTARGET_PROFILE=staging\n');
    write('.env.staging', 'HARNESS_SEED=3\nHARNESS_CONCURRENCY=2\n');
    write('.env.staging.local', 'HARNESS_SEED=4\n');
    const values = await shown(
      { TARGET_URL: 'https://staging.example', HARNESS_USERS: '8' },
      { TARGET_SILENCE_MS: '8s' },
    );
    expect(values).toMatchObject({
      TARGET_URL: '"https://staging.example" (the environment)',
      HARNESS_USERS: '"8" (the environment)',
      HARNESS_SEED: '"4" (.env.staging.local)',
      HARNESS_CONCURRENCY: '"2" (.env.staging)',
      TARGET_PROFILE: '"staging" (.env.local)',
      TARGET_JWT_ISSUER: '"somebody" (.env)',
      TARGET_SILENCE_MS: '"8s" (the command line)',
      TARGET_COMPLETION_MS: '150000 (profile staging)',
      TARGET_CONNECT_MS: '10000 (default)',
      profile: 'staging (TARGET_PROFILE)',
      'profile.environment': 'staging (profile staging)',
      'profile.limits.sessions': '20 (profile base)',
      'profile.limits.startsPerSecond': '50 (default)',
      'profile.capabilities.fixtures': 'true (profile staging)',
      'profile.variationPoints.VP-PING': '10 (profile staging)',
    });
  });

  it('never shows a secret, nor what may carry one', async () => {
    const secrets = { TARGET_JWT_SECRET: 'open sesame', TARGET_TOKENS_FILE: '/run/secrets/tokens' };
    const text = JSON.stringify(await shown({ ...secrets, TARGET_TOKEN_SCOPE: 'eyJhbGciOi' }));
    expect(text).toContain('*** (11 characters long) (the environment)');
    expect(text).not.toMatch(/sesame|run\/secrets|eyJ/);
  });

  it('refuses what it does not know, with what was probably meant', async () => {
    await expect(shown({ TARGET_URI: 'https://x.example' })).rejects.toThrow('did you mean TARGET_URL?');
    await expect(shown({ TARGET_PROFILE: 'stagin' })).rejects.toThrow('did you mean staging?');
    write('profiles/slip.yml', 'treshold: {}');
    await expect(shown({ TARGET_PROFILE: 'slip' })).rejects.toThrow('did you mean thresholds?');
    write('profiles/broken.yaml', 'a: [1');
    await expect(shown({ TARGET_PROFILE: 'broken' })).rejects.toThrow(/broken.yaml is not YAML/);
  });
});

it('words are inherited with their dialect, and not with another one', async () => {
  write('profiles/old.yaml', 'extends: netra\nvocabulary: {token: jwt, terminal: {agent_fallback: failed}}');
  write('profiles/new.yaml', 'extends: old\nvocabulary: {handshake: true}');
  write('profiles/other.yaml', 'extends: old\ndialect: agent-events.v1');
  expect((await loadProfile('new', cwd)).vocabulary).toEqual({
    token: 'jwt',
    terminal: { agent_fallback: 'failed' },
    handshake: true,
  });
  expect((await loadProfile('other', cwd)).vocabulary).toEqual({});
});
