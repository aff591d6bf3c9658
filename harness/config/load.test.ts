import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { parse } from 'dotenv';
import { UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HarnessError } from '../core/errors.ts';
import { CAPABILITIES } from '../core/requirement.ts';
import { type Config, type LoadInput, loadConfig, readProcessEnvironment } from './load.ts';
import { defineProfile } from './profile.ts';
import { parseTarget } from './target.ts';
import { DEFAULT_THRESHOLDS, departuresOf } from './thresholds.ts';
import { VARIABLE_NAMES } from './variables.ts';

const SITE = { TARGET_URL: 'https://staging.example.com' };
const OPEN = { ...SITE, TARGET_AUTH: 'none' };
const HMAC = 'correct horse battery staple';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(file: string, content: string): string {
  const path = join(cwd, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const load = (env: LoadInput['env'], more: Partial<LoadInput> = {}): Promise<Config> =>
  loadConfig({ env, cwd, ...more });

async function targetOf(env: LoadInput['env'], more: Partial<LoadInput> = {}) {
  const { target } = await load(env, more);
  if (target === undefined) throw new Error('no target');
  return target;
}

async function refusal(env: LoadInput['env'], more: Partial<LoadInput> = {}): Promise<HarnessError> {
  const error: unknown = await load(env, more).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HarnessError) return error;
  throw new Error('it was not refused', { cause: error });
}

const message = async (env: LoadInput['env'], more: Partial<LoadInput> = {}): Promise<string> =>
  (await refusal(env, more)).message;

const jwt = (sub: string, tenant: string): string => new UnsecuredJWT({ tenant }).setSubject(sub).encode();

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
    expect(seen).toEqual(['staging', ...files.map((file) => `from${file}`), 'environment', 'command line']);
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
    mkdirSync(join(cwd, '.env'));
    expect(await message(OPEN)).toBe('.env cannot be read (EISDIR): expected a text file');
  });

  it('reads the environment of the process', () => {
    expect(readProcessEnvironment()['PATH']).toBe(process.env['PATH']);
  });
});

