import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf } from '../test-support/exchanges.ts';
import {
  answering,
  type Fields,
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
import { appendCases } from './append-message.ts';

const judgeOf =
  (scenario: string) =>
  (
    check: string,
    lines: readonly Line[],
    choices: Readonly<Record<string, string>> = {},
  ): readonly string[] =>
    caseFindings(appendCases, `agents-api/${check}`, playOut(scenario, lines), choices);

const posted = (answer: Fields, body: Fields = { content: answer['content'] }): Line => ({
  label: 'append',
  method: 'POST',
  body,
  status: 201,
  answer,
});
const MINE = messageOf(2, 'user');
const [FIRST, LAST] = [messageOf(1, 'user'), messageOf(3, 'assistant')];
const heardOf = (...messages: readonly Fields[]): Line => ({
  label: 'stream',
  frames: [
    ['agent.run.created', { run: runOf('PENDING') }],
    ...messages.map((message): Frame => ['agent.message.appended', { message }]),
    ['agent.run.completed', { run: runOf('COMPLETED') }],
  ],
});

const WRONG_ANSWERS: readonly (readonly [string, Partial<Extract<Line, { status?: number }>>])[] = [
  ['200', { status: 200 }],
  ['an error', { status: 500 }],
  ['401', { status: 401, answer: errorOf('UNAUTHENTICATED') }],
  ['another role', { answer: { ...MINE, role: 'assistant' } }],
  ['another content', { answer: { ...MINE, content: 'cut' } }],
  ['another run', { answer: { ...MINE, runId: 'run-2' } }],
  ['no id', { answer: { ...MINE, id: undefined } }],
  ['no time', { answer: { ...MINE, createdAt: 'now' } }],
  ['no answer', { isLost: true }],
];

describe('a message to a running run', () => {
  const judge = judgeOf('api-append-while-running');
  const good: readonly Line[] = [
    ...SET_UP,
    reads('await running', 'RUNNING'),
    posted(MINE),
    heardOf(FIRST, MINE, LAST),
    reads('await end', 'COMPLETED'),
    lists('messages', [FIRST, MINE, LAST]),
  ];

  it('is taken and shown once', () => {
    expect(verdictOf(judge('takes-a-message-while-running', good))).toBe('pass');
    expect(verdictOf(judge('shows-a-message-once', good))).toBe('pass');
  });

  it.each(WRONG_ANSWERS)('is not answered with %s', (_what, over) => {
    expect(verdictOf(judge('takes-a-message-while-running', told(good, 'append', over)))).toBe('fail');
  });

  it.each([
    ['lost from the list', told(good, 'messages', { answer: listOf([FIRST, LAST]) })],
    ['listed twice', told(good, 'messages', { answer: listOf([FIRST, MINE, MINE, LAST]) })],
    ['listed before another', told(good, 'messages', { answer: listOf([MINE, FIRST, LAST]) })],
    ['lost from the stream', hearing(good, (frames) => frames.toSpliced(2, 1))],
    ['shown twice', hearing(good, (frames) => [...frames, ...frames])],
  ])('is not %s', (_what, lines) => {
    expect(verdictOf(judge('shows-a-message-once', lines))).toBe('fail');
  });

  it('is open where the run does not run, or nobody listens', () => {
    const over = answering(good, 'await running', { status: 'COMPLETED' });
    expect(judge('takes-a-message-while-running', over)[0]).toMatch(/^inconclusive .*because AR-2\.1e/);
    expect(judge('shows-a-message-once', untold(good, 'stream'))[0]).toMatch(/because AR-10\.1\)/);
    expect(judge('shows-a-message-once', told(good, 'append', { status: 500 }))[0]).toMatch(
      /because AR-7\.1\)/,
    );
    expect(judge('shows-a-message-once', told(good, 'messages', { status: 500 }))[0]).toMatch(
      /because AR-6\.1\)/,
    );
  });
});

