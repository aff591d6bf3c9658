import { describe, expect, it } from 'vitest';
import { DISPOSITIONS, VERDICTS } from '../core/verdict.ts';
import { gate } from '../judge/gate.ts';
import { assembleReport, type ReportInput } from './assemble.ts';
import { reportSchema } from './model.ts';
import { disposition, gateInputs } from './requirements.ts';
import {
  greenCampaign,
  redCampaign,
  sampleFinding,
  sampleJudgement,
  samplePlan,
  sampleRequirement,
  sampleVerdict,
} from './sample-campaign.ts';

const gated = (input: Omit<ReportInput, 'gate'>): ReportInput => ({
  ...input,
  gate: gate(gateInputs(input.plan, input.judgement)),
});

describe('assembleReport', () => {
  it('gives the same bytes for the same input, and a document of its own schema', () => {
    const [once, twice] = [assembleReport(redCampaign()), assembleReport(redCampaign())];
    expect(JSON.stringify(once)).toBe(JSON.stringify(twice));
    expect(reportSchema.parse(once)).toEqual(once);
    expect(once.startedAt).toBe('2026-01-05T10:00:01.000Z');
  });

  it('agrees with the gate on the samples', () => {
    expect(gated(redCampaign()).gate).toEqual(redCampaign().gate);
    expect(gated(greenCampaign()).gate).toEqual(greenCampaign().gate);
  });

  it('counts requirements', () => {
    expect(assembleReport(redCampaign()).totals).toEqual({
      requirements: 7,
      selected: 5,
      checks: 5,
      pass: 1,
      inconclusive: 1,
      fail: 3,
      error: 0,
      mustFailed: 2,
      shouldFailed: 1,
    });
  });

  it('gives no verdict to what was not selected', () => {
    const left = assembleReport(redCampaign()).requirements.filter(({ selected }) => !selected);
    expect(left.map(({ id, verdict, reason }) => ({ id, verdict, reason }))).toEqual([
      { id: 'CN-6', verdict: undefined, reason: 'needs mint-tokens: no signing key is configured' },
      { id: 'LC-30', verdict: undefined, reason: 'internal state, not visible from outside' },
    ]);
  });

  it('names the requirement whose breach hides another', () => {
    const open = assembleReport(redCampaign()).requirements.find(({ id }) => id === 'LC-4');
    expect(open?.because).toEqual(['LC-3']);
  });

  it('makes an error of a selected check that nobody judged', () => {
    const input = gated({ ...greenCampaign(), judgement: sampleJudgement([]) });
    const report = assembleReport(input);
    expect(report.requirements.map(({ verdict }) => verdict)).toEqual(['error', 'error']);
    expect(report.exitCode).toBe(5);
  });

  it('gives each check the command that repeats it', () => {
    expect(assembleReport(redCampaign()).checks[0]?.reproduce).toBe(
      'npx agent-conformance run lifecycle/lc-1 --seed 7 --target https://staging.example.com',
    );
  });
});

describe('verdict and gate', () => {
  const single = (level: 'MUST' | 'SHOULD' | 'MAY', verdict: (typeof VERDICTS)[number]): ReportInput =>
    gated({
      plan: samplePlan([sampleRequirement('LC-1', { level })]),
      judgement: sampleJudgement([sampleVerdict('LC-1', [sampleFinding(verdict)])]),
      excerpts: new Map(),
    });

  it.each([
    ['MUST', 'pass', 0, 'conforms: the one selected MUST requirement holds.'],
    [
      'MUST',
      'inconclusive',
      3,
      'is undecided: nothing failed, 1 of 1 selected MUST requirement could not be decided: LC-1.',
    ],
    ['MUST', 'fail', 1, 'breaks 1 of 1 selected MUST requirement: LC-1.'],
    [
      'MUST',
      'error',
      5,
      'could not be judged: the harness broke or evidence is missing for 1 requirement: LC-1.',
    ],
    ['SHOULD', 'pass', 0, 'conforms: no MUST requirement was selected.'],
    [
      'SHOULD',
      'inconclusive',
      0,
      'conforms: no MUST requirement was selected, 1 SHOULD is undecided (LC-1).',
    ],
    ['SHOULD', 'fail', 0, 'conforms: no MUST requirement was selected, 1 SHOULD does not (LC-1).'],
    [
      'SHOULD',
      'error',
      5,
      'could not be judged: the harness broke or evidence is missing for 1 requirement: LC-1.',
    ],
    ['MAY', 'fail', 0, 'conforms: no MUST requirement was selected.'],
  ] as const)('%s %s: exit %i, "%s"', (level, verdict, exitCode, sentence) => {
    const report = assembleReport(single(level, verdict));
    expect(report.exitCode).toBe(exitCode);
    expect(report.conclusion).toBe(`staging.example.com ${sentence}`);
  });

  it('lets an admission excuse a failure and nothing else', () => {
    const table = VERDICTS.map((verdict) => [
      verdict,
      disposition(verdict, false),
      disposition(verdict, true),
    ]);
    expect(table).toEqual([
      ['pass', 'as-expected', 'stale'],
      ['inconclusive', 'unexpected', 'unexpected'],
      ['fail', 'unexpected', 'as-expected'],
      ['error', 'unexpected', 'unexpected'],
    ]);
    expect(DISPOSITIONS).toHaveLength(3);
  });
});

