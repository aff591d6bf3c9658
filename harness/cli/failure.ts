import { HarnessError } from '../core/errors.ts';
import { EXIT, EXIT_MEANING, type ExitCode } from '../core/exit-code.ts';
import { EXIT_OF_ERROR } from '../report/exit.ts';

/** Tells on the error output why nothing could be judged; returns the exit code that says the same. */
export function explainFailure(cause: unknown): ExitCode {
  const code = cause instanceof HarnessError ? EXIT_OF_ERROR[cause.code] : EXIT.harnessError;
  process.stderr.write(`${wordsOf(cause)}\nexit code ${code}: ${EXIT_MEANING[code]}\n`);
  return code;
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof HarnessError)) {
    const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return `the harness broke, which is its own defect   [INTERNAL]\n${stack}`;
  }
  const hint = cause.hint === undefined ? '' : `\n  ${cause.hint}`;
  return `${cause.message}   [${cause.code}]${hint}`;
}
