import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HarnessError } from '../core/errors.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Register } from './command.ts';

/** The harness against its reference with each defect in turn; not in the package, which nobody would change. */
const PROGRAM = fileURLToPath(new URL('../selftest/prove/main.ts', import.meta.url));
/** Its libraries and its results are the checkout's, wherever it is called from. */
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** Adds `prove`. */
export const registerProve: Register = (root, finish) => {
  root
    .command('prove')
    .description('prove the checks: each must notice its defects, and nothing where nothing is wrong')
    .argument('[words...]', 'defects, and options of the proof: --part, --full, --publish')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: string[]) => finish(await prove(words)));
};

function prove(words: readonly string[]): Promise<ExitCode> {
  if (!existsSync(PROGRAM))
    throw new HarnessError(
      'CONFIG_INVALID',
      'the checks are proven in a checkout, not in an installed package',
      {
        hint: 'docs/kill-matrix.md holds what the last proof showed',
      },
    );
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...words], {
    cwd: CHECKOUT,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve((code ?? EXIT.harnessError) as ExitCode));
  });
}
