/**
 * What must not be kept, one run for each kind. Every forbidden value holds a word or a number that occurs nowhere
 * else, so that it is known again wherever it comes out. Fixed tables: what is tried is the same in each campaign.
 */
import { canaryOf } from '../../scenarios/canary.ts';
import { type Fields, failed, type Ground, runBody, stepBody } from './ground.ts';

/** A value to look for: text with a word of its own, or the digits of its kind. */
type Canary = (label: string) => string;
type Place = (ground: Ground, name: string, canary: Canary) => Fields;

const inMetadata =
  (metadata: (text: string) => Fields): Place =>
  (ground, name, canary) => ({ steps: [stepBody(ground, name, 0, { metadata: metadata(canary(name)) })] });

const underKey = (key: string): Place => inMetadata((text) => ({ [key]: text }));
const asValue = (value: unknown): Place => inMetadata(() => ({ note: value }));
const inMessage =
  (message: (text: string) => string): Place =>
  (_ground, name, canary) =>
    failed({ message: message(canary(name)) });

const keys = (...names: readonly string[]): Readonly<Record<string, Place>> =>
  Object.fromEntries(names.map((name) => [`key ${name}`, underKey(name)]));

const VISA = '4242424242424242';

/** By the requirement that forbids it. */
export const FORBIDDEN: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  'TR-4.1': keys('prompt', 'prompts', 'system_prompt'),
  'TR-4.2': keys(
    ...['response', 'responses', 'output', 'content', 'text', 'input', 'message', 'completion'],
    ...['user_prompt', 'rawResponse', 'model-output', 'tool.input'],
  ),
  'TR-4.3': keys(
    ...['reasoning', 'thought', 'thoughts', 'explanation', 'rationale'],
    ...['chain_of_thought', 'chainOfThought', 'chain_of_thought_v2'],
  ),
  'TR-4.4': {
    'documents in a list': inMetadata((text) => ({ documents: [text, text] })),
    ...keys('document', 'chunks', 'passages'),
  },
  'TR-4.5': {
    'an e-mail address': inMetadata((text) => ({ contact: `${text}@example.com` })),
    'an e-mail address in a sentence': inMetadata((text) => ({
      note: `to <${text}@mail.example.org>`,
    })),
    'an e-mail address in a list': inMetadata((text) => ({
      who: ['nobody', { at: [`${text}@example.net`] }],
    })),
    'an international number': asValue('+442079460958'),
    'an international number with separators': asValue('call +44 20 7946 0123'),
    'a grouped number': asValue('202-555-0143'),
    'a number with parentheses': asValue('(202) 555-0187'),
    'a card': asValue(VISA),
    'a card with spaces': asValue('5555 5555 5555 4444'),
    'a card of 15 digits': asValue('378282246310005'),
    'a social security number': asValue('219-09-9999'),
    'a social security number deep down': inMetadata(() => ({ a: { b: [{ c: '078-05-1120' }] } })),
  },
  'TR-4.6': {
    'a password in the message': inMessage((text) => `login failed: password=${text}`),
    'an api_key in the message': inMessage((text) => `refused, api_key: ${text}`),
    'a token in the message': inMessage((text) => `Token=${text} has expired`),
    'a secret in the message': inMessage((text) => `secret:${text}`),
    'an e-mail address in the message': inMessage((text) => `no mailbox ${text}@example.com`),
    'a number in the message': inMessage(() => 'no answer from +1 202 555 0166'),
  },
  'TR-4.7': {
    'in an object': inMetadata((text) => ({ call: { prompt: text } })),
    'deep down': inMetadata((text) => ({ a: { b: { c: { d: { response: text } } } } })),
    'in a list': inMetadata((text) => ({ calls: [{ model: 'a-model' }, { thought: text }] })),
    'in a list of lists': inMetadata((text) => ({ calls: [[{ content: text }]] })),
    ...keys('Prompt', 'PROMPT', 'userPrompt', 'USER_PROMPT', 'x-prompt', 'llm.prompt', 'rawUserInputText'),
    // The key itself holds the word to look for.
    'after a prefix': inMetadata((text) => ({ [`a${text}_prompt`]: text })),
  },
  'TR-4.8': {
    'prompt on the run': (_ground, name, canary) => ({ prompt: canary(name) }),
    'response on the run': (_ground, name, canary) => ({ response: canary(name) }),
    'anything on the run': (_ground, name, canary) => ({ remark: canary(name) }),
    'prompt on a step': (ground, name, canary) => ({
      steps: [stepBody(ground, name, 0, { prompt: canary(name) })],
    }),
    'output on a step': (ground, name, canary) => ({
      steps: [stepBody(ground, name, 0, { output: { text: canary(name) } })],
    }),
    'explanation on the failure': (_ground, name, canary) => failed({ explanation: canary(name) }),
  },
};

export const labelsOf = (requirement: string): readonly string[] => Object.keys(FORBIDDEN[requirement] ?? {});

/** The longest string of the metadata where the profile does not say, and one that no profile may allow. */
const USUAL_LENGTH = 100;
const TOO_LONG = 100_001;

export const LENGTHS = {
  longest: 'a text of the longest length',
  tooLong: 'a text one character longer',
  farTooLong: 'a text longer than any may be',
} as const;

const filled = (text: string, length: number): string => text.padEnd(length, ' and so on').slice(0, length);

/** Texts around the declared length; the first one has to be taken. */
export function lengthBodies(ground: Ground): Readonly<Record<string, Fields>> {
  const longest = Number(ground.stage.variationPoints['VP-PRIVLEN'] ?? USUAL_LENGTH);
  const lengths = {
    [LENGTHS.longest]: longest,
    [LENGTHS.tooLong]: longest + 1,
    [LENGTHS.farTooLong]: TOO_LONG,
  };
  return Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => {
      const metadata = { note: filled(canaryOf(ground.stage, name), length) };
      return [name, runBody(ground, name, { steps: [stepBody(ground, name, 0, { metadata })] })];
    }),
  );
}

/** All runs that must be refused, by their label. */
export function forbiddenBodies(ground: Ground): Readonly<Record<string, Fields>> {
  const canary: Canary = (label) => canaryOf(ground.stage, label);
  const all = Object.values(FORBIDDEN).flatMap((places) => Object.entries(places));
  return Object.fromEntries(
    all.map(([name, place]) => [name, runBody(ground, name, place(ground, name, canary))] as const),
  );
}
