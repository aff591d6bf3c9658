import { EXIT } from '../core/exit-code.ts';
import type { CampaignReport } from './model.ts';
import { enumerate } from './plain-text.ts';
import { idsOf } from './reading.ts';

/** From which verdict on a campaign fails; each includes the ones before. */
export const FAIL_ON = ['must', 'should', 'inconclusive'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/**
 * The report as somebody sees it who wants to be stopped by more than a MUST that fails. Verdicts stay what they are; only
 * what follows from them changes, and the conclusion says so. A campaign that broke or was interrupted stays that.
 */
export function underPolicy(report: CampaignReport, failOn: FailOn): CampaignReport {
  const isSettled = report.exitCode === EXIT.conforms || report.exitCode === EXIT.inconclusive;
  if (failOn === 'must' || !isSettled) return report;
  const lesser = idsOf(
    report,
    ({ level, verdict, disposition }) =>
      level === 'SHOULD' && verdict === 'fail' && disposition === 'unexpected',
  );
  const open = failOn === 'should' ? [] : idsOf(report, ({ verdict }) => verdict === 'inconclusive');
  const because = [...new Set([...lesser, ...open])];
  if (because.length === 0) return report;
  const said = `That fails this campaign, as it was asked to (--fail-on ${failOn}): ${enumerate(because)}.`;
  return {
    ...report,
    exitCode: EXIT.fails,
    gate: { ...report.gate, because },
    conclusion: `${report.conclusion} ${said}`,
  };
}
