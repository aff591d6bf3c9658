import { catalogue } from '../../suites/catalogue.ts';
import type { CampaignEvent } from '../campaign/run-campaign.ts';
import { readProcessEnvironment } from '../config/load.ts';
import { systemClock } from '../driver/system-clock.ts';
import type { Plan } from '../plan/plan.ts';
import { trialsHere } from '../plan/shard.ts';
import { type Progress, progressForm, startProgress } from './progress.ts';
import { startUi } from './ui.ts';

export interface Display {
  readonly watch: (event: CampaignEvent) => void;
  /** Ends it; more calls do nothing. */
  readonly stop: () => void;
}

export interface DisplayOptions {
  readonly color: boolean;
  readonly quiet?: true;
  /** Serves the report as it grows. */
  readonly ui?: true;
}

/** Shows on the error output what a campaign does, unless it is to be quiet. */
export function createDisplay(options: DisplayOptions): Display {
  if (options.quiet === true) return { watch: () => undefined, stop: () => undefined };
  let progress: Progress | undefined;
  let stopUi = (): void => undefined;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const planned = (plan: Plan, dir: string): void => {
    say(`campaign ${plan.campaign} against ${plan.target.url}`);
    progress = showDriving(plan, options.color);
    if (options.ui === true) stopUi = startUi(dir);
  };
  return {
    watch(event) {
      switch (event.kind) {
        case 'history-failed':
          return say(`the history was left out, which changes no verdict: ${event.message}`);
        case 'reference-starting':
          return say('no TARGET_URL is set: starting a reference deployment to test against');
        case 'planned':
          return planned(event.plan, event.dir);
        case 'sampled':
          return progress?.sampled(event.claims);
        default:
          return progress?.watch(event);
      }
    },
    stop() {
      progress?.stop();
      stopUi();
    },
  };
}

function showDriving(plan: Plan, color: boolean): Progress {
  const scenarios = new Map(
    catalogue.flatMap((suite) => suite.scenarios.map((scenario) => [scenario.id, scenario])),
  );
  const form = progressForm(process.stderr.isTTY === true, readProcessEnvironment());
  return startProgress({
    ...form,
    colour: form.colour && color,
    plan: { ...plan, trials: [...trialsHere(plan)] },
    scenarios,
    output: process.stderr,
    clock: systemClock,
  });
}

/** The first signal ends the driving and lets the reports be written; the second one ends everything. */
export function endOnSignal(): AbortSignal {
  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort(130));
  process.once('SIGTERM', () => ending.abort(143));
  return ending.signal;
}
