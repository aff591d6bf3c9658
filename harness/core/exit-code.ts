/** What the process says to the pipeline that started it. */
export const EXIT = {
  conforms: 0,
  fails: 1,
  usage: 2,
  inconclusive: 3,
  targetNotReady: 4,
  harnessError: 5,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The sentence printed beside the code. */
export const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: 'every selected requirement holds, with evidence',
  1: 'at least one selected requirement is breached',
  2: 'usage or configuration, nothing was driven',
  3: 'nothing failed, but something could not be decided',
  4: 'the target was not ready, nothing was judged',
  5: 'the harness broke, or evidence is missing',
  130: 'interrupted, reports were written',
  143: 'terminated, reports were written',
};
