import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { catalogue } from '../../suites/catalogue.ts';
import { type CampaignBounds, runCampaign } from '../campaign/run-campaign.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { VariableName } from '../config/variables.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { systemClock } from '../driver/system-clock.ts';
import { FAIL_ON, type FailOn, underPolicy } from '../report/policy.ts';
import type { Register } from './command.ts';
import { writeComparison } from './compare.ts';
import { createDisplay, endOnSignal } from './display.ts';
import { writeReports } from './output.ts';
import { driveShard } from './run-shard.ts';
import { type Narrowing, selectorsOf } from './selection.ts';
import { type Telling, tell } from './tell.ts';
import { durationMs, oneOf, wholeNumber } from './values.ts';

/** What is aimed at, and what of it. */
export interface AimOptions extends Narrowing {
  readonly target?: string;
  readonly profile?: string;
  readonly seed?: string;
  readonly repeat?: number;
  readonly budget?: number;
  readonly baseline?: string;
}

interface RunOptions extends AimOptions, Telling {
  readonly maxTime?: number;
  readonly reporter?: string;
  readonly bail?: true;
  readonly failOn: FailOn;
  readonly ui?: true;
  readonly shard?: string;
  readonly campaign?: string;
}

const MOST_REPEATS = 1000;
const MOST_RUNS = 1_000_000;

/** Adds the options that say what is aimed at, which are the same wherever something is planned. */
export const withAim = (command: Command): Command =>
  command
    .argument('[selectors...]', 'suites, requirements, checks; ranges such as LC-1..LC-9; * for anything')
    .option('--tag <expression>', 'only what has these tags, for example "must && !disruptive"')
    .option('--level <levels>', 'only these levels: must, should, may')
    .option('--last-failed', 'only what did not pass in results/latest')
    .option('--target <url>', 'the deployment (TARGET_URL)')
    .option('--profile <name>', 'profile by name or path (TARGET_PROFILE)')
    .option('--seed <n>', 'seed of all that is generated (HARNESS_SEED)')
    .option('--repeat <n>', 'drive everything so many times as often', wholeNumber(1, MOST_REPEATS))
    .option('--budget <runs>', 'agent runs that may be started at most', wholeNumber(0, MOST_RUNS))
    .option(
      '--baseline <report>',
      'earlier report that latencies are judged against (HARNESS_BASELINE_REPORT)',
    )
    .option('--output-dir <dir>', 'where results go (HARNESS_RESULTS_DIR)');

/** Adds `run`. */
export const registerRun: Register = (root, finish) => {
  withAim(root.command('run').description('drive the target and judge what it did'))
    .option('--max-time <duration>', 'how long the driving may take, for example 10m', durationMs)
    .option('--bail', 'stop at the first MUST that fails')
    .option('--fail-on <what>', 'must; should: these too; inconclusive: that too', oneOf(FAIL_ON), 'must')
    .option('--inconclusive-exit-code <n>', 'exit code where something is undecided', wholeNumber(1, 125))
    .option('--shard <part>', 'drive one part of the campaign, 2/4 or "alone", and judge nothing')
    .option('--campaign <name>', 'name of the campaign, the same for all its parts')
    .option('--ui', 'serve the report on this machine while it grows')
    .option('--reporter <list>', 'forms of the report that are written (HARNESS_REPORTERS)')
    .option('--json', 'print the report as JSON and nothing else')
    .option('--quiet', 'print the last line only')
    .option('--verbose', 'print every check')
    .option('--no-color', 'plain text')
    .action(async (selectors: string[], options) => finish(await runCommand(selectors, options)));
};

/** Drives, judges, reports. */
async function runCommand(words: readonly string[], options: RunOptions): Promise<ExitCode> {
  const ended = endOnSignal();
  const display = createDisplay(options);
  try {
    const ask = {
      suites: catalogue,
      selectors: selectorsOf(words, options),
      env: readProcessEnvironment(),
      cwd: process.cwd(),
      overrides: {
        ...overridesOf(options),
        ...(options.reporter === undefined ? {} : { HARNESS_REPORTERS: options.reporter }),
      },
      bounds: boundsOf(options),
      clock: systemClock,
      uniqueWord: randomBytes(3).toString('hex'),
      ended,
      watch: display.watch,
    };
    if (options.shard !== undefined) return await driveShard(ask, { ...options, shard: options.shard });
    const { report, dir } = await runCampaign({
      ...ask,
      render: (judged, folder, harness, history) => {
        writeComparison(harness.baselineReport, judged, folder);
        return writeReports(underPolicy(judged, options.failOn), folder, harness, history);
      },
    });
    display.stop();
    return tell(underPolicy(report, options.failOn), dir, options);
  } finally {
    display.stop();
  }
}

/** What the options say instead of variables. */
export function overridesOf(options: AimOptions): Readonly<Partial<Record<VariableName, string>>> {
  const { target, seed, profile, outputDir, budget, baseline } = options;
  return {
    ...(target === undefined ? {} : { TARGET_URL: target }),
    ...(seed === undefined ? {} : { HARNESS_SEED: seed }),
    ...(profile === undefined ? {} : { TARGET_PROFILE: profile }),
    ...(outputDir === undefined ? {} : { HARNESS_RESULTS_DIR: outputDir }),
    ...(baseline === undefined ? {} : { HARNESS_BASELINE_REPORT: baseline }),
    ...(budget === undefined ? {} : { HARNESS_MAX_AGENT_RUNS: String(budget) }),
  };
}

/** How far a campaign may go. */
export function boundsOf({
  repeat,
  budget,
  ...limits
}: AimOptions & Partial<Pick<RunOptions, 'maxTime' | 'bail'>>): CampaignBounds {
  return {
    ...(repeat === undefined ? {} : { repeat }),
    ...(budget === undefined ? {} : { agentRuns: budget }),
    ...(limits.maxTime === undefined ? {} : { maxMs: limits.maxTime }),
    ...(limits.bail === undefined ? {} : { bail: limits.bail }),
  };
}
