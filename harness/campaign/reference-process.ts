/**
 * Starts the reference deployment as a process of its own: target and observer must not share an event loop,
 * and a killed harness leaves nothing behind, because the child stops when its standard input ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { HarnessError } from '../core/errors.ts';

/** What the reference prints when it is ready. */
const readySchema = z.object({
  url: z.url(),
  wsUrl: z.string(),
  tokens: z.array(z.object({ tenant: z.string(), user: z.string(), token: z.string() })).min(1),
  jwtSecret: z.string(),
  controlUrl: z.url().nullable(),
  allowedOrigins: z.array(z.string()),
});

export interface ReferenceProcess {
  /** As configuration: what somebody would write who tests it as if it were staging. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where its dependencies can be taken away, if it was started so. */
  readonly controlUrl: string | undefined;
  readonly stop: () => Promise<void>;
}

/** A fresh machine unpacks and initialises its database first, which took 5 s at most on two cores. */
const READY_MS = 60_000;
const STOP_MS = 10_000;
/** What is kept of its error output, to be told when it does not start. */
const KEPT_ERRORS = 2_000;

function commandOf(): readonly string[] {
  const source = fileURLToPath(new URL('../../reference/main.ts', import.meta.url));
  if (existsSync(source))
    return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, source];
  return [fileURLToPath(new URL('../../reference/main.js', import.meta.url))];
}

/**
 * Starts it and waits until it is ready.
 * @throws HarnessError `REFERENCE_FAILED` with what it said, when it does not become ready.
 */
export async function startReferenceProcess(flags: readonly string[] = []): Promise<ReferenceProcess> {
  const child = spawn(process.execPath, [...commandOf(), '--port', '0', '--exit-with-parent', ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A signal meant for us must not reach it first: it goes when we let it go.
    detached: true,
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString('utf8')}`.slice(-KEPT_ERRORS);
  });
  const stop = (): Promise<void> => stopChild(child);
  try {
    const line = await firstLine(child);
    const ready = readySchema.parse(JSON.parse(line));
    return { variables: variablesOf(ready), controlUrl: ready.controlUrl ?? undefined, stop };
  } catch (cause) {
    await stop();
    const said = errors.trim() === '' ? 'it printed nothing' : `it said: ${errors.trim()}`;
    throw new HarnessError('REFERENCE_FAILED', `the reference deployment did not become ready; ${said}`, {
      hint: 'run "npm run reference" alone to see it, or name a target with TARGET_URL',
      cause,
    });
  }
}

function variablesOf(ready: z.infer<typeof readySchema>): Readonly<Record<string, string>> {
  const [origin] = ready.allowedOrigins;
  return {
    TARGET_URL: ready.url,
    TARGET_WS_URL: ready.wsUrl,
    TARGET_JWT_SECRET: ready.jwtSecret,
    ...issuerOf(ready.tokens[0]?.token),
    TARGET_USERS: ready.tokens.map(({ tenant, user }) => `${tenant}/${user}`).join(','),
    TARGET_NAME: 'reference',
    TARGET_ENVIRONMENT: 'test',
    ...(origin === undefined ? {} : { TARGET_ALLOWED_ORIGIN: origin }),
  };
}

/** The issuer that its tokens name, so that minted ones differ from genuine ones in nothing else. */
function issuerOf(token: string | undefined): { readonly TARGET_JWT_ISSUER?: string } {
  const issuer = token === undefined ? undefined : decodeJwt(token).iss;
  return issuer === undefined ? {} : { TARGET_JWT_ISSUER: issuer };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${READY_MS / 1000} s`)), READY_MS);
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    if (child.stdout !== null) {
      const lines = createInterface({ input: child.stdout });
      lines.once('line', (line) => settle(() => resolve(line)));
    }
    child.once('error', (cause) => settle(() => reject(cause)));
    child.once('exit', (code) => settle(() => reject(new Error(`it exited with ${code}`))));
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.stdin?.end();
  await gone;
  clearTimeout(timer);
}
