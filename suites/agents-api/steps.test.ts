import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf } from '../test-support/exchanges.ts';
import {
  answering,
  at,
  type Line,
  listOf,
  lists,
  playOut,
  reads,
  SET_UP,
  stepOf,
  told,
  untold,
  verdictOf,
} from '../test-support/stories.ts';
import { stepCases } from './steps.ts';

const STEPS = Array.from({ length: 15 }, (_, index) => stepOf(index + 1));
const FAILED_STEP = stepOf(1, { id: 'step-f', status: 'FAILED', error: 'timeout', durationMs: null });
const small = (from: number, cursor: string | null): Line => ({
  label: 'steps in small pages',
  answer: listOf(STEPS.slice(from, from + 5), { nextCursor: cursor, total: 15 }),
});

const GOOD: readonly Line[] = [
  ...SET_UP,
  { label: 'start failing run', method: 'POST', status: 201, answer: { id: 'run-2' } },
  reads('await end', 'RUNNING'),
  reads('await end', 'COMPLETED'),
  lists('steps', STEPS),
  small(0, 'a'),
  small(5, 'b'),
  small(10, null),
  reads('await failure', 'FAILED', { id: 'run-2' }),
  lists('steps of the failing run', [FAILED_STEP]),
];

const judge = (check: string, lines: readonly Line[]): readonly string[] =>
  caseFindings(stepCases, `agents-api/${check}`, playOut('api-steps-list', lines));
const withSteps = (items: readonly unknown[], over = {}): readonly Line[] =>
  told(GOOD, 'steps', { answer: listOf(items, over) });
const withStep = (over: Readonly<Record<string, unknown>>): readonly Line[] =>
  withSteps([...STEPS.slice(0, 14), stepOf(15, over)]);

const CHECKS = ['lists-steps-in-order', 'steps-are-well-formed', 'steps-come-in-small-pages'];

describe('the steps of a completed run', () => {
  it.each(CHECKS)('pass %s', (check) => {
    expect(verdictOf(judge(check, GOOD))).toBe('pass');
  });

  it.each(CHECKS)('leave %s open where there is no project, no run, no end', (check) => {
    expect(judge(check, untold(GOOD, 'create project'))[0]).toMatch(/^inconclusive .*because AR-1\.1d/);
    expect(judge(check, told(GOOD, 'start run', { status: 500 }))[0]).toMatch(/because AR-2\.1\)/);
    expect(judge(check, told(GOOD, 'await end', { status: 500 }))[0]).toMatch(/because AR-3\.1\)/);
    expect(judge(check, answering(GOOD, 'await end', { status: 'RUNNING' }))[0]).toMatch(/because AR-2\.1e/);
  });

  it.each(CHECKS.slice(1))('leave %s open where they cannot be listed', (check) => {
    const broken = told(GOOD, 'steps', { status: 500, answer: errorOf('UNAVAILABLE') });
    expect(judge(check, broken)[0]).toMatch(/^inconclusive .*because AR-4\.1\)/);
  });
});

describe('agents-api/lists-steps-in-order', () => {
  it.each([
    ['an error', told(GOOD, 'steps', { status: 500 })],
    ['no answer', told(GOOD, 'steps', { isLost: true })],
    ['a bare array', told(GOOD, 'steps', { answer: STEPS })],
    ['pages without an end', withSteps(STEPS, { nextCursor: 'on and on' })],
    ['one too few', withSteps(STEPS.slice(1))],
    ['another total', withSteps(STEPS, { total: 16 })],
    ['one twice', withSteps([...STEPS, STEPS[14]])],
    ['the last first', withSteps(STEPS.toReversed())],
    ['a number twice', withStep({ stepNumber: 14 })],
    ['one that started before', withStep({ startedAt: at(0) })],
  ])('fails on %s', (_what, lines) => {
    expect(verdictOf(judge('lists-steps-in-order', lines))).toBe('fail');
  });

  it('says what is wrong', () => {
    expect(judge('lists-steps-in-order', withStep({ stepNumber: 14 }))).toMatchInlineSnapshot(`
      [
        "fail wrong-list: a page with 15 steps, ascending by stepNumber and by startedAt | stepNumber 14 after 14",
      ]
    `);
  });
});

describe('agents-api/steps-are-well-formed', () => {
  it.each([
    ['an unknown status', { status: 'DONE' }],
    ['an unknown type', { stepType: 'magic' }],
    ['an error without a failure', { error: 'oh' }],
    ['a duration that its times deny', { durationMs: 500 }],
    ['no duration', { durationMs: null }],
    ['a time in another zone', { startedAt: '2026-01-05T11:00:00+01:00' }],
    ['a number from zero', { stepNumber: 0 }],
  ])('fails on %s', (_what, over) => {
    expect(verdictOf(judge('steps-are-well-formed', withStep(over)))).toBe('fail');
  });

  it('passes on times that are cut to seconds', () => {
    const over = {
      startedAt: '2026-01-05T10:00:00Z',
      completedAt: '2026-01-05T10:00:00+00:00',
      durationMs: 900,
    };
    expect(verdictOf(judge('steps-are-well-formed', withStep(over)))).toBe('pass');
  });

  it('passes on more members, and on times to the nanosecond', () => {
    const over = { retries: 0, startedAt: '2026-01-05T10:00:00.150000001Z' };
    expect(verdictOf(judge('steps-are-well-formed', withStep(over)))).toBe('pass');
  });
});

describe('agents-api/steps-come-in-small-pages', () => {
  const [one, two, three] = [small(0, 'a'), small(5, 'b'), small(10, null)];
  const pages = (...all: readonly Line[]) => [...untold(GOOD, 'steps in small pages'), ...all];
  it.each([
    ['no pages', pages({ label: 'steps in small pages', status: 500 })],
    ['a lost page', pages(one, three)],
    ['a page twice', pages(one, one, two, three)],
    ['an early end', pages(one, small(5, null))],
    ['pages in another order', pages(two, one, three)],
    ['all at once', pages({ label: 'steps in small pages', answer: listOf(STEPS) })],
  ])('fails on %s', (_what, lines) => {
    expect(verdictOf(judge('steps-come-in-small-pages', lines))).toBe('fail');
  });
});
