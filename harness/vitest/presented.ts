import { type AllureFacts, allureFacts } from '../../reports/allure.ts';
import { outcomesOf } from '../../reports/outcomes.ts';
import type { Level, Verdict } from '../core/verdict.ts';
import type { CampaignReport } from '../report/model.ts';
import { plainText } from '../report/plain-text.ts';

/** What a worker's test needs to know of its check: plain data, since it crosses to another process. */
export interface Presented {
  readonly level: Level;
  /** Absent when the check was not selected. */
  readonly verdict?: Verdict;
  /** The findings as a person reads them, or why it was not selected. */
  readonly text: string;
  /** What Allure shows beside the result. */
  readonly allure?: AllureFacts | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** By check id; undefined when nothing was driven because the tests are only listed. */
    readonly verdicts: Readonly<Record<string, Presented>> | undefined;
  }
}

/** The verdicts of a report, by check id. */
export function presentedOf(report: CampaignReport): Readonly<Record<string, Presented>> {
  const levels = new Map(report.requirements.map(({ id, level }) => [id, level]));
  const facts = new Map(outcomesOf(report).map((outcome) => [outcome.id, allureFacts(report, outcome)]));
  return Object.fromEntries(
    report.checks.map((check): [string, Presented] => [
      check.id,
      {
        level: levels.get(check.requirement) ?? 'MUST',
        verdict: check.verdict,
        text: wordsOf(check, report),
        allure: facts.get(check.id),
      },
    ]),
  );
}

function wordsOf(check: CampaignReport['checks'][number], report: CampaignReport): string {
  const clause = report.requirements.find(({ id }) => id === check.requirement)?.clause ?? '';
  const worst = check.findings.filter(({ verdict }) => verdict === check.verdict);
  const findings = worst
    .slice(0, 3)
    .flatMap(({ expected, actual, because, refs }) => [
      `  expected  ${plainText(expected)}`,
      `  actual    ${plainText(actual)}`,
      ...(because === undefined ? [] : [`  because   ${plainText(because)}`]),
      `  evidence  ${plainText(refs.map(({ trial, entries }) => `${trial} entries ${entries.join(', ')}`).join('; '))}`,
    ]);
  // The runner prints it as it is, and the log of a pipeline takes ##[…] for a command wherever it stands.
  return [
    `${check.requirement}: ${check.title}`,
    ...findings,
    `  clause    ${clause}`,
    `  repeat    ${check.reproduce}`,
  ]
    .join('\n')
    .replaceAll('##[', '## [');
}
