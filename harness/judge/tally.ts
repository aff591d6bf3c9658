import type { Finding } from '../core/finding.ts';
import { VERDICTS, type Verdict } from '../core/verdict.ts';

/** Findings kept of each verdict: enough to understand, few enough that a hostile target cannot fill the report. */
const KEPT_PER_VERDICT = 10;
/** Characters of a value shown: the place, not the content. */
const SHOWN_CHARACTERS = 240;

/** Collects the findings of one check: counts all, keeps the first few of each verdict. */
export class FindingTally {
  readonly #kept: Record<Verdict, Finding[]> = { pass: [], inconclusive: [], fail: [], error: [] };
  readonly #counts: Record<Verdict, number> = { pass: 0, inconclusive: 0, fail: 0, error: 0 };

  add(finding: Finding): void {
    const { verdict } = finding;
    this.#counts[verdict] += 1;
    if (this.#kept[verdict].length < KEPT_PER_VERDICT) this.#kept[verdict].push(bounded(finding));
  }

  /** Worst first. */
  sum(): { readonly findings: readonly Finding[]; readonly counts: Readonly<Record<Verdict, number>> } {
    const findings = [...VERDICTS].reverse().flatMap((verdict) => this.#kept[verdict]);
    return { findings, counts: { ...this.#counts } };
  }
}

function bounded(finding: Finding): Finding {
  return { ...finding, expected: printable(finding.expected), actual: printable(finding.actual) };
}

/** Text from the target as it may be shown: bounded, without control characters or direction marks. */
export function printable(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ');
  return visible.length <= SHOWN_CHARACTERS ? visible : `${visible.slice(0, SHOWN_CHARACTERS - 1)}…`;
}
