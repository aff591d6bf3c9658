import { describe, expect, it } from 'vitest';
import { claimOf, P95_CLAIM, P99_CLAIM, RECOVERY_CLAIM, SUCCESS_CLAIM } from './claim.ts';
import { answerTo, decide, leastTrials, plannedTrials, powerAt, prospectOf } from './decide.ts';
import { chance, noise, shareOf } from './test-support/simulate.ts';

it('leaves "4 of 5" against 0.80 open, and says how many more', () => {
  expect(decide({ good: 4, n: 5 }, SUCCESS_CLAIM)).toMatchObject({
    answer: 'undecided',
    estimate: { point: 0.8, n: 5, confidence: 0.9 },
    more: { atBest: 17, planned: 45 },
  });
});

it('decides nothing of nothing, and has no estimate of it', () => {
  expect(decide({ good: 0, n: 0 }, SUCCESS_CLAIM)).toEqual({
    answer: 'undecided',
    more: { atBest: 14, planned: 50 },
  });
});

it.each([
  ['0.80', SUCCESS_CLAIM, 14, 22],
  ['0.60', RECOVERY_CLAIM, 6, 10],
  ['p95', P95_CLAIM, 59, 93],
  ['p99', P99_CLAIM, 299, 473],
] as const)('%s takes %d trials without a failure, or %d with one', (_name, claim, none, one) => {
  expect([leastTrials(claim), leastTrials(claim, 1)]).toEqual([none, one]);
  expect(decide({ good: none, n: none }, claim).answer).toBe('holds');
  expect(decide({ good: none - 1, n: none - 1 }, claim).answer).toBe('undecided');
  expect(decide({ good: one - 1, n: one }, claim).answer).toBe('holds');
  expect(decide({ good: one - 2, n: one - 1 }, claim).answer).toBe('undecided');
});

it('says of a broken target that the claim does not hold', () => {
  expect(decide({ good: 5, n: 10 }, SUCCESS_CLAIM).answer).toBe('does-not-hold');
  expect(decide({ good: 55, n: 60 }, P95_CLAIM).answer).toBe('undecided');
  expect(decide({ good: 50, n: 60 }, P95_CLAIM).answer).toBe('does-not-hold');
});

it.each([
  ['0.80 against 0.95', SUCCESS_CLAIM, 50],
  ['p95 against one exceedance in a hundred', P95_CLAIM, 181],
] as const)('plans %s with %d trials', (_name, claim, planned) => {
  expect(plannedTrials(claim)).toBe(planned);
  expect(powerAt(claim, planned, claim.healthy)).toBeGreaterThanOrEqual(0.95);
});

it('knows beforehand what so many trials can never decide', () => {
  expect(prospectOf(P95_CLAIM, 58)).toEqual({ canHold: false, least: 59, planned: 181 });
  expect(prospectOf(P95_CLAIM, 59).canHold).toBe(true);
});

it.each([0, 1, -0.1, Number.NaN])('a share of %d cannot be claimed', (share) => {
  expect(() => claimOf(share)).toThrow(RangeError);
});

it('claims any other share with room on both sides of the bar', () => {
  for (const share of [0.05, 0.3, 0.5, 0.7, 0.9, 0.999]) {
    const { atLeast, healthy, broken } = claimOf(share);
    expect(broken).toBeLessThan(atLeast);
    expect(atLeast).toBeLessThan(healthy);
  }
});

describe('error rates, by simulation', () => {
  const CAMPAIGNS = 10_000;
  const campaign = (random: () => number, n: number, share: number) => {
    let good = 0;
    for (let trial = 0; trial < n; trial += 1) if (random() < share) good += 1;
    return { good, n };
  };

  it.each([
    ['sessions', SUCCESS_CLAIM],
    ['p95', P95_CLAIM],
  ] as const)('%s: a healthy target passes at the planned n in 95 of 100 campaigns', (_name, claim) => {
    const random = chance(1);
    const n = plannedTrials(claim);
    const passed = shareOf(CAMPAIGNS, () => answerTo(campaign(random, n, claim.healthy), claim) === 'holds');
    expect(passed).toBeGreaterThanOrEqual(0.95 - noise(0.95, CAMPAIGNS));
  });

  it.each([5, 14, 22, 50])(
    'a target that succeeds six times in ten passes no oftener than stated, n=%d',
    (n) => {
      const random = chance(2);
      const passed = shareOf(CAMPAIGNS, () => answerTo(campaign(random, n, 0.6), SUCCESS_CLAIM) === 'holds');
      expect(passed).toBeLessThanOrEqual(0.05);
    },
  );

  it.each([14, 22, 50])('a target exactly at the bar passes, and fails, in 5 of 100 at most, n=%d', (n) => {
    const random = chance(3);
    const answers = Array.from({ length: CAMPAIGNS }, () =>
      answerTo(campaign(random, n, 0.8), SUCCESS_CLAIM),
    );
    for (const wrong of ['holds', 'does-not-hold'])
      expect(answers.filter((answer) => answer === wrong).length / CAMPAIGNS).toBeLessThanOrEqual(
        0.05 + noise(0.05, CAMPAIGNS),
      );
  });
});
