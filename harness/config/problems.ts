import { closest, distance } from 'fastest-levenshtein';
import { HarnessError } from '../core/errors.ts';

/** Takes note of one problem; reading goes on, so that all of them are told at once. */
export type Report = (problem: string) => void;

const HINT = 'docs/configuration.md lists every variable and profile field';

/** Refuses the configuration if there is any problem. */
export function refuseIfAny(problems: readonly string[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const message =
    others.length === 0
      ? first
      : [`the configuration has ${problems.length} problems:`, ...problems.map((line) => `  - ${line}`)].join(
          '\n',
        );
  throw new HarnessError('CONFIG_INVALID', message, { hint: HINT });
}

/** The known word that was probably meant, if one is close enough to be more than a guess. */
function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(word, [...known]);
  // With more of the letters wrong it is no slip of the fingers.
  return distance(word, candidate) <= Math.max(2, Math.floor(word.length / 4)) ? candidate : undefined;
}

/** ": did you mean X?", or what else to say when nothing is near. */
export function didYouMean(word: string, known: readonly string[], otherwise: string): string {
  const candidate = nearest(word, known);
  return candidate === undefined ? otherwise : `did you mean ${candidate}?`;
}
