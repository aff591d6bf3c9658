import { describe, expect, it } from 'vitest';
import type { CampaignReport } from './model.ts';
import { underPolicy } from './policy.ts';

const requirement = (id: string, level: 'MUST' | 'SHOULD', verdict: 'pass' | 'fail' | 'inconclusive') => ({
  ...{ id, level, verdict, suite: 's', text: id, clause: '1', selected: true, reason: '' },
  ...{ disposition: verdict === 'pass' ? 'as-expected' : 'unexpected', because: [], checks: [] },
});
const reportOf = (exitCode: number, ...requirements: ReturnType<typeof requirement>[]): CampaignReport =>
  ({ exitCode, conclusion: 'It is so.', gate: { because: [] }, requirements }) as unknown as CampaignReport;

const LESSER = reportOf(0, requirement('A', 'MUST', 'pass'), requirement('B', 'SHOULD', 'fail'));
const OPEN = reportOf(3, requirement('A', 'MUST', 'inconclusive'), requirement('B', 'SHOULD', 'pass'));

describe('what fails a campaign', () => {
  it('is a MUST, unless more is asked for', () => {
    expect(underPolicy(LESSER, 'must')).toBe(LESSER);
    expect(underPolicy(OPEN, 'must')).toBe(OPEN);
    expect(underPolicy(OPEN, 'should')).toBe(OPEN);
  });

  it('may be a SHOULD, and what is undecided', () => {
    expect(underPolicy(LESSER, 'should')).toMatchObject({ exitCode: 1, gate: { because: ['B'] } });
    expect(underPolicy(LESSER, 'inconclusive')).toMatchObject({ exitCode: 1 });
    const open = underPolicy(OPEN, 'inconclusive');
    expect(open).toMatchObject({ exitCode: 1, gate: { because: ['A'] } });
    expect(open.conclusion).toBe(
      'It is so. That fails this campaign, as it was asked to (--fail-on inconclusive): A.',
    );
  });

  it.each([1, 2, 4, 5, 130])('leaves the exit code %d alone', (exitCode) => {
    const report = { ...OPEN, exitCode };
    expect(underPolicy(report, 'inconclusive')).toBe(report);
  });
});
