/**
 * The last words on the console. A person reads findings and one sentence; a pipeline greps the last line.
 * Colour repeats what the words say, and never says it alone.
 */
import picocolors from 'picocolors';
import { exitMeaning, exitWord } from '../harness/report/exit.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { counted, plainText } from '../harness/report/plain-text.ts';
import {
  evidenceText,
  type Reading,
  readingsOf,
  unexpectedFailures,
  whatWouldDecide,
} from '../harness/report/reading.ts';
import { duration } from './figures.ts';
import { nearestLimit } from './latency.ts';

export interface TerminalWay {
  readonly colour: boolean;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Where the report was written, as the last line tells it. */
  readonly path: string;
}

/** Findings shown of each kind; the rest are in the report. */
const MOST_FINDINGS = 10;
/** Lines of transcript under a failure. */
const MOST_EXCERPT_LINES = 6;
/** Column at which the verdict ends, so that a narrow window shows it. */
const WIDTH = 96;
/** Width of the words before a fact: two more than the longest of them. */
const FACT = 10;

const SYMBOLS = {
  pass: ['✓', '+'],
  fail: ['✗', 'x'],
  inconclusive: ['?', '?'],
  error: ['!', '!'],
} as const;
type Shown = keyof typeof SYMBOLS;
type Paint = ReturnType<typeof painter>;

/** What the console shows when the campaign is over; ends in the line that a pipeline greps. */
export function renderTerminal(report: CampaignReport, way: TerminalWay): string {
  const paint = painter(way);
  const parts = [
    ...findings(report, paint),
    [paint.verdictOf(report.exitCode, plainText(report.conclusion))],
    [
      ...countLines(report),
      `exit code ${report.exitCode}: ${exitMeaning(report.exitCode)}`,
      verdictLine(report, plainText(way.path)),
    ],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function painter({ colour, unicode }: Pick<TerminalWay, 'colour' | 'unicode'>) {
  const colours = picocolors.createColors(colour);
  const tints = {
    pass: colours.green,
    fail: colours.red,
    inconclusive: colours.yellow,
    error: colours.magenta,
  };
  return {
    verdict: (verdict: Shown): string =>
      tints[verdict](`${SYMBOLS[verdict][unicode ? 0 : 1]} ${verdict.toUpperCase()}`),
    verdictOf: (exitCode: number, text: string): string =>
      colours.bold(
        exitCode === 0 ? colours.green(text) : exitCode === 3 ? colours.yellow(text) : colours.red(text),
      ),
    faint: (text: string): string => colours.dim(text),
  };
}

function findings(report: CampaignReport, paint: Paint): readonly (readonly string[])[] {
  if (report.stopped !== undefined) return [];
  return [
    ...several(readingsOf(report, 'inconclusive'), (one) => openFinding(one, paint)),
    ...several(readingsOf(report, 'error'), (one) => failedFinding(one, 'error', paint)),
    // The failures last: what scrolls away is what matters least.
    ...several(unexpectedFailures(report), (one) => failedFinding(one, 'fail', paint)),
  ];
}

function several(
  readings: readonly Reading[],
  tell: (reading: Reading) => readonly string[],
): readonly (readonly string[])[] {
  const more = readings.length - MOST_FINDINGS;
  const shown = readings.slice(0, MOST_FINDINGS).map(tell);
  return more > 0 ? [...shown, [`and ${more} more, in the report`]] : shown;
}

function heading({ requirement, check }: Reading, verdict: Shown, paint: Paint): string {
  const title = `${plainText(requirement.id)} ${requirement.level}  ${plainText(check.title)}`;
  const width = WIDTH - verdict.length - 2;
  return `${title.padEnd(width)}${title.length < width ? '' : '  '}${paint.verdict(verdict)}`;
}

const fact = (name: string, text: string): string => `  ${name.padEnd(FACT)}${plainText(text)}`;

function failedFinding(reading: Reading, verdict: 'fail' | 'error', paint: Paint): readonly string[] {
  const { requirement, check, finding, more } = reading;
  const excerpt = check.excerpt
    .slice(0, MOST_EXCERPT_LINES)
    .map(({ seq, at, text }) =>
      paint.faint(`  ${''.padEnd(FACT)}${seq}  ${duration(at)}  ${plainText(text)}`),
    );
  return [
    heading(reading, verdict, paint),
    ...(finding === undefined
      ? []
      : [
          fact('expected', finding.expected),
          fact('actual', finding.actual),
          ...(more > 0 ? [fact('', `and ${counted(more, 'more finding')}`)] : []),
          fact('evidence', evidenceText(finding)),
        ]),
    ...excerpt,
    fact('clause', requirement.clause),
    fact('repeat', check.reproduce),
  ];
}

function openFinding(reading: Reading, paint: Paint): readonly string[] {
  const { finding } = reading;
  return [
    heading(reading, 'inconclusive', paint),
    ...(finding === undefined
      ? []
      : [fact('actual', finding.actual), fact('evidence', evidenceText(finding))]),
    fact('decide', whatWouldDecide(reading)),
  ];
}

function countLines({ totals, evidence, claims }: CampaignReport): readonly string[] {
  const { pass, fail, inconclusive, error, selected, requirements } = totals;
  return [
    `${selected} of ${counted(requirements, 'requirement')} selected: ${pass} pass, ${fail} fail, ` +
      `${inconclusive} inconclusive, ${error} error; ${counted(evidence.trials.length, 'trial')}, ` +
      `${evidence.runs.completed} of ${counted(evidence.runs.asked, 'agent run')} completed`,
    ...latencyLine(claims),
  ];
}

function latencyLine(claims: CampaignReport['claims']): readonly string[] {
  const nearest = nearestLimit({ claims });
  return nearest === undefined ? [] : [`latency: ${plainText(nearest)}`];
}

function verdictLine({ exitCode, totals }: CampaignReport, path: string): string {
  const { mustFailed, shouldFailed, inconclusive, error, selected, requirements } = totals;
  return [
    `VERDICT=${exitWord(exitCode)}`,
    `must_failed=${mustFailed}`,
    `should_failed=${shouldFailed}`,
    `inconclusive=${inconclusive}`,
    `error=${error}`,
    `selected=${selected}/${requirements}`,
    `exit=${exitCode}`,
    `report=${path}`,
  ].join(' ');
}
