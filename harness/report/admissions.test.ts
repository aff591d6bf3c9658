import { describe, expect, it } from 'vitest';
import { gate } from '../judge/gate.ts';
import { type Baseline, parseBaseline } from '../plan/baseline.ts';
import { blockersOf } from './admissions.ts';
import { assembleReport } from './assemble.ts';
import type { CampaignReport } from './model.ts';
import { gateInputs } from './requirements.ts';
import {
  sampleFinding,
  sampleJudgement,
  samplePlan,
  sampleRequirement,
  sampleVerdict,
} from './sample-campaign.ts';

type Entry = Partial<Baseline['failures'][number]>;

const admitted = (over: Entry): Baseline['failures'][number] => ({
  because: 'the queue is being replaced',
  issue: 'https://tracker.example.com/7',
  owner: 'platform team',
  until: '2026-12-31',
  ...over,
});

/** A campaign in January 2026: LC-1 passes, LC-3 fails, IS-1 fails, LC-4 is undecided, CN-6 was not selected. */
function reportWith(failures: readonly Entry[], capabilities: Baseline['capabilities'] = []): CampaignReport {
  const baseline: Baseline = {
    format: 'agent-conformance/baseline@1',
    target: 'staging',
    capabilities,
    failures: failures.map(admitted),
  };
  const plan = samplePlan(
    [
      sampleRequirement('LC-1'),
      sampleRequirement('LC-3'),
      sampleRequirement('IS-1', { suite: 'isolation' }),
      sampleRequirement('LC-4'),
      sampleRequirement('CN-6', { selected: false, reason: 'not asked for' }),
    ],
    { baseline },
  );
  plan.capabilities.threads = { available: false, reason: 'the profile does not declare it' };
  const judgement = sampleJudgement([
    sampleVerdict('LC-1', [sampleFinding('pass')]),
    sampleVerdict('LC-3', [sampleFinding('fail')]),
    sampleVerdict('IS-1', [sampleFinding('fail')]),
    sampleVerdict('LC-4', [sampleFinding('inconclusive')]),
  ]);
  const decision = gate(gateInputs(plan, judgement), blockersOf(plan, judgement));
  return assembleReport({ plan, judgement, excerpts: new Map(), gate: decision });
}

const KNOWN = [{ requirement: 'LC-3' }, { requirement: 'IS-1' }] as const;
const outcome = ({ exitCode, gate: { because } }: CampaignReport): string => [exitCode, ...because].join(' ');
const statesOf = ({ baseline }: CampaignReport): readonly string[] =>
  baseline?.admissions.map(({ subject, state }) => `${subject} ${state}`) ?? [];

describe('an admission', () => {
  it.each<[string, readonly Entry[], string, string]>([
    ['of nothing', [], '1 LC-3 IS-1', ''],
    ['of all that fails', KNOWN, '3 LC-4', 'LC-3 as-expected'],
    ['by check', [{ check: 'lifecycle/lc-3' }, KNOWN[1]], '3 LC-4', 'lifecycle/lc-3 as-expected'],
    ['that passes', [{ requirement: 'LC-1' }, ...KNOWN], '1 LC-1', 'LC-1 stale'],
    [
      'whose check passes',
      [{ check: 'lifecycle/lc-1' }, ...KNOWN],
      '1 LC-1 lifecycle/lc-1',
      'lifecycle/lc-1 stale',
    ],
    ['past its day', [{ requirement: 'LC-3', until: '2026-01-04' }, KNOWN[1]], '1 LC-3', 'LC-3 expired'],
    [
      'on its last day',
      [{ requirement: 'LC-3', until: '2026-01-05' }, KNOWN[1]],
      '3 LC-4',
      'LC-3 as-expected',
    ],
    ['of nothing that is judged', [{ requirement: 'LC-99' }, ...KNOWN], '1 LC-99', 'LC-99 unmatched'],
    ['of what is undecided', [{ requirement: 'LC-4' }, ...KNOWN], '3 LC-4', 'LC-4 open'],
    ['of what was not selected', [{ requirement: 'CN-6' }, ...KNOWN], '3 LC-4', 'CN-6 not-selected'],
  ])('%s', (_name, failures, decided, state) => {
    const report = reportWith(failures);
    expect(outcome(report)).toBe(decided);
    expect(statesOf(report)[0] ?? '').toBe(state);
  });

  it('of a leak between users is never silent', () => {
    expect(reportWith(KNOWN).conclusion).toContain(
      'Users are not isolated from each other, which is admitted: IS-1 (platform team, until 2026-12-31).',
    );
    expect(reportWith([]).conclusion).not.toContain('admitted');
  });

  it('that does not hold any more is told', () => {
    const { conclusion } = reportWith(
      [{ requirement: 'LC-1' }, { requirement: 'LC-99' }, ...KNOWN],
      ['threads'],
    );
    expect(conclusion).toContain(
      'no longer shows 1 admitted failure: LC-1; it has 1 admission of what nothing judges: LC-99; it lost what its baseline had: threads',
    );
  });
});

it('a capability that the baseline had and the target lost blocks', () => {
  expect(outcome(reportWith(KNOWN, ['threads']))).toBe('1 threads');
  expect(outcome(reportWith(KNOWN, ['chat']))).toBe('3 LC-4');
});

describe('a baseline file', () => {
  const file = (over: object): string =>
    JSON.stringify({
      format: 'agent-conformance/baseline@1',
      target: 'staging',
      failures: [admitted({ requirement: 'LC-3' })],
      ...over,
    });
  const read = (text: string): unknown => parseBaseline(text, 'baselines/staging.json', 'staging');

  it('is read', () => {
    expect(read(file({}))).toMatchObject({ capabilities: [], failures: [{ requirement: 'LC-3' }] });
  });

  it.each([
    ['{', /^baselines\/staging.json: document: /],
    [file({ target: 'production' }), /target is "production": expected "staging"/],
    [file({ failures: [admitted({})] }), /failures.0: expected either a requirement or a check/],
    [file({ failures: [admitted({ requirement: 'LC-3', until: 'soon' })] }), /failures.0.until: /],
    [file({ failures: [admitted({ check: 'a/b', owner: '' })] }), /failures.0.owner: /],
    [file({ failures: [1, 2].map(() => admitted({ check: 'a/b' })) }), /a\/b is admitted twice/],
    [file({ capabilities: ['flying'] }), /capabilities.0: /],
    [file({ excuses: [] }), /excuses/],
  ])('is refused: %s', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'BASELINE_INVALID', message: expect.stringMatching(message) }),
    );
  });
});
