/**
 * What a pipeline's own log understands besides text: annotations, folded sections, outputs. The log is also
 * where text of the target's is printed, and a runner takes a line that looks like a command for one: on GitHub
 * everything of ours is printed while commands are stopped, and the word that lets them go on is not to be
 * guessed from outside. GitLab's sections are written with control characters, which no text of ours has.
 */
import { createHash } from 'node:crypto';
import { exitWord } from '../harness/report/exit.ts';
import type { CampaignReport } from '../harness/report/model.ts';
import { counted, plainText } from '../harness/report/plain-text.ts';
import { type Outcome, outcomesOf } from './outcomes.ts';

/** GitHub shows no more of one kind for one step. */
const MOST_ANNOTATIONS = 10;

/** The lines that GitHub shows beside a run: what is red as errors, what may be breached as warnings. */
export function gitHubAnnotations(report: CampaignReport): readonly string[] {
  const outcomes = outcomesOf(report);
  const isError = ({ kind }: Outcome): boolean => kind === 'failed' || kind === 'broken';
  return [
    ...annotations('error', outcomes.filter(isError)),
    ...annotations(
      'warning',
      outcomes.filter(({ kind }) => kind === 'warning'),
    ),
  ];
}

function annotations(command: 'error' | 'warning', outcomes: readonly Outcome[]): readonly string[] {
  const isAll = outcomes.length <= MOST_ANNOTATIONS;
  const shown = isAll ? outcomes : outcomes.slice(0, MOST_ANNOTATIONS - 1);
  const lines = shown.map(({ requirement, check, message }) =>
    line(command, `${requirement.id} ${requirement.level} ${check?.title ?? requirement.text}`, message),
  );
  if (isAll) return lines;
  const more = outcomes.length - shown.length;
  return [...lines, line(command, 'agent-conformance', `and ${more} more, in report.md`)];
}

const line = (command: string, title: string, message: string): string =>
  `::${command} title=${escapeProperty(plainText(title, 200))}::${escapeData(plainText(message))}`;

/** As the runner's own toolkit does it. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Lines for the file that GITHUB_OUTPUT names. */
export const gitHubOutput = ({ exitCode }: CampaignReport): string =>
  `verdict=${exitWord(exitCode)}\nexit=${exitCode}\n`;

/** The console text of a report with its findings folded; its last line is printed as it is. */
export function foldForGitHub(report: CampaignReport, text: string): string {
  const { findings, conclusion, last } = parted(text);
  // The target has said all it will say before this is known, and the plan and the findings are in it.
  const word = createHash('sha256').update(`${report.plan.seal} ${text}`).digest('hex');
  const inert = (body: string): readonly string[] => [`::stop-commands::${word}`, body, `::${word}::`];
  const folded = findings === '' ? [] : [`::group::${headingOf(report)}`, ...inert(findings), '::endgroup::'];
  return [...gitHubAnnotations(report), ...folded, ...inert(conclusion), last].join('\n');
}

/** The same for GitLab, whose sections want the time; the campaign's own is in the report. */
export function foldForGitLab(report: CampaignReport, text: string): string {
  const { findings, conclusion, last } = parted(text);
  if (findings === '') return text;
  const mark = (kind: 'start' | 'end', at: string | undefined, options = ''): string => {
    const seconds = Math.floor((Date.parse(at ?? '') || 0) / 1000);
    return `\u001b[0Ksection_${kind}:${seconds}:conformance${options}\r\u001b[0K`;
  };
  const start = `${mark('start', report.startedAt, '[collapsed=true]')}${headingOf(report)}`;
  return [start, findings, mark('end', report.endedAt), conclusion, last].join('\n');
}

const headingOf = ({ totals }: CampaignReport): string =>
  `Findings: ${counted(totals.fail, 'failure')}, ${totals.inconclusive} undecided, ${counted(totals.error, 'error')}`;

interface Parts {
  readonly findings: string;
  readonly conclusion: string;
  /** The one that is searched for: it stays the last one. */
  readonly last: string;
}

/** As the text is put together: findings, a sentence, and the lines that count. */
function parted(text: string): Parts {
  const blocks = text.trimEnd().split('\n\n');
  const lines = blocks.slice(-2).join('\n\n').split('\n');
  return {
    findings: blocks.slice(0, -2).join('\n\n'),
    conclusion: lines.slice(0, -1).join('\n'),
    last: `${lines.at(-1) ?? ''}\n`,
  };
}
