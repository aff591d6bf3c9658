/**
 * Words that can only have come from whoever sent them. They are spelt with letters of which no hexadecimal
 * number and hardly any word consists, so that a piece of one is told from everything else around it.
 */
import type { Stage } from '../harness/core/scenario.ts';

/** Sixteen consonants, one for each hexadecimal digit. */
export const CANARY_LETTERS = 'ghjklmnpqrstvwxz';
/** Long enough that one of two halves, or of four quarters, is still unmistakable. */
export const CANARY_LENGTH = 36;

/** A canary of this trial; the same label gives the same one. */
export function canaryOf(stage: Stage, label: string): string {
  const digits = [1, 2, 3].map((part) => stage.nonce(`canary ${label} ${part}`)).join('');
  return [...digits.slice(0, CANARY_LENGTH)]
    .map((digit) => CANARY_LETTERS[Number.parseInt(digit, 16)])
    .join('');
}
