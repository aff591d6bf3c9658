import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../core/requirement.ts';
import { defineProfile } from './profile.ts';
import { parseTarget } from './target.ts';
import { HMAC, inFolder, OPEN, SITE } from './test-support/loading.ts';
import { DEFAULT_THRESHOLDS, departuresOf } from './thresholds.ts';

const { load, targetOf, message, path } = inFolder();

describe('target', () => {
  it('is undefined without a URL', async () => {
    expect(await load({})).toMatchObject({ target: undefined, credentials: { scheme: 'none' } });
  });

  it('is not needed for its pace to be wrong', async () => {
    expect(await message({ HARNESS_STARTS_PER_SECOND: 'x' })).toContain('HARNESS_STARTS_PER_SECOND is "x"');
  });

  it('is missed when something else speaks of one', async () => {
    expect(await message({ TARGET_JWT_SECRET: HMAC, TARGET_NAME: 'x' })).toBe(
      'TARGET_URL is not set, but TARGET_NAME, TARGET_JWT_SECRET are: expected the URL of the target, for example https://staging.example.com',
    );
  });

  it('needs no credentials when stored evidence is judged', async () => {
    const { target, harness } = await load({ ...SITE, HARNESS_EVIDENCE: 'kept' });
    expect([target?.authScheme, harness.evidenceDir]).toEqual(['none', path('kept')]);
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
    expect(available).toEqual([
      'chat',
      'sub-protocol-auth',
      'browser-origins',
      'threads',
      'thinking-events',
      'event-numbers',
      'run-accounts',
      'cancellation',
      'multi-agent',
      'agents-api',
      'run-stream',
      'sandbox',
      'telemetry',
      'run-telemetry',
      'price-table',
    ]);
    expect(capabilities['mint-tokens'].reason).toBe('no TARGET_JWT_SECRET: tokens cannot be minted');
  });

  it('has no two tenants where the profile declares that there are none', async () => {
    const env = {
      ...OPEN,
      TARGET_AUTH: '',
      TARGET_JWT_SECRET: 'a-long-enough-secret',
      TARGET_USERS: 'acme/ada,globex/grace',
    };
    expect((await targetOf(env)).capabilities['two-tenants'].available).toBe(true);
    const none = await targetOf(env, { profile: { tenancy: 'none' } });
    expect(none.capabilities['two-tenants'].reason).toBe('the profile declares that there are no tenants');
  });

  it('takes its environment from the profile, unless a variable says otherwise', async () => {
    const profile = { environment: 'staging-eu' };
    expect((await targetOf(OPEN, { profile })).environment).toBe('staging-eu');
    expect((await targetOf({ ...OPEN, TARGET_ENVIRONMENT: 'qa' }, { profile })).environment).toBe('qa');
  });

  it('can send a webhook to the harness on the same machine, or where an address is forwarded', async () => {
    const heard = async (env: Readonly<Record<string, string>>) =>
      (await targetOf(env)).capabilities['webhook-catcher'];
    for (const url of ['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:8080'])
      expect((await heard({ ...OPEN, TARGET_URL: url })).available).toBe(true);
    expect((await heard(OPEN)).reason).toBe(
      'no HARNESS_CATCHER_URL: the target has no way to reach the harness',
    );
    const forwarded = { HARNESS_CATCHER_URL: 'https://hooks.example.com', HARNESS_CATCHER_PORT: '8099' };
    expect((await heard({ ...OPEN, ...forwarded })).available).toBe(true);
    expect(await message({ ...OPEN, HARNESS_CATCHER_URL: 'https://hooks.example.com' })).toMatch(
      'HARNESS_CATCHER_URL needs HARNESS_CATCHER_PORT',
    );
  });

  it('declares prices, or none', async () => {
    expect((await targetOf(OPEN)).prices?.models['gpt-4o']).toEqual({
      input_nusd: 2_500,
      output_nusd: 10_000,
    });
    const { prices, capabilities } = await targetOf(OPEN, { profile: defineProfile({ prices: null }) });
    expect(prices).toBeUndefined();
    expect(capabilities['price-table'].reason).toBe('the profile declares no prices');
    const wrong = defineProfile({ prices: { version: '1', fallback: 'm-2', models: {} } });
    expect(await message(OPEN, { profile: wrong })).toMatch('prices: expected fallback to be one of models');
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
