import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, type Told } from '../test-support/exchanges.ts';
import {
  answering,
  at,
  type Frame,
  hearing,
  type Line,
  listOf,
  lists,
  messageOf,
  playOut,
  reads,
  runOf,
  SET_UP,
  told,
  untold,
  verdictOf,
} from '../test-support/stories.ts';
import { raceCases } from './races.ts';

type Choices = Readonly<Record<string, string>>;
const judgeOf =
  (scenario: string, check: string) =>
  (lines: readonly Line[], choices: Choices = {}): readonly string[] =>
    caseFindings(raceCases, `agents-api/${check}`, playOut(scenario, lines), choices);

const times = (count: number, each: (index: number) => Line): readonly Line[] =>
  Array.from({ length: count }, (_, index) => each(index));
const created: Frame = ['agent.run.created', { run: runOf('PENDING') }];
const cancelled: Frame = ['agent.run.cancelled', { run: runOf('CANCELLED') }];

describe('agents-api/cancels-at-once-change-once', () => {
  const judge = judgeOf('api-cancel-at-once', 'cancels-at-once-change-once');
  const answer: Told = { label: 'cancel', method: 'POST', answer: runOf('CANCELLED') };
  const refusal: Told = { ...answer, status: 409, answer: errorOf('CONFLICT') };
  const story = (...last: readonly Told[]): readonly Line[] => [
    ...SET_UP,
    reads('await running', 'RUNNING'),
    ...times(9, () => answer),
    ...last,
    { label: 'stream', frames: [created, cancelled] },
    reads('run afterwards', 'CANCELLED'),
  ];
  const good = story(answer);

  it('passes on one change, however the others are answered', () => {
    expect(verdictOf(judge(good))).toBe('pass');
    expect(verdictOf(judge(story(refusal)))).toBe('pass');
  });

  it.each([
    ['an error', story({ ...answer, status: 500 })],
    ['no answer', story({ ...answer, isLost: true })],
    ['two ends', story({ ...answer, answer: runOf('CANCELLED', { finishedAt: at(2_000) }) })],
    ['none that was taken', told(good, 'cancel', refusal)],
    ['another status afterwards', answering(good, 'run afterwards', { status: 'COMPLETED' })],
    ['two terminal frames', hearing(good, (frames) => [...frames, cancelled])],
    ['no terminal frame', hearing(good, () => [created])],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open where nobody listens, or the run does not run', () => {
    expect(judge(untold(good, 'stream'))[0]).toMatch(/^inconclusive .*because AR-10\.1\)/);
    expect(judge(answering(good, 'await running', { status: 'COMPLETED' }))[0]).toMatch(/because AR-2\.1e/);
  });
});

describe('agents-api/start-against-cancel-has-one-end', () => {
  const judge = judgeOf('api-cancel-as-it-starts', 'start-against-cancel-has-one-end');
  const race = (number: number, status: number, end: string, late = end): readonly Line[] => [
    { label: `start ${number}`, method: 'POST', status: 201, answer: { id: `run-${number}` } },
    {
      label: `cancel ${number}`,
      method: 'POST',
      status,
      answer: status === 200 ? runOf('CANCELLED') : errorOf('CONFLICT'),
    },
    reads(`end ${number}`, 'RUNNING'),
    reads(`end ${number}`, end),
    reads(`late ${number}`, late),
  ];
  const story = (...last: readonly Line[]): readonly Line[] => [
    ...SET_UP.slice(0, 2),
    ...race(1, 200, 'CANCELLED'),
    ...race(2, 409, 'COMPLETED'),
    ...last,
  ];

  it('passes on one end each', () => {
    expect(verdictOf(judge(story()))).toBe('pass');
    expect(verdictOf(judge(story(...race(3, 400, 'COMPLETED'))))).toBe('pass');
  });

  it.each([
    ['a 200, and completed', race(3, 200, 'COMPLETED')],
    ['a refusal, and cancelled', race(3, 409, 'CANCELLED')],
    ['first cancelled, then completed', race(3, 200, 'CANCELLED', 'COMPLETED')],
    ['first completed, then cancelled', race(3, 200, 'COMPLETED', 'CANCELLED')],
    ['cancelled, then running again', race(3, 200, 'CANCELLED', 'RUNNING')],
    ['no end', race(3, 200, 'RUNNING')],
    ['an error', race(3, 500, 'COMPLETED')],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(story(...lines)))).toBe('fail'));

  it('is open where none starts', () => {
    expect(judge(SET_UP.slice(0, 2))[0]).toMatch(/^inconclusive .*because AR-2\.1\)/);
    expect(judge([])[0]).toMatch(/because AR-1\.1d/);
  });
});

