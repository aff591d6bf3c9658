/** The commands as processes of their own, against a reference that breaks one requirement and one that breaks none. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReferenceProcess, startReferenceProcess } from '../campaign/reference-process.ts';
import { parseJson } from '../core/json.ts';
import { runCommandLine } from './command.ts';

let dir: string;
let broken: ReferenceProcess;
let mended: ReferenceProcess;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'agent-conformance-commands-'));
  [broken, mended] = await Promise.all([
    startReferenceProcess(['--defects', 'D-STARTED-NOT-FIRST', '--thinking-ms', '20']),
    startReferenceProcess(['--thinking-ms', '20']),
  ]);
});
afterAll(async () => {
  await Promise.all([broken.stop(), mended.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

describe('help and usage', () => {
  it('is one screen on the standard output', async () => {
    const { code, stdout, stderr } = await runCommandLine(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
    expect(stdout.split('\n')[1]).toContain('npx agent-conformance run');
  });

  it('refuses on the error output', async () => {
    const asks = [['lst'], ['run', '--fail-on', 'everything'], ['explain', 'LC-999']];
    for (const { code, stdout, stderr } of await Promise.all(asks.map((args) => runCommandLine(args)))) {
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/did you mean|Expected/i);
    }
  });
});

describe('a target that breaks LC-2', () => {
  it('is healthy enough to be judged, which doctor finds within 5 s', async () => {
    const { code, stdout } = await runCommandLine(['doctor', '--json'], broken.variables);
    const { signs, tookMs } = parseJson(stdout) as {
      signs: { area: string; state: string }[];
      tookMs: number;
    };
    expect(code).toBe(0);
    expect(signs.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(new Set(signs.map(({ area }) => area))).toEqual(
      new Set(['dns', 'tcp', 'health', 'clock', 'auth', 'socket', 'offers', 'plan']),
    );
    expect(tookMs).toBeLessThan(5_000);
  });

  it('fails, is found failing again, and is fixed where the defect is gone', async () => {
    const env = { ...broken.variables, HARNESS_RESULTS_DIR: dir };
    const run = await runCommandLine(['run', 'LC-1..LC-3', '--quiet', '--bail'], env);
    expect([run.code, run.stderr]).toEqual([1, '']);
    expect(run.stdout).toMatch(/^VERDICT=FAIL must_failed=\d+ .*\n$/);
    const campaign = ['--campaign', join(dir, 'latest')];
    const again = await runCommandLine(['replay', 'lifecycle/starts-first', ...campaign], broken.variables);
    expect([again.code, lastLine(again.stdout)]).toEqual([
      1,
      expect.stringMatching(/^REPLAY=STILL_FAILING /),
    ]);
    const finding = ['replay', 'lifecycle/starts-first#1', ...campaign];
    const fixed = await runCommandLine(finding, mended.variables);
    expect([fixed.code, lastLine(fixed.stdout)]).toEqual([0, expect.stringMatching(/^REPLAY=FIXED /)]);
    expect(fixed.stdout).toContain(`now at ${mended.variables['TARGET_URL']}`);
    // Whoever names no target means the one of the campaign, and never gets a sound one in its place.
    const nobodys = await runCommandLine(finding);
    expect([nobodys.code, nobodys.stdout]).toEqual([2, '']);
  });
});

describe('a target that is not there', () => {
  it('is told by doctor line by line', async () => {
    const env = { TARGET_URL: 'http://127.0.0.1:9', TARGET_AUTH: 'none' };
    const { code, stdout } = await runCommandLine(['doctor'], env);
    expect(code).toBe(4);
    expect(stdout).toMatch(/fail tcp +127\.0\.0\.1:9 cannot be connected to \(ECONNREFUSED/);
    expect(lastLine(stdout)).toMatch(/^DOCTOR=FAIL .* exit=4 /);
  });

  it('is planned without a single request', async () => {
    const env = { TARGET_URL: 'http://127.0.0.1:9', TARGET_AUTH: 'none' };
    const [{ code, stdout }, beyond] = await Promise.all([
      runCommandLine(['plan', 'lifecycle'], env),
      runCommandLine(['plan', 'lifecycle', '--budget', '1'], env),
    ]);
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatch(/^VERDICT=NONE planned=\d+/);
    expect(stdout).not.toMatch(/pass/i);
    expect([beyond.code, beyond.stderr]).toEqual([2, expect.stringContaining('the budget is 1')]);
  });
});

describe('completion', () => {
  it('completes commands and ids in bash', () => {
    // As bash does it: the script is loaded, then its function asked what could follow.
    const script = [
      // What the usual package of completions brings, as far as it is asked for.
      '_get_comp_words_by_ref() { cur=$' +
        '{COMP_WORDS[COMP_CWORD]}; prev=$' +
        '{COMP_WORDS[COMP_CWORD-1]}; words=("$' +
        '{COMP_WORDS[@]}"); cword=$COMP_CWORD; }',
      'compopt() { :; }',
      'agent-conformance() { node --import tsx harness/cli/main.ts "$@"; }',
      'eval "$(agent-conformance complete bash)"',
      'COMP_WORDS=(agent-conformance explain LC-2); COMP_CWORD=2; COMP_LINE="agent-conformance explain LC-2"',
      'COMP_POINT=$' + '{#COMP_LINE}; __agent_conformance_complete; printf "%s\\n" "$' + '{COMPREPLY[@]}"',
    ].join('\n');
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stdout.split('\n'), stderr).toEqual(expect.arrayContaining(['LC-2', 'LC-20', 'LC-21']));
    expect(stdout).not.toContain('LC-1\n');
  });
});

describe('init', () => {
  const ASK = ['init', '--yes', '--url', 'https://staging.example.com', '--tokens-stdin'];
  const init = (cwd: string) =>
    spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), join(process.cwd(), 'harness/cli/main.ts'), ...ASK],
      { cwd, input: 'a-token-of-ada,a-token-of-alan', encoding: 'utf8' },
    );

  it('writes a secret only where git does not see it, for its owner alone, and once', () => {
    const cwd = mkdtempSync(join(dir, 'init-'));
    spawnSync('git', ['init', '-q'], { cwd });
    const seen = init(cwd);
    expect([seen.status, seen.stderr]).toEqual([2, expect.stringContaining('git does not ignore it')]);
    writeFileSync(join(cwd, '.gitignore'), '.env\n');
    expect(init(cwd).status).toBe(0);
    expect(statSync(join(cwd, '.env')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toContain(
      'TARGET_TOKENS=a-token-of-ada,a-token-of-alan\n',
    );
    expect(init(cwd).status).toBe(2);
  });
});
