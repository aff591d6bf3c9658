import { describe, expect, it } from 'vitest';
import { type Check, defineCampaignCheck, defineCheck } from '../core/check.ts';
import { type Finding, fail, inconclusive, pass } from '../core/finding.ts';
import type { Suite } from '../core/suite.ts';
import type { ReadTranscript } from '../evidence/codec.ts';
import { type Seal, TRANSCRIPT_FORMAT, type Transcript } from '../evidence/transcript.ts';
import type { Plan } from '../plan/plan.ts';
import { agentEventsV1 } from '../protocol/dialects/agent-events-v1.ts';
import { createJudge, type Judgement } from './judge.ts';
import type { TrialView } from './views.ts';

const TRIALS = ['visit-1', 'visit-2', 'visit-3', 'other-1'] as const;
type Trial = (typeof TRIALS)[number];
const scenarioOf = (trial: string): string => trial.replace(/-\d+$/, '');

const SEAL: Seal = {
  entries: 1,
  digest: '',
  endedAtMs: 50,
  end: 'finished',
  observer: { loopDelayP99Ms: 0, stalledMs: 0, samples: 1 },
};

function transcript(
  trial: string,
  over: { seal?: Partial<Seal>; cut?: true; campaign?: string } = {},
): Transcript {
  const frame = { kind: 'ws.frame', actor: 'ada', socket: 1, direction: 'in', encoding: 'utf8' } as const;
  return {
    header: {
      format: TRANSCRIPT_FORMAT,
      campaign: over.campaign ?? 'c-1',
      scenario: scenarioOf(trial),
      trial,
      seed: 1,
      startedAt: '2026-01-05T10:00:00.000Z',
      harness: '0.1.0',
      actors: [{ name: 'ada' }],
    },
    entries: [{ seq: 1, at: 10, ...frame, bytes: 2, text: '{}', ...(over.cut ? { cut: 'abc' } : {}) }],
    seal: { ...SEAL, ...over.seal },
  };
}
const unsealed = (trial: string): ReadTranscript => {
  const { seal: _seal, ...rest } = transcript(trial);
  return { transcript: rest, damage: 'it was never sealed' };
};

const say = (view: TrialView) => ({ code: 'seen', expected: 'e', actual: view.trial, refs: [view.ref(1)] });
const passes = (view: TrialView): readonly Finding[] => [pass(say(view))];
const BASE = { id: 'doors/open', requirement: 'DR-1', title: 'doors open', scenarios: ['visit'] };
const trialCheck = (judge: (view: TrialView) => readonly Finding[], over = {}): Check<TrialView> =>
  defineCheck<TrialView>({ ...BASE, judge, ...over });

function planOf(checks: readonly { readonly id: string }[], trials: readonly string[]): Plan {
  const trial = { number: 1, seed: 1, interference: 'quiet', moment: 'any', actors: [] } as const;
  return {
    campaign: 'c-1',
    target: { endpoints: { health: '/health' } },
    thresholds: {},
    limits: { concurrency: 1 },
    variationPoints: {},
    origins: { unlisted: '' },
    checks: checks.map(({ id }) => ({ id, requirement: 'DR-1', title: '', selected: true, reason: '' })),
    trials: trials.map((id) => ({ id, scenario: scenarioOf(id), ...trial, actors: [] })),
  } as unknown as Plan;
}

/** Every trial of a plan as it was read; what is not given is a good transcript. */
function judge(
  check: Check<TrialView>,
  reads: Partial<Record<Trial, ReadTranscript | undefined>> = {},
  order: readonly Trial[] = TRIALS,
): Judgement {
  const suite: Suite<TrialView> = {
    id: 'doors',
    title: '',
    requirements: [],
    checks: [check],
    scenarios: [],
  };
  const judging = createJudge(planOf([check], TRIALS), [suite], agentEventsV1);
  for (const trial of order)
    judging.take(trial, trial in reads ? reads[trial] : { transcript: transcript(trial) });
  return judging.conclude();
}
const verdictOf = (judgement: Judgement) => {
  const [verdict] = judgement.checks;
  return [
    verdict?.verdict,
    ...(verdict?.findings ?? []).map(({ code, because }) =>
      because === undefined ? code : `${code}, because ${because}`,
    ),
  ];
};

