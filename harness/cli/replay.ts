import { randomBytes } from 'node:crypto';
import { dirname, join, relative, resolve } from 'node:path';
import { catalogue } from '../../suites/catalogue.ts';
import { loadPlan } from '../campaign/folder.ts';
import { readReport } from '../campaign/read-report.ts';
import { runCampaign } from '../campaign/run-campaign.ts';
import { readProcessEnvironment } from '../config/load.ts';
import type { VariableName } from '../config/variables.ts';
import { HarnessError } from '../core/errors.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { OWN_REFERENCE } from '../core/safety.ts';
import { systemClock } from '../driver/system-clock.ts';
import type { Plan } from '../plan/plan.ts';
import { nearest } from '../plan/selectors.ts';
import type { CampaignReport, ReportedCheck } from '../report/model.ts';
import { plainText } from '../report/plain-text.ts';
import type { Register } from './command.ts';
import { createDisplay, endOnSignal } from './display.ts';
import { writeReports } from './output.ts';
import { compareReplay, type Replayed } from './replayed.ts';

interface ReplayOptions {
  readonly campaign: string;
  readonly quiet?: true;
  readonly color: boolean;
}

/** Adds `replay`. */
export const registerReplay: Register = (root, finish) => {
  root
    .command('replay')
    .description('drive what one check needs again, and say whether it is fixed')
    .argument('<check>', 'id of a check in the report, or one of its findings as <check>#<n>')
    .option('--campaign <dir>', 'folder of the campaign that it is from', 'results/latest')
    .option('--quiet', 'print the last line only')
    .option('--no-color', 'plain text')
    .action(async (what: string, options) => finish(await replay(what, options)));
};

async function replay(what: string, options: ReplayOptions): Promise<ExitCode> {
  const plan = loadPlan(options.campaign);
  const before = foundIn(readReport(options.campaign), what);
  const env = readProcessEnvironment();
  const display = createDisplay(options);
  try {
    const { report, dir } = await runCampaign({
      suites: catalogue,
      selectors: [before.check.id],
      env,
      cwd: process.cwd(),
      overrides: overridesOf(plan, options.campaign, env),
      bounds: plan.repeat === undefined ? {} : { repeat: plan.repeat },
      clock: systemClock,
      uniqueWord: randomBytes(3).toString('hex'),
      ended: endOnSignal(),
      watch: display.watch,
      render: writeReports,
    });
    display.stop();
    const after = report.checks.find(({ id }) => id === before.check.id);
    const replayed = compareReplay(before, after, report.exitCode as ExitCode);
    const elsewhere = report.target.url === plan.target.url ? '' : ` at ${plainText(report.target.url)}`;
    const lines = replayLines(plan, before.check, replayed, {
      elsewhere,
      path: relative(process.cwd(), dir) || '.',
    });
    process.stdout.write(`${(options.quiet === true ? lines.slice(-1) : lines).join('\n')}\n`);
    return replayed.exitCode;
  } finally {
    display.stop();
  }
}

/** What is to be looked at again: a check, and of its findings one or all. */
interface Before {
  readonly check: ReportedCheck;
  readonly codes: readonly string[];
}

/**
 * Finds a check, or one of its findings, in a report.
 * @throws HarnessError `NOTHING_SELECTED` where there is none.
 */
export function foundIn(
  { checks, campaign }: Pick<CampaignReport, 'checks' | 'campaign'>,
  what: string,
): Before {
  const [id = '', number] = what.split('#');
  const check = checks.find((one) => one.id === id);
  if (check === undefined) {
    const guess = nearest(
      id,
      checks.map((one) => one.id),
    );
    throw new HarnessError('NOTHING_SELECTED', `campaign ${campaign} judged no check "${id.slice(0, 80)}"`, {
      hint: guess === undefined ? 'name another --campaign' : `did you mean "${guess}"?`,
    });
  }
  const worst = check.findings.filter(({ verdict }) => verdict === check.verdict);
  if (number === undefined) return { check, codes: worst.map(({ code }) => code) };
  const finding = /^[1-9]\d{0,3}$/.test(number) ? check.findings[Number(number) - 1] : undefined;
  if (finding !== undefined) return { check, codes: [finding.code] };
  throw new HarnessError('NOTHING_SELECTED', `${check.id} has no finding ${number.slice(0, 20)}`, {
    hint: `the report has ${check.findings.length} of it, counted from 1`,
  });
}

/**
 * The same seed, users, budget, profile and target, unless the surroundings name another one: where it was deployed anew.
 * Credentials are never kept, and come from the surroundings. Nothing but a reference of our own is replaced by another.
 */
function overridesOf(
  { seed, target, limits }: Plan,
  campaign: string,
  env: ReturnType<typeof readProcessEnvironment>,
): Partial<Record<VariableName, string>> {
  const isNamed = target.environment === OWN_REFERENCE || env['TARGET_URL'] !== undefined;
  const { profileFrom } = target;
  return {
    HARNESS_SEED: String(seed),
    HARNESS_USERS: String(limits.users),
    HARNESS_MAX_AGENT_RUNS: String(limits.agentRuns),
    // Apart from the campaigns, so that `latest` stays what it was.
    HARNESS_RESULTS_DIR: join(dirname(resolve(campaign)), 'replays'),
    ...(isNamed ? {} : { TARGET_URL: target.url, TARGET_WS_URL: target.wsUrl }),
    ...(profileFrom === undefined ? {} : { TARGET_PROFILE: profileFrom }),
  };
}

function replayLines(
  { campaign }: Plan,
  check: ReportedCheck,
  { outcome, words, exitCode }: Replayed,
  { elsewhere, path }: { readonly elsewhere: string; readonly path: string },
): readonly string[] {
  return [
    `${check.id}  ${plainText(check.title)}`,
    `  in ${campaign}: ${check.verdict}${check.findings[0] === undefined ? '' : ` (${plainText(check.findings[0].code)})`}`,
    `  now${elsewhere}: ${plainText(words)}`,
    `REPLAY=${outcome} check=${check.id} exit=${exitCode} report=${path}`,
  ];
}
