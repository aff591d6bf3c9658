/** The bench's processes: target and clients share nothing but the machine. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ContestantName } from './contestants.ts';
import type { Answer, AnswerOf, Order } from './orders.ts';

const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Nothing here takes a minute; what does has hung. */
const ANSWER_MS = 90_000;

/** Starts a module of the bench as a process; `flags` are Node's. */
export function startProcess(
  module: string,
  args: readonly string[],
  flags: readonly string[] = [],
): ChildProcess {
  const path = fileURLToPath(new URL(module, import.meta.url));
  return fork(path, [...args], {
    execArgv: [...flags, '--import', LOADER],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The next message; a process that ends instead, or says nothing, is an error. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ending = new AbortController();
  const { signal } = ending;
  const timer = setTimeout(() => ending.abort(), ANSWER_MS);
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${child.spawnargs.join(' ')} ended with ${String(code)}`);
    });
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

export interface Client {
  readonly name: ContestantName;
  readonly order: <K extends Order['kind']>(order: Extract<Order, { kind: K }>) => Promise<AnswerOf<K>>;
}

export interface Arena {
  readonly client: (name: ContestantName, timed: boolean) => Promise<Client>;
}

/** Runs `act` with a target of its own and clients for it; ends every process whatever happens. */
export async function inArena<T>(
  act: (arena: Arena) => Promise<T>,
  flags: readonly string[] = [],
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const children = [startProcess('target.ts', [])];
  try {
    const [target] = children;
    const { port } = (target === undefined ? {} : await nextMessage(target)) as { readonly port?: number };
    const url = `ws://127.0.0.1:${port ?? 0}/`;
    return await act({
      async client(name, timed) {
        const args = ['--contestant', name, '--url', url, '--dir', dir, ...(timed ? ['--timed'] : [])];
        const child = startProcess('client.ts', args, ['--expose-gc', ...flags]);
        children.push(child);
        await nextMessage(child);
        return { name, order: (order) => ask(child, order) };
      },
    });
  } finally {
    await Promise.all(children.map(stop));
    rmSync(dir, { recursive: true, force: true });
  }
}

async function ask<K extends Order['kind']>(
  child: ChildProcess,
  order: Extract<Order, { kind: K }>,
): Promise<AnswerOf<K>> {
  const answered = nextMessage(child);
  child.send(order);
  const said = (await answered) as Answer;
  if (said.kind === 'failed') throw new Error(said.reason);
  return said as AnswerOf<K>;
}
