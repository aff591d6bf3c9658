/** The command line as a process of its own, as a pipeline runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readProcessEnvironment } from '../config/load.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the error output matches. */
  readonly said: (pattern: RegExp) => Promise<void>;
}

/** The environment without anything that would name another target or change the output. */
export function cleanEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(readProcessEnvironment()).filter(
    ([name]) => !/^(TARGET_|HARNESS_|VITEST|NODE_OPTIONS|DATABASE_URL|CI$)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/** Starts `agent-conformance` with these arguments. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>>): Started {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', 'harness/cli/main.ts', ...args], {
    cwd: ROOT,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      heard[name] += chunk.toString('utf8');
      for (const listener of listeners) listener();
    });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, ...heard, tookMs: performance.now() - startedAt }));
  });
  const said = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(heard.stderr)) resolve();
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without saying ${pattern}:\n${heard.stderr}`)));
    });
  return { child, ended, said };
}

/** Runs it to its end. */
export const runCommandLine = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => startCommand(args, env).ended;