describe('variables', () => {
  it('guesses what a misspelt one should have been, without its value', async () => {
    const told = await message({ ...OPEN, TARGET_TOKNES: HMAC, HARNESS_SEEED: '1', TARGET_PLANET: 'mars' });
    expect(told).toBe(
      [
        'the configuration has 3 problems:',
        '  - TARGET_TOKNES is no variable of the harness: did you mean TARGET_TOKENS?',
        '  - HARNESS_SEEED is no variable of the harness: did you mean HARNESS_SEED?',
        '  - TARGET_PLANET is no variable of the harness: see .env.example',
      ].join('\n'),
    );
  });

  it('leaves everybody else’s variables alone', async () => {
    expect((await targetOf({ ...OPEN, EDITOR: 'vi', TARGETS: 'x', HARNESS_NOTHING: '' })).url).toBe(
      SITE.TARGET_URL,
    );
  });

  it('has exactly the variables of .env.example, all of them empty there', () => {
    const example = parse(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8'));
    expect(Object.keys(example).sort()).toEqual([...VARIABLE_NAMES].sort());
    expect(Object.values(example).filter((value) => value !== '')).toEqual([]);
  });

  it('has every variable in the documentation', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...VARIABLE_NAMES].sort());
  });

  it.each([
    ['TARGET_URL', 'staging.example', 'TARGET_URL is "staging.example": expected a http:// or https:// URL'],
    ['TARGET_URL', 'https://x.example/?a=1', 'TARGET_URL carries a query'],
    ['TARGET_URL', 'https://x.example/#a', 'TARGET_URL carries a fragment'],
    [
      'TARGET_WS_URL',
      'http://staging.example',
      'TARGET_WS_URL is "http://staging.example": expected a ws:// or wss:// URL, for example wss://staging.example/ws',
    ],
    ['TARGET_NAME', '../x', 'TARGET_NAME is "../x": expected a file name, for example staging-eu'],
    ['TARGET_ENVIRONMENT', 'x'.repeat(99), 'expected at most 50 characters'],
    ['TARGET_ALLOWED_ORIGIN', 'https://app.example.com/', 'expected an origin'],
    ['TARGET_CA_FILE', 'nowhere.pem', 'TARGET_CA_FILE is "nowhere.pem": expected a readable PEM file'],
    ['TARGET_AUTH', 'nobody', 'TARGET_AUTH is "nobody": expected none'],
    ['TARGET_COMPLETION_MS', 'soon', 'or a duration with its unit, for example 120000 or 120s'],
    ['TARGET_COMPLETION_MS', '2h', 'TARGET_COMPLETION_MS is "2h"'],
    ['TARGET_COMPLETION_MS', '60m', 'expected milliseconds from 1 to 3599999'],
    ['TARGET_GRACE_MS', '0', 'TARGET_GRACE_MS is "0"'],
    ['TARGET_TOLERANCE_PERCENT', '101', 'expected a number from 0.1 to 100, for example 5'],
    [
      'HARNESS_SEED',
      '-1',
      'HARNESS_SEED is "-1": expected a whole number from 0 to 2147483647, for example 1',
    ],
    ['HARNESS_CONCURRENCY', '0', 'expected a whole number from 1 to 1000'],
    ['HARNESS_CONCURRENCY', '51', 'HARNESS_CONCURRENCY 51 contradicts limits.sessions 50 (profile default)'],
    ['HARNESS_STARTS_PER_SECOND', 'many', 'expected a number from 0.1 to 10000'],
    ['HARNESS_READY_TIMEOUT_MS', '15s', 'expected milliseconds from 100 to 14000'],
    ['HARNESS_MAX_MINUTES', '1.5', 'expected a whole number from 1 to 1440'],
    ['HARNESS_EVIDENCE_KEEP_DAYS', 'x', 'expected a whole number from 0 to 3650'],
    [
      'HTTPS_PROXY',
      'socks5://a:b@proxy',
      'HTTPS_PROXY is 18 characters long: expected an http:// or https:// URL',
    ],
  ])('refuses %s=%s', async (name, value, expected) => {
    const error = await refusal({ ...OPEN, [name]: value });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(expected);
    expect(error.hint).toContain('docs/configuration.md');
  });

  it.each([
    ['1500', 1500],
    ['1500ms', 1500],
    ['1.5s', 1500],
    ['2 m', 120_000],
  ])('reads the duration %s', async (value, expected) => {
    expect((await targetOf({ ...OPEN, TARGET_SKEW_MS: value })).thresholds.skewMs).toBe(expected);
  });

  it('reads what is the harness’s own', async () => {
    write('ca.pem', '-----BEGIN CERTIFICATE-----');
    const { harness, target } = await load({
      ...OPEN,
      HARNESS_RESULTS_DIR: 'out',
      HARNESS_EVIDENCE_KEEP_DAYS: '7',
      HARNESS_SEED: '42',
      HARNESS_CONCURRENCY: '8',
      HARNESS_STARTS_PER_SECOND: '2.5',
      HARNESS_READY_TIMEOUT_MS: '5s',
      HARNESS_MAX_MINUTES: '30',
      TARGET_CA_FILE: 'ca.pem',
      https_proxy: 'http://ada:geheim123@proxy.example:3128',
      NO_PROXY: 'localhost',
    });
    const { proxy, ...rest } = harness;
    expect(rest).toEqual({
      resultsDir: join(cwd, 'out'),
      evidenceDir: undefined,
      evidenceKeepDays: 7,
      seed: 42,
      concurrency: 8,
      readyTimeoutMs: 5000,
      maxMinutes: 30,
      caFile: join(cwd, 'ca.pem'),
    });
    expect(target?.limits.startsPerSecond).toBe(2.5);
    expect([proxy.http, proxy.https?.reveal(), proxy.no]).toEqual([
      undefined,
      'http://ada:geheim123@proxy.example:3128',
      'localhost',
    ]);
    expect(JSON.stringify(harness)).not.toContain('geheim');
  });

  it('says that NODE_EXTRA_CA_CERTS comes too late in a file', async () => {
    write('.env', 'NODE_EXTRA_CA_CERTS=ca.pem');
    expect(await message(OPEN)).toContain('TARGET_CA_FILE');
    expect((await load({ ...OPEN, NODE_EXTRA_CA_CERTS: 'ca.pem' })).target).toBeDefined();
  });
});

