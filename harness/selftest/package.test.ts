import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** Packing compiles (15 s on two cores), installing copies 80 packages (10 s), the campaign takes 12 s. */
const PATIENCE_MS = 120_000;

/** A place outside the tree with none of its settings: the package is met as a stranger meets it. */
function surroundings(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(TARGET_|HARNESS_|VITEST|NODE_OPTIONS$|NODE_ENV$|DATABASE_URL$|npm_(package|lifecycle)_)/.test(name),
  );
  return { ...Object.fromEntries(inherited), NO_COLOR: '1' };
}

describe('the package, installed elsewhere', () => {
  let folder: string;
  const inFolder = (command: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(command, words, {
      cwd: folder,
      env: surroundings(),
      timeout: PATIENCE_MS,
      maxBuffer: 64 * 1024 * 1024,
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'installed-'));
    // As root the embedded PostgreSQL runs as another user, which has to reach its own program.
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'package.json'), '{"name": "somebody", "private": true, "type": "module"}');
    await run('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: ROOT,
      env: surroundings(),
      timeout: PATIENCE_MS,
    });
    const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    await inFolder(
      'npm',
      'install',
      `./${tarball}`,
      '--omit=dev',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
    );
  }, PATIENCE_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(
    'runs a whole campaign against its own reference deployment, and leaves a report',
    async () => {
      const { stdout } = await inFolder(
        'npx',
        '--no-install',
        'agent-conformance',
        'run',
        'connectivity',
        'lifecycle',
        'agents-api',
      );
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^VERDICT=PASS .* exit=0 report=results\//);
      const report = JSON.parse(readFileSync(join(folder, 'results/latest/report.json'), 'utf8'));
      const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
      expect(report.exitCode).toBe(0);
      expect(report.harness).toMatchObject({ name: 'agent-conformance', version });
    },
    PATIENCE_MS,
  );

  test('opens its doors, and only these', async () => {
    const program = `
      const { defineCheck, defineRequirements, defineScenario } = await import('agent-conformance/core');
      const { intentOf } = await import('agent-conformance/views');
      const { reportSchema } = await import('agent-conformance/report');
      const inner = await import('agent-conformance/harness/core/check.js').catch(({ code }) => code);
      console.log([defineCheck, defineRequirements, defineScenario, intentOf, reportSchema.parse].map((one) => typeof one).join(), inner);
    `;
    const { stdout } = await inFolder('node', '--input-type=module', '--eval', program);
    expect(stdout.trim()).toBe('function,function,function,function,function ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  test('ships no test, and no source', async () => {
    const shipped = readdirSync(join(folder, 'node_modules/agent-conformance'), { recursive: true }).map(
      String,
    );
    const strange = shipped.filter((name) => /\.test\.|test-support|selftest|(?<!\.d)\.ts$/.test(name));
    expect(strange).toEqual([]);
  });
});

test('the lock file has every optional package, of other platforms too, or "npm ci" refuses it', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
  };
  const locked = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  );
  expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
});
