import { effectiveConfig } from '../config/effective.ts';
import { loadConfig, readProcessEnvironment } from '../config/load.ts';
import { EXIT } from '../core/exit-code.ts';
import { plainText } from '../report/plain-text.ts';
import type { Register } from './command.ts';

/** Longer values are told by their beginning. */
const SHOWN = 100;

/** Adds `config`. */
export const registerConfig: Register = (root, finish) => {
  root
    .command('config')
    .description('show the configuration in effect, and where each value comes from')
    .option('--profile <name>', 'profile by name or path (TARGET_PROFILE)')
    .option('--changed', 'only what is not the default')
    .addHelpText(
      'after',
      '\nThe command line overrules the environment, then come .env.<profile>.local, .env.<profile>, .env.local, .env,\nthe profile, and the defaults. Secrets are shown by their length.',
    )
    .action(async (options: { readonly profile?: string; readonly changed?: true }) => {
      const overrides = options.profile === undefined ? {} : { TARGET_PROFILE: options.profile };
      const input = { env: readProcessEnvironment(), cwd: process.cwd(), overrides };
      // All that is wrong is told, rather than shown as if it were in effect.
      await loadConfig(input);
      const values = (await effectiveConfig(input)).filter(
        ({ source }) => options.changed !== true || source !== 'default',
      );
      const width = Math.max(0, ...values.map(({ name }) => name.length));
      const lines = values.map(({ name, value, source }) => {
        const shown = plainText(value);
        const cut = shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
        return `${name.padEnd(width)}  ${cut}  (${source})\n`;
      });
      process.stdout.write(lines.join(''));
      finish(EXIT.conforms);
    });
};
