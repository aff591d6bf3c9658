import { describe, expect, it } from 'vitest';
import { type Claim, P95_CLAIM, SUCCESS_CLAIM } from './claim.ts';
import { plannedTrials } from './decide.ts';
import {
  advance,
  chanceToHold,
  conclude,
  leastSamples,
  NOTHING_SEEN,
  type Outcome,
  plannedSamples,
  type Sequence,
  sequentialProspect,
} from './sequential.ts';
import { chance, noise, shareOf } from './test-support/simulate.ts';

const having = (claim: Claim, ...outcomes: readonly Outcome[]): Sequence =>
  outcomes.reduce((seen, outcome) => advance(seen, outcome, claim), NOTHING_SEEN);

const times = (n: number, outcome: Outcome): readonly Outcome[] => Array.from({ length: n }, () => outcome);

describe('stops early', () => {
  it.each([
    ['0.80', SUCCESS_CLAIM, 18, 27],
    ['p95', P95_CLAIM, 73, 113],
  ] as const)('%s holds after %d good ones, or %d with one bad', (_name, claim, none, one) => {
    expect([leastSamples(claim), leastSamples(claim, 1)]).toEqual([none, one]);
    expect(having(claim, ...times(none - 1, 'good')).answer).toBe('undecided');
    expect(having(claim, ...times(none, 'good')).answer).toBe('holds');
    expect(having(claim, 'bad', ...times(one - 2, 'good')).answer).toBe('undecided');
    expect(having(claim, 'bad', ...times(one - 1, 'good')).answer).toBe('holds');
  });

  it('p95 does not hold after five bad ones in a row', () => {
    expect(having(P95_CLAIM, ...times(4, 'bad')).answer).toBe('undecided');
    expect(having(P95_CLAIM, ...times(5, 'bad')).answer).toBe('does-not-hold');
  });

  it('stands by its decision whatever comes later', () => {
    const held = having(P95_CLAIM, ...times(73, 'good'));
    expect(having(P95_CLAIM, ...times(73, 'good'), ...times(20, 'bad'))).toEqual(held);
  });
});

describe('what is spoilt', () => {
  it('speaks neither for nor against the target', () => {
    expect(having(P95_CLAIM, ...times(200, 'spoilt')).answer).toBe('undecided');
    expect(having(P95_CLAIM, 'spoilt', ...times(111, 'good')).answer).toBe('undecided');
    expect(having(P95_CLAIM, 'spoilt', ...times(112, 'good')).answer).toBe('holds');
    const against = having(P95_CLAIM, 'bad', 'bad', 'spoilt', 'bad', 'bad');
    expect([against.answer, against.spoilt]).toEqual(['undecided', 1]);
  });

  it('is in no estimate', () => {
    expect(conclude(having(P95_CLAIM, 'spoilt', 'good', 'good'), P95_CLAIM).estimate).toMatchObject({
      point: 1,
      n: 2,
    });
    expect(conclude(having(P95_CLAIM, 'spoilt'), P95_CLAIM).estimate).toBeUndefined();
  });
});

it('says how many more where it is open', () => {
  expect(conclude(having(SUCCESS_CLAIM, 'good', 'good', 'good', 'good', 'bad'), SUCCESS_CLAIM)).toMatchObject(
    {
      answer: 'undecided',
      more: { atBest: 22, planned: 67 },
    },
  );
  expect(conclude(NOTHING_SEEN, P95_CLAIM).more).toEqual({ atBest: 73, planned: 273 });
});

it('knows beforehand what so many samples can never decide', () => {
  expect(sequentialProspect(P95_CLAIM, 72)).toEqual({ canHold: false, least: 73, planned: 273 });
  expect(sequentialProspect(P95_CLAIM, 73).canHold).toBe(true);
  expect(chanceToHold(P95_CLAIM, 72, 1)).toBe(0);
  expect(chanceToHold(P95_CLAIM, 73, 1)).toBe(1);
});

describe('error rates under peeking, by simulation', () => {
  const CAMPAIGNS = 4_000;
  const run = (random: () => number, claim: Claim, share: number, most: number): Sequence => {
    let seen: Sequence = NOTHING_SEEN;
    while (seen.n < most && seen.answer === 'undecided')
      seen = advance(seen, random() < share ? 'good' : 'bad', claim);
    return seen;
  };

  it.each([
    ['sessions', SUCCESS_CLAIM],
    ['p95', P95_CLAIM],
  ] as const)('%s: a target at the bar passes, and fails, in 5 of 100 at most', (_name, claim) => {
    const random = chance(11);
    const answers = Array.from({ length: CAMPAIGNS }, () => run(random, claim, claim.atLeast, 600).answer);
    for (const wrong of ['holds', 'does-not-hold'])
      expect(answers.filter((answer) => answer === wrong).length / CAMPAIGNS).toBeLessThanOrEqual(
        claim.alpha + noise(claim.alpha, CAMPAIGNS),
      );
  });

  it('a target that succeeds six times in ten passes no oftener than stated in 10,000 campaigns', () => {
    const random = chance(12);
    const passed = shareOf(10_000, () => run(random, SUCCESS_CLAIM, 0.6, 600).answer === 'holds');
    expect(passed).toBeLessThanOrEqual(0.05);
  });

  it.each([
    ['sessions', SUCCESS_CLAIM],
    ['p95', P95_CLAIM],
  ] as const)('%s: a healthy target passes within the planned samples, as the count says', (_name, claim) => {
    const random = chance(13);
    const most = plannedSamples(claim);
    const passed = shareOf(CAMPAIGNS, () => run(random, claim, claim.healthy, most).answer === 'holds');
    const counted = chanceToHold(claim, most, claim.healthy);
    expect(counted).toBeGreaterThanOrEqual(claim.power);
    expect(Math.abs(passed - counted)).toBeLessThan(noise(counted, CAMPAIGNS));
  });

  it.each([
    ['a healthy target', P95_CLAIM, 0.99],
    ['a target without a fault', P95_CLAIM, 1],
    ['a target that exceeds its limit every third time', P95_CLAIM, 2 / 3],
    ['sessions that succeed', SUCCESS_CLAIM, 0.99],
    ['sessions that fail every other time', SUCCESS_CLAIM, 0.5],
  ] as const)('%s takes fewer samples than were planned for a fixed n', (_name, claim, share) => {
    const random = chance(14);
    let samples = 0;
    for (let campaign = 0; campaign < 1_000; campaign += 1) samples += run(random, claim, share, 2_000).n;
    expect(samples / 1_000).toBeLessThan(plannedTrials(claim) * 0.85);
  });
});
