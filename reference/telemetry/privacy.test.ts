import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breachOfMetadata, breachOfText, isForbiddenKey } from './privacy.ts';

const FORBIDDEN = [
  ...['prompt', 'PROMPT', 'Prompt', 'prompts', 'user_prompt', 'userPrompt', 'rawResponse', 'llm-output'],
  ...[
    'tool.input',
    'HTTPResponse',
    'rationales',
    'chain_of_thought',
    'chainOfThought',
    'chain-of-thought-id',
  ],
];
const ALLOWED = [
  ...['context_size', 'response_length', 'input_tokens', 'output_tokens', 'prompt_version', 'tool_name'],
  ...['promptly', 'thoughtful', 'contextSize', 'contentType', 'text_length', 'http_status', 'id', ''],
];

const PERSONAL: readonly (readonly [string, string])[] = [
  ['an e-mail address', 'ada@example.com'],
  ['an e-mail address', 'write to grace.hopper+x@mail.example.org, please'],
  ['a telephone number', '+12025550143'],
  ['a telephone number', '+44 20 7946 0958'],
  ['a telephone number', '202-555-0143'],
  ['a telephone number', 'call (202) 555-0143 now'],
  ['a telephone number', '020 7946 0958'],
  ['a payment card', '4111111111111111'],
  ['a payment card', '4111 1111 1111 1111'],
  ['a payment card', '378282246310005'],
  ['a social security number', '000-12-3456'],
  ['a secret', 'password=hunter2'],
  ['a secret', 'API_KEY: abc'],
  ['a secret', '"token":"abc"'],
];
const LOOK_ALIKES = [
  ...['2024-05-01', '2024-05-01T10:00:00Z', '2024-05-01T10:00:00.123456789+00:00', '2024-05-01 10:00:00'],
  ...['1700000000000000000', '20240501100000', '4929123456789012', '4111111111111112', '1234567890123456'],
  ...['6f9619ff-8b86-d011-b42d-00c04fc964ff', '12345678-1234-1234-1234-123456789012', 'ORD-2024-000123'],
  ...['192.168.10.100', '10.0.19045.1234', 'gpt-4o-2024-08-06', 'token', 'secret:', 'input_tokens: 5', 'a@b'],
];

/** Metadata in which a value lies somewhere, beside harmless ones. */
function buried(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      value,
      fc.tuple(fc.integer(), tie('tree')),
      tie('tree').map((inner) => ({ count: 1, label: inner })),
    ),
  }));
  return tree.map((inner) => ({ labels: inner }));
}

describe('metadata keys', () => {
  it.each(FORBIDDEN)('%s names content', (key) => {
    expect(isForbiddenKey(key)).toBe(true);
  });

  it.each(ALLOWED)('"%s" does not', (key) => {
    expect(isForbiddenKey(key)).toBe(false);
  });

  it('are refused at any depth, whatever comes before the last word', () => {
    const key = fc
      .tuple(fc.stringMatching(/^([a-z]{1,8}[_.-])?$/), fc.constantFrom('output', 'Thoughts', 'RATIONALE'))
      .map(([before, word]) => `${before}${word}`);
    fc.assert(
      fc.property(buried(key.map((name) => ({ [name]: 1 }))), (metadata) => {
        expect(breachOfMetadata(metadata)).toBe('a key that names content');
      }),
    );
  });

  it('do not hide behind invisible or odd characters', () => {
    expect(['pro\u200Bmpt', 'ｐｒｏｍｐｔ', 'prompt_', '__prompt'].map(isForbiddenKey)).not.toContain(false);
    expect(breachOfMetadata(JSON.parse('{"__proto__": {"prompt": 1}}'))).toBe('a key that names content');
  });
});

describe('texts', () => {
  it.each(PERSONAL)('%s is found in %s', (breach, text) => {
    expect(breachOfText(text)).toBe(breach);
    expect(breachOfMetadata({ labels: [{ value: text }] })).toBe(breach);
  });

  it.each(LOOK_ALIKES)('%s passes', (text) => {
    expect(breachOfText(text)).toBeUndefined();
  });

  it('personal data is found at any depth', () => {
    const text = fc.constantFrom(...PERSONAL.map(([, each]) => each));
    fc.assert(fc.property(buried(text), (metadata) => breachOfMetadata(metadata) !== undefined));
  });

  it('times, UUIDs and other rows of digits pass', () => {
    const time = fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString());
    const digits = fc.stringMatching(/^[189]\d{0,24}$/); // no issuer begins so
    fc.assert(fc.property(fc.oneof(fc.uuid(), time, digits), (text) => breachOfText(text) === undefined));
  });

  it('a card is a card only with its check digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^4\d{14}$/), (start) => {
        const cards = Array.from({ length: 10 }, (_, digit) => breachOfText(`${start}${digit}`));
        expect(cards.filter((breach) => breach === 'a payment card')).toHaveLength(1);
      }),
    );
  });

  it('may have a hundred characters, however many units those take', () => {
    expect(breachOfMetadata({ a: 'x'.repeat(100) })).toBeUndefined();
    expect(breachOfMetadata({ a: '😀'.repeat(100) })).toBeUndefined();
    expect(breachOfMetadata({ a: 'x'.repeat(101) })).toBe('a text longer than a label');
  });
});

describe('everything else', () => {
  it('numbers, booleans and null are not looked into', () => {
    const plain = fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(fc.property(buried(plain), (metadata) => breachOfMetadata(metadata) === undefined));
    expect(breachOfMetadata({ n: 4111111111111111 })).toBeUndefined();
  });

  it('what is nested without end is refused, not followed', () => {
    expect(breachOfMetadata(JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)))).toBe('nested too deeply');
  });
});
