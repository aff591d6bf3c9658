/**
 * The verdict law (after ISO/IEC 9646 and TTCN-3): a verdict may only be overwritten by a worse one, in the
 * order pass, inconclusive, fail, error; nothing found at all is itself an error.
 */
export const VERDICTS = ['pass', 'inconclusive', 'fail', 'error'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const LEVELS = ['MUST', 'SHOULD', 'MAY'] as const;
export type Level = (typeof LEVELS)[number];

export const DISPOSITIONS = ['as-expected', 'unexpected', 'stale'] as const;
/** A verdict compared with the target's admitted failures. */
export type Disposition = (typeof DISPOSITIONS)[number];

/** The worst of the given verdicts; `error` when there are none, since nobody looked. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict {
  let worst = -1;
  for (const verdict of verdicts) worst = Math.max(worst, VERDICTS.indexOf(verdict));
  return VERDICTS[worst] ?? 'error';
}
