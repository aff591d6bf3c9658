import type { Statement } from '../harness/core/finding.ts';
import type { EvidenceRef } from '../harness/evidence/transcript.ts';

/** The words of a finding, in the order in which they are read. */
export const say = (
  code: string,
  expected: string,
  actual: string,
  ...refs: readonly EvidenceRef[]
): Statement => ({
  code,
  expected,
  actual,
  refs,
});

/** Milliseconds as people write them. */
export const inMs = (ms: number): string => `${Math.round(ms * 10) / 10} ms`;
