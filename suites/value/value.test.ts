import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { type AskedRun, honest, type Reply, valueCampaign } from '../test-support/value-trials.ts';
import { findingsOf, judgementOf, planOf } from '../test-support/verdicts.ts';

const CHECKS = [
  'states-true-figures',
  'answers-are-good',
  'savings-are-right',
  'anomalies-are-found',
  'forecasts-are-right',
  'related-data-have-related-answers',
  'answers-show-their-data',
  'rubric-cannot-be-stuffed',
  'figures-are-grounded',
] as const;
type Name = (typeof CHECKS)[number];

const first = (name: Name, transcripts: readonly Transcript[]): string =>
  findingsOf(`value/${name}`, transcripts)[0] ?? 'nothing';

/** What each check concludes: its verdict, and what an open one rests on. */
const verdicts = (reply: (run: AskedRun) => Reply, trials = 2): Readonly<Record<string, string>> => {
  const transcripts = valueCampaign(reply, trials);
  const ids = CHECKS.map((name) => `value/${name}`);
  const { checks } = judgementOf(planOf(ids, transcripts), transcripts);
  return Object.fromEntries(
    checks.map(({ check, verdict, findings }) => [
      check.slice('value/'.length),
      `${verdict} ${findings[0]?.because ?? ''}`.trim(),
    ]),
  );
};

const answering =
  (change: (answer: string, run: AskedRun) => string) =>
  (run: AskedRun): Reply => {
    const reply = honest(run);
    return { ...reply, answer: change(reply.answer ?? '', run) };
  };

const every = (verdict: string, except: Readonly<Record<string, string>> = {}) => ({
  ...Object.fromEntries(CHECKS.map((name) => [name, verdict])),
  'rubric-cannot-be-stuffed': 'pass',
  ...except,
});

describe('answers that are right', () => {
  it('pass every check', () => {
    expect(verdicts(honest)).toEqual(every('pass'));
  });

  it('pass with one wrong among them: models err', () => {
    expect(verdicts(answering((answer, { index }) => (index === 5 ? 'I do not know.' : answer)))).toEqual(
      every('pass', { 'answers-show-their-data': 'pass' }),
    );
  });

  it('show the parts of each score', () => {
    expect(findingsOf('value/answers-are-good', valueCampaign())[1]).toMatch(
      /^pass good: a score of 0.7 .* \| value-\S+, analysis of .*: 1 = facts 0.65 \+ grounding 0.2 \+ form 0.15$/,
    );
  });

  it('are too few to tell anything in one trial of each', () => {
    expect(first('answers-are-good', valueCampaign(honest, 1))).toMatch(
      /^inconclusive undecided: .*12 of 12, 90 % interval 78 % to 100 %; 2 further good ones would decide it$/,
    );
    expect(first('savings-are-right', valueCampaign(honest, 1))).toMatch(/^inconclusive undecided: .*4 of 4/);
  });
});

const SALAD =
  'Savings, recommendations, implementation, anomalies, insights, forecast, capacity, total cost.';

describe('answers that are none', () => {
  it('fail where all are the same words', () => {
    expect(verdicts(answering(() => SALAD))).toEqual(
      every('fail', { 'figures-are-grounded': 'inconclusive VL-1' }),
    );
  });

  it('fail where the question comes back', () => {
    expect(verdicts(answering((_, { message }) => message))).toMatchObject({
      'states-true-figures': 'fail',
      'answers-are-good': 'fail',
      'savings-are-right': 'fail',
      'anomalies-are-found': 'fail',
      'forecasts-are-right': 'fail',
      'related-data-have-related-answers': 'inconclusive VL-1',
      'answers-show-their-data': 'pass',
    });
  });

  it('fail where all get the answer to the first question', () => {
    let kept: string | undefined;
    const cached = answering((answer) => {
      kept ??= answer;
      return kept;
    });
    expect(verdicts(cached)).toMatchObject({
      'states-true-figures': 'fail',
      'answers-are-good': 'fail',
      'related-data-have-related-answers': 'fail',
      'answers-show-their-data': 'fail',
    });
  });
});

