import { describe, expect, it } from 'vitest';
import { assembleReport } from '../report/assemble.ts';
import type { CampaignReport } from '../report/model.ts';
import { greenCampaign, redCampaign } from '../report/sample-campaign.ts';
import { decideRelease, type ReleaseTerms } from './decide-release.ts';

const NOW = Date.parse('2026-01-05T12:00:00.000Z');
const GREEN = assembleReport(greenCampaign());
const RED = assembleReport(redCampaign());
const ONLY_SHOULD: CampaignReport = {
  ...RED,
  exitCode: 0,
  gate: { because: [] },
  requirements: RED.requirements.filter(({ id }) => id === 'LC-15' || id === 'LC-1'),
};
const OPEN: CampaignReport = {
  ...RED,
  exitCode: 3,
  gate: { because: ['LC-4'] },
  requirements: RED.requirements.filter(({ id }) => id === 'LC-4' || id === 'LC-1'),
};

function decided(report: CampaignReport, terms: Partial<ReleaseTerms> = {}): string {
  const { decision, exitCode, reasons } = decideRelease(report, { failOn: 'must', now: NOW, ...terms });
  const codes = reasons.flatMap(({ weight, code }) => (weight === 'note' ? [] : [code]));
  return [decision, exitCode, ...codes].join(' ');
}

describe('whether to release', () => {
  it.each<[string, CampaignReport, Partial<ReleaseTerms>, string]>([
    ['all holds', GREEN, {}, 'go 0'],
    ['a MUST fails', RED, {}, 'no-go 1 LC-3 LC-9 LC-4'],
    ['a SHOULD fails', ONLY_SHOULD, {}, 'go 0'],
    ['a SHOULD fails, and may not', ONLY_SHOULD, { failOn: 'should' }, 'no-go 1 LC-15'],
    ['a MUST is undecided', OPEN, {}, 'undecided 3 LC-4'],
    ['a MUST is undecided, and may not be', OPEN, { failOn: 'inconclusive' }, 'no-go 1 LC-4'],
    ['it is of this target', GREEN, { target: 'https://staging.example.com/' }, 'go 0'],
    ['it is of another target', GREEN, { target: 'https://other.example.com' }, 'undecided 3 other-target'],
    ['another target fails', RED, { target: 'production' }, 'undecided 3 other-target'],
    ['it is young enough', GREEN, { maxAgeMs: 3 * 3_600_000 }, 'go 0'],
    ['it is too old', GREEN, { maxAgeMs: 3_600_000 }, 'undecided 3 too-old'],
    ['it is of tomorrow', GREEN, { maxAgeMs: 1, now: 0 }, 'undecided 3 from-the-future'],
    ['it was interrupted', { ...GREEN, exitCode: 130 }, {}, 'undecided 3 interrupted'],
    [
      'it was interrupted after a breach',
      { ...RED, exitCode: 143 },
      {},
      'no-go 1 LC-3 LC-9 LC-4 interrupted',
    ],
    ['a baseline is as good', GREEN, { baseline: GREEN }, 'go 0'],
    [
      'the baseline judged more',
      { ...GREEN, requirements: GREEN.requirements.slice(0, 1) },
      { baseline: GREEN },
      'undecided 3 fewer-requirements',
    ],
    [
      'the baseline is of another target',
      GREEN,
      { baseline: { ...GREEN, target: { ...GREEN.target, name: 'eu' } } },
      'undecided 3 other-baseline',
    ],
    [
      'an admission does not hold any more',
      { ...GREEN, exitCode: 1, gate: { because: ['LC-77'] } },
      {},
      'no-go 1 LC-77',
    ],
  ])('%s', (_name, report, terms, expected) => {
    expect(decided(report, terms)).toBe(expected);
  });

  it('a capability that was lost stops it, and so does a slower stage', () => {
    const lost = {
      ...GREEN.plan.capabilities,
      threads: { available: false, reason: 'the profile does not declare it' },
    };
    const ms = Array.from({ length: 30 }, (_, index) => 100 + index);
    const with30 = (by: number): CampaignReport['samples'] => [
      { measure: 'greeting', ms: ms.map((one) => one + by), n: 30, observerErrorMs: 1 },
    ];
    const now = { ...GREEN, plan: { ...GREEN.plan, capabilities: lost }, samples: with30(60) };
    const before = { ...GREEN, samples: with30(0) };
    expect(decided(now, { baseline: before })).toBe('no-go 1 lost-threads slower-greeting');
    expect(decided(before, { baseline: before })).toBe('go 0');
  });
});
