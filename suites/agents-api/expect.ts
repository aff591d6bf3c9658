/**
 * What the cases of the agents API expect alike. Each expectation is a function from what was exchanged to
 * findings; a case composes them. A request without an answer is never a pass.
 */

import type { z } from 'zod';
import { canonicalJson, canonicalText } from '../../harness/core/canonical-json.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';

/** All exchanges of that label, in order. */
export const labelled = (view: TrialView, label: string): readonly ExchangeView[] =>
  view.exchanges.filter((exchange) => exchange.label === label);

/** Where an exchange is in the evidence. */
export const refOf = (view: TrialView, { request, response, failure }: ExchangeView): EvidenceRef =>
  view.ref(request.seq, ...[response?.seq, failure?.seq].filter((seq) => seq !== undefined));

/** The body of the answer as JSON. */
export const bodyOf = ({ response }: ExchangeView): unknown => parseJson(response?.body ?? '');

export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** A fixture or earlier step that a case needs did not come about: the requirement it rests on says which. */
export function missing(view: TrialView, what: string, ...because: readonly string[]): readonly Finding[] {
  const told = say('not-reached', what, `${view.scenario} did not get there`, view.ref());
  return because.map((id) => inconclusive(told, id));
}

/** What an expectation is told: the view, and the exchange it is about. */
export interface About {
  readonly view: TrialView;
  readonly exchange: ExchangeView;
}

type Expectation = (about: About) => readonly Finding[];

/** The first exchange of the label must meet every expectation; they are asked in order until one fails. */
export function expectAnswer(
  view: TrialView,
  label: string,
  ...expectations: readonly Expectation[]
): readonly Finding[] {
  const [exchange] = labelled(view, label);
  return exchange === undefined ? [] : expectOf(view, exchange, ...expectations);
}

/** The same of a given exchange. */
export function expectOf(
  view: TrialView,
  exchange: ExchangeView,
  ...expectations: readonly Expectation[]
): readonly Finding[] {
  const ref = refOf(view, exchange);
  if (exchange.response === undefined) {
    const { failure } = exchange;
    const actual = failure?.kind === 'transport.error' ? failure.code : 'no answer in time';
    return [fail(say('no-answer', 'an answer', actual, ref))];
  }
  for (const expectation of expectations) {
    const findings = expectation({ view, exchange });
    if (findings.some(({ verdict }) => verdict !== 'pass')) return findings;
  }
  return [pass(say('as-expected', 'every expectation met', `status ${exchange.response.status}`, ref))];
}

const wrong = (
  { view, exchange }: About,
  code: string,
  expected: string,
  actual: string,
): readonly Finding[] => [fail(say(code, expected, actual, refOf(view, exchange)))];

/** The status is one of these. Where a profile declares which, pass only that one. */
export const status =
  (...allowed: readonly number[]): Expectation =>
  (about) => {
    const actual = about.exchange.response?.status ?? 0;
    return allowed.includes(actual)
      ? []
      : wrong(about, 'wrong-status', `status ${allowed.join(' or ')}`, `status ${actual}`);
  };

/** The allowed statuses of a variation point: the declared one, or any of its words where undeclared. */
export function declared(
  choice: string | undefined,
  statuses: Readonly<Record<string, number>>,
): readonly number[] {
  const one = choice === undefined ? undefined : statuses[choice];
  return one === undefined ? [...new Set(Object.values(statuses))] : [one];
}

/** The body has this shape. */
export const shape =
  (schema: z.ZodType): Expectation =>
  (about) => {
    const result = schema.safeParse(bodyOf(about.exchange));
    if (result.success) return [];
    const issues = result.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
    return wrong(about, 'wrong-shape', 'a body as docs/protocol.md has it', issues.join('; '));
  };

/** The body meets a condition that a shape cannot say. */
export const holds =
  (expected: string, actualUnless: (body: unknown) => string | undefined): Expectation =>
  (about) => {
    const actual = actualUnless(bodyOf(about.exchange));
    return actual === undefined ? [] : wrong(about, 'wrong-content', expected, actual);
  };

