import { Command, InvalidArgumentError } from 'commander';
import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../core/json.ts';
import { ok, warn } from '../driver/doctor-sign.ts';
import { diagnosisLines } from './doctor.ts';
import { rootHelp } from './help.ts';
import { initFiles, nameFor } from './init-files.ts';
import { flagsOf } from './reference.ts';
import { failedOf } from './selection.ts';
import { durationMs, oneOf, wholeNumber } from './values.ts';

describe('values of options', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
  ])('the duration %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['', '10', '0s', '-1s', '10 minutes', '25h', '1e3s'])('no duration: %j', (text) => {
    expect(() => durationMs(text)).toThrow(InvalidArgumentError);
  });

  it('a number within its bounds, a word of a few', () => {
    expect(wholeNumber(1, 9)('7')).toBe(7);
    for (const text of ['0', '10', 'x', '1.5', '']) expect(() => wholeNumber(1, 9)(text)).toThrow(/1 to 9/);
    expect(oneOf(['must', 'should'])('SHOULD')).toBe('should');
    expect(() => oneOf(['must'])('may')).toThrow(InvalidArgumentError);
  });
});

describe('the files of init', () => {
  const SECRET = `it's a "secret" # with = and $all`;
  const { env, profile } = initFiles({
    name: 'staging',
    variables: { TARGET_URL: 'https://staging.example.com', TARGET_JWT_SECRET: SECRET },
    choices: { 'VP-CLAMP': 'clamp' },
  });

  it('are read back as they were meant', () => {
    expect(parse(env.text)).toEqual({
      TARGET_URL: 'https://staging.example.com',
      TARGET_JWT_SECRET: SECRET,
      TARGET_PROFILE: 'profiles/staging.json',
    });
  });

  it('keep the secret out of what is committed', () => {
    expect(parseJson(profile.text)).toEqual({
      ...{ name: 'staging', extends: 'default', variationPoints: { 'VP-CLAMP': 'clamp' } },
    });
    expect(profile.text).not.toContain('secret');
  });

  it('are named after the host', () => {
    expect(nameFor('https://api.staging.example.com:8443/x')).toBe('api-staging-example-com');
    expect(nameFor('nonsense')).toBe('staging');
  });
});

describe('the help', () => {
  it('begins with examples', () => {
    const root = new Command('agent-conformance');
    root.command('run').description('drive');
    const lines = rootHelp(root).split('\n');
    expect(lines[1]).toContain('npx agent-conformance run ');
    expect(lines).toContain('  run  drive');
  });
});

describe('a diagnosis', () => {
  it('tells each sign with its hint, and ends in a line to grep', () => {
    const target = { name: 'staging', url: 'https://staging.example.com', profile: 'default' };
    const signs = [ok('dns', 'it is there'), warn('clock', 'it is late', 'set it')];
    const diagnosis = { target, signs, tookMs: 1_234 } as unknown as Parameters<typeof diagnosisLines>[0];
    expect(diagnosisLines(diagnosis, 0, false)).toEqual([
      'staging at https://staging.example.com, profile default',
      '  ok   dns       it is there',
      '  warn clock     it is late',
      '                 set it',
      'a campaign could be driven; nothing was judged',
      'DOCTOR=OK ok=1 warn=1 fail=0 exit=0 took=1.2s',
    ]);
  });
});

describe('what failed last time', () => {
  const report = {
    campaign: 'c',
    checks: [
      { id: 'lifecycle/starts-first', verdict: 'pass' },
      { id: 'lifecycle/ends-once', verdict: 'fail' },
      { id: 'connectivity/greets-once', verdict: 'inconclusive' },
    ],
  } as unknown as Parameters<typeof failedOf>[0];

  it('is selected, within the other words', () => {
    expect([...failedOf(report, [])].sort()).toEqual(['connectivity/greets-once', 'lifecycle/ends-once']);
    expect(failedOf(report, ['lifecycle'])).toEqual(['lifecycle/ends-once']);
  });

  it('may be nothing', () => {
    expect(() => failedOf(report, ['telemetry'])).toThrow(
      expect.objectContaining({ code: 'NOTHING_SELECTED' }),
    );
  });
});

it('the flags of the reference are those that were given', () => {
  expect(flagsOf({ port: '0', thinkingMs: '50', control: true })).toEqual([
    ...['--port', '0', '--thinking-ms', '50', '--control'],
  ]);
});
