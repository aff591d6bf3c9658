import { expect, it } from 'vitest';
import { markingOf } from './safety.ts';

it.each([
  ['staging', 'for-tests'],
  ['Staging-EU', 'for-tests'],
  ['eu.qa', 'for-tests'],
  ['reference', 'for-tests'],
  ['production', 'production'],
  ['prod-eu', 'production'],
  ['pre-production', 'production'],
  ['staging of production', 'production'],
  ['unmarked', 'unmarked'],
  ['eu-west', 'unmarked'],
  ['produktion', 'unmarked'],
  ['', 'unmarked'],
])('"%s" is %s', (environment, marking) => {
  expect(markingOf(environment)).toBe(marking);
});
