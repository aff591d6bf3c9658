import { randomBytes } from 'node:crypto';
import { catalogue } from '../../suites/catalogue.ts';
import { type CampaignEvent, runCampaign } from '../campaign/run-campaign.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { systemClock } from '../driver/system-clock.ts';
import type { Plan } from '../plan/plan.ts';
import { trialsHere } from '../plan/shard.ts';
import type { Register } from './command.ts';
import { announce, writeReports } from './output.ts';
import { type Progress, progressForm, startProgress } from './progress.ts';
import { driveShard } from './run-shard.ts';

interface RunOptions {
  readonly seed?: string;
  readonly profile?: string;
  readonly outputDir?: string;
  readonly shard?: string;
  readonly campaign?: string;
  readonly color: boolean;
}

/** Adds `run`. */
export const registerRun: Register = (root, finish) => {
  root
    .command('run')
    .description('drive the target and judge what it did')
    .argument('[selectors...]', 'suites, requirement ids or check ids; * stands for anything')
    .option('--seed <n>', 'seed of all that is generated (HARNESS_SEED)')
    .option('--profile <name>', 'profile by name or path (TARGET_PROFILE)')
    .option('--output-dir <dir>', 'where results go (HARNESS_RESULTS_DIR)')
    .option('--shard <part>', 'drive one part of the campaign, 2/4 or "alone", and judge nothing')
    .option('--campaign <name>', 'name of the campaign, the same for all its parts')
    .option('--no-color', 'plain text')
    .action(async (selectors: string[], options) => finish(await runCommand(selectors, options)));
};

/** Drives, judges, reports. */
async function runCommand(selectors: readonly string[], options: RunOptions): Promise<ExitCode> {
  const ended = endOnSignal();
  const display = createDisplay(options);
  try {
    const ask = {
      suites: catalogue,
      selectors,
      env: readProcessEnvironment(),
      cwd: process.cwd(),
      overrides: overridesOf(options),
      clock: systemClock,
      uniqueWord: randomBytes(3).toString('hex'),
      ended,
      watch: display.watch,
    };
    if (options.shard !== undefined) return await driveShard(ask, { ...options, shard: options.shard });
    const { report, dir } = await runCampaign({ ...ask, render: writeReports });
    display.stop();
    return announce(report, dir, options);
  } finally {
    display.stop();
  }
}

function overridesOf({ seed, profile, outputDir }: RunOptions): Readonly<Record<string, string>> {
  return {
    ...(seed === undefined ? {} : { HARNESS_SEED: seed }),
    ...(profile === undefined ? {} : { TARGET_PROFILE: profile }),
    ...(outputDir === undefined ? {} : { HARNESS_RESULTS_DIR: outputDir }),
  };
}

/** The first signal ends the driving and lets the reports be written; the second one ends everything. */
function endOnSignal(): AbortSignal {
  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort(130));
  process.once('SIGTERM', () => ending.abort(143));
  return ending.signal;
}

function createDisplay(options: RunOptions): { watch: (event: CampaignEvent) => void; stop: () => void } {
  let progress: Progress | undefined;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    watch(event) {
      if (event.kind === 'reference-starting')
        say('no TARGET_URL is set: starting a reference deployment to test against');
      else if (event.kind === 'planned') {
        say(`campaign ${event.plan.campaign} against ${event.plan.target.url}`);
        progress = showDriving(event.plan, options);
      } else progress?.watch(event);
    },
    stop: () => progress?.stop(),
  };
}

function showDriving(plan: Plan, options: RunOptions): Progress {
  const scenarios = new Map(
    catalogue.flatMap((suite) => suite.scenarios.map((scenario) => [scenario.id, scenario])),
  );
  const form = progressForm(process.stderr.isTTY === true, readProcessEnvironment());
  return startProgress({
    ...form,
    colour: form.colour && options.color,
    plan: { ...plan, trials: [...trialsHere(plan)] },
    scenarios,
    output: process.stderr,
    clock: systemClock,
  });
}
