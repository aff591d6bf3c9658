import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf } from '../test-support/exchanges.ts';
import {
  type Line,
  listOf,
  lists,
  messageOf,
  playOut,
  reads,
  SET_UP,
  told,
  verdictOf,
} from '../test-support/stories.ts';
import { refusedAppendCases } from './append-refused.ts';

type Choices = Readonly<Record<string, string>>;
const judgeOf =
  (scenario: string) =>
  (check: string, lines: readonly Line[], choices: Choices = {}): readonly string[] =>
    caseFindings(refusedAppendCases, `agents-api/${check}`, playOut(scenario, lines), choices);

const [ONE, NEW] = [messageOf(1, 'user'), messageOf(2, 'user')];
const closed = (end: string): readonly Line[] => [
  ...SET_UP,
  reads('await end', end),
  lists('messages before', [ONE]),
  { label: 'append', method: 'POST', status: 409, answer: errorOf('RUN_CLOSED') },
  lists('messages after', [ONE]),
];

describe.each([
  ['CANCELLED', 'api-append-when-cancelled', 'refuses-a-message-when-cancelled', 'AR-8.1'],
  ['FAILED', 'api-append-when-failed', 'message-when-failed-as-declared', 'AR-2.1e'],
])('a message to a %s run', (end, scenario, check, because) => {
  const good = closed(end);
  const judge = (lines: readonly Line[], choices: Choices = {}) => judgeOf(scenario)(check, lines, choices);
  const asBad = told(good, 'append', { status: 400 });

  it('is refused as declared, undeclared with 409 or 400', () => {
    for (const choices of [{ 'VP-STATECONFLICT': '409' }, {}])
      expect(verdictOf(judge(good, choices))).toBe('pass');
    for (const choices of [{ 'VP-STATECONFLICT': '400' }, {}])
      expect(verdictOf(judge(asBad, choices))).toBe('pass');
    expect(verdictOf(judge(asBad, { 'VP-STATECONFLICT': '409' }))).toBe('fail');
  });

  it.each([
    ['another code', told(good, 'append', { answer: errorOf('VALIDATION') })],
    ['another status', told(good, 'append', { status: 403 })],
    ['an error', told(good, 'append', { status: 500 })],
    ['no answer', told(good, 'append', { isLost: true })],
    ['a message that is there', told(good, 'messages after', { answer: listOf([ONE, NEW]) })],
    ['a message that is gone', told(good, 'messages after', { answer: listOf([]) })],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(lines))).toBe('fail'));

  it('is open where the run is not so, or nothing can be listed', () => {
    expect(judge(told(good, 'await end', { answer: { status: 'COMPLETED' } }))[0]).toContain(
      `because ${because})`,
    );
    expect(judge(told(good, 'messages before', { status: 500 }))[0]).toMatch(/because AR-6\.1\)/);
    expect(judge(told(good, 'start run', { status: 500 }))[0]).toMatch(/because AR-2\.1\)/);
  });
});

describe('a message to a failed run, accepted', () => {
  const judge = (lines: readonly Line[], choices: Choices = {}) =>
    judgeOf('api-append-when-failed')('message-when-failed-as-declared', lines, choices);
  const taken = told(told(closed('FAILED'), 'append', { status: 201, answer: NEW }), 'messages after', {
    answer: listOf([ONE, NEW]),
  });

  it('is fine where that is declared, or nothing is', () => {
    expect(verdictOf(judge(taken, { 'VP-FAILEDAPPEND': 'accept' }))).toBe('pass');
    expect(verdictOf(judge(taken))).toBe('pass');
    expect(verdictOf(judge(taken, { 'VP-FAILEDAPPEND': 'refuse' }))).toBe('fail');
    expect(verdictOf(judge(closed('FAILED'), { 'VP-FAILEDAPPEND': 'accept' }))).toBe('fail');
  });

  it('fails where it is not listed then', () => {
    expect(verdictOf(judge(told(taken, 'messages after', { answer: listOf([ONE]) })))).toBe('fail');
  });
});

describe('messages that say nothing', () => {
  const judge = judgeOf('api-append-no-content');
  const empty: Line = {
    label: 'append nothing',
    method: 'POST',
    status: 400,
    answer: errorOf('CONTENT_REQUIRED'),
  };
  const useless = ['append without content', 'append null', 'append a number', 'append white space'];
  const good: readonly Line[] = [
    ...SET_UP,
    reads('await end', 'COMPLETED'),
    lists('messages before', [ONE]),
    empty,
    lists('messages between', [ONE]),
    ...useless.map(
      (label): Line => ({ label, method: 'POST', status: 422, answer: errorOf('VALIDATION', []) }),
    ),
    lists('messages after', [ONE]),
  ];
  const [EMPTY, USELESS] = ['refuses-an-empty-message', 'refuses-useless-messages'];

  it('are refused', () => {
    expect(verdictOf(judge(EMPTY, good))).toBe('pass');
    expect(verdictOf(judge(USELESS, good))).toBe('pass');
    const asEmpty = told(good, 'append white space', { status: 400, answer: errorOf('CONTENT_REQUIRED') });
    expect(verdictOf(judge(USELESS, asEmpty))).toBe('pass');
  });

  it.each([
    ['422', told(good, 'append nothing', { status: 422 })],
    ['another code', told(good, 'append nothing', { answer: errorOf('VALIDATION') })],
    ['201', told(good, 'append nothing', { status: 201, answer: NEW })],
    ['a message that is there', told(good, 'messages between', { answer: listOf([ONE, NEW]) })],
  ])('fail when empty on %s', (_what, lines) => expect(verdictOf(judge(EMPTY, lines))).toBe('fail'));

  it.each(useless)('fail where it takes or breaks on "%s"', (label) => {
    expect(verdictOf(judge(USELESS, told(good, label, { status: 201, answer: NEW })))).toBe('fail');
    expect(verdictOf(judge(USELESS, told(good, label, { status: 500 })))).toBe('fail');
    expect(verdictOf(judge(USELESS, told(good, label, { isLost: true })))).toBe('fail');
  });

  it('fail where one is there', () => {
    const there = told(good, 'messages after', { answer: listOf([ONE, NEW]) });
    expect(verdictOf(judge(USELESS, there))).toBe('fail');
    expect(verdictOf(judge(EMPTY, there))).toBe('pass');
  });

  it('are open where nothing can be listed', () => {
    for (const check of [EMPTY, USELESS])
      expect(judge(check, told(good, 'messages between', { status: 500 }))[0]).toMatch(/because AR-6\.1\)/);
  });
});
