import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { ReportedCheck } from '../report/model.ts';

/** What became of a check that was driven again. */
export interface Replayed {
  readonly outcome: 'FIXED' | 'STILL_PASSES' | 'STILL_FAILING' | 'DIFFERENT' | 'UNDECIDED' | 'ERROR';
  readonly words: string;
  readonly exitCode: ExitCode;
}

interface Before {
  readonly check: Pick<ReportedCheck, 'verdict'>;
  /** Codes of the findings that are looked for again. */
  readonly codes: readonly string[];
}

type After = Pick<ReportedCheck, 'verdict' | 'findings'>;

/** Compares; `exitCode` is that of the new campaign, for where it judged nothing. */
export function compareReplay(before: Before, after: After | undefined, exitCode: ExitCode): Replayed {
  if (after === undefined || after.verdict === 'error') return notJudged(exitCode);
  if (after.verdict === 'inconclusive') return undecided(after);
  if (after.verdict === 'fail') return failedAgain(before, after);
  return before.check.verdict === 'pass'
    ? { outcome: 'STILL_PASSES', words: 'it passes again', exitCode: EXIT.conforms }
    : { outcome: 'FIXED', words: 'it passes', exitCode: EXIT.conforms };
}

function notJudged(exitCode: ExitCode): Replayed {
  const isVerdict = exitCode === EXIT.conforms || exitCode === EXIT.fails;
  return {
    outcome: 'ERROR',
    words: 'it could not be judged',
    exitCode: isVerdict ? EXIT.harnessError : exitCode,
  };
}

function undecided({ findings }: After): Replayed {
  const finding = findings.find(({ verdict }) => verdict === 'inconclusive');
  const words =
    finding === undefined ? 'it is undecided' : `it is undecided (${finding.code}): ${finding.actual}`;
  return { outcome: 'UNDECIDED', words, exitCode: EXIT.inconclusive };
}

function failedAgain({ codes }: Before, { findings }: After): Replayed {
  const failures = findings.filter(({ verdict }) => verdict === 'fail');
  const same = failures.find(({ code }) => codes.includes(code));
  if (same !== undefined)
    return {
      outcome: 'STILL_FAILING',
      words: `it fails as before (${same.code}): ${same.actual}`,
      exitCode: EXIT.fails,
    };
  const [other] = failures;
  return {
    outcome: 'DIFFERENT',
    words: `it fails in another way (${other?.code ?? 'no finding'}): ${other?.actual ?? ''}`,
    exitCode: EXIT.fails,
  };
}
