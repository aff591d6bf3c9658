import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFECT_CATALOGUE } from '../../reference/defects/catalogue.ts';
import type { CampaignReport } from '../report/model.ts';
import { openBench, type SelfTestBench, verdictOf } from './campaigns.ts';

/** Campaigns at once: more would slow each other beyond the scaled limits. */
const AT_ONCE = 3;

let bench: SelfTestBench;
const limit = pLimit(AT_ONCE);

beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** What the report says against the defect's own statement of what it breaks. */
function deviations(
  report: CampaignReport,
  mustFail: readonly string[],
  mayFail: readonly string[],
): readonly string[] {
  const judged = report.requirements.filter(({ verdict }) => verdict !== undefined);
  const known = new Set(judged.map(({ id }) => id));
  const missed = mustFail.filter((id) => known.has(id) && verdictOf(report, id) !== 'fail');
  return [
    ...missed.map((id) => `${id} must fail, and is ${verdictOf(report, id)}`),
    ...judged
      .filter(({ id, verdict }) => verdict === 'fail' && !mustFail.includes(id) && !mayFail.includes(id))
      .map(({ id }) => `${id} fails, and may not: ${actualOf(report, id)}`),
    ...judged
      .filter(({ verdict }) => verdict === 'error')
      .map(({ id }) => `${id} is an error: ${actualOf(report, id)}`),
    ...judged
      .filter(
        ({ verdict, because }) =>
          verdict === 'inconclusive' && !because.some((id) => verdictOf(report, id) !== 'pass'),
      )
      .map(
        ({ id, because }) =>
          `${id} is inconclusive because of "${because.join(', ')}", which is whole: ${actualOf(report, id)}`,
      ),
  ];
}

function actualOf(report: CampaignReport, requirement: string): string {
  const check = report.checks.find((one) => one.requirement === requirement && one.verdict !== 'pass');
  const finding = check?.findings[0];
  return `${check?.id} ${finding?.code}: ${finding?.actual}`;
}

describe.concurrent('each defect of the reference', () => {
  it.each(DEFECT_CATALOGUE.map((defect) => [defect.id, defect.title, defect] as const))(
    '%s is caught: %s',
    async (id, _title, defect) => {
      const { report } = await limit(() => bench.campaign({ defects: [id] }));
      expect(deviations(report, defect.mustFail, defect.mayFail)).toEqual([]);
    },
  );
});
