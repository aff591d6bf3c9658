import { join } from 'node:path';
import { catalogue } from '../../suites/catalogue.ts';
import { planCampaign } from '../campaign/plan-campaign.ts';
import { readReport } from '../campaign/read-report.ts';
import { readProcessEnvironment } from '../config/load.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { systemClock } from '../driver/system-clock.ts';
import { claimsOf } from '../judge/judge.ts';
import { assumedMs, type Forecast, forecast } from '../plan/forecast.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import type { Register } from './command.ts';
import { planLines } from './plan-lines.ts';
import { type AimOptions, boundsOf, overridesOf, withAim } from './run.ts';
import { selectorsOf } from './selection.ts';

interface PlanOptions extends AimOptions {
  readonly json?: true;
}

/** Adds `plan`. */
export const registerPlan: Register = (root, finish) => {
  withAim(
    root.command('plan').description('say what would be driven, what it costs and can prove; drives nothing'),
  )
    .option('--json', 'as JSON')
    .action(async (words: string[], options) => finish(await planCommand(words, options)));
};

async function planCommand(words: readonly string[], options: PlanOptions): Promise<ExitCode> {
  const { plan, config } = await planCampaign({
    suites: catalogue,
    selectors: selectorsOf(words, options),
    env: readProcessEnvironment(),
    cwd: process.cwd(),
    overrides: overridesOf(options),
    bounds: boundsOf(options),
    clock: systemClock,
  });
  const known = knownTimes(config.harness.resultsDir, plan);
  const expected = forecast(plan, claimsOf(catalogue, plan), timesOf(known));
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(documentOf(plan, expected), null, 2)}\n`
      : `${planLines(plan, expected, known.size > 0).join('\n')}\n`,
  );
  return EXIT.conforms;
}

function documentOf({ requirements, checks, trials, target, seed }: Plan, expected: Forecast): object {
  const choice = ({ id, selected, reason }: Plan['requirements'][number] | Plan['checks'][number]) => ({
    ...{ id, selected, reason },
  });
  return {
    target: { name: target.name, url: target.url, profile: target.profile },
    seed,
    forecast: expected,
    requirements: requirements.map(choice),
    checks: checks.map(choice),
    trials: trials.map(({ id, scenario, interference, topUp = false }) => ({
      ...{ id, scenario, interference, topUp },
    })),
  };
}

/** How long the scenarios took in the last campaign, if that was against the same target. */
function knownTimes(resultsDir: string, { target }: Plan): ReadonlyMap<string, number> {
  try {
    const report = readReport(join(resultsDir, 'latest'));
    if (report.target.name !== target.name) return new Map();
    return new Map(
      report.evidence.trials.flatMap(({ trial, tookMs }): [string, number][] =>
        tookMs === undefined ? [] : [[trial.replace(/-\d+$/, ''), tookMs]],
      ),
    );
  } catch {
    // Without an earlier campaign there are the assumptions.
    return new Map();
  }
}

function timesOf(known: ReadonlyMap<string, number>): (trial: PlannedTrial) => number {
  const scenarios = new Map(catalogue.flatMap((suite) => suite.scenarios.map((one) => [one.id, one])));
  return ({ scenario }) => {
    const declared = scenarios.get(scenario);
    return known.get(scenario) ?? (declared === undefined ? 0 : assumedMs(declared));
  };
}