describe('a trial check', () => {
  it('passes when every transcript shows it, also those of scenarios that it does not need', () => {
    const judgement = judge(trialCheck(passes));
    expect(verdictOf(judgement)).toEqual(['pass', 'seen', 'seen', 'seen', 'seen']);
    expect(judgement.checks[0]?.counts).toEqual({ pass: 4, inconclusive: 0, fail: 0, error: 0 });
  });

  it('fails when one transcript fails, and tells the worst first', () => {
    const check = trialCheck((view) =>
      view.trial === 'visit-2' ? [fail(say(view))] : [inconclusive(say(view), 'DR-9'), pass(say(view))],
    );
    const [verdict, first, second] = verdictOf(judge(check));
    expect([verdict, first, second]).toEqual(['fail', 'seen', 'seen, because DR-9']);
  });

  it('that throws is our error, not the failure of the target', () => {
    const check = trialCheck((view) => {
      if (view.trial === 'visit-2') throw new RangeError('no such index');
      return passes(view);
    });
    const judgement = judge(check);
    expect(verdictOf(judgement).slice(0, 2)).toEqual(['error', 'check-crashed']);
    expect(judgement.checks[0]?.findings[0]).toMatchObject({
      actual: 'the check threw: no such index',
      refs: [{ trial: 'visit-2', entries: [] }],
    });
  });

  it('that finds nothing anywhere is undecided, because of what it rests on', () => {
    const judgement = judge(trialCheck(() => [], { restsOn: 'DR-0' }));
    expect(verdictOf(judgement)).toEqual(['inconclusive', 'nothing-to-judge, because DR-0']);
    expect(judgement.checks[0]?.findings[0]?.actual).toBe('visit-1, visit-2, visit-3 left nothing to judge');
  });

  it('may find nothing in some of the transcripts', () => {
    expect(verdictOf(judge(trialCheck((view) => (view.trial === 'visit-3' ? passes(view) : []))))).toEqual([
      'pass',
      'seen',
    ]);
  });

  it('none of whose scenarios was planned is an error: nobody looked', () => {
    const check = trialCheck(() => [], { scenarios: ['nowhere'] });
    expect(verdictOf(judge(check))).toEqual(['error']);
  });

  it('keeps ten findings of a kind and counts all', () => {
    const many = trialCheck((view) => Array.from({ length: 1_000 }, () => fail(say(view))));
    const [verdict] = judge(many).checks;
    expect([verdict?.findings.length, verdict?.counts.fail]).toEqual([10, 4_000]);
  });

  it('shows the words of the target bounded and printable', () => {
    const rude = trialCheck((view) => [fail({ ...say(view), actual: `\u001b[31m\u202e${'x'.repeat(900)}` })]);
    const actual = judge(rude).checks[0]?.findings[0]?.actual ?? '';
    expect(actual).toMatch(/^ \[31m x+…$/);
    expect(actual.length).toBeLessThanOrEqual(240);
  });
});

describe('a campaign check', () => {
  const counting = defineCampaignCheck<TrialView, string>({
    ...BASE,
    collect: (view) => [view.trial],
    conclude: (facts) => {
      const actual = [...facts].sort().join(', ');
      const statement = { code: 'counted', expected: 'four', actual, refs: [] };
      return facts.length === 4 ? [pass(statement)] : [inconclusive(statement)];
    },
  });

  it('concludes once over all transcripts', () => {
    const [verdict] = judge(counting).checks;
    expect([verdict?.verdict, verdict?.findings.length, verdict?.findings[0]?.actual]).toEqual([
      'pass',
      1,
      'other-1, visit-1, visit-2, visit-3',
    ]);
  });

  it('supports no pass when one of its facts is from evidence that is not whole', () => {
    expect(
      verdictOf(judge(counting, { 'other-1': { transcript: transcript('other-1', { cut: true }) } })),
    ).toEqual(['inconclusive', 'evidence-not-whole']);
  });

  it('that crashes in collecting or concluding is our error', () => {
    const explode = (): never => {
      throw new TypeError('oh');
    };
    expect(verdictOf(judge({ ...counting, collect: explode } as Check<TrialView>))[0]).toBe('error');
    expect(verdictOf(judge({ ...counting, conclude: explode } as Check<TrialView>))).toEqual([
      'error',
      'check-crashed',
    ]);
  });

  it('that concludes nothing is an error: nobody looked', () => {
    expect(verdictOf(judge({ ...counting, conclude: () => [] } as Check<TrialView>))).toEqual(['error']);
  });
});

describe('evidence', () => {
  const check = trialCheck(passes);

  it('that is missing is an error, whatever the others show', () => {
    const judgement = judge(check, { 'visit-2': undefined });
    expect(verdictOf(judgement).slice(0, 2)).toEqual(['error', 'no-transcript']);
    expect(judgement.trials.find(({ trial }) => trial === 'visit-2')).toEqual({
      trial: 'visit-2',
      state: 'missing',
      entries: 0,
    });
  });

  it('that nobody handed over is missing', () => {
    expect(verdictOf(judge(check, {}, ['visit-1', 'visit-3', 'other-1']))[0]).toBe('error');
  });

  it('that could not be read is missing, with the damage', () => {
    const judgement = judge(check, { 'visit-1': { damage: 'the first line is not a transcript header' } });
    expect(judgement.checks[0]?.findings[0]?.actual).toBe('the first line is not a transcript header');
  });

  it('that is missing does not concern a check that does not need its scenario', () => {
    expect(verdictOf(judge(check, { 'other-1': undefined }))).toEqual(['pass', 'seen', 'seen', 'seen']);
  });

  it('that was never sealed decides nothing and supports no pass', () => {
    const judgement = judge(check, { 'visit-1': unsealed('visit-1') });
    expect(verdictOf(judgement)).toEqual([
      'inconclusive',
      'unsealed',
      'evidence-not-whole',
      'seen',
      'seen',
      'seen',
    ]);
  });

  it('shows no missing answer to what was still asked when the recording ended', () => {
    const { transcript: cut } = unsealed('visit-1');
    if (cut === undefined) throw new Error('there is a transcript');
    const asked = { kind: 'http.request', actor: 'ada', exchange: 7, label: 'read', method: 'GET' } as const;
    const request = { ...asked, seq: 2, at: 20, url: '/health', headers: {} };
    const seen: number[] = [];
    const counts = trialCheck((view) => {
      seen.push(view.exchanges.length);
      return passes(view);
    });
    judge(counts, { 'visit-1': { transcript: { ...cut, entries: [...cut.entries, request] } } });
    expect(seen[0]).toBe(0);
  });

  it('that was never sealed can support a failure', () => {
    const judgement = judge(
      trialCheck((view) => [fail(say(view))]),
      { 'visit-1': unsealed('visit-1') },
    );
    expect(judgement.checks[0]?.counts).toMatchObject({ fail: 4, inconclusive: 1 });
  });

  it.each([
    ['cut', { cut: true }],
    ['beyond its bounds', { seal: { overflow: 'more than 10 entries' } }],
  ] as const)('that is %s supports no pass', (_what, over) => {
    const judgement = judge(check, { 'visit-1': { transcript: transcript('visit-1', over) } });
    expect(verdictOf(judgement).slice(0, 2)).toEqual(['inconclusive', 'evidence-not-whole']);
  });

  it('takes nothing from a trial in which the harness itself ran out of something', () => {
    const check = trialCheck((view) => (view.trial === 'visit-1' ? [fail(say(view))] : []));
    const { entries, ...rest } = transcript('visit-1');
    const error = {
      kind: 'transport.error',
      actor: 'ada',
      socket: 1,
      message: 'too many open files',
    } as const;
    const starved = { ...rest, entries: [...entries, { seq: 2, at: 11, ...error, code: 'EMFILE' }] };
    const refused = { ...rest, entries: [...entries, { seq: 2, at: 11, ...error, code: 'ECONNREFUSED' }] };
    const judged = (one: Transcript) => judge(check, { 'visit-1': { transcript: one } });
    expect(verdictOf(judged(starved)).slice(0, 2)).toEqual(['error', 'harness-starved']);
    expect(verdictOf(judged(refused)).slice(0, 2)).toEqual(['fail', 'seen']);
  });

  it.each([
    ['aborted', 'inconclusive', 'script-aborted'],
    ['gave-up', 'inconclusive', 'script-gave-up'],
    ['crashed', 'error', 'script-crashed'],
  ] as const)('of a script that ended "%s" is %s', (end, verdict, code) => {
    const read = { transcript: transcript('visit-1', { seal: { end, reason: 'so it was' } }) };
    const judgement = judge(check, { 'visit-1': read });
    expect(verdictOf(judgement).slice(0, 2)).toEqual([verdict, code]);
    expect(judgement.checks[0]?.findings[0]?.actual).toBe(`it ended "${end}": so it was`);
  });

  it.each([
    ['of another trial', transcript('visit-2')],
    ['of another campaign', transcript('visit-1', { campaign: 'c-0' })],
    [
      'of another scenario',
      { ...transcript('visit-1'), header: { ...transcript('visit-1').header, scenario: 'x' } },
    ],
  ])('%s under the name of this one is none', (_what, other) => {
    expect(verdictOf(judge(check, { 'visit-1': { transcript: other } })).slice(0, 2)).toEqual([
      'error',
      'no-transcript',
    ]);
  });

  it('of a trial that was not planned, or was handed over twice, does not count', () => {
    const judging = createJudge(
      planOf([check], ['visit-1']),
      [{ id: 'd', title: '', requirements: [], checks: [check], scenarios: [] }],
      agentEventsV1,
    );
    judging.take('visit-1', { transcript: transcript('visit-1') });
    judging.take('visit-1', undefined);
    judging.take('visit-9', { transcript: transcript('visit-9') });
    const judgement = judging.conclude();
    expect(judgement.checks[0]?.counts).toEqual({ pass: 1, inconclusive: 0, fail: 0, error: 0 });
    expect(judgement.trials).toHaveLength(1);
  });
});

it('a check that the plan selected and this version does not know is an error', () => {
  const judging = createJudge(planOf([{ id: 'doors/gone' }], []), [], agentEventsV1);
  expect(judging.conclude().checks).toMatchObject([
    { check: 'doors/gone', requirement: 'DR-1', verdict: 'error', findings: [{ code: 'check-unknown' }] },
  ]);
});

describe('the same evidence', () => {
  const mixed = trialCheck((view) => {
    if (view.trial === 'visit-2') return [inconclusive(say(view), 'DR-9')];
    return view.trial === 'other-1' ? [fail(say(view))] : passes(view);
  });

  it('judged twice gives the same, to the letter', () => {
    expect(JSON.stringify(judge(mixed))).toBe(JSON.stringify(judge(mixed)));
  });

  it('in another order gives the same verdicts, counts and trials', () => {
    const summary = (order: readonly Trial[]) => {
      const { checks, trials, facts } = judge(mixed, {}, order);
      return { checks: checks.map(({ verdict, counts }) => [verdict, counts]), trials, facts };
    };
    expect(summary(TRIALS.toReversed())).toEqual(summary(TRIALS));
  });
});