describe('target', () => {
  it('is undefined without a URL', async () => {
    expect(await load({})).toMatchObject({ target: undefined, credentials: { scheme: 'none' } });
  });

  it('is missed when something else speaks of one', async () => {
    expect(await message({ TARGET_JWT_SECRET: HMAC, TARGET_NAME: 'x' })).toBe(
      'TARGET_URL is not set, but TARGET_NAME, TARGET_JWT_SECRET are: expected the URL of the target, for example https://staging.example.com',
    );
  });

  it('needs no credentials when stored evidence is judged', async () => {
    const { target, harness } = await load({ ...SITE, HARNESS_EVIDENCE: 'kept' });
    expect([target?.authScheme, harness.evidenceDir]).toEqual(['none', join(cwd, 'kept')]);
  });

  it.each([
    [{ TARGET_URL: 'http://localhost:8080' }, 'ws://localhost:8080/ws', 'localhost-8080'],
    [{ TARGET_URL: 'https://h.example/base/' }, 'wss://h.example/base/ws', 'h.example'],
    [{ TARGET_URL: 'http://[::1]:80' }, 'ws://[::1]/ws', '1'],
    [{ ...SITE, TARGET_WS_URL: 'wss://chat.example' }, 'wss://chat.example/ws', 'staging.example.com'],
    [{ ...SITE, TARGET_WS_URL: 'wss://chat.example/x' }, 'wss://chat.example/x', 'staging.example.com'],
    [{ ...SITE, TARGET_NAME: 'eu' }, 'wss://staging.example.com/ws', 'eu'],
  ])('derives socket and name of %j', async (env, wsUrl, name) => {
    expect(await targetOf({ ...env, TARGET_AUTH: 'none' })).toMatchObject({ wsUrl, name });
  });

  it('is a document that can be stored', async () => {
    const target = await targetOf({ ...OPEN, TARGET_ALLOWED_ORIGIN: 'https://app.example.com' });
    expect(parseTarget(JSON.parse(JSON.stringify(target)))).toEqual(target);
    expect(() => parseTarget({ ...target, format: 'other' })).toThrow(
      /not a agent-conformance\/target@1 document/,
    );
  });

  it('says of every capability why it is there or not', async () => {
    const { capabilities } = await targetOf(OPEN);
    expect(Object.keys(capabilities)).toEqual([...CAPABILITIES]);
    const available = CAPABILITIES.filter((name) => capabilities[name].available);
    expect(available).toEqual(['chat', 'sub-protocol-auth', 'browser-origins', 'threads']);
    expect(capabilities['mint-tokens'].reason).toBe('no TARGET_JWT_SECRET: tokens cannot be minted');
  });

  it('gains capabilities from secret, origin and profile', async () => {
    const env = { ...SITE, TARGET_JWT_SECRET: HMAC, TARGET_ALLOWED_ORIGIN: 'https://app.example.com' };
    const profile = defineProfile({
      capabilities: { fixtures: true, threads: false },
      faults: { url: 'http://f.example' },
    });
    const { capabilities, faults } = await targetOf(env, { profile });
    expect(capabilities['mint-tokens'].available).toBe(true);
    expect(capabilities['listed-origin'].available).toBe(true);
    expect(capabilities.fixtures.available).toBe(true);
    expect(capabilities.faults.available).toBe(true);
    expect(capabilities.threads).toEqual({ available: false, reason: 'profile custom does not declare it' });
    expect(faults).toEqual({ url: 'http://f.example' });
  });
});

