import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFECT_CATALOGUE, UnknownDefectError } from './defects/catalogue.ts';
import { type ControlSurface, startControlSurface } from './defects/control-surface.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import {
  identitiesFor,
  ModelConfigurationError,
  modelFromEnvironment,
  storeUrlFromEnvironment,
} from './settings.ts';
import { type EmbeddedServer, startEmbeddedServer } from './store/embedded.ts';
import { WIRES, type Wire } from './wire/netra.ts';

interface Options {
  readonly port: number;
  readonly ingestPort?: number;
  readonly queryPort?: number;
  readonly host: string;
  readonly thinkingMs: number;
  readonly pingIntervalMs: number;
  readonly allowedOrigin?: readonly string[];
  readonly storeUrl?: string;
  readonly exitWithParent?: true;
  readonly defects: readonly string[];
  readonly defectDelayMs: number;
  readonly users?: number;
  readonly control?: true;
  readonly wire?: Wire;
}

const USAGE_ERROR = 2;
const MAX_PORT = 65_535;

function wholeNumber(what: string, from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value < from || value > to) throw new InvalidArgumentError(`Expected ${what} from ${from} to ${to}.`);
    return value;
  };
}

function origin(text: string, before: readonly string[] = []): readonly string[] {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw new InvalidArgumentError('Expected an origin, for example https://app.example.test.');
  }
  return [...before, text];
}

function postgresUrl(text: string): string {
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('Expected a URL such as postgres://user:password@host:5432/database.');
  }
  return text;
}

function defectIds(text: string): readonly string[] {
  const ids = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const unknown = ids.filter((id) => !DEFECT_CATALOGUE.some((defect) => defect.id === id));
  if (unknown.length > 0) throw new InvalidArgumentError(new UnknownDefectError(unknown).message);
  return ids;
}

function commandLine(): Command {
  const milliseconds = wholeNumber('milliseconds', 0, 600_000);
  return new Command('reference')
    .description('Starts the reference deployment and prints one line of JSON when it is ready.')
    .option('--port <n>', 'port to listen on; 0 takes any free one', wholeNumber('a port', 0, MAX_PORT), 0)
    .option(
      '--ingest-port <n>',
      'a port for the ingest of telemetry alone',
      wholeNumber('a port', 0, MAX_PORT),
    )
    .option('--query-port <n>', 'a port for the query of telemetry alone', wholeNumber('a port', 0, MAX_PORT))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--thinking-ms <n>', 'pause of an agent after each thought', milliseconds, 100)
    .option(
      '--ping-interval-ms <n>',
      'keep-alive interval of sockets',
      wholeNumber('milliseconds', 1, 600_000),
      20_000,
    )
    .option('--allowed-origin <origin>', 'browser origin to serve; may be repeated', origin)
    .option(
      '--store-url <url>',
      'PostgreSQL database (default: DATABASE_URL, else an embedded one)',
      postgresUrl,
    )
    .option('--defects <ids>', 'defects to commit, separated by commas', defectIds, [])
    .option('--defect-delay-ms <n>', 'how long a delaying defect delays', milliseconds, 20_000)
    .option('--control', 'serve a control surface that switches defects')
    .addOption(new Option('--wire <vocabulary>', 'what is spoken on the chat socket').choices(WIRES))
    .option('--users <n>', 'how many users there are (default: 6)', wholeNumber('users', 6, 1_000))
    .option('--exit-with-parent', 'stop when the standard input ends')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE_ERROR));
}

interface Stack {
  readonly deployment: Deployment;
  readonly control: ControlSurface | undefined;
  readonly stop: () => Promise<void>;
}

async function start(options: Options): Promise<Stack> {
  const given = options.storeUrl ?? storeUrlFromEnvironment();
  const model = modelFromEnvironment();
  let embedded: EmbeddedServer | undefined;
  if (given === undefined) embedded = await startEmbeddedServer();
  try {
    const {
      allowedOrigin,
      storeUrl: _store,
      exitWithParent: _exit,
      control: withControl,
      users,
      ...settings
    } = options;
    const storeUrl = given ?? (await embedded?.createDatabase()) ?? '';
    const identities = users === undefined ? {} : { identities: identitiesFor(users) };
    const origins = allowedOrigin === undefined ? {} : { allowedOrigins: allowedOrigin };
    const deployment = await startDeployment({
      ...settings,
      ...origins,
      ...identities,
      ...(model === undefined ? {} : { model }),
      storeUrl,
    });
    const control = withControl === true ? await startControlSurface(deployment) : undefined;
    return {
      deployment,
      control,
      stop: async () => {
        await control?.stop();
        await deployment.stop();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

function announce({ deployment, control }: Stack): void {
  const { stop: _, defects, faults: _faults, ...facts } = deployment;
  const line = { ...facts, controlUrl: control?.url ?? null, defects: defects.active() };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Resolves when somebody asks the process to end. */
function askedToStop(options: Options): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (options.exitWithParent === true) {
      process.stdin.once('end', () => resolve());
      process.stdin.once('error', () => resolve());
      process.stdin.resume();
    }
  });
}

/** A port that cannot be had and a store that cannot be reached are mistakes of the caller. */
function isUsageError(error: unknown): boolean {
  if (error instanceof ModelConfigurationError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(EADDRINUSE|EADDRNOTAVAIL|EACCES|ECONNREFUSED|ENOTFOUND|ERR_INVALID_URL|28P01|3D000)$/.test(code);
}

async function main(): Promise<void> {
  const options = commandLine().parse().opts<Options>();
  const stopping = askedToStop(options);
  const stack = await start(options);
  announce(stack);
  await stopping;
  await stack.stop();
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`the reference deployment did not start: ${message}\n`);
  process.exit(isUsageError(error) ? USAGE_ERROR : 1);
}
