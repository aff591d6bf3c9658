import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf } from '../test-support/exchanges.ts';
import {
  type Fields,
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
import { awkwardText, LARGE_BYTES, largeMessage } from './large-message.ts';

const [FIRST, LAST] = [messageOf(1, 'user'), messageOf(3, 'assistant')];
const heardOf = (...messages: readonly Fields[]): Line => ({
  label: 'stream',
  frames: [
    ['agent.run.created', { run: runOf('PENDING') }],
    ...messages.map((message) => ['agent.message.appended', { message }] as const),
    ['agent.run.completed', { run: runOf('COMPLETED') }],
  ],
});
const judge = (
  check: string,
  lines: readonly Line[],
  choices: Readonly<Record<string, string>> = {},
): readonly string[] =>
  caseFindings([largeMessage], `agents-api/${check}`, playOut('api-append-large', lines), choices);

describe('a large message', () => {
  const content = awkwardText('0123456789ab');
  const mine = messageOf(2, 'user', { content });
  const good: readonly Line[] = [
    ...SET_UP,
    reads('await running', 'RUNNING'),
    { label: 'append', method: 'POST', body: { content }, status: 201, answer: mine },
    heardOf(FIRST, mine, LAST),
    reads('await end', 'COMPLETED'),
    lists('messages', [FIRST, mine, LAST]),
  ];
  const refused = told(
    told(untold(good, 'stream'), 'append', { status: 413, answer: errorOf('CONTENT_TOO_LARGE') }),
    'messages',
    { answer: listOf([FIRST, LAST]) },
  );
  const [KEEPS, SHOWS] = ['keeps-a-large-message', 'shows-a-large-message'];
  const spoilt = [
    ['cut', content.slice(0, 65_536)],
    ['normalised', content.normalize('NFC')],
    ['trimmed of its line ends', content.replaceAll('\r\n', '\n')],
    ['read as Latin-1', Buffer.from(content, 'utf8').toString('latin1')],
    ['with half characters', content.replace('\u{20bb7}', '\ufffd')],
  ] as const;

  it('is of that many bytes, and the same whenever it is made', () => {
    expect(Buffer.byteLength(content)).toBe(LARGE_BYTES);
    expect(awkwardText('0123456789ab')).toBe(content);
    expect(Buffer.from(content, 'utf8').toString('utf8')).toBe(content);
  });

  it('is kept, or refused, as declared', () => {
    for (const choices of [{ 'VP-MAXMSG': '1048576' }, {}])
      expect(verdictOf(judge(KEEPS, good, choices))).toBe('pass');
    for (const choices of [{ 'VP-MAXMSG': '65536' }, {}])
      expect(verdictOf(judge(KEEPS, refused, choices))).toBe('pass');
    expect(verdictOf(judge(SHOWS, good))).toBe('pass');
    expect(verdictOf(judge(SHOWS, [...refused, heardOf(FIRST, LAST)]))).toBe('pass');
  });

  it('is not taken or refused against the declaration', () => {
    expect(verdictOf(judge(KEEPS, good, { 'VP-MAXMSG': '65536' }))).toBe('fail');
    expect(verdictOf(judge(KEEPS, refused, { 'VP-MAXMSG': '1048576' }))).toBe('fail');
    expect(verdictOf(judge(KEEPS, told(good, 'append', { status: 500 })))).toBe('fail');
  });

  it.each(spoilt)('is not kept %s', (_how, text) => {
    const other = messageOf(2, 'user', { content: text });
    expect(verdictOf(judge(KEEPS, told(good, 'append', { answer: other })))).toBe('fail');
    expect(verdictOf(judge(KEEPS, told(good, 'messages', { answer: listOf([FIRST, other]) })))).toBe('fail');
    expect(verdictOf(judge(SHOWS, [...untold(good, 'stream'), heardOf(FIRST, other)]))).toBe('fail');
  });

  it('is nowhere when it was refused', () => {
    const part = messageOf(2, 'user', { content: content.slice(0, 1_000) });
    expect(verdictOf(judge(KEEPS, told(refused, 'messages', { answer: listOf([FIRST, part]) })))).toBe(
      'fail',
    );
    expect(verdictOf(judge(SHOWS, [...refused, heardOf(part)]))).toBe('fail');
    expect(verdictOf(judge(SHOWS, [...untold(good, 'stream'), heardOf(FIRST)]))).toBe('fail');
  });

  it('is open where nobody listens, or nothing can be listed', () => {
    expect(judge(SHOWS, untold(good, 'stream'))[0]).toMatch(/^inconclusive .*because AR-10\.1\)/);
    expect(judge(KEEPS, told(good, 'messages', { status: 500 }))[0]).toMatch(/because AR-6\.1\)/);
  });
});
