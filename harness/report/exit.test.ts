import { expect, it } from 'vitest';
import { ERROR_CODES } from '../core/errors.ts';
import { EXIT } from '../core/exit-code.ts';
import { EXIT_OF_ERROR, exitMeaning, exitWord } from './exit.ts';

it('has a word and a meaning for every code', () => {
  const told = Object.values(EXIT).map((code) => `${code} ${exitWord(code)}`);
  expect(told).toEqual([
    '0 PASS',
    '1 FAIL',
    '2 USAGE',
    '3 INCONCLUSIVE',
    '4 NOT_READY',
    '5 ERROR',
    '130 INTERRUPTED',
    '143 INTERRUPTED',
  ]);
  expect(exitMeaning(4)).toBe('the target was not ready, nothing was judged');
  expect(exitWord(77)).toBe('ERROR');
});

it('never reads an error of ours as a verdict on the target', () => {
  for (const code of ERROR_CODES)
    expect([EXIT.usage, EXIT.targetNotReady, EXIT.harnessError]).toContain(EXIT_OF_ERROR[code]);
});