describe('conclusion', () => {
  it('is one sentence about the breaches', () => {
    expect(assembleReport(redCampaign()).conclusion).toBe(
      'staging.example.com breaks 2 of 4 selected MUST requirements: LC-3, LC-9.',
    );
  });

  it('tells why nothing was judged', () => {
    const message = 'target did not answer GET /health within 10 s (3 attempts)';
    const report = assembleReport({
      plan: greenCampaign().plan,
      excerpts: new Map(),
      gate: { exitCode: 5, because: [] },
      stopped: { code: 'TARGET_UNREACHABLE', message },
    });
    expect(report.exitCode).toBe(4);
    expect(report.conclusion).toBe(
      `staging.example.com could not be judged: ${message} [TARGET_UNREACHABLE].`,
    );
    expect(report.notProven).toEqual(['Anything: the campaign was stopped before it could be judged.']);
    expect(reportSchema.parse(report)).toEqual(report);
  });

  it('tells how far an interrupted campaign came', () => {
    const report = assembleReport({ ...redCampaign(), interrupted: 143 });
    expect(report.exitCode).toBe(143);
    expect(report.conclusion).toBe(
      'staging.example.com was not judged to the end: terminated after 2 of 2 trials, 2 MUST requirements had failed: LC-3, LC-9.',
    );
  });

  it('names a few of many', () => {
    const ids = Array.from({ length: 30 }, (_, index) => `LC-${index + 1}`);
    const report = assembleReport(
      gated({
        plan: samplePlan(ids.map((id) => sampleRequirement(id))),
        judgement: sampleJudgement(ids.map((id) => sampleVerdict(id, [sampleFinding('fail')]))),
        excerpts: new Map(),
      }),
    );
    expect(report.conclusion).toMatch(/: LC-1, .*LC-8 and 22 more\.$/);
  });
});

describe('what was not shown', () => {
  it('is drawn from the plan and the evidence', () => {
    expect(assembleReport(redCampaign()).notProven).toMatchInlineSnapshot(`
      [
        "1 requirement undecided (LC-4); to decide: mend LC-3, which hides it, then drive again.",
        "p95 of completion rests on n=9 runs: no upper bound at 95 %.",
        "1 requirement not judged (CN-6): needs mint-tokens: no signing key is configured.",
        "1 requirement verified by no check (LC-30): internal state, not visible from outside.",
        "Behaviour under load: no trial put the target under load.",
        "Recovery from faults: no trial disturbed the target.",
        "Rare faults: one that strikes less than 28.4 % of runs can stay unseen in 9 completed runs (95 %).",
        "Other times, places and loads: one campaign saw the target from one machine from 2026-01-05T10:00:01.000Z to 2026-01-05T10:04:09.000Z.",
      ]
    `);
  });

  it('says what about the connection was not tried', () => {
    const { plan, ...rest } = redCampaign();
    const capabilities = { ...plan.capabilities, 'mint-tokens': { available: false, reason: 'no key' } };
    const report = assembleReport({
      ...rest,
      plan: { ...plan, capabilities, origins: { unlisted: 'https://x.example' } },
    });
    expect(report.connectivity.notVerified).toMatchInlineSnapshot(`
      [
        "That tokens of these kinds are refused: none, wrong-signature, alg-none, expired, wrong-issuer (no key).",
        "That a listed browser origin is let in: no listed origin is configured.",
        "Other ways to the target: it was dialled from one machine, through the proxies that its environment names.",
      ]
    `);
  });
});
