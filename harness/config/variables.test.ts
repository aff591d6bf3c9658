import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { HMAC, inFolder, OPEN, SITE } from './test-support/loading.ts';
import { VARIABLE_NAMES } from './variables.ts';

const { load, targetOf, refusal, message, path, write } = inFolder();

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

  /** Read by the reference deployment, which shares no configuration with the harness. */
  const OF_THE_REFERENCE = ['DATABASE_URL', 'LLM_API_KEY', 'LLM_BASE_URL', 'LLM_MODEL'];

  it('has every variable in the documentation', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z_]+)`/gm)]
      .map(([, name = '']) => name)
      .filter((name) => !OF_THE_REFERENCE.includes(name));
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
      HARNESS_REPORTERS: 'junit, allure,junit',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example/',
      OTEL_EXPORTER_OTLP_HEADERS: 'X-Api-Key=a%20b, ,nonsense',
      HARNESS_SEED: '42',
      HARNESS_CONCURRENCY: '8',
      HARNESS_STARTS_PER_SECOND: '2.5',
      HARNESS_READY_TIMEOUT_MS: '5s',
      HARNESS_MAX_MINUTES: '30',
      HARNESS_MAX_AGENT_RUNS: '0',
      HARNESS_MAX_TOKENS: '2000000',
      HARNESS_BASELINE_REPORT: 'out/earlier',
      HISTORY_DATABASE_URL: 'postgresql://history@db.example/history',
      TARGET_CA_FILE: 'ca.pem',
      https_proxy: 'http://ada:geheim123@proxy.example:3128',
      NO_PROXY: 'localhost',
    });
    expect(harness).toEqual({
      resultsDir: path('out'),
      catcher: { url: undefined, port: 0 },
      evidenceDir: undefined,
      evidenceKeepDays: 7,
      reporters: ['json', 'junit', 'allure'],
      traces: { url: 'https://otlp.example/v1/traces', headers: { 'x-api-key': 'a b' } },
      seed: 42,
      concurrency: 8,
      users: 5,
      readyTimeoutMs: 5000,
      maxMinutes: 30,
      maxAgentRuns: 0,
      maxTokens: 2_000_000,
      baselineReport: path('out/earlier'),
      historyUrl: 'postgresql://history@db.example/history',
      caFile: path('ca.pem'),
    });
    expect(target?.limits.startsPerSecond).toBe(2.5);
  });

  it('writes what is usual, and refuses a reporter that there is none of', async () => {
    const { harness } = await load(OPEN);
    expect([harness.reporters.includes('junit'), harness.reporters.includes('har')]).toEqual([true, false]);
    expect(harness.traces).toBeUndefined();
    expect(await message({ ...OPEN, HARNESS_REPORTERS: 'usual,junitt' })).toContain(
      'HARNESS_REPORTERS is "usual,junitt"',
    );
  });

  it.each(['HTTPS_PROXY=http://proxy.example:3128', 'NO_PROXY=localhost'])(
    'says that %s comes too late in a file',
    async (line) => {
      write('.env', line);
      expect(await message(OPEN)).toContain('comes too late');
    },
  );

  it('refuses an empty TARGET_URL in the environment, as a pipeline makes of a missing variable', async () => {
    expect(await message({ TARGET_URL: '' })).toContain('TARGET_URL is empty');
  });

  it('says that NODE_EXTRA_CA_CERTS comes too late in a file', async () => {
    write('.env', 'NODE_EXTRA_CA_CERTS=ca.pem');
    expect(await message(OPEN)).toContain('TARGET_CA_FILE');
    expect((await load({ ...OPEN, NODE_EXTRA_CA_CERTS: 'ca.pem' })).target).toBeDefined();
  });
});