describe('a message to a completed run', () => {
  const judge = judgeOf('api-append-when-completed');
  const before = [FIRST, messageOf(2, 'assistant')];
  const asked = messageOf(3, 'user', { turn: 2 });
  const reply = messageOf(4, 'assistant', { turn: 2 });
  const end = { turn: 2, finishedAt: '2026-01-05T10:00:05.000Z' };
  const good: readonly Line[] = [
    ...SET_UP,
    reads('await end', 'COMPLETED'),
    lists('messages before', before),
    posted(asked),
    reads('await reopening', 'PENDING', { turn: 2 }),
    reads('await second end', 'RUNNING', { turn: 2 }),
    reads('await second end', 'COMPLETED', end),
    lists('messages', [...before, asked, reply]),
  ];
  const staying: readonly Line[] = [
    ...untold(good, 'await reopening', 'await second end', 'messages'),
    reads('await reopening', 'COMPLETED'),
    reads('await second end', 'COMPLETED'),
    lists('messages', [...before, asked]),
  ];
  const CHECK = 'reopens-for-a-message';

  it('opens a turn, or leaves it completed, as declared', () => {
    expect(verdictOf(judge('takes-a-message-when-completed', good))).toBe('pass');
    for (const choices of [{ 'VP-REOPEN': 'reopens' }, {}])
      expect(verdictOf(judge(CHECK, good, choices))).toBe('pass');
    for (const choices of [{ 'VP-REOPEN': 'stays' }, {}])
      expect(verdictOf(judge(CHECK, staying, choices))).toBe('pass');
  });

  it('passes where the turn was too quick to be seen', () => {
    const quick = answering(
      answering(good, 'await reopening', { status: 'COMPLETED', ...end }),
      'await second end',
      {
        status: 'COMPLETED',
        ...end,
      },
    );
    expect(verdictOf(judge(CHECK, quick, { 'VP-REOPEN': 'reopens' }))).toBe('pass');
  });

  it.each([
    ['what is not declared', staying, 'reopens'],
    ['what is not declared', good, 'stays'],
    [
      'a run under way that has finished',
      answering(good, 'await reopening', { finishedAt: end.finishedAt }),
      'reopens',
    ],
    ['the same turn', answering(good, 'await second end', { turn: 1 }), 'reopens'],
    [
      'a turn without an end',
      told(good, 'await second end', { answer: runOf('RUNNING', { turn: 2 }) }),
      'reopens',
    ],
    ['no answer', told(good, 'messages', { answer: listOf([...before, asked]) }), 'reopens'],
  ])('fails on %s', (_what, lines, choice) => {
    expect(verdictOf(judge(CHECK, lines, { 'VP-REOPEN': choice }))).toBe('fail');
  });

  it.each(WRONG_ANSWERS)('is not answered with %s', (_what, over) => {
    const lines = told(
      told(good, 'append', { answer: MINE, body: { content: MINE['content'] } }),
      'append',
      over,
    );
    expect(verdictOf(judge('takes-a-message-when-completed', lines))).toBe('fail');
  });

  it('is open where no message is taken', () => {
    expect(judge(CHECK, told(good, 'append', { status: 409 }))[0]).toMatch(
      /^inconclusive .*because AR-7\.1\)/,
    );
    expect(judge(CHECK, told(good, 'await end', { answer: runOf('FAILED') }))[0]).toMatch(/because AR-2\.1e/);
  });
});

describe('a message with context items', () => {
  const judge = judgeOf('api-append-context-items');
  const kept = messageOf(2, 'user', { contextItemIds: ['item-1', 'item-2'] });
  const good: readonly Line[] = [
    ...SET_UP,
    posted(kept, { content: 'with these', contextItemIds: ['item-1', 'item-2'] }),
    {
      label: 'append with an unknown item',
      method: 'POST',
      status: 400,
      answer: errorOf('CONTEXT_ITEM_INVALID'),
    },
    lists('messages', [FIRST, kept, LAST]),
  ];
  const [KEEPS, REFUSES] = ['keeps-the-items-of-a-message', 'refuses-unknown-items-of-a-message'];
  const stray = messageOf(4, 'user', { content: 'with an item that does not exist' });

  it('keeps them, and refuses what it does not know', () => {
    expect(verdictOf(judge(KEEPS, good))).toBe('pass');
    expect(verdictOf(judge(REFUSES, good))).toBe('pass');
  });

  it.each([
    ['an error', told(good, 'append', { status: 400 })],
    ['an answer without them', answering(good, 'append', { contextItemIds: [] })],
    ['a list without them', told(good, 'messages', { answer: listOf([FIRST, messageOf(2, 'user')]) })],
    ['a list without the message', told(good, 'messages', { answer: listOf([FIRST]) })],
  ])('fails on %s', (_what, lines) => expect(verdictOf(judge(KEEPS, lines))).toBe('fail'));

  it.each([
    ['it is taken', told(good, 'append with an unknown item', { status: 201, answer: stray })],
    ['another status', told(good, 'append with an unknown item', { status: 404 })],
    ['another code', told(good, 'append with an unknown item', { answer: errorOf('VALIDATION') })],
    ['it is there all the same', told(good, 'messages', { answer: listOf([FIRST, stray]) })],
  ])('fails where %s', (_what, lines) => expect(verdictOf(judge(REFUSES, lines))).toBe('fail'));

  it('is open without items, without a list', () => {
    expect(judge(KEEPS, untold(good, 'append'))[0]).toMatch(/^inconclusive .*because AR-2\.2\)/);
    for (const check of [KEEPS, REFUSES])
      expect(judge(check, told(good, 'messages', { status: 500 }))[0]).toMatch(/because AR-6\.1\)/);
  });
});