const isDetail = (detail: unknown): boolean => typeof detail === 'string' || Array.isArray(detail);

const textOf = ({ exchange }: About): string => exchange.response?.body ?? '';

/** The code of an error in the usual shape. */
function codeOf(body: unknown): string | undefined {
  const code = fieldOf(body, 'code');
  return typeof code === 'string' && isDetail(fieldOf(body, 'detail')) ? code : undefined;
}

/** The other shape that VP-ERRSHAPE allows has no codes; which of the two is declared is X-1's to judge. */
const isOtherShape = (body: unknown): boolean =>
  fieldOf(body, 'error') !== undefined && typeof fieldOf(body, 'status_code') === 'number';

/** What an error says, in either shape. */
export const errorText = (body: unknown): unknown => fieldOf(body, isOtherShape(body) ? 'error' : 'detail');

/** An error as docs/protocol.md section 2 has it, with one of these codes (any when none is given). */
export const error =
  (...codes: readonly string[]): Expectation =>
  (about) => {
    const body = bodyOf(about.exchange);
    if (isOtherShape(body)) return [];
    const code = codeOf(body);
    if (code === undefined)
      return wrong(about, 'wrong-error-shape', '{detail, code}', textOf(about).slice(0, 80));
    if (codes.length > 0 && !codes.includes(code))
      return wrong(about, 'wrong-code', `code ${codes.join(' or ')}`, `code ${code}`);
    const type = about.exchange.response?.headers['content-type'] ?? '';
    return type.startsWith('application/json') ? [] : wrong(about, 'wrong-type', 'application/json', type);
  };

/** An undeclared choice may be any allowed one, and is the same whenever it shows. */
export function isOneChoice(view: TrialView, ...labels: readonly string[]): readonly Finding[] {
  const answered = labels.flatMap((label) => labelled(view, label)).filter(({ response }) => response);
  const statuses = answered.map(({ response }) => response?.status ?? 0);
  if (new Set(statuses).size < 2) return [];
  const refs = answered.map((exchange) => refOf(view, exchange));
  return [fail(say('changes-its-mind', 'the same status each time', statuses.join(', '), ...refs))];
}

/** A time as docs/protocol.md section 2 has it. */
export const isInstant = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)$/.test(value) &&
  !Number.isNaN(Date.parse(value));

/** Two answers that nobody can tell apart, but for the ids that the asker sent. */
export function looksTheSame(
  view: TrialView,
  unknownLabel: string,
  foreignLabel: string,
  ids: readonly string[],
): readonly Finding[] {
  const [unknown] = labelled(view, unknownLabel);
  const [foreign] = labelled(view, foreignLabel);
  if (unknown?.response === undefined || foreign?.response === undefined) return [];
  const strip = (exchange: ExchangeView): string => {
    const { status: code = 0, body = '' } = exchange.response ?? {};
    return ids.reduce(
      (text, id) => (id === '' ? text : text.replaceAll(id, '…')),
      `${code} ${canonicalText(body)}`,
    );
  };
  const [expected, actual] = [strip(unknown), strip(foreign)];
  const statement = say('looks-the-same', expected, actual, refOf(view, unknown), refOf(view, foreign));
  return [expected === actual ? pass(statement) : fail({ ...statement, code: 'tells-them-apart' })];
}

/** Two readings that must agree: nothing was changed in between. */
export function unchanged(view: TrialView, beforeLabel: string, afterLabel: string): readonly Finding[] {
  const [before] = labelled(view, beforeLabel);
  const [after] = labelled(view, afterLabel);
  if (before?.response === undefined || after?.response === undefined) return [];
  const statement = say(
    'unchanged',
    'the same answer before and after',
    'the same',
    refOf(view, before),
    refOf(view, after),
  );
  const [was, is] = [before, after].map((exchange) => canonicalJson(bodyOf(exchange)));
  return [
    was === is ? pass(statement) : fail({ ...statement, code: 'changed', actual: `${was} became ${is}` }),
  ];
}