describe('agents-api/messages-at-once-keep-one-order', () => {
  const judge = judgeOf('api-append-at-once', 'messages-at-once-keep-one-order');
  const MINE = Array.from({ length: 10 }, (_, index) => messageOf(index + 2, 'user'));
  const ALL = [messageOf(1, 'user'), ...MINE, messageOf(12, 'assistant')];
  const shown = (messages: readonly unknown[]): readonly Frame[] => [
    created,
    ...messages.map((message): Frame => ['agent.message.appended', { message }]),
  ];
  const good: readonly Line[] = [
    ...SET_UP,
    reads('await running', 'RUNNING'),
    ...times(10, (index) => ({ label: 'append', method: 'POST', status: 201, answer: MINE[index] })),
    { label: 'stream', frames: shown(ALL) },
    lists('messages', ALL),
  ];
  const swapped = [...ALL.slice(0, 4), messageOf(6, 'user'), messageOf(5, 'user'), ...ALL.slice(6)];
  const listed = (items: readonly unknown[]): readonly Line[] =>
    told(good, 'messages', { answer: listOf(items) });

  it('passes where list and stream agree', () => expect(verdictOf(judge(good))).toBe('pass'));

  it.each([
    ['one lost from the list', listed(ALL.toSpliced(4, 1))],
    ['one lost from the stream', hearing(good, () => shown(ALL.toSpliced(4, 1)))],
    ['one listed twice', listed([...ALL, ALL[11]])],
    ['two orders', hearing(good, () => shown(swapped))],
    ['times that go backwards', hearing(listed(swapped), () => shown(swapped))],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open where one was not taken', () => {
    expect(judge(told(good, 'append', { status: 429 }))[0]).toMatch(/^inconclusive .*because AR-7\.1\)/);
    expect(judge(told(good, 'messages', { status: 500 }))[0]).toMatch(/because AR-6\.1\)/);
    expect(judge(untold(good, 'stream'))[0]).toMatch(/because AR-10\.1\)/);
  });
});

describe('agents-api/runs-outlive-their-workflow', () => {
  const judge = judgeOf('api-deleted-workflow', 'runs-outlive-their-workflow');
  const good: readonly Line[] = [
    ...SET_UP,
    reads('await end', 'COMPLETED'),
    ...times(2, () => ({ label: 'delete workflow', method: 'DELETE', status: 204, answer: '' })),
    reads('run afterwards', 'COMPLETED'),
    lists('runs afterwards', [{ id: 'run-2' }, { id: 'run-1' }]),
    lists('steps before', []),
    lists('steps afterwards', []),
    { label: 'cancel before', method: 'POST', status: 409, answer: errorOf('CONFLICT') },
    { label: 'cancel afterwards', method: 'POST', status: 409, answer: errorOf('CONFLICT') },
    { label: 'cancel the running one', method: 'POST', answer: runOf('CANCELLED') },
  ];

  it('passes where the runs are as they were', () => expect(verdictOf(judge(good))).toBe('pass'));

  it.each([
    ['a run that is gone', told(good, 'run afterwards', { status: 404 })],
    ['a run without its workflow', answering(good, 'run afterwards', { workflowId: null })],
    ['a run that is not listed', told(good, 'runs afterwards', { answer: listOf([]) })],
    ['an error of the list', told(good, 'runs afterwards', { status: 500 })],
    ['an error of the steps', told(good, 'steps afterwards', { status: 500 })],
    ['an error of a cancellation', told(good, 'cancel the running one', { status: 503 })],
    ['an error of the deletion', told(good, 'delete workflow', { status: 500 })],
    ['no answer', told(good, 'run afterwards', { isLost: true })],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open where it was broken before', () => {
    const steps = told(told(good, 'steps before', { status: 500 }), 'steps afterwards', { status: 500 });
    expect(judge(steps)[0]).toMatch(/^inconclusive .*because AR-4\.1\)/);
    expect(judge(told(good, 'cancel before', { status: 500 }))[0]).toMatch(/because AR-8\.3\)/);
  });

  it('is open where workflows cannot be deleted', () => {
    expect(judge(told(good, 'delete workflow', { status: 405 }))[0]).toMatch(/^inconclusive not-deleted/);
    expect(judge(told(good, 'start run', { status: 500 }))[0]).toMatch(/because AR-2\.1\)/);
  });
});
