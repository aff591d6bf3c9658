import { describe, expect, it } from 'vitest';
import { type Check, defineCheck } from '../core/check.ts';
import { HarnessError } from '../core/errors.ts';
import type { Requirement } from '../core/requirement.ts';
import { defineScenario, type Scenario } from '../core/scenario.ts';
import { levelWord, readSelectors, tagWord } from './selectors.ts';
import { parseTags } from './tag-expression.ts';

describe('an expression over tags', () => {
  const holds = (text: string, ...tags: string[]): boolean => parseTags(text).matches(new Set(tags));

  it.each([
    ['a', ['a'], true],
    ['a', [], false],
    ['!a', [], true],
    ['!!a', ['a'], true],
    ['a && !b', ['a'], true],
    ['a && !b', ['a', 'b'], false],
    ['a || b && c', ['a'], true],
    ['(a || b) && c', ['a'], false],
    ['a&&b||c', ['c'], true],
    ['!(a || b)', ['b'], false],
    ['A-b', ['a-b'], true],
  ])('%s over %j is %s', (text, tags, expected) => {
    expect(holds(text, ...tags)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    'a b',
    'a &&',
    '&& a',
    '(a',
    'a)',
    'a & b',
    '!',
    '()',
    'a || || b',
    'ü',
    '('.repeat(500),
  ])('refuses %j', (text) => {
    expect(() => parseTags(text)).toThrow(HarnessError);
  });

  it('names the tags it asks for', () => {
    expect(parseTags('a && (b || !c)').tags).toEqual(['a', 'b', 'c']);
  });
});

const requirement = (id: string, level: Requirement['level'] = 'MUST'): Requirement => ({
  id,
  level,
  text: `It ${level} be.`,
  clause: '1',
  source: 'here',
});
const checkOf = (id: string, of: string, scenario: string): Check<unknown> =>
  defineCheck({ id, requirement: of, title: id, scenarios: [scenario], judge: () => [] });
const scenarioOf = (id: string, over: Partial<Scenario> = {}): Scenario =>
  defineScenario({ id, purpose: id, play: () => Promise.resolve(), ...over });

const SCENARIOS = [
  scenarioOf('calm'),
  scenarioOf('storm', { interference: 'disruptive', needs: ['faults'], agentRuns: 3 }),
];
const EVERY = [
  ['lifecycle', requirement('LC-1'), checkOf('lifecycle/a', 'LC-1', 'calm')],
  ['lifecycle', requirement('LC-2', 'SHOULD'), checkOf('lifecycle/b', 'LC-2', 'calm')],
  ['lifecycle', requirement('LC-10'), checkOf('lifecycle/c', 'LC-10', 'storm')],
  ['agents', requirement('AR-1.1a'), checkOf('agents/d', 'AR-1.1a', 'calm')],
].map(([suite, of, check]) => ({
  suite: { id: suite as string },
  requirement: of as Requirement,
  check: check as Check<unknown>,
}));

function selected(...words: string[]): string {
  const is = readSelectors(words, EVERY, ['LC-1', 'LC-2', 'LC-3', 'LC-10', 'AR-1.1a'], SCENARIOS);
  return EVERY.filter(is)
    .map(({ check }) => check.id.at(-1))
    .join('');
}

describe('the words of a selection', () => {
  it.each([
    [[], 'abcd'],
    [['lifecycle'], 'abc'],
    [['LC-1', 'agents/d'], 'ad'],
    [['LC-1*'], 'ac'],
    [['*/b'], 'b'],
    [['LC-1..LC-3'], 'ab'],
    [['LC-2..LC-10'], 'bc'],
    [[tagWord('disruptive')], 'c'],
    [[tagWord('lifecycle && safe')], 'ab'],
    [[tagWord('!faults && must')], 'ad'],
    [['lifecycle', tagWord('free')], 'ab'],
    [[levelWord('should')], 'b'],
    [[levelWord('must,SHOULD'), 'lifecycle'], 'abc'],
    [['LC-3'], ''],
  ])('%j select %s', (words, expected) => {
    expect(selected(...words)).toBe(expected);
  });

  it.each([
    ['lifecicle', 'did you mean "lifecycle"'],
    ['lifecycle/z', 'did you mean "lifecycle/a"'],
    ['LC-1..LC-99', 'did you mean "LC-'],
    ['LC-10..LC-2', 'upwards'],
    ['LC-1..AR-1.1a', 'within the same letters'],
    ['zzz*', 'did you mean'],
    [tagWord('disruptiv'), 'did you mean "disruptive"'],
    [levelWord('shall'), 'must, should, may'],
  ])('%s is refused with what was probably meant', (word, hint) => {
    let refused: unknown;
    try {
      selected(word);
    } catch (cause) {
      refused = cause;
    }
    expect(refused).toMatchObject({ code: 'NOTHING_SELECTED' });
    expect((refused as HarnessError).hint).toContain(hint);
  });
});
