import type { Command } from 'commander';
import { startReferenceProcess } from '../campaign/reference-process.ts';
import { EXIT } from '../core/exit-code.ts';
import type { Register } from './command.ts';
import { endOnSignal } from './display.ts';

interface ReferenceOptions {
  readonly port?: string;
  readonly host?: string;
  readonly defects?: string;
  readonly defectDelayMs?: string;
  readonly thinkingMs?: string;
  readonly pingIntervalMs?: string;
  readonly users?: string;
  readonly allowedOrigin?: string;
  readonly control?: true;
  readonly json?: true;
}

/** Adds `reference`. */
export const registerReference: Register = (root, finish) => {
  withFlags(root.command('reference'))
    .description('start the reference deployment, a target to try things with, until Ctrl-C')
    .option('--json', 'print its variables as JSON')
    .action(async ({ json, ...options }: ReferenceOptions) => {
      const asked = endOnSignal();
      const reference = await startReferenceProcess(flagsOf(options));
      const { variables, controlUrl } = reference;
      process.stdout.write(
        `${json === true ? JSON.stringify(variables) : linesOf(variables, controlUrl).join('\n')}\n`,
      );
      await ended(asked);
      await reference.stop();
      finish(EXIT.conforms);
    });
};

const withFlags = (command: Command): Command =>
  command
    .option('--port <n>', 'port to listen on (default: any free one)')
    .option('--host <address>', 'address to listen on')
    .option('--defects <ids>', 'defects to commit, separated by commas; see "list defects"')
    .option('--defect-delay-ms <n>', 'how long a delaying defect delays')
    .option('--thinking-ms <n>', 'pause of an agent after each thought')
    .option('--ping-interval-ms <n>', 'keep-alive interval of its sockets')
    .option('--users <n>', 'how many users there are')
    .option('--allowed-origin <origin>', 'browser origin to serve')
    .option('--control', 'serve a control surface that switches defects');

/** The same flags, as the deployment takes them; what is wrong with them it says itself. */
export const flagsOf = (options: Omit<ReferenceOptions, 'json'>): readonly string[] =>
  Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, String(value)];
  });

function linesOf(
  variables: Readonly<Record<string, string>>,
  controlUrl: string | undefined,
): readonly string[] {
  const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;
  return [
    `# the reference deployment is ready at ${variables['TARGET_URL']}; Ctrl-C stops it`,
    ...(controlUrl === undefined ? [] : [`# control surface: ${controlUrl}`]),
    '# in another shell:',
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
  ];
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    // A promise alone keeps no process alive; its child does, as long as it lives.
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
