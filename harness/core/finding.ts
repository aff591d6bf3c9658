import type { EvidenceRef } from '../evidence/transcript.ts';
import type { Verdict } from './verdict.ts';

/** One thing a check saw. `refs` is never empty: a finding without evidence is an opinion. */
export interface Finding {
  readonly verdict: Verdict;
  /** Stable, kebab-case; the same cause always has the same code. */
  readonly code: string;
  readonly expected: string;
  readonly actual: string;
  readonly refs: readonly EvidenceRef[];
  /** What would settle it, where that is known; only on inconclusive findings. */
  readonly decide?: string;
  /** The requirement whose breach made this one unobservable; only on inconclusive findings. */
  readonly because?: string;
}

/** What a finding says, apart from its verdict. */
export type Statement = Omit<Finding, 'verdict' | 'because'>;

export const pass = (statement: Statement): Finding => ({ verdict: 'pass', ...statement });
export const fail = (statement: Statement): Finding => ({ verdict: 'fail', ...statement });

/** It could not be seen; `because` names the requirement whose breach hid it, where there is one. */
export function inconclusive(statement: Statement, because?: string): Finding {
  return { verdict: 'inconclusive', ...statement, ...(because === undefined ? {} : { because }) };
}
