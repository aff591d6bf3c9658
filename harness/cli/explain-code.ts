import { ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import { EXIT, EXIT_MEANING, type ExitCode } from '../core/exit-code.ts';
import { EXIT_OF_ERROR, exitWord } from '../report/exit.ts';

/** What to do about each way in which the harness itself refuses or breaks. */
const ERRORS: Readonly<Record<ErrorCode, string>> = {
  BASELINE_INVALID: 'the list of admitted failures cannot be used; mend the file that the message names',
  CONFIG_INVALID: 'a variable or an option is wrong; every problem is told at once, before the first request',
  EVIDENCE_INVALID: 'a stored campaign is missing, damaged, or was changed after it was sealed',
  FAULT_FAILED: 'a dependency of the target could not be taken away or given back; see faults in the profile',
  INTERNAL: 'the harness broke, which is its own defect and says nothing about the target',
  NOTHING_SELECTED: 'the selection names nothing that could be judged; the message suggests what was meant',
  PROFILE_INVALID: 'the profile is refused; docs/configuration.md describes every field',
  REFERENCE_FAILED: 'the reference deployment did not start; "agent-conformance reference" shows why',
  REPORT_INVALID:
    'a report is missing, damaged, or of another format; name a folder of results or a report.json',
  SECRET_IN_ARTEFACT: 'a secret was found in what was written; the files were set apart',
  TARGET_UNREACHABLE: 'the target did not answer at all; "agent-conformance doctor" looks where it ends',
  TOKEN_UNAVAILABLE: 'no token could be had for a user; it is expired, or the token endpoint refused',
  TOO_FEW_IDENTITIES: 'a scenario needs more users than are configured; see TARGET_USERS and TARGET_TOKENS',
};

/** Codes of findings that any check may have, because of its evidence. */
const EVIDENCE_CODES: Readonly<Record<string, string>> = {
  'no-transcript': 'error: a planned trial left no evidence, so nothing can be said to hold',
  unsealed: 'inconclusive: the evidence ends before the trial did, as after a kill',
  'script-crashed': 'error: the script of the trial broke, which is a defect of the harness',
  'script-aborted': 'inconclusive: the campaign was ended while the trial was under way',
  'script-gave-up': 'inconclusive: the trial could not be driven, for example for want of a token',
  'nothing-to-judge': 'inconclusive: the trials came to their end without showing what is judged',
  'evidence-not-whole': 'inconclusive: it would have passed, and part of the evidence was left out',
  'check-crashed': 'error: the check broke, which is a defect of the harness',
  'check-unknown': 'error: the plan is of another version and names a check that this one does not have',
};

/** All codes that can be explained. */
export const knownCodes = (): readonly string[] => [
  ...ERROR_CODES,
  ...Object.keys(EVIDENCE_CODES),
  ...Object.values(EXIT).map(String),
];

/** What a code means; undefined where it is none. */
export function explainCode(word: string): readonly string[] | undefined {
  const error = ERROR_CODES.find((code) => code === word.toUpperCase());
  if (error !== undefined) {
    const code = EXIT_OF_ERROR[error];
    return [`${error}  ${ERRORS[error]}`, `  exit code ${code}: ${EXIT_MEANING[code]}`];
  }
  const exit = Object.values(EXIT).find((code) => String(code) === word);
  if (exit !== undefined) return explainExit(exit);
  const said = EVIDENCE_CODES[word];
  return said === undefined ? undefined : [`${word}  ${said}`, '  any check may have it'];
}

function explainExit(code: ExitCode): readonly string[] {
  const causes = ERROR_CODES.filter((error) => EXIT_OF_ERROR[error] === code);
  return [
    `exit code ${code}  VERDICT=${exitWord(code)}: ${EXIT_MEANING[code]}`,
    ...(causes.length === 0 ? [] : [`  also of    ${causes.join(', ')}`]),
  ];
}
