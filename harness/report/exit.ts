import type { ErrorCode } from '../core/errors.ts';
import { EXIT, EXIT_MEANING, type ExitCode } from '../core/exit-code.ts';

/** The exit code of a campaign that was stopped by an error before it could be judged. */
export const EXIT_OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  BASELINE_INVALID: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  NOTHING_SELECTED: EXIT.usage,
  PROFILE_INVALID: EXIT.usage,
  REPORT_INVALID: EXIT.usage,
  TOO_FEW_IDENTITIES: EXIT.usage,
  TARGET_UNREACHABLE: EXIT.targetNotReady,
  TOKEN_UNAVAILABLE: EXIT.targetNotReady,
  EVIDENCE_INVALID: EXIT.harnessError,
  FAULT_FAILED: EXIT.harnessError,
  INTERNAL: EXIT.harnessError,
  REFERENCE_FAILED: EXIT.harnessError,
  SECRET_IN_ARTEFACT: EXIT.harnessError,
};

const WORDS: Readonly<Record<ExitCode, string>> = {
  0: 'PASS',
  1: 'FAIL',
  2: 'USAGE',
  3: 'INCONCLUSIVE',
  4: 'NOT_READY',
  5: 'ERROR',
  130: 'INTERRUPTED',
  143: 'INTERRUPTED',
};

const isKnown = (code: number): code is ExitCode => Object.values<number>(EXIT).includes(code);

/** The one word that a pipeline greps for. */
export const exitWord = (code: number): string => (isKnown(code) ? WORDS[code] : 'ERROR');

/** What the code means, as a sentence says it. */
export const exitMeaning = (code: number): string =>
  isKnown(code) ? EXIT_MEANING[code] : 'a code that this version does not know';
