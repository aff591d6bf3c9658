import { describe, expect, it } from 'vitest';
import { caseFindings, type Told } from '../test-support/exchanges.ts';
import {
  at,
  type Fields,
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
import { messageCases } from './messages.ts';

const APPENDED = Array.from({ length: 18 }, (_, index) => messageOf(index + 2, 'user'));
const USER = [messageOf(1, 'user'), ...APPENDED];
const ASSISTANT = [messageOf(20, 'assistant')];
const ALL = [...USER, ...ASSISTANT];

const GOOD: readonly Line[] = [
  ...SET_UP,
  ...APPENDED.map((answer): Told => ({ label: 'append', method: 'POST', status: 201, answer })),
  reads('await end', 'COMPLETED'),
  lists('messages', ALL),
  lists('messages of the user', USER),
  lists('messages of the assistant', ASSISTANT),
];
const judge = (check: string, lines: readonly Line[], choices: Readonly<Record<string, string>> = {}) =>
  caseFindings(messageCases, `agents-api/${check}`, playOut('api-messages-list', lines), choices);
const listing = (label: string, items: readonly unknown[], over: Fields = {}): readonly Line[] =>
  told(GOOD, label, { answer: listOf(items, over) });
const messages = (items: readonly unknown[], over: Fields = {}): readonly Line[] =>
  listing('messages', items, over);

describe('agents-api/lists-messages-in-order', () => {
  it('passes on all of them, oldest first', () => {
    expect(verdictOf(judge('lists-messages-in-order', GOOD))).toBe('pass');
  });

  it.each([
    ['an error', told(GOOD, 'messages', { status: 500 })],
    ['no answer', told(GOOD, 'messages', { isLost: true })],
    ['a bare array', told(GOOD, 'messages', { answer: ALL })],
    ['no end', messages(ALL, { nextCursor: 'on' })],
    ['the newest first', messages(ALL.toReversed())],
    ['one lost', messages(ALL.toSpliced(5, 1))],
    ['one twice', messages([...ALL, ALL[19]])],
    ['another total', messages(ALL, { total: 3 })],
    ['nobody answering', messages(USER)],
    ['another role', messages([...ALL, messageOf(21, 'agent')])],
    ['one without its run', messages([...ALL, messageOf(21, 'tool', { runId: null })])],
    ['one that was earlier', messages([...ALL, messageOf(21, 'tool', { createdAt: at(0) })])],
  ])('fails on %s', (_what, lines) => {
    expect(verdictOf(judge('lists-messages-in-order', lines))).toBe('fail');
  });

  it('is open where there is no run that ends', () => {
    expect(judge('lists-messages-in-order', told(GOOD, 'start run', { status: 400 }))[0]).toMatch(
      /because AR-2\.1\)/,
    );
    expect(judge('lists-messages-in-order', told(GOOD, 'await end', { status: 500 }))[0]).toMatch(
      /because AR-3\.1\)/,
    );
  });
});

describe.each([
  ['filters-messages-by-role', 'messages of the user', 'VP-ROLEFILTER', ASSISTANT],
  ['filters-messages-by-type', 'messages of the assistant', 'VP-TYPEFILTER', USER],
] as const)('agents-api/%s', (check, label, point, others) => {
  const ignoring = listing(label, ALL);

  it('passes on what is declared, undeclared on either', () => {
    expect(verdictOf(judge(check, GOOD, { [point]: 'supported' }))).toBe('pass');
    expect(verdictOf(judge(check, ignoring, { [point]: 'ignored' }))).toBe('pass');
    expect(verdictOf(judge(check, GOOD))).toBe('pass');
    expect(verdictOf(judge(check, ignoring))).toBe('pass');
  });

  it('fails on what is not', () => {
    expect(verdictOf(judge(check, ignoring, { [point]: 'supported' }))).toBe('fail');
    expect(verdictOf(judge(check, GOOD, { [point]: 'ignored' }))).toBe('fail');
    for (const items of [others, [], ALL.slice(1)])
      expect(verdictOf(judge(check, listing(label, items)))).toBe('fail');
    expect(verdictOf(judge(check, listing(label, ALL, { total: 1 })))).toBe('fail');
    expect(verdictOf(judge(check, told(GOOD, label, { status: 400 })))).toBe('fail');
  });

  it('is open where messages cannot be listed', () => {
    expect(judge(check, told(GOOD, 'messages', { status: 500 }))[0]).toMatch(
      /^inconclusive .*because AR-6\.1\)/,
    );
  });
});