describe('thresholds', () => {
  it('come from variable, profile and default, in this order', async () => {
    const profile = defineProfile({ thresholds: { completionMs: 90_000, silenceMs: 9_000 } });
    const { thresholds } = await targetOf({ ...OPEN, TARGET_SILENCE_MS: '8s' }, { profile });
    expect(thresholds).toEqual({ ...DEFAULT_THRESHOLDS, completionMs: 90_000, silenceMs: 8_000 });
    expect(departuresOf(thresholds)).toEqual([
      'completionMs: 90000 (default 120000)',
      'silenceMs: 8000 (default 15000)',
    ]);
  });

  it('that contradict each other are refused with names, values and where they are from', async () => {
    const profile = defineProfile({ name: 'slow', thresholds: { firstEventMs: 40_000 } });
    expect(await message({ ...OPEN, TARGET_COMPLETION_MS: '200s' }, { profile })).toBe(
      [
        'the configuration has 2 problems:',
        '  - firstEventMs 40000 (profile slow) contradicts firstToolMs 30000 (default): expected firstEventMs at most firstToolMs',
        '  - completionMs 200000 (TARGET_COMPLETION_MS) contradicts optimisationMs 180000 (default): expected completionMs at most optimisationMs',
      ].join('\n'),
    );
  });

  it.each([
    ['TARGET_CONNECT_MS', '16s', 'connectMs'],
    ['TARGET_FIRST_TOOL_MS', '121s', 'firstToolMs'],
    ['TARGET_SILENCE_MS', '120s', 'silenceMs'],
    ['TARGET_OPTIMISATION_MS', '241s', 'optimisationMs'],
    ['TARGET_CANCEL_MS', '120s', 'cancelMs'],
    ['TARGET_HTTP_MS', '11s', 'httpMs'],
    ['TARGET_HELD_BACK_MS', '120s', 'heldBackMs'],
  ])('refuses %s=%s', async (name, value, threshold) => {
    expect(await message({ ...OPEN, [name]: value })).toMatch(
      new RegExp(`^${threshold} \\d+ \\(${name}\\) contra`),
    );
  });
});

describe('secrets', () => {
  const value = 'hunter2-hunter2';
  const password = {
    TARGET_TOKEN_URL: 'https://l.example/t',
    TARGET_USERNAME: 'ada',
    TARGET_PASSWORD: value,
  };
  const client = {
    TARGET_TOKEN_URL: 'https://l.example/t',
    TARGET_CLIENT_ID: 'ada',
    TARGET_CLIENT_SECRET: value,
  };

  it.each([{ TARGET_TOKENS: value }, { TARGET_JWT_SECRET: value }, password, client])(
    'are in no form in which the configuration is shown: %#',
    async (env) => {
      const config = await load({ ...SITE, ...env });
      const shown = [
        JSON.stringify(config),
        inspect(config, { depth: 9, showHidden: true }),
        String(config.credentials),
      ];
      expect(shown.join()).not.toContain('hunter2');
      expect(shown.join()).toContain('[secret TARGET_');
    },
  );

  it.each([
    { TARGET_URL: `https://ada:${value}@staging.example` },
    { TARGET_URL: `htps://ada:${value}@staging.example` },
    { TARGET_URL: `https://s.example/?token=${value}` },
    { ...OPEN, TARGET_NAME: `${value} ${jwt('ada', 'acme')}` },
    { ...SITE, TARGET_TOKENS: `["${value}"` },
    { ...SITE, TARGET_TOKENS: `[{"tokn":"${value}"}]` },
    { ...SITE, TARGET_TOKENS: `${value},${value}` },
    { ...SITE, TARGET_TOKENS: `"${value}"` },
    { ...SITE, TARGET_TOKENS_FILE: value },
    { ...SITE, TARGET_JWT_SECRET: `["${value}","${value}2"]` },
    { ...SITE, TARGET_JWT_SECRET_FILE: value },
    { ...SITE, ...client, TARGET_CLIENT_ID: 'ada,alan' },
    { ...SITE, ...password, TARGET_TOKEN_URL: `https://ada:${value}@l.example/t` },
    { ...SITE, TARGET_TOKNES: value },
  ])('are in no error message: %#', async (env) => {
    const error = await refusal(env);
    expect(`${inspect(error)}${error.hint}`).not.toContain('hunter2');
  });
});
