import type { Finding } from '../core/finding.ts';
import type { Verdict } from '../core/verdict.ts';

/** What a check comes to over the campaign. */
export interface CheckVerdict {
  readonly check: string;
  readonly requirement: string;
  readonly verdict: Verdict;
  /** Worst first, bounded; `counts` tells how many there were. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Verdict, number>>;
}

/** How the evidence of a planned trial was found. */
export interface TrialEvidence {
  readonly trial: string;
  /** `unneeded`: topping up that the claims did not ask for any more. */
  readonly state: 'sealed' | 'unsealed' | 'missing' | 'unneeded';
  readonly end?: string;
  readonly note?: string;
  readonly entries: number;
  /** By the wall clock of the harness, RFC 3339 UTC. */
  readonly startedAt?: string;
  /** To the seal; to the last entry where there is none. */
  readonly tookMs?: number;
}
