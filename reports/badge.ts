import { exitWord } from '../harness/report/exit.ts';
import type { CampaignReport } from '../harness/report/model.ts';

const COLOURS: Readonly<Record<string, string>> = {
  PASS: 'brightgreen',
  FAIL: 'red',
  INCONCLUSIVE: 'yellow',
};

/** What a shields.io endpoint badge shows; the words say what the colour does. */
export function renderBadge(report: CampaignReport): string {
  const { totals, gate, exitCode } = report;
  const word = exitWord(exitCode);
  const told: Readonly<Record<string, string>> = {
    PASS: `${totals.pass} of ${totals.selected} pass`,
    FAIL: `${gate.because.length} broken`,
    INCONCLUSIVE: `${totals.inconclusive} undecided`,
  };
  const message = told[word] ?? word.toLowerCase().replace('_', ' ');
  const badge = {
    schemaVersion: 1,
    label: 'conformance',
    message,
    color: COLOURS[word] ?? 'lightgrey',
    isError: exitCode !== 0,
  };
  return `${JSON.stringify(badge, null, 2)}\n`;
}
