/**
 * Runs the campaign once, in the main process, before any worker starts: workers share no limiter and should
 * not read evidence again. Nothing is driven when tests are only listed, or run again in watch mode.
 */
import { randomBytes } from 'node:crypto';
import type { TestProject, Vitest } from 'vitest/node';
import { catalogue } from '../../suites/catalogue.ts';
import { runCampaign } from '../campaign/run-campaign.ts';
import { announce, writeReports } from '../cli/output.ts';
import { readProcessEnvironment } from '../config/load.ts';
import { HarnessError } from '../core/errors.ts';
import { systemClock } from '../driver/system-clock.ts';
import type { CampaignReport } from '../report/model.ts';
import { type Presented, presentedOf } from './presented.ts';
import { fullNameOf } from './titles.ts';

const isListing = (): boolean => process.argv.includes('list') || process.argv.includes('collect');

export default async function setup(project: TestProject): Promise<void> {
  if (isListing()) {
    project.provide('verdicts', undefined);
    return;
  }
  const selectors = await selectedChecks(project);
  const { report, dir } = await runCampaign({
    suites: catalogue,
    selectors,
    env: readProcessEnvironment(),
    cwd: process.cwd(),
    clock: systemClock,
    uniqueWord: randomBytes(3).toString('hex'),
    ended: new AbortController().signal,
    watch: () => undefined,
    render: writeReports,
  });
  announce(report, dir, { color: false });
  refuseIfNothingJudged(report, selectors);
  project.provide('verdicts', withReasons(report));
}

/**
 * The checks that the runner is going to execute, by its own file and name filters.
 * @throws HarnessError `NOTHING_SELECTED` instead of a green run that executes nothing.
 */
async function selectedChecks(project: TestProject): Promise<readonly string[]> {
  const { vitest } = project;
  const filters = fileFilters(vitest);
  const specifications = await vitest.globTestSpecifications(filters);
  const files = specifications.filter((one) => one.project === project).map(({ moduleId }) => moduleId);
  const pattern = vitest.getGlobalTestNamePattern();
  const chosen = catalogue
    .filter(({ id }) => files.some((file) => file.endsWith(`/${id}.suite.ts`)))
    .flatMap((suite) => suite.checks.filter((check) => pattern?.test(fullNameOf(suite, check)) ?? true));
  if (chosen.length > 0) return chosen.map(({ id }) => id);
  throw new HarnessError('NOTHING_SELECTED', `no check matches ${String(pattern ?? filters)}`, {
    hint: 'ids stand in brackets: -t "\\[LC-3\\]"',
  });
}

/** The runner keeps its file filters on a property that its types leave out. */
const fileFilters = (vitest: Vitest): string[] | undefined =>
  (vitest as unknown as { readonly filenamePattern?: string[] }).filenamePattern;

function refuseIfNothingJudged(report: CampaignReport, selectors: readonly string[]): void {
  if (report.checks.some(({ id }) => selectors.includes(id))) return;
  throw new HarnessError('NOTHING_SELECTED', 'the stored campaign judged none of the selected checks');
}

/** The verdicts, and for the checks without one the reason in the report. */
function withReasons(report: CampaignReport): Readonly<Record<string, Presented>> {
  const reasons = catalogue
    .flatMap(({ checks }) => checks)
    .map((check): [string, Presented] => {
      const requirement = report.requirements.find(({ id }) => id === check.requirement);
      const reason =
        requirement?.selected === true ? 'not asked for, or beyond what the target has' : requirement?.reason;
      return [
        check.id,
        { level: requirement?.level ?? 'MUST', text: `not selected: ${reason ?? 'unknown'}` },
      ];
    });
  return { ...Object.fromEntries(reasons), ...presentedOf(report) };
}
