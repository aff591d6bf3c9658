import { describe, expect, it } from 'vitest';
import { caseFindings } from '../test-support/exchanges.ts';
import {
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
import { stepOrderCases } from './step-order.ts';

const FEW = [stepOf(1), stepOf(2), stepOf(3)];
const MANY = Array.from({ length: 1_000 }, (_, index) => stepOf(index + 1));

const framesOf = (steps: readonly unknown[]): readonly Frame[] => [
  ['agent.run.created', { run: runOf('PENDING') }],
  ...steps.map((step): Frame => ['agent.step.updated', { step }]),
  ['agent.run.completed', { run: runOf('COMPLETED') }],
];
const story = (steps: readonly unknown[], pages: readonly Line[]): readonly Line[] => [
  ...SET_UP,
  { label: 'stream', frames: framesOf(steps) },
  reads('await end', 'COMPLETED'),
  ...pages,
];

describe('agents-api/steps-have-one-order', () => {
  const good = story(FEW, [lists('steps', FEW)]);
  const judge = (lines: readonly Line[]) =>
    caseFindings(stepOrderCases, 'agents-api/steps-have-one-order', playOut('api-steps-order', lines));

  it('passes where list and stream agree', () => {
    expect(verdictOf(judge(good))).toBe('pass');
    const twice = hearing(good, (frames) => [...frames.slice(0, 3), ...frames.slice(1)]);
    expect(verdictOf(judge(twice))).toBe('pass');
  });

  it.each([
    ['a gap', told(good, 'steps', { answer: listOf([stepOf(1), stepOf(2), stepOf(4, { id: 'step-3' })]) })],
    [
      'a count from zero',
      told(good, 'steps', { answer: listOf(FEW.map((step, stepNumber) => ({ ...step, stepNumber }))) }),
    ],
    ['another order on the stream', hearing(good, () => framesOf([stepOf(2), stepOf(1), stepOf(3)]))],
    [
      'another number on the stream',
      hearing(good, () => framesOf([stepOf(1), stepOf(2), stepOf(3, { stepNumber: 4 })])),
    ],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open without a stream, or without steps on it', () => {
    expect(judge(untold(good, 'stream'))[0]).toMatch(/^inconclusive .*because AR-10\.1\)/);
    expect(judge(hearing(good, () => framesOf([])))[0]).toMatch(/because AR-10\.1\)/);
    expect(judge(told(good, 'steps', { status: 500 }))[0]).toMatch(/because AR-4\.1\)/);
  });
});

describe('a thousand steps', () => {
  const pagesOf = (steps: readonly unknown[], size = 100): readonly Line[] =>
    Array.from({ length: Math.ceil(steps.length / size) }, (_, page): Line => {
      const isLast = (page + 1) * size >= steps.length;
      const items = steps.slice(page * size, (page + 1) * size);
      return {
        label: 'steps',
        answer: listOf(items, { total: steps.length, nextCursor: isLast ? null : `c${page}` }),
      };
    });
  const good = story(MANY, pagesOf(MANY));
  const judge = (check: string, lines: readonly Line[]) =>
    caseFindings(stepOrderCases, `agents-api/${check}`, playOut('api-thousand-steps', lines));

  it('pass page by page, and on the stream', () => {
    expect(verdictOf(judge('thousand-steps-page-by-page', good))).toBe('pass');
    expect(verdictOf(judge('stream-drops-no-step', good))).toBe('pass');
  });

  const [first, second, ...rest] = pagesOf(MANY);
  const others = (...pages: readonly (Line | undefined)[]): readonly Line[] =>
    story(
      MANY,
      pages.flatMap((page) => page ?? []),
    );
  it.each([
    [
      'a slow page',
      story(
        MANY,
        pagesOf(MANY).map((page, index) => (index === 7 ? { ...page, tookMs: 2_500 } : page)),
      ),
    ],
    ['a page that never came', others(first, second, { label: 'steps', isLost: true, tookMs: 2_000 })],
    ['a page twice', others(first, first, second, ...rest)],
    ['a lost page', others(first, ...rest)],
    ['one too few', story(MANY, pagesOf(MANY.slice(1)))],
    ['an error in the midst', others(first, { label: 'steps', status: 500 })],
    [
      'one that is counted twice',
      story(MANY, pagesOf([...MANY.slice(0, 999), stepOf(999, { id: 'other' })])),
    ],
  ])('fails on %s', (_what, lines) => {
    expect(verdictOf(judge('thousand-steps-page-by-page', lines))).toBe('fail');
  });

  it('fails where the stream drops one', () => {
    const dropped = hearing(good, () => framesOf(MANY.toSpliced(500, 1)));
    expect(judge('stream-drops-no-step', dropped)).toMatchInlineSnapshot(`
      [
        "fail dropped: each step of the list on the stream | 1 not shown, first step-501",
      ]
    `);
  });

  it('is open where the stream began later, and where steps cannot be listed at all', () => {
    const late = hearing(good, (frames) => frames.slice(1));
    expect(judge('stream-drops-no-step', late)[0]).toMatch(/^inconclusive .*because AR-10\.1a/);
    const broken = others({ label: 'steps', status: 500 });
    expect(judge('thousand-steps-page-by-page', broken)[0]).toMatch(/^inconclusive .*because AR-4\.1\)/);
    expect(judge('stream-drops-no-step', broken)[0]).toMatch(/because AR-4\.1\)/);
  });
});
