/**
 * Listens where the target may send something by itself: a webhook, or one that must not be sent. One server
 * for a campaign; each trial hears at addresses of its own, which nobody can guess, and nothing else is kept.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CatcherOptions } from '../config/options.ts';
import { HarnessError } from '../core/errors.ts';
import type { Hook } from '../core/scenario.ts';
import { type Kept, keepBytes } from './cut.ts';
import { createGate, type Gate } from './gate.ts';
import type { Journal } from './journal.ts';

/** What one request may bring, and how long it may take: whoever sends more is not listened to. */
const BODY_BYTES = 64 * 1024;
const REQUEST_MS = 10_000;
const CONNECTIONS = 64;
/** What one address keeps; a flood shows by then. */
const MOST_REQUESTS = 100;

/** One request as it was received. */
interface Caught extends Kept {
  readonly at: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Catcher {
  /** Begins to listen at a path; `at` of what is caught is taken from `now`. */
  readonly listen: (path: string, now: () => number, hear: (caught: Caught) => void) => Listening;
  readonly close: () => Promise<void>;
}

interface Listening {
  readonly url: string;
  readonly stop: () => void;
}

interface Ear {
  readonly now: () => number;
  readonly hear: (caught: Caught) => void;
}

/**
 * Opens the port: on this machine alone, or for everybody where the target is told another address.
 * @throws HarnessError `CONFIG_INVALID` when the port cannot be had.
 */
export async function openCatcher({ url, port }: CatcherOptions): Promise<Catcher> {
  const ears = new Map<string, Ear>();
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (asked, reply) => {
    const ear = ears.get(asked.url ?? '');
    if (ear === undefined) refuse(asked, reply);
    else void take(ear, asked, reply);
  });
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(notListening(port, cause)));
    server.listen(port, url === undefined ? '127.0.0.1' : undefined, resolve);
  });
  const base = url ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const prefix = new URL(base).pathname.replace(/\/$/, '');
  return {
    listen(path, now, hear) {
      // A forwarder may keep the path of the public address or take it away.
      const paths = [path, `${prefix}${path}`];
      for (const one of paths) ears.set(one, { now, hear });
      return { url: `${base}${path}`, stop: () => paths.forEach((one) => void ears.delete(one)) };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function notListening(port: number, cause: Error): HarnessError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
  const told = `port ${port} cannot be listened on (${code}): expected a free one in HARNESS_CATCHER_PORT`;
  return new HarnessError('CONFIG_INVALID', told, { cause });
}

function refuse(asked: IncomingMessage, reply: ServerResponse): void {
  asked.on('error', () => undefined).resume();
  reply.writeHead(404, { connection: 'close' }).end();
}

async function take(ear: Ear, asked: IncomingMessage, reply: ServerResponse): Promise<void> {
  const at = ear.now();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of asked as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > BODY_BYTES) break;
    }
  } catch {
    // It was sent all the same, as far as it came.
  }
  const headers = Object.fromEntries(
    Object.entries(asked.headers).map(([name, value]) => [name, String(value)]),
  );
  ear.hear({ at, method: asked.method ?? '', headers, ...keepBytes(Buffer.concat(chunks), BODY_BYTES) });
  reply.writeHead(204, { connection: 'close' }).end();
}

/** The addresses of one trial. */
export interface Hooks {
  readonly open: (label: string, word: string) => Hook;
  /** Nothing that arrives afterwards is this trial's. */
  readonly stop: () => void;
}

interface Awaited {
  readonly count: number;
  readonly gate: Gate;
}

/** Addresses whose requests go into the journal of a trial. */
export function openHooks(catcher: Catcher | undefined, journal: Journal): Hooks {
  const stops: (() => void)[] = [];
  return {
    open(label, word) {
      if (catcher === undefined) throw new HarnessError('INTERNAL', 'a hook was asked for without a catcher');
      const { hook, stop } = openHook(catcher, journal, label, word);
      stops.push(stop);
      return hook;
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

const ACTOR = 'catcher';

function openHook(catcher: Catcher, journal: Journal, label: string, word: string) {
  const id = journal.nextId();
  const awaited = new Set<Awaited>();
  let caught = 0;
  const listening = catcher.listen(`/${word}`, journal.now, ({ at, method, headers, text, ...kept }) => {
    caught += 1;
    if (caught > MOST_REQUESTS) return;
    journal.record(at, {
      kind: 'hook.request',
      actor: ACTOR,
      hook: id,
      method,
      headers,
      body: text,
      ...kept,
    });
    for (const { count, gate } of awaited) if (caught >= count) gate.settle(true);
  });
  journal.record(journal.now(), { kind: 'hook.open', actor: ACTOR, hook: id, label, url: listening.url });
  const hook: Hook = {
    url: listening.url,
    arrived(count, withinMs) {
      if (caught >= count) return Promise.resolve(true);
      const gate = createGate();
      awaited.add({ count, gate });
      return gate.within(withinMs, () => {
        const waitedFor = `request ${count} at ${label}`;
        const deadline = { kind: 'deadline', actor: ACTOR, hook: id, waitedFor, afterMs: withinMs } as const;
        journal.record(journal.now(), deadline);
      });
    },
  };
  const stop = (): void => {
    listening.stop();
    for (const { gate } of awaited) gate.settle(false);
  };
  return { hook, stop };
}
