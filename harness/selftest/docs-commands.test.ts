/**
 * What the docs tell people to type does what they say: each fence of shell commands is a session in a folder of its own,
 * against one reference deployment, with one small campaign as `results/latest`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReferenceProcess, startReferenceProcess } from '../campaign/reference-process.ts';
import { cleanEnvironment } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Commands that are not run, each with its reason. */
const NOT_RUN: ReadonlyMap<string, string> = new Map([['npm ci && npm test', 'this test is part of it']]);

/** What takes too long, asks, or does not end, and what is run instead of it. */
const INSTEAD: ReadonlyMap<string, { readonly run: string; readonly why: string }> = new Map([
  ['npm ci && npm run conformance', { run: 'npm run conformance -- LC-2', why: 'a part of a campaign' }],
  ['npx agent-conformance run', { run: 'npx agent-conformance run LC-2', why: 'a part of a campaign' }],
  [
    'npx agent-conformance run lifecycle',
    { run: 'npx agent-conformance run LC-1', why: 'one requirement of the area' },
  ],
  [
    'npx agent-conformance init',
    {
      run: 'npx agent-conformance init --yes --url https://staging.example.com --open',
      why: 'it asks for what the options leave open',
    },
  ],
  ...['1/2', '2/2', 'alone'].map((part): [string, { run: string; why: string }] => {
    const dir = part.replace('/2', '');
    const told = `--shard ${part} --campaign nightly-42-1 --output-dir parts/${dir}`;
    return [
      `npx agent-conformance run ${told}`,
      { run: `npx agent-conformance run LC-2 ${told}`, why: 'parts of a small campaign' },
    ];
  }),
]);

/** Ends when it is told to; it has to have said this before. */
const UNTIL_TOLD: readonly (readonly [RegExp, RegExp])[] = [
  [/^npx agent-conformance reference\b/, /export TARGET_URL=/],
];

interface Line {
  readonly told: string;
  readonly exit: number;
}
interface Session {
  readonly page: string;
  readonly lines: readonly Line[];
}

/** A comment of a line states how it ends where that is not with 0. */
function lineOf(text: string): Line {
  const [, command = '', comment = ''] = /^(.*?)(?:\s+# (.*))?$/.exec(text.trim()) ?? [];
  return { told: command, exit: Number(/^exit (\d+)/.exec(comment)?.[1] ?? 0) };
}

const sessionsOf = (page: string): readonly Session[] =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => ({
    page,
    lines: block
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map(lineOf),
  }));

const SESSIONS = PAGES.flatMap(sessionsOf);

/** Nothing is measured here, and a busy machine may take its time. */
const PATIENCE_MS = 600_000;

let folder: string;
let reference: ReferenceProcess;
let stored: string;

/** A folder in which the command is installed, with the stored campaign under every name that the docs give one. */
function desk(name: string, { lines }: Session): string {
  const dir = join(folder, name);
  mkdirSync(join(dir, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(ROOT, 'harness/cli/bin.js'), join(dir, 'node_modules/.bin/agent-conformance'));
  if (stored !== '') cpSync(stored, join(dir, 'results'), { recursive: true, verbatimSymlinks: true });
  const named = lines.flatMap(({ told }) => [...told.matchAll(/results\/(\d{8}-[\w-]+)/g)]);
  for (const [, campaign = ''] of named)
    cpSync(join(stored, 'latest/'), join(dir, 'results', campaign), { recursive: true, dereference: true });
  return dir;
}

const SCRIPTS = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  }
).scripts;

/** As `npx` and `npm run` start it, without the second that each of them takes to find it. */
function started(command: string): string {
  const script = /^npm run ([\w:]+)(?: -- (.*))?$/.exec(command);
  if (script === null) return command.replace(/^npx /, 'node_modules/.bin/');
  const [, name = '', args = ''] = script;
  return `${(SCRIPTS[name] ?? 'false').replace(/^tsx harness\/cli\/main\.ts/, 'node_modules/.bin/agent-conformance')} ${args}`;
}

interface Outcome {
  readonly code: number | null;
  readonly said: string;
}

function perform(dir: string, command: string): Promise<Outcome> {
  const child = spawn('bash', ['-c', `exec ${started(command)}`], {
    cwd: dir,
    env: cleanEnvironment({
      ...reference.variables,
      HARNESS_MAX_AGENT_RUNS: command.includes('--budget') ? '' : '0',
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const sign = UNTIL_TOLD.find(([which]) => which.test(command))?.[1];
  return ended(child, sign);
}

function ended(child: ChildProcess, sign: RegExp | undefined): Promise<Outcome> {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (sign?.test(said)) child.kill('SIGINT');
    });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, said }));
  });
}

/** Leaves nothing behind for the lines below it, so that once is enough, whichever page tells it first. */
const LOOKS = /^npx agent-conformance (doctor|plan|explain|list|config|--help)/;
const looked = new Set<string>();
const isKnown = (told: string): boolean => {
  if (!LOOKS.test(told)) return false;
  const known = looked.has(told);
  looked.add(told);
  return known;
};

async function play(session: Session, index: number): Promise<void> {
  const dir = desk(`session-${index}`, session);
  for (const { told, exit } of session.lines) {
    if (NOT_RUN.has(told) || isKnown(told)) continue;
    const { code, said } = await perform(dir, INSTEAD.get(told)?.run ?? told);
    expect(code, `${session.page}: ${told}\n${said}`).toBe(exit);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-conformance-docs-'));
  reference = await startReferenceProcess(['--thinking-ms', '20']);
  stored = '';
  const dir = desk('stored', { page: '', lines: [] });
  const { code, said } = await perform(dir, 'npx agent-conformance run connectivity LC-1..LC-3');
  expect(code, said).toBe(0);
  stored = join(dir, 'results');
});
afterAll(async () => {
  await reference.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the docs', () => {
  it('tell nothing in a shell fence but commands of ours', () => {
    const others = SESSIONS.flatMap(({ lines }) => lines.map(({ told }) => told)).filter(
      (told) => !/^(npx agent-conformance|npm run|npm ci && npm) /.test(`${told} `),
    );
    expect(others).toEqual([]);
  });

  it('are still the reason of each exception', () => {
    const told = new Set(SESSIONS.flatMap(({ lines }) => lines.map((line) => line.told)));
    for (const command of [...NOT_RUN.keys(), ...INSTEAD.keys()]) expect(told).toContain(command);
  });

  it.concurrent.each(
    SESSIONS.map((session, index) => ({ ...session, index, name: session.lines[0]?.told ?? '' })),
  )('$page: $name', ({ index, ...session }) => play(session, index), PATIENCE_MS);
});
