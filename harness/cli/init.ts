import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { isSecret, type VariableName } from '../config/variables.ts';
import { HarnessError } from '../core/errors.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Register } from './command.ts';
import { type Answers, initFiles, nameFor } from './init-files.ts';

interface InitOptions {
  readonly url?: string;
  readonly wsUrl?: string;
  readonly name?: string;
  readonly tokensFile?: string;
  readonly jwtSecretFile?: string;
  readonly jwtIssuer?: string;
  readonly users?: string;
  readonly tokensStdin?: true;
  readonly jwtSecretStdin?: true;
  readonly open?: true;
  readonly choice?: readonly string[];
  readonly yes?: true;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Adds `init`. */
export const registerInit: Register = (root, finish) => {
  root
    .command('init')
    .description('write .env and a profile for a target; asks for what the options leave open')
    .option('--url <url>', 'the deployment')
    .option('--ws-url <url>', 'its chat socket, if that is elsewhere')
    .option('--name <name>', 'name of the profile (default: the host)')
    .option('--tokens-file <path>', 'file with ready tokens, JSON or one per line')
    .option('--tokens-stdin', 'read ready tokens from the standard input into .env')
    .option('--jwt-secret-file <path>', 'file with the secret that tokens are minted with')
    .option('--jwt-secret-stdin', 'read that secret from the standard input into .env')
    .option('--jwt-issuer <issuer>', 'issuer that the target expects in minted tokens')
    .option('--users <users>', 'users as tenant/user separated by commas, or how many to make up')
    .option('--open', 'the deployment needs no tokens')
    .option('--choice <point=value>', 'a variation point, for example VP-CLAMP=clamp; repeatable', collect)
    .option('--yes', 'ask nothing')
    .action(async (options: InitOptions) => finish(await init(options, process.cwd())));
};

async function init(options: InitOptions, cwd: string): Promise<ExitCode> {
  const answers = await answersOf(options);
  // Told before anything is written: a file of ours that is refused by ourselves helps nobody.
  const { name, variables, choices } = answers;
  await loadConfig({
    env: absolute(variables, cwd),
    cwd: NOWHERE,
    profile: { name, variationPoints: choices },
  });
  const { env, profile } = initFiles(answers);
  for (const { path } of [env, profile])
    if (existsSync(join(cwd, path)))
      throw refused(`${path} is there already`, 'remove it, or edit it by hand');
  const secrets = Object.keys(variables).filter((variable) => isSecret(variable as VariableName));
  const kept = secrets.filter((variable) => !variable.endsWith('_FILE'));
  if (kept.length > 0 && !isIgnored(cwd, env.path))
    throw refused(
      `${env.path} would hold ${kept.join(', ')}, and git does not ignore it`,
      'add .env to .gitignore first',
    );
  mkdirSync(dirname(join(cwd, profile.path)), { recursive: true });
  writeFileSync(join(cwd, profile.path), profile.text, { flag: 'wx' });
  writeFileSync(join(cwd, env.path), env.text, { flag: 'wx', mode: 0o600 });
  process.stdout.write(
    `wrote ${env.path} (for your eyes only) and ${profile.path}\nnext: npx agent-conformance doctor\n`,
  );
  return EXIT.conforms;
}

/** A folder that is not there, so that no other file has a say. */
const NOWHERE = '/nonexistent';

/** The variables with the paths of files as whoever reads them from elsewhere needs them. */
const absolute = (variables: Answers['variables'], cwd: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      name.endsWith('_FILE') ? resolve(cwd, value) : value,
    ]),
  );

const refused = (message: string, hint: string): HarnessError =>
  new HarnessError('CONFIG_INVALID', `${message}: nothing was written`, { hint });

async function answersOf(options: InitOptions): Promise<Answers> {
  const given = givenBy(options);
  if (options.yes === true) {
    if (given.variables.TARGET_URL === undefined)
      throw refused('--yes needs --url', 'for example --url https://staging.example.com');
    return { ...given, name: given.name === '' ? nameFor(given.variables.TARGET_URL) : given.name };
  }
  if (!process.stdin.isTTY)
    throw refused('nobody is there to be asked', 'use --yes with --url and the other options');
  const { askFor } = await import('./init-questions.ts');
  return askFor(given);
}

function givenBy(options: InitOptions): Answers {
  const said: Partial<Record<VariableName, string | undefined>> = {
    TARGET_URL: options.url,
    TARGET_WS_URL: options.wsUrl,
    TARGET_TOKENS_FILE: options.tokensFile,
    TARGET_TOKENS: options.tokensStdin === true ? standardInput() : undefined,
    TARGET_JWT_SECRET_FILE: options.jwtSecretFile,
    TARGET_JWT_SECRET: options.jwtSecretStdin === true ? standardInput() : undefined,
    TARGET_JWT_ISSUER: options.jwtIssuer,
    TARGET_USERS: options.users,
    TARGET_AUTH: options.open === true ? 'none' : undefined,
  };
  const variables = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { name: options.name ?? '', variables, choices: choicesOf(options.choice ?? []) };
}

function choicesOf(given: readonly string[]): Readonly<Record<string, string>> {
  const pairs = given.map((one) => one.split('=', 2));
  return Object.fromEntries(pairs.map(([point = '', value = '']) => [point, value]));
}

/** A secret comes this way and never as an argument, which everybody on the machine could read. */
const standardInput = (): string => readFileSync(0, 'utf8').trim();

/** Whether git leaves the file alone; true where there is no repository to commit it to. */
function isIgnored(cwd: string, path: string): boolean {
  const NOT_IGNORED = 1;
  return spawnSync('git', ['check-ignore', '-q', path], { cwd }).status !== NOT_IGNORED;
}
