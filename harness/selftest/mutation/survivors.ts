import type { OperatorScore, Survivor } from './score.ts';

/** Mutants that nobody notices, and why that is as it should be, or not yet as it should be. */
interface Known {
  readonly operator: RegExp;
  /** Of the trial and the place, as a survivor names them. */
  readonly where: RegExp;
  /** Of the verdicts that changed after all; any where it is not said. */
  readonly verdicts?: RegExp;
  readonly reason: string;
}

const KNOWN: readonly Known[] = [
  {
    operator: /^close-on-user$/,
    where: /^plain-session-/,
    verdicts: / inconclusive$/,
    reason:
      'undecided, which is no pass: the harness stood still while it was recorded, and may itself be to blame',
  },
  {
    operator: /^lose-pong$/,
    where: /^(browser-origins|ways-in)-/,
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
    operator: /^(answer-500|answer-otherwise|answer-in-html)$/,
    where: /^cross-surface-doors-(sandbox|telemetry)-.*: .*, good token,/,
    reason: 'recorded without the suites of the sandbox and the telemetry, which judge what these answer',
  },
  {
    operator: /^answer-500$/,
    where: /^cross-surface-doors-telemetry-.*: run afterwards,/,
    verdicts: /^cross-surface\/telemetry-needs-tokens inconclusive$/,
    reason:
      'undecided, which is no pass: a look that failed shows neither that nothing was stored nor the contrary',
  },
  {
    operator: /^(answer-500|answer-otherwise|answer-in-html)$/,
    where: /^cross-surface-doors-agents-api-.*: list of projects, good token,/,
    reason: 'no clause says what a list of projects looks like: it is asked for to see who is let in',
  },
  {
    operator: /^(invent-code|omit-code)$/,
    where: /^cross-surface-doors-telemetry-.*: metrics, token /,
    reason: 'metrics are a page for scrapers: the shape of errors is that of the APIs',
  },
  {
    operator: /^(invent-code|omit-code)$/,
    where: /^api-get-unknown-run-\d+: (a zero byte|a way out|broken escapes|ten kilobytes),/,
    reason: 'such a path may be refused before it comes to the platform, in the words of whatever does so',
  },
];

/** Why it is known that this mutant survives; undefined when it is not. */
export const reasonOf = (operator: string, { trial, what, verdicts }: Survivor): string | undefined =>
  KNOWN.find(
    (known) =>
      known.operator.test(operator) &&
      known.where.test(`${trial}: ${what}`) &&
      (known.verdicts === undefined || verdicts.every((verdict) => known.verdicts?.test(verdict))),
  )?.reason;

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
