/** The templates of docs/ci are well formed for the engines they are written for, and their commands do what they say. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { validateWorkflow } from '@action-validator/core';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { startReferenceProcess } from '../campaign/reference-process.ts';
import { cleanEnvironment } from './command.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(join(ROOT, 'docs/ci', name), 'utf8');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-conformance-ci-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GITHUB = ['github-nightly.yml', 'github-gate.yml', 'github-suite.yml'] as const;

describe('the templates', () => {
  it.each(GITHUB)('%s is a workflow that GitHub takes', (name) => {
    expect(validateWorkflow(read(name))).toEqual({ actionType: 'workflow', errors: [] });
    expect(parse(read(name)).concurrency).toEqual({
      group: 'staging-conformance',
      'cancel-in-progress': false,
    });
  });

  it.each(['gitlab.yml', 'gitlab-nightly.yml'])('%s is a pipeline that GitLab takes', async (name) => {
    const dir = join(folder, name);
    mkdirSync(join(dir, 'docs/ci'), { recursive: true });
    cpSync(join(ROOT, 'docs/ci/gitlab-nightly.yml'), join(dir, 'docs/ci/gitlab-nightly.yml'));
    writeFileSync(join(dir, '.gitlab-ci.yml'), read(name));
    await run('git', ['init', '-q'], { cwd: dir });
    await run('git', ['remote', 'add', 'origin', 'git@gitlab.example.com:platform/staging.git'], {
      cwd: dir,
    });
    const linter = join(ROOT, 'node_modules/.bin/gitlab-ci-local');
    const { stdout, stderr } = await run(linter, ['--list', '--no-color'], { cwd: dir, timeout: 60_000 });
    expect(stdout + stderr).toMatch(/json schema validated/);
  });

  it('kubernetes.yml holds what Kubernetes takes', () => {
    const kinds = { Job, PersistentVolumeClaim } as const;
    const documents = parseAllDocuments(read('kubernetes.yml')).map((document) => document.toJS());
    for (const { apiVersion: _version, kind, ...rest } of documents)
      expect(() => new kinds[kind as keyof typeof kinds](rest).validate()).not.toThrow();
    expect(documents.map(({ kind }) => kind)).toEqual(['PersistentVolumeClaim', 'Job', 'Job']);
  });
});

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The scripts of a job, but for the installation. */
const scriptsOf = (workflow: string, job: string): readonly string[] =>
  (parse(read(workflow)).jobs[job].steps as readonly Step[]).flatMap((step) =>
    step.run === undefined || step.run === 'npm ci' ? [] : [step.run],
  );

/** A deployment that offers the chat alone: enough to see the commands at work. */
const WITHOUT = { 'agents-api': false, sandbox: false, telemetry: false, 'multi-agent': false } as const;
const CHAT_ONLY = (): string => join(folder, 'chat-only.json');

/** Where the engine puts which part a machine is to drive. */
const PART = /\$\{\{ matrix\.part \}\}/;

const matrixOf = (workflow: string, job: string): readonly string[] =>
  parse(read(workflow)).jobs[job].strategy.matrix.part;

describe('the commands of the templates', () => {
  let reference: Awaited<ReturnType<typeof startReferenceProcess>>;
  beforeAll(async () => {
    // Slow enough that in its longest runs something could be held back for a second (LC-11).
    reference = await startReferenceProcess(['--thinking-ms', '70']);
    writeFileSync(
      CHAT_ONLY(),
      JSON.stringify({ name: 'chat-only', extends: 'default', capabilities: WITHOUT }),
    );
  });
  afterAll(() => reference.stop());

  /** A machine of its own: a folder in which the command is installed. */
  function machine(name: string): string {
    const dir = join(folder, name);
    mkdirSync(join(dir, 'node_modules/.bin'), { recursive: true });
    symlinkSync(join(ROOT, 'harness/cli/bin.js'), join(dir, 'node_modules/.bin/agent-conformance'));
    return dir;
  }
  /** Runs a script as the engine would; returns what it said last. */
  async function perform(
    dir: string,
    script: string,
    env: Readonly<Record<string, string>>,
  ): Promise<string> {
    const surroundings = cleanEnvironment({
      ...reference.variables,
      TARGET_ENVIRONMENT: 'staging',
      TARGET_PROFILE: CHAT_ONLY(),
      HARNESS_MAX_AGENT_RUNS: '0',
      ...env,
    });
    const { stdout } = await run('bash', ['-e', '-c', script], { cwd: dir, env: surroundings });
    return stdout.trimEnd().split('\n').at(-1) ?? '';
  }

  it('drive a night in four parts at once and one more, and judge their union', async () => {
    const night = { CAMPAIGN: 'nightly-42-1' };
    const parts = matrixOf('github-nightly.yml', 'parts').map(async (part, index) => {
      const dir = machine(`part-${index}`);
      for (const script of scriptsOf('github-nightly.yml', 'parts'))
        await perform(dir, script.replace(PART, part), night);
      return dir;
    });
    const verdict = machine('verdict');
    for (const [index, dir] of (await Promise.all(parts)).entries())
      cpSync(join(dir, 'results'), join(verdict, `parts/part-${index}`), { recursive: true });
    const said: string[] = [];
    for (const script of scriptsOf('github-nightly.yml', 'verdict'))
      said.push(await perform(verdict, script, night));
    expect(said[0]).toMatch(/^VERDICT=NONE shard=alone exit=0/);
    expect(said[1]).toMatch(/^VERDICT=PASS .* exit=0/);
    expect(parts).toHaveLength(4);
  }, 240_000);

  it('drive what somebody asks for', async () => {
    const [script = ''] = scriptsOf('github-suite.yml', 'suite');
    const said = await perform(machine('suite'), script, { SELECTION: 'connectivity LC-1' });
    expect(said).toMatch(/^VERDICT=PASS .* exit=0/);
  });

  it('are the same for every engine', () => {
    // Whatever the quoting and the names of folders: command and options.
    const shape = (line: string): string =>
      [...line.matchAll(/(?<= )(--[a-z-]+)|agent-conformance ([a-z]+)/g)]
        .map((match) => match[2] ?? match[1])
        .sort()
        .join(' ');
    const commandsIn = (name: string): readonly string[] =>
      read(name)
        .split('\n')
        .filter((line) => line.includes('npx agent-conformance'))
        .map((line) =>
          shape(line).replace(' run', '').replace('--output-dir ', '').replace(' --output-dir', ''),
        );
    const tried = new Set(GITHUB.flatMap(commandsIn));
    for (const name of ['gitlab.yml', 'gitlab-nightly.yml', 'kubernetes.yml'])
      expect(commandsIn(name).filter((command) => !tried.has(command))).toEqual([]);
  });
});
