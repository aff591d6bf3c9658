/** What the requests of the sandbox are answered with, by the choices that a profile declares. */
import type { Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { MADE } from '../agents-api/drive.ts';
import {
  type About,
  declared,
  error,
  errorText,
  expectAnswer,
  expectOf,
  holds,
  labelled,
  missing,
  status,
} from '../agents-api/expect.ts';
import { madeIds } from '../agents-api/made.ts';
import { MADE_AGENT } from './drive.ts';

export type Judge = (view: TrialView, terms: Terms) => readonly Finding[];
type Expectation = (about: About) => readonly Finding[];
type Choices = Terms['variationPoints'];

/** Why there is nothing to judge: no project, no agent, or no request of that label. */
export function hidden(view: TrialView, label: string, because = 'SB-1.1'): readonly Finding[] | undefined {
  if (labelled(view, label).length > 0) return undefined;
  if (madeIds(view, MADE.project).length === 0) return missing(view, 'a project', 'AR-1.1d');
  if (madeIds(view, MADE_AGENT).length === 0)
    return expectAnswer(
      view,
      MADE_AGENT,
      status(201),
      holds('an agent with an id', () => 'none'),
    );
  return missing(view, `"${label}"`, because);
}

/** A judge that is asked when there is something of these labels to be judged. */
export const about =
  (labels: readonly string[], judge: Judge, because?: string): Judge =>
  (view, terms) => {
    for (const label of labels) {
      const nothing = hidden(view, label, because);
      if (nothing !== undefined) return nothing;
    }
    return judge(view, terms);
  };

/** The statuses that a test may be answered with. */
export const testStatuses = (choice: string | undefined): readonly number[] =>
  declared(choice, { '200': 200, '201': 201 });

/** The test of that label was answered with the declared status. */
export const answered = (
  view: TrialView,
  label: string,
  choice: string | undefined,
  ...more: readonly Expectation[]
): readonly Finding[] =>
  labelled(view, label).flatMap((exchange) =>
    expectOf(view, exchange, status(...testStatuses(choice)), ...more),
  );

/** 200, and a content. */
export const made =
  (expected: string, faultOf: (body: unknown) => string | undefined): Expectation =>
  (asked) => {
    const wrong = status(200)(asked);
    return wrong.length > 0 ? wrong : holds(expected, faultOf)(asked);
  };

/** A code that goes with 404; other statuses have codes of their own. */
const coded =
  (...codes: readonly string[]): Expectation =>
  (asked) =>
    error(...(asked.exchange.response?.status === 404 ? codes : []))(asked);

const FORBIDDEN = { '404': 404, '403': 403, '400': 400 };
const NOT_FOUND = { '404': 404, '400': 400 };

/** What is foreign looks like what is unknown, so that the declared answer for one may be that for both. */
const forbidden = (choices: Choices): readonly number[] => declared(choices['VP-FORBID'], FORBIDDEN);
const alsoForbidden = (choices: Choices): readonly number[] =>
  choices['VP-FORBID'] === '404' ? [] : forbidden(choices);

const unknown =
  (own: readonly number[], code: string) =>
  (choices: Choices): readonly Expectation[] => [
    status(...new Set([...own, ...alsoForbidden(choices)])),
    coded(code),
  ];

const agentStatuses = (choices: Choices) => declared(choices['VP-AGENT404'], NOT_FOUND);
const comparedStatuses = (choices: Choices) => declared(choices['VP-COMPARE404'], NOT_FOUND);

/** An unknown agent. */
export const unknownAgent = (choices: Choices): readonly Expectation[] =>
  unknown(agentStatuses(choices), 'AGENT_NOT_FOUND')(choices);

/** An unknown test. */
export const unknownTest = unknown([404], 'TEST_NOT_FOUND');

/** A comparison with an unknown test. */
export const unknownCompared = (choices: Choices): readonly Expectation[] =>
  unknown(comparedStatuses(choices), 'TEST_NOT_FOUND')(choices);

/** Something of another agent or another tenant. */
export const foreign = (choices: Choices): readonly Expectation[] => [
  status(...new Set([...forbidden(choices), ...agentStatuses(choices), ...comparedStatuses(choices)])),
  coded('AGENT_NOT_FOUND', 'TEST_NOT_FOUND'),
];

/** A body out of shape: refused, and the error does not repeat what was sent. */
export const misshapen = (
  choices: Choices,
  field: string | undefined,
  sent: readonly string[] = [],
): readonly Expectation[] => [
  status(...declared(choices['VP-422'], { 'reject-422': 422, 'reject-400': 400 })),
  error('VALIDATION'),
  holds(`an error that names ${field ?? 'what is wrong'} and repeats nothing`, (body) => {
    const detail = JSON.stringify(errorText(body)) ?? '';
    if (field !== undefined && !detail.includes(field)) return detail.slice(0, 80);
    const repeated = sent.some((text) => (JSON.stringify(body) ?? '').includes(text));
    return repeated ? 'an error that repeats what was sent' : undefined;
  }),
];
