import { describe, expect, it } from 'vitest';
import { CANARY_LENGTH, CANARY_LETTERS } from '../../scenarios/canary.ts';
import { canarySearch } from './canaries.ts';
import { DISGUISES } from './planted.ts';

const WORD = 'prkvzljjgvrhptqmkqngqqnmrrtjsvpmpzqj';
const { search } = canarySearch([{ word: WORD, owner: 'ada' }]);

describe('a canary', () => {
  it('is found in the word it is tested with', () => {
    expect(WORD).toMatch(new RegExp(`^[${CANARY_LETTERS}]{${CANARY_LENGTH}}$`));
  });

  it.each(Object.entries(DISGUISES))('is found in this dress: %s', (_name, disguise) => {
    expect(search(`{"thought":"so ${disguise(WORD)} it was"}`)).toMatchObject([{ canary: { owner: 'ada' } }]);
  });

  it('is named with its dress', () => {
    const dressOf = (text: string) => search(text)[0]?.dress;
    expect(dressOf(WORD)).toBe('plain');
    expect(dressOf([...WORD].reverse().join(''))).toBe('reversed');
    expect(dressOf(Buffer.from(WORD).toString('base64'))).toBe('encoded');
  });

  it.each([
    ['ids', 'c9f3a2b7-55d0-4ab1-9c1e-f00dfacecafe 550e8400-e29b-41d4-a716-446655440000'],
    ['prose', 'Rhythms and strengths: the catchphrase of Knightsbridge, twelfths and all.'],
    ['a piece that is too short', `… ${WORD.slice(0, 7)} …`],
    ['another canary', 'xzzxwvqqqqghghghgtttsssrrrqqqpppnnnm'],
    [
      'a long random token',
      Buffer.from(Array.from({ length: 600 }, (_, at) => (at * 7919) % 256)).toString('base64'),
    ],
  ])('is not seen in %s', (_what, text) => {
    expect(search(text)).toEqual([]);
  });
});
