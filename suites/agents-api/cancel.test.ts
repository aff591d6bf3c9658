import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf } from '../test-support/exchanges.ts';
import {
  answering,
  at,
  type Frame,
  hearing,
  type Line,
  listOf,
  lists,
  playOut,
  reads,
  runOf,
  SET_UP,
  stepOf,
  told,
  untold,
  verdictOf,
} from '../test-support/stories.ts';
import { cancelCases } from './cancel.ts';

type Choices = Readonly<Record<string, string>>;
const judgeOf =
  (scenario: string) =>
  (check: string, lines: readonly Line[], choices: Choices = {}): readonly string[] =>
    caseFindings(cancelCases, `agents-api/${check}`, playOut(scenario, lines), choices);

const cancels = (label = 'cancel'): Line => ({ label, method: 'POST', answer: runOf('CANCELLED') });
const refuses = (label = 'cancel', status = 409): Line => ({
  label,
  method: 'POST',
  status,
  answer: errorOf('CONFLICT'),
});

describe('a running run that is cancelled', () => {
  const judge = judgeOf('api-cancel-running');
  const steps = [stepOf(1, { status: 'CANCELLED', durationMs: null })];
  const ending: readonly Frame[] = [
    ['agent.run.created', { run: runOf('PENDING') }],
    ['agent.run.updated', { run: runOf('RUNNING') }],
    ['agent.run.cancelled', { run: runOf('CANCELLED') }],
  ];
  const updated: readonly Frame[] = [
    ...ending.slice(0, 2),
    ['agent.run.updated', { run: runOf('CANCELLED') }],
  ];
  const good: readonly Line[] = [
    ...SET_UP,
    reads('await running', 'RUNNING'),
    cancels(),
    { label: 'stream', frames: ending },
    reads('run soon after', 'CANCELLED'),
    lists('steps soon after', steps),
    reads('run late', 'CANCELLED'),
    lists('steps late', steps),
  ];
  const more = listOf([...steps, stepOf(2, { startedAt: at(3_000) })]);
  const [CANCELS, FINAL, STREAMS] = ['cancels-a-running-run', 'cancelled-is-final', 'streams-a-cancellation'];
  const declared = { 'VP-CANCELEVENT': 'agent.run.cancelled' };

  it.each([CANCELS, FINAL, STREAMS])('passes %s', (check) => {
    for (const choices of [declared, {}]) expect(verdictOf(judge(check, good, choices))).toBe('pass');
  });

  it.each([
    ['an error', told(good, 'cancel', { status: 500 })],
    ['a run that is not cancelled', told(good, 'cancel', { answer: runOf('RUNNING') })],
    ['no finishedAt', answering(good, 'cancel', { finishedAt: null })],
    ['a run that runs afterwards', answering(good, 'run soon after', { status: 'RUNNING' })],
    ['more steps', told(good, 'steps late', { answer: more })],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(CANCELS, lines))).toBe('fail'));

  it.each([
    ['completed', answering(good, 'run late', { status: 'COMPLETED' })],
    ['finished again', answering(good, 'run late', { finishedAt: at(2_000) })],
    ['at work', told(good, 'steps late', { answer: more })],
  ])('is final, and fails when it is %s', (_what, lines) => {
    expect(verdictOf(judge(FINAL, lines))).toBe('fail');
  });

  it('lets a step that is just starting start', () => {
    const near = listOf([...steps, stepOf(2, { startedAt: at(1_500), status: 'CANCELLED' })]);
    expect(verdictOf(judge(FINAL, told(good, 'steps late', { answer: near })))).toBe('pass');
  });

  it('is one frame, of the type that is declared', () => {
    const other = hearing(good, () => updated);
    const choices = { 'VP-CANCELEVENT': 'agent.run.updated' };
    for (const each of [choices, {}]) expect(verdictOf(judge(STREAMS, other, each))).toBe('pass');
    expect(verdictOf(judge(STREAMS, other, declared))).toBe('fail');
    expect(verdictOf(judge(STREAMS, good, choices))).toBe('fail');
  });

  it.each([
    ['none', (frames: readonly Frame[]) => frames.slice(0, 2)],
    ['two', (frames: readonly Frame[]) => [...frames, ...frames.slice(2)]],
    [
      'another as well',
      (frames: readonly Frame[]) => [
        ...frames,
        ['agent.run.completed', { run: runOf('COMPLETED') }] as const,
      ],
    ],
    [
      'one that says something else',
      (frames: readonly Frame[]) => [
        ...frames.slice(0, 2),
        ['agent.run.cancelled', { run: runOf('RUNNING') }] as const,
      ],
    ],
  ])('fails where there is %s', (_what, edit) => {
    expect(verdictOf(judge(STREAMS, hearing(good, edit)))).toBe('fail');
  });

  it('is open where it was not cancelled, or nothing can be read', () => {
    for (const check of [FINAL, STREAMS])
      expect(judge(check, told(good, 'cancel', { status: 500 }))[0]).toMatch(
        /^inconclusive .*because AR-8\.1\)/,
      );
    expect(judge(STREAMS, untold(good, 'stream'))[0]).toMatch(/because AR-10\.1\)/);
    expect(judge(FINAL, told(good, 'steps late', { status: 500 }))[0]).toMatch(/because AR-4\.1\)/);
    expect(verdictOf(judge(CANCELS, told(good, 'steps late', { status: 500 })))).toBe('inconclusive');
  });
});

