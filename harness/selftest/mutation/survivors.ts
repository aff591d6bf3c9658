import type { OperatorScore, Survivor } from './score.ts';

/** Mutants that nobody notices, and why that is as it should be, or not yet as it should be. */
interface Known {
  readonly operator: RegExp;
  /** Of the trial and the place, as a survivor names them. */
  readonly where: RegExp;
  readonly reason: string;
}

const KNOWN: readonly Known[] = [
  {
    operator: /^lose-pong$/,
    where: /^browser-origins-/,
    reason: 'pongs are judged on plain sessions; there the ping only shows who was let in',
  },
  {
    operator: /^lose-answer$/,
    where: /^(api-|cross-surface-|campaign-bracket-|dropped-socket-|browser-origins-.*: request)/,
    reason: 'of a hundred answers five may be late, as docs/protocol.md 4.5 has it; this was one of many',
  },
  {
    operator: /^(answer-500|lose-answer|answer-otherwise|answer-in-html|invent-code|omit-code)$/,
    where: /^dependency-outages-.*: request (of a stranger )?without /,
    reason: 'what is answered while we take something away is judged only for being honest',
  },
  {
    operator: /^(answer-500|lose-answer|invent-code|omit-code)$/,
    where: /^browser-origins-.*: preflight from a unlisted origin/,
    reason: 'a refused preflight is read by browsers, and they look at its headers alone',
  },
  {
    operator: /^(answer-500|lose-answer|answer-otherwise|answer-in-html|remove-from-body|retype-in-body)$/,
    where: /^(dropped-socket-|dependency-outages-.*: request (before|after) )/,
    reason:
      'the chat suites are recorded without the agents API, whose checks judge what its endpoints answer',
  },
  {
    operator: /^(invent-code|omit-code)$/,
    where: /^api-get-unknown-run-\d+: (a zero byte|a way out|broken escapes|ten kilobytes),/,
    reason: 'such a path may be refused before it comes to the platform, in the words of whatever does so',
  },
];

/** Why it is known that this mutant survives; undefined when it is not. */
export const reasonOf = (operator: string, { trial, what }: Survivor): string | undefined =>
  KNOWN.find((known) => known.operator.test(operator) && known.where.test(`${trial}: ${what}`))?.reason;

/** Survivors that nobody has explained, in words. */
export const unexplained = (scores: readonly OperatorScore[]): readonly string[] =>
  scores.flatMap(({ id, makes, survivors }) =>
    survivors
      .filter((survivor) => reasonOf(id, survivor) === undefined)
      .map(({ trial, what, choice, verdicts }) => {
        const said = verdicts.length === 0 ? 'nothing changed' : verdicts.join(', ');
        return `${id} (${makes}) in ${trial}: ${what}, choice ${choice}: ${said}`;
      }),
  );
