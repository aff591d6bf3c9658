import { join } from 'node:path';
import { catalogue } from '../../suites/catalogue.ts';
import { readReport } from '../campaign/read-report.ts';
import { HarnessError } from '../core/errors.ts';
import { chooseChecks } from '../plan/select.ts';
import { levelWord, tagWord } from '../plan/selectors.ts';
import type { CampaignReport } from '../report/model.ts';
import { EVERYTHING } from './everything.ts';

/** What narrows a selection down, as options say it. */
export interface Narrowing {
  readonly tag?: string;
  readonly level?: string;
  readonly lastFailed?: true;
  readonly outputDir?: string;
}

/** The words of a selection together with what its options add to them. */
export function selectorsOf(words: readonly string[], narrowing: Narrowing): readonly string[] {
  const { tag, level, lastFailed, outputDir = 'results' } = narrowing;
  const selectors = [
    ...words,
    ...(tag === undefined ? [] : [tagWord(tag)]),
    ...(level === undefined ? [] : [levelWord(level)]),
  ];
  if (lastFailed !== true) return selectors;
  return failedOf(readReport(join(outputDir, 'latest')), selectors);
}

/**
 * Of what the words select, the checks that did not pass in that report.
 * @throws HarnessError `NOTHING_SELECTED` where all of them did.
 */
export function failedOf(
  report: Pick<CampaignReport, 'campaign' | 'checks'>,
  selectors: readonly string[],
): readonly string[] {
  const failed = new Set(report.checks.flatMap(({ id, verdict }) => (verdict === 'pass' ? [] : [id])));
  const again = chooseChecks(catalogue, selectors, EVERYTHING).flatMap(({ check, selected }) =>
    selected && failed.has(check.id) ? [check.id] : [],
  );
  if (again.length > 0) return again;
  throw new HarnessError('NOTHING_SELECTED', `nothing of what is selected failed in ${report.campaign}`, {
    hint: 'leave out --last-failed to drive it again all the same',
  });
}