describe('answers that are wrong in one way', () => {
  const scaled = answering((answer, { task: { truths, kind } }) => {
    const [main] = truths;
    if (kind !== 'savings' || main.kind !== 'figure') return answer;
    return answer.replaceAll(main.value.toFixed(2), (main.value * 1.3).toFixed(2));
  });

  it('fail their kind and leave open what is claimed of all', () => {
    expect(verdicts(scaled)).toEqual(
      every('pass', {
        'savings-are-right': 'fail',
        'states-true-figures': 'inconclusive VL-3',
        'answers-are-good': 'inconclusive VL-1',
        'related-data-have-related-answers': 'inconclusive VL-1',
      }),
    );
  });

  it('fail where all forecasts or all anomalies are missing', () => {
    const without = (kind: string) =>
      answering((answer, { task }) =>
        task.kind === kind ? answer.replaceAll(/\d+\.\d\d|tx-\S+/g, '–') : answer,
      );
    expect(verdicts(without('capacity'))['forecasts-are-right']).toBe('fail');
    expect(verdicts(without('anomalies'))['anomalies-are-found']).toBe('fail');
  });

  it('fail where a part that was asked for is missing', () => {
    const silent = answering((answer) => answer.replaceAll('implementation', ''));
    expect(verdicts(silent)).toEqual(every('pass', { 'savings-are-right': 'fail' }));
  });

  it('fail where nothing in the tools shows the figures', () => {
    const loose = (run: AskedRun): Reply => ({ ...honest(run), result: { done: true } });
    expect(verdicts(loose)).toEqual(every('pass', { 'figures-are-grounded': 'fail' }));
  });

  it('fail where the names of other data are used', () => {
    const mixed = answering(
      (answer, { task }) => `${answer} web-${task.word === 'abc001' ? 'abc000' : 'abc001'}-03`,
    );
    expect(verdicts(mixed)).toEqual(every('pass', { 'answers-show-their-data': 'fail' }));
  });

  it('fail where only the first of each trial is right', () => {
    const forgetful = answering((answer, { index }) => (index % 4 === 0 ? answer : 'Nothing was found.'));
    expect(verdicts(forgetful)['related-data-have-related-answers']).toBe('fail');
  });
});

describe('runs without an answer', () => {
  const ending = (end: NonNullable<Reply['end']>) => (): Reply => ({ end });

  it('that failed are bad runs, and leave the rest open under that', () => {
    expect(verdicts(ending('failed'))).toEqual(every('inconclusive VL-2', { 'answers-are-good': 'fail' }));
  });

  it('that were refused are open under the requirement that runs complete', () => {
    expect(verdicts(ending('refused'))).toEqual(every('inconclusive CN-9'));
  });

  it('that were never heard of are open under the one that requests are answered', () => {
    expect(verdicts(ending('silent'))).toEqual(every('inconclusive CN-4'));
  });

  it('count neither for nor against: some that are hidden leave open whether enough are good', () => {
    const some = (run: AskedRun): Reply => (run.index % 3 === 0 ? { end: 'refused' } : honest(run));
    expect(verdicts(some)['answers-are-good']).toBe('inconclusive CN-9');
  });

  it('prove nothing where the recording broke off', () => {
    const cut = valueCampaign().map(({ seal: _, ...transcript }) => ({
      ...transcript,
      entries: transcript.entries.slice(0, 9),
    }));
    for (const name of CHECKS) expect(findingsOf(`value/${name}`, cut).join()).not.toMatch(/fail|pass|error/);
  });
});

describe('a socket that is not greeted', () => {
  it('leaves everything open under the requirement that it is', () => {
    const bare = valueCampaign().map((transcript) => ({ ...transcript, entries: [] }));
    for (const name of CHECKS) expect(first(name, bare)).toMatch(/^inconclusive .*\(because CN-2\)/);
  });
});
