import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HarnessError } from '../core/errors.ts';
import { defineProfile, profileFaults } from './profile.ts';
import { completeProfile, loadProfile } from './profile-file.ts';
import { DEFAULT_PROFILE } from './profiles/default.ts';
import { REFERENCE_CHOICES, refusalOf, VARIATION_POINTS } from './variation-points.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'profile-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(file: string, content: unknown): string {
  const path = join(cwd, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const refusal = (nameOrPath: string): Promise<HarnessError> =>
  loadProfile(nameOrPath, cwd).then(
    () => {
      throw new Error('it was accepted');
    },
    (error: HarnessError) => error,
  );

describe('inheritance', () => {
  it('ends at the default, and overrules field by field', async () => {
    write('eu.json', {
      extends: './base/europe.json',
      thresholds: { silenceMs: 20_000 },
      variationPoints: { 'VP-FANOUT': null },
    });
    write('base/europe.json', {
      extends: 'default',
      thresholds: { silenceMs: 30_000, completionMs: 100_000 },
      variationPoints: { 'VP-FANOUT': 'all-sockets', 'VP-PING': '10' },
      endpoints: { chat: '/chat' },
      limits: { sessions: 5 },
    });
    const profile = await loadProfile('eu.json', cwd);
    expect(profile).toEqual({
      ...DEFAULT_PROFILE,
      name: 'eu',
      endpoints: { ...DEFAULT_PROFILE.endpoints, chat: '/chat' },
      thresholds: { silenceMs: 20_000, completionMs: 100_000 },
      variationPoints: { ...REFERENCE_CHOICES, 'VP-FANOUT': null, 'VP-PING': '10' },
      limits: { ...DEFAULT_PROFILE.limits, sessions: 5 },
    });
  });

  it('does not go in circles', async () => {
    write('a.json', { extends: 'b.json' });
    write('b.json', { extends: 'a.json' });
    expect((await refusal('a.json')).message).toMatch(/a\.json extends itself, by way of .*b\.json$/);
  });

  it('is available to a profile given as a value', async () => {
    write('base.json', { limits: { sessions: 7 } });
    const profile = await completeProfile(defineProfile({ name: 'test', extends: 'base.json' }), cwd);
    expect([profile.name, profile.limits.sessions]).toEqual(['test', 7]);
  });
});

describe('files', () => {
  it('may be modules', async () => {
    write('a.mjs', 'export default { limits: { sessions: 3 } };');
    write('b.mjs', 'export const profile = { name: "bee", extends: "./a.mjs" };');
    const profile = await loadProfile('b.mjs', cwd);
    expect([profile.name, profile.limits.sessions]).toEqual(['bee', 3]);
  });

  it('may be TypeScript where the runtime loads it', async () => {
    write('a.ts', 'export const profile: object = { limits: { sessions: 4 } };');
    expect((await loadProfile('a.ts', cwd)).limits.sessions).toBe(4);
  });

  it.each([
    ['nowhere.json', '', 'CONFIG_INVALID', /TARGET_PROFILE names .*nowhere\.json: .*\(ENOENT\)/],
    ['nowhere.mjs', '', 'CONFIG_INVALID', /TARGET_PROFILE names .*nowhere\.mjs: .*\(ENOENT\)/],
    [
      'staging',
      '',
      'CONFIG_INVALID',
      /expected a built-in profile \(default, reference, netra\).*profiles\/staging\.json/,
    ],
    ['defualt', '', 'CONFIG_INVALID', /did you mean default\?/],
    ['bad.json', '{', 'PROFILE_INVALID', /bad\.json is not JSON/],
    ['list.json', '[]', 'PROFILE_INVALID', /list\.json is refused/],
    ['none.mjs', 'export const x = 1;', 'PROFILE_INVALID', /exports nothing/],
    ['throws.mjs', 'throw new Error("no");', 'PROFILE_INVALID', /cannot be loaded: no/],
  ])('are refused: %s', async (file, content, code, expected) => {
    if (content !== '') write(file, content);
    const error = await refusal(file);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(expected)]);
  });
});

describe('content', () => {
  it.each([
    [{ treshold: {} }, 'treshold is no field of a profile: did you mean thresholds?'],
    [
      { thresholds: { completionsMs: 1 } },
      'thresholds.completionsMs is no field of a profile: did you mean completionMs?',
    ],
    [
      { thresholds: { completionMs: 3_600_000 } },
      'thresholds.completionMs: Too big: expected number to be <3600000',
    ],
    [
      { capabilities: { fixture: true } },
      'capabilities.fixture is no field of a profile: did you mean fixtures?',
    ],
    [
      { variationPoints: { 'VP-FANOT': 'x' } },
      'variationPoints.VP-FANOT: is no variation point: did you mean VP-FANOUT?',
    ],
    [
      { variationPoints: { 'VP-FANOUT': 'everyone' } },
      'variationPoints.VP-FANOUT: is "everyone": expected originating-socket or all-sockets, or null when it is not declared',
    ],
    [
      { variationPoints: { 'VP-PING': '31' } },
      'variationPoints.VP-PING: is "31": expected a number of seconds from 1 to 30, as text, or null when it is not declared',
    ],
    [
      { endpoints: { chat: 'ws' } },
      'endpoints.chat: expected a path that begins with /, for example /health',
    ],
    ...['telemetry', 'ftp://x.example', 'https://user:word@x.example', 'https://x.example?a=b'].map(
      (telemetryIngest): [object, string] => [
        { endpoints: { telemetryIngest } },
        'endpoints.telemetryIngest: expected a path that begins with /, or an http:// or https:// URL without credentials and query',
      ],
    ),
    [
      { origins: { listed: 'https://a.example/' } },
      'origins.listed: expected an origin, for example https://app.example.com',
    ],
    [{ faults: {} }, 'faults: expected {"url": "…"} or {"command": ["…"]}'],
  ])('is refused: %j', (profile, expected) => {
    expect(profileFaults(profile)).toEqual([expected]);
  });

  it('has a dialect that exists', () => {
    expect(profileFaults({ dialect: 'klingon' })[0]).toContain('agent-events.v1');
  });
});

describe('variation points', () => {
  it('are all declared by the default profile, with values that are allowed', () => {
    const refused = Object.entries(REFERENCE_CHOICES).filter(
      ([id, value]) => refusalOf(id, value) !== undefined,
    );
    expect(refused).toEqual([]);
    expect(Object.keys(DEFAULT_PROFILE.variationPoints)).toEqual(Object.keys(VARIATION_POINTS));
  });

  it('are all documented, with every value', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    for (const [id, { about, allowed, reference }] of Object.entries(VARIATION_POINTS)) {
      const values =
        'from' in allowed
          ? `\`${reference}\`; ${allowed.from} to ${allowed.to} ${allowed.unit}`
          : allowed.map((value) => `\`${value}\``).join(', ');
      expect(page).toContain(`| ${id} | ${about} | ${values} |`);
    }
  });
});
