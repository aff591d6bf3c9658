/** Against a sandbox that does what it should, every check passes, and none fails for want of evidence. */
import { describe, expect, it } from 'vitest';
import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { caseFindings } from '../test-support/exchanges.ts';
import { comparisonCases } from './compare.ts';
import { crowd } from './crowd.ts';
import { effectCases } from './effects.ts';
import { historyCases } from './history.ts';
import { readingCases } from './reading.ts';
import { refusalCases } from './refusals.ts';
import { isolationCases } from './tenancy.ts';
import { headerCases } from './tenant-header.ts';
import { type Choices, DECLARED, driven, lost, PRICED, passes, status } from './test-support/driven.ts';
import { testing } from './testing.ts';

const cases: readonly BoundCase<TrialView>[] = [
  testing,
  ...refusalCases,
  ...historyCases,
  ...readingCases,
  ...comparisonCases,
  ...effectCases.slice(0, 1),
  ...isolationCases,
  ...headerCases,
  crowd,
];

function all(bound: BoundCase<TrialView>, transcript: Transcript, choices: Choices = DECLARED) {
  return bound.checks.map(({ id }) => ({
    id,
    findings: caseFindings([bound], id, transcript, choices, PRICED),
  }));
}

describe.each(cases.map((bound) => [bound.scenario.id, bound] as const))('%s', (_id, bound) => {
  it.each<[string, Choices]>([
    ['declared', DECLARED],
    ['undeclared', { 'VP-DEFTENANT': 'token-tenant' }],
  ])('passes where the choices are %s', async (_what, choices) => {
    for (const { id, findings } of all(bound, await driven(bound, {}, choices), choices))
      expect(findings, id).toSatisfy(passes);
  });

  it('fails nobody when the recording was broken off', async () => {
    const whole = await driven(bound);
    for (let kept = 0; kept < whole.entries.length; kept += 1) {
      const { seal: _, ...rest } = { ...whole, entries: whole.entries.slice(0, kept) };
      for (const { id, findings } of all(bound, rest))
        expect(
          findings.filter((line) => !line.startsWith('inconclusive')),
          `${id} after ${kept}`,
        ).toEqual([]);
    }
  });

  it('passes nothing where nothing is answered, and nothing that is refused', async () => {
    for (const change of [lost, status(503)])
      for (const { id, findings } of all(bound, await driven(bound, { '*': change })))
        expect(findings, id).not.toSatisfy(passes);
  });
});