describe('agents-api/cancels-a-pending-run', () => {
  const judge = (lines: readonly Line[]) => judgeOf('api-cancel-pending')('cancels-a-pending-run', lines);
  const good: readonly Line[] = [
    ...SET_UP,
    cancels(),
    reads('run afterwards', 'CANCELLED'),
    lists('steps afterwards', []),
  ];

  it('passes where no step was executed', () => expect(verdictOf(judge(good))).toBe('pass'));

  it.each([
    ['a step', told(good, 'steps afterwards', { answer: listOf([stepOf(1)]) })],
    ['a run that completed', told(good, 'run afterwards', { answer: runOf('COMPLETED') })],
    ['a refusal', told(good, 'cancel', { status: 409 })],
    ['no answer', told(good, 'cancel', { isLost: true })],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open where the cancellation came too late, or steps cannot be listed', () => {
    expect(verdictOf(judge(told(good, 'cancel', { tookMs: 4_000 })))).toBe('inconclusive');
    expect(judge(told(good, 'steps afterwards', { status: 500 }))[0]).toMatch(/because AR-4\.1\)/);
  });
});

describe.each([
  ['COMPLETED', 'completed', 'FAILED'],
  ['FAILED', 'failed', 'COMPLETED'],
])('a %s run', (end, word, other) => {
  const judge = (lines: readonly Line[], choices: Choices = {}) =>
    judgeOf(`api-cancel-${word}`)(`refuses-to-cancel-a-${word}-run`, lines, choices);
  const good: readonly Line[] = [...SET_UP, reads('await end', end), refuses(), reads('run afterwards', end)];
  const asBad = told(good, 'cancel', { status: 400 });

  it('cannot be cancelled', () => {
    for (const choices of [{ 'VP-STATECONFLICT': '409' }, {}])
      expect(verdictOf(judge(good, choices))).toBe('pass');
    for (const choices of [{ 'VP-STATECONFLICT': '400' }, {}])
      expect(verdictOf(judge(asBad, choices))).toBe('pass');
    expect(verdictOf(judge(asBad, { 'VP-STATECONFLICT': '409' }))).toBe('fail');
  });

  it.each([
    ['200', told(good, 'cancel', { status: 200, answer: runOf(end) })],
    ['an error without a code', told(good, 'cancel', { answer: { detail: 'no' } })],
    ['a cancelled run', told(good, 'run afterwards', { answer: runOf('CANCELLED') })],
    ['another end', answering(good, 'run afterwards', { finishedAt: at(9_000) })],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open where the run did not end so', () => {
    expect(judge(told(good, 'await end', { answer: runOf(other) }))[0]).toMatch(/because AR-2\.1e/);
  });
});

describe('agents-api/cancels-once-only', () => {
  const judge = (lines: readonly Line[], choices: Choices = {}) =>
    judgeOf('api-cancel-twice')('cancels-once-only', lines, choices);
  const good: readonly Line[] = [
    ...SET_UP,
    cancels(),
    reads('await end', 'CANCELLED'),
    cancels('cancel again'),
    reads('run afterwards', 'CANCELLED'),
  ];

  it('passes on what is declared', () => {
    for (const choices of [{ 'VP-RECANCEL': '200' }, {}])
      expect(verdictOf(judge(good, choices))).toBe('pass');
    for (const status of [400, 409]) {
      const refused = told(good, 'cancel again', { status, answer: errorOf('CONFLICT') });
      for (const choices of [{ 'VP-RECANCEL': String(status) }, {}])
        expect(verdictOf(judge(refused, choices as Choices))).toBe('pass');
      expect(verdictOf(judge(refused, { 'VP-RECANCEL': '200' }))).toBe('fail');
    }
  });

  it.each([
    ['another finishedAt', answering(good, 'cancel again', { finishedAt: at(2_000) })],
    ['another finishedAt afterwards', answering(good, 'run afterwards', { finishedAt: at(2_000) })],
    ['another status', answering(good, 'cancel again', { status: 'COMPLETED' })],
    ['an error', told(good, 'cancel again', { status: 500 })],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open where the first did nothing', () => {
    expect(judge(told(good, 'cancel', { status: 500 }))[0]).toMatch(/because AR-8\.1\)/);
  });
});
