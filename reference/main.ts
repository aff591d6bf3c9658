import { Command, InvalidArgumentError } from 'commander';
import { type Deployment, startDeployment } from './deployment.ts';
import { storeUrlFromEnvironment } from './settings.ts';
import { type EmbeddedServer, startEmbeddedServer } from './store/embedded.ts';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly thinkingMs: number;
  readonly pingIntervalMs: number;
  readonly allowedOrigin?: readonly string[];
  readonly storeUrl?: string;
  readonly exitWithParent?: true;
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

function commandLine(): Command {
  const milliseconds = wholeNumber('milliseconds', 0, 600_000);
  return new Command('reference')
    .description('Starts the reference deployment and prints one line of JSON when it is ready.')
    .option('--port <n>', 'port to listen on; 0 takes any free one', wholeNumber('a port', 0, MAX_PORT), 0)
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
    .option('--exit-with-parent', 'stop when the standard input ends')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE_ERROR));
}

interface Stack {
  readonly deployment: Deployment;
  readonly stop: () => Promise<void>;
}

async function start(options: Options): Promise<Stack> {
  const given = options.storeUrl ?? storeUrlFromEnvironment();
  let embedded: EmbeddedServer | undefined;
  if (given === undefined) embedded = await startEmbeddedServer();
  try {
    const { port, host, thinkingMs, pingIntervalMs, allowedOrigin } = options;
    const storeUrl = given ?? (await embedded?.createDatabase()) ?? '';
    const origins = allowedOrigin === undefined ? {} : { allowedOrigins: allowedOrigin };
    const deployment = await startDeployment({
      port,
      host,
      thinkingMs,
      pingIntervalMs,
      storeUrl,
      ...origins,
    });
    return {
      deployment,
      stop: async () => {
        await deployment.stop();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

function announce({ deployment }: Stack): void {
  const { stop: _, ...facts } = deployment;
  process.stdout.write(`${JSON.stringify({ ...facts, controlUrl: null })}\n`);
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

const options = commandLine().parse().opts<Options>();
const stopping = askedToStop(options);
const stack = await start(options);
announce(stack);
await stopping;
await stack.stop();
process.exit(0);
