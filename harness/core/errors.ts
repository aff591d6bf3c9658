/** Every way in which the harness itself can refuse or break; the codes are stable and documented. */
export const ERROR_CODES = [
  'BASELINE_INVALID',
  'CONFIG_INVALID',
  'EVIDENCE_INVALID',
  'FAULT_FAILED',
  'INTERNAL',
  'NOTHING_SELECTED',
  'PROFILE_INVALID',
  'REFERENCE_FAILED',
  'REPORT_INVALID',
  'SECRET_IN_ARTEFACT',
  'TARGET_UNREACHABLE',
  'TOKEN_UNAVAILABLE',
  'TOO_FEW_IDENTITIES',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** A fault of configuration, of the environment, or of ours; never a judgement about the target. */
export class HarnessError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HarnessError';
    this.code = code;
    this.hint = options.hint;
  }
}
