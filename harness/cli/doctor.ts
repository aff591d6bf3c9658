import { randomBytes } from 'node:crypto';
import picocolors from 'picocolors';
import { catalogue } from '../../suites/catalogue.ts';
import { type Diagnosis, examineTarget } from '../campaign/examine-target.ts';
import { readProcessEnvironment } from '../config/load.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Sign } from '../driver/doctor-sign.ts';
import { systemClock } from '../driver/system-clock.ts';
import { plainText } from '../report/plain-text.ts';
import type { Register } from './command.ts';
import { progressForm } from './progress.ts';

interface DoctorOptions {
  readonly target?: string;
  readonly profile?: string;
  readonly run?: true;
  readonly json?: true;
  readonly color: boolean;
}

/** Adds `doctor`. */
export const registerDoctor: Register = (root, finish) => {
  root
    .command('doctor')
    .description('look whether the target could be judged: network, credentials, sockets, fixtures')
    .option('--target <url>', 'the deployment (TARGET_URL)')
    .option('--profile <name>', 'profile by name or path (TARGET_PROFILE)')
    .option('--run', 'ask for one agent run too')
    .option('--json', 'as JSON')
    .option('--no-color', 'plain text')
    .action(async (options) => finish(await doctor(options)));
};

async function doctor({ target, profile, run, json, color }: DoctorOptions): Promise<ExitCode> {
  const diagnosis = await examineTarget({
    suites: catalogue,
    env: readProcessEnvironment(),
    cwd: process.cwd(),
    overrides: {
      ...(target === undefined ? {} : { TARGET_URL: target }),
      ...(profile === undefined ? {} : { TARGET_PROFILE: profile }),
    },
    clock: systemClock,
    uniqueWord: randomBytes(3).toString('hex'),
    withRun: run === true,
    onReference: () =>
      void process.stderr.write('no TARGET_URL is set: starting a reference deployment to look at\n'),
  });
  const code = diagnosis.signs.some(({ state }) => state === 'fail') ? EXIT.targetNotReady : EXIT.conforms;
  const form = progressForm(process.stdout.isTTY === true, readProcessEnvironment());
  const text =
    json === true
      ? JSON.stringify({ exitCode: code, tookMs: diagnosis.tookMs, signs: diagnosis.signs }, null, 2)
      : diagnosisLines(diagnosis, code, form.colour && color).join('\n');
  process.stdout.write(`${text}\n`);
  return code;
}

/** The diagnosis in words, one line for each sign and its hint below. */
export function diagnosisLines(
  { target, signs, tookMs }: Diagnosis,
  code: ExitCode,
  colour: boolean,
): readonly string[] {
  const { green, yellow, red, dim } = picocolors.createColors(colour);
  const tints = { ok: green, warn: yellow, fail: red } as const;
  const count = (state: Sign['state']): number => signs.filter((sign) => sign.state === state).length;
  return [
    `${plainText(target.name)} at ${plainText(target.url)}, profile ${plainText(target.profile)}`,
    ...signs.flatMap(({ area, state, text, hint }) => [
      `  ${tints[state](state.padEnd(5))}${area.padEnd(10)}${plainText(text)}`,
      ...(hint === undefined ? [] : [dim(`       ${''.padEnd(10)}${plainText(hint)}`)]),
    ]),
    code === EXIT.conforms
      ? 'a campaign could be driven; nothing was judged'
      : 'a campaign would tell little as long as this is so; nothing was judged',
    `DOCTOR=${code === EXIT.conforms ? 'OK' : 'FAIL'} ok=${count('ok')} warn=${count('warn')} fail=${count('fail')} exit=${code} took=${(tookMs / 1000).toFixed(1)}s`,
  ];
}
