import { describe, expect, it } from 'vitest';
import { assembleReport } from '../report/assemble.ts';
import type { CampaignReport } from '../report/model.ts';
import { greenCampaign, redCampaign } from '../report/sample-campaign.ts';
import { chance } from '../stats/test-support/simulate.ts';
import { compareReports } from './compare-reports.ts';
import { comparisonSchema } from './model.ts';
import { REAL_STAGES } from './test-support/real-stages.ts';

type Samples = CampaignReport['samples'];

const GREEN = assembleReport(greenCampaign());
const RED = assembleReport(redCampaign());

/** Latencies with a long tail, as they are. */
function samplesOf(n: number, random: () => number, slower: Partial<Record<string, number>> = {}): Samples {
  const stages = ['connect', 'greeting', 'first-event', 'start-to-tool', 'tool-to-end'] as const;
  return stages.map((measure, index) => ({
    measure,
    ms: Array.from({ length: n }, () => {
      const body = 100 * (index + 1) * (0.9 + 0.2 * random()) - 10 * Math.log(1 - random());
      return body * (slower[measure] ?? 1);
    }),
    n,
    observerErrorMs: 2,
  }));
}

const verdictsOf = (before: Samples, now: Samples): readonly string[] =>
  compareReports({ ...GREEN, samples: before }, { ...GREEN, samples: now }).stages.flatMap((stage) =>
    stage.verdict === 'worse' || stage.verdict === 'better' ? [`${stage.measure} ${stage.verdict}`] : [],
  );

describe('two reports', () => {
  it('a stage that became 20 % slower is named, and that one only', () => {
    const random = chance(31);
    const [before, now] = [samplesOf(30, random), samplesOf(30, random, { 'tool-to-end': 1.2 })];
    expect(verdictsOf(before, now)).toEqual(['tool-to-end worse']);
    expect(verdictsOf(now, before)).toEqual(['tool-to-end better']);
  });

  it('finds it with 30 samples a side in 95 of 100 comparisons or more, by simulation', () => {
    const random = chance(32);
    const found = Array.from({ length: 60 }, () =>
      verdictsOf(samplesOf(30, random), samplesOf(30, random, { 'tool-to-end': 1.2 })).join(),
    ).filter((one) => one === 'tool-to-end worse').length;
    expect(found).toBeGreaterThanOrEqual(57);
  });

  it('of one and the same deployment 9 of 100 pairs at most are called different, without any margin', () => {
    const random = chance(36);
    const drawn = (): Samples =>
      (Object.keys(REAL_STAGES) as (keyof typeof REAL_STAGES)[]).map((measure) => {
        const all = REAL_STAGES[measure];
        const ms = Array.from({ length: 40 }, () => all[Math.floor(random() * all.length)] ?? 0);
        return { measure, ms, n: ms.length, observerErrorMs: 0 };
      });
    const margin = { percent: 0, leastMs: 0 };
    const called = Array.from({ length: 100 }, () =>
      compareReports({ ...GREEN, samples: drawn() }, { ...GREEN, samples: drawn() }, { margin }),
    ).filter(({ stages }) => stages.some(({ verdict }) => verdict === 'worse' || verdict === 'better'));
    expect(called.length).toBeLessThanOrEqual(9);
  });

  it('too few samples are said to be too few', () => {
    const random = chance(33);
    const { stages, conclusion } = compareReports(
      { ...GREEN, samples: samplesOf(4, random) },
      { ...GREEN, samples: samplesOf(30, random) },
    );
    expect(new Set(stages.map(({ verdict }) => verdict))).toEqual(new Set(['too-few']));
    expect(conclusion).toBe(
      'Nothing is worse than the baseline: 0 stages decided; of 5 others there are too few samples to tell.',
    );
  });

  it('what is finer than our own delay is no difference', () => {
    const random = chance(34);
    const slow = samplesOf(40, random, { greeting: 1.2 }).map((one) => ({ ...one, observerErrorMs: 60 }));
    expect(verdictsOf(samplesOf(40, random), slow)).toEqual([]);
  });

  it('says which verdicts changed, and what is judged no longer', () => {
    const plan = {
      ...RED.plan,
      capabilities: { ...RED.plan.capabilities, threads: { available: false, reason: 'gone' } },
    };
    const { requirements, capabilities, isWorse, conclusion } = compareReports(GREEN, {
      ...RED,
      plan,
      requirements: RED.requirements.filter(({ id }) => id !== 'LC-1'),
    });
    expect([requirements.newlyFailing, requirements.newlyUnselected.map(({ id }) => id)]).toEqual([
      ['LC-3', 'LC-9', 'LC-15'],
      ['LC-1'],
    ]);
    expect([capabilities.lost, isWorse]).toEqual([[{ name: 'threads', reason: 'gone' }], true]);
    expect(conclusion).toBe(
      'Worse than the baseline; newly failing: LC-3, LC-9, LC-15; lost: threads; no longer judged: LC-1.',
    );
    expect(compareReports(RED, GREEN).requirements.newlyPassing).toEqual(['LC-3']);
  });

  it('the document is of its schema', () => {
    const random = chance(35);
    const comparison = compareReports(
      { ...GREEN, samples: samplesOf(30, random) },
      { ...GREEN, samples: samplesOf(30, random, { greeting: 1.5 }) },
    );
    expect(comparisonSchema.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
  });
});
