import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedServer } from '../../reference/store/embedded.ts';
import { reportSchema } from '../report/model.ts';
import { runCommandLine, startCommand } from './command.ts';

let results: string;
beforeAll(() => {
  results = mkdtempSync(join(tmpdir(), 'agent-conformance-cli-'));
});
afterAll(() => rmSync(results, { recursive: true, force: true }));

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
const folderOf = (dir: string): string => {
  const [campaign] = readdirSync(dir).filter((name) => /^\d{8}-/.test(name));
  return join(dir, campaign ?? 'no campaign');
};
const reportOf = (dir: string) =>
  reportSchema.parse(JSON.parse(readFileSync(join(folderOf(dir), 'report.json'), 'utf8')));

describe('against its own reference', () => {
  it('conforms, and judging the evidence again gives the same report', async () => {
    const dir = join(results, 'own');
    const { code, stdout } = await runCommandLine(['run'], { HARNESS_RESULTS_DIR: dir });
    expect(lastLine(stdout)).toMatch(/^VERDICT=PASS .* exit=0 /);
    expect(code).toBe(0);
    const { created, left } = reportOf(dir).evidence.fixtures;
    expect(created).toBeGreaterThan(0);
    expect(left).toEqual([]);
    const path = join(folderOf(dir), 'report.json');
    const live = readFileSync(path, 'utf8');
    rmSync(path);
    const again = await runCommandLine(['rejudge', folderOf(dir)]);
    expect(again.code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(live);
  });

  it('keeps no secret in any artefact', () => {
    const dir = folderOf(join(results, 'own'));
    const files = [
      ...readdirSync(dir),
      ...readdirSync(join(dir, 'evidence')).map((name) => `evidence/${name}`),
    ];
    const texts = files
      .filter((name) => /json|md$/.test(name))
      .map((name) => readFileSync(join(dir, name), 'utf8'));
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter((text) => /eyJ[\w-]{10,}\.[\w-]{10,}\./.test(text))).toEqual([]);
  });

  it('works on a PostgreSQL server that somebody else started', async () => {
    const server = await startEmbeddedServer();
    try {
      const dir = join(results, 'server');
      const env = { HARNESS_RESULTS_DIR: dir, DATABASE_URL: await server.createDatabase() };
      // Whatever the store has to do with: of the chat, its data and its limits the other campaigns tell.
      const suites = ['connectivity', 'lifecycle', 'agents-api', 'sandbox', 'telemetry', 'cross-surface'];
      expect(lastLine((await runCommandLine(['run', ...suites], env)).stdout)).toMatch(/^VERDICT=PASS /);
    } finally {
      await server.stop();
    }
  });
});

describe('what cannot be driven', () => {
  it('tells what it tried when nothing listens, within 15 s', async () => {
    const env = {
      TARGET_URL: 'http://127.0.0.1:9',
      TARGET_AUTH: 'none',
      TARGET_ENVIRONMENT: 'staging',
      HARNESS_RESULTS_DIR: join(results, 'gone'),
    };
    const { code, stdout, tookMs } = await runCommandLine(['run'], env);
    expect(code).toBe(4);
    expect(stdout).toContain('http://127.0.0.1:9/health');
    expect(lastLine(stdout)).toMatch(/exit=4/);
    expect(tookMs).toBeLessThan(15_000);
  });

  it('names a bad variable', async () => {
    const env = {
      TARGET_URL: 'http://127.0.0.1:9',
      TARGET_WS_URL: 'http://127.0.0.1:9',
      TARGET_AUTH: 'none',
    };
    const { code, stderr } = await runCommandLine(['run'], env);
    expect(code).toBe(2);
    expect(stderr).toContain('TARGET_WS_URL is "http://127.0.0.1:9"');
  });

  it('suggests a selector for one that matches nothing', async () => {
    const { code, stderr } = await runCommandLine(['list', 'lifecicle']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "lifecycle"');
    expect(
      (await runCommandLine(['run', 'LC-18'], { TARGET_URL: 'http://127.0.0.1:9', TARGET_AUTH: 'none' }))
        .code,
    ).toBe(2);
  });

  it('refuses a folder that holds no campaign', async () => {
    const { code, stderr } = await runCommandLine(['rejudge', results]);
    expect(code).toBe(5);
    expect(stderr).toContain('EVIDENCE_INVALID');
  });
});

describe('a target behind an auth wall', () => {
  let wall: Server;
  beforeAll(async () => {
    wall = createServer((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
    );
    await new Promise<void>((resolve) => wall.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => wall.close());

  it('is never green', async () => {
    const dir = join(results, 'wall');
    const env = {
      TARGET_URL: `http://127.0.0.1:${(wall.address() as AddressInfo).port}`,
      TARGET_ENVIRONMENT: 'staging',
      TARGET_JWT_SECRET: 'a secret that nobody asks for',
      TARGET_TELEMETRY_MS: '2s', // nothing will ever show there
      HARNESS_RESULTS_DIR: dir,
    };
    const { code } = await runCommandLine(['run'], env);
    expect(code).toBe(1);
    const report = reportOf(dir);
    const passed = report.requirements.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id);
    // That its answers carry a true date holds of a wall too.
    expect(passed.filter((id) => id !== 'CN-8')).toEqual([]);
  });
});

describe('a campaign that does not come to its end', () => {
  it('leaves evidence that can be judged and cannot pass when it is killed', async () => {
    const dir = join(results, 'killed');
    const { child, ended, said } = startCommand(['run'], { HARNESS_RESULTS_DIR: dir });
    await said(/ended +plain-session-1|ended +cost-optimisation-1/);
    const started = descendantsOf(child.pid);
    expect(started.length).toBeGreaterThan(1); // the reference, and its database
    child.kill('SIGKILL');
    await ended;
    const { code, stdout } = await runCommandLine(['rejudge', folderOf(dir)]);
    expect(code).toBe(5);
    expect(lastLine(stdout)).toMatch(/error=[1-9]/);
    const { evidence, requirements } = reportOf(dir);
    const states = new Set(evidence.trials.map(({ state }) => state));
    expect([...states].sort()).toEqual(expect.arrayContaining(['missing', 'sealed']));
    expect(requirements.filter(({ id, verdict }) => /^LC-(1|2|3)$/.test(id) && verdict === 'pass')).toEqual(
      [],
    );
    await expect.poll(() => started.filter(isAlive), { timeout: 15_000 }).toEqual([]);
  });

  it('writes its report on Ctrl-C and ends with 130', async () => {
    const dir = join(results, 'interrupted');
    const { child, ended, said } = startCommand(['run'], { HARNESS_RESULTS_DIR: dir });
    await said(/started +plain-session-1/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const report = reportOf(dir);
    expect(report.exitCode).toBe(130);
    expect(report.evidence.fixtures.left).toEqual([]);
  });
});

/** The process numbers of everything that this process started, and what those started in turn. */
function descendantsOf(parent: number | undefined): readonly number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (of: number | undefined): readonly number[] =>
    rows.flatMap(([pid, ppid]) => (pid !== undefined && ppid === of ? [pid, ...childrenOf(pid)] : []));
  return childrenOf(parent);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
