/** What a test of an agent that fails must show. */
import { canonicalJson } from '../../harness/core/canonical-json.ts';
import type { Terms } from '../../harness/core/check.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import { heldSecret } from '../../harness/evidence/redaction.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { expectAnswer, fieldOf, missing } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { answered, made } from './answers.ts';
import { nameOf, resultFault, shown, type Tested, testAt, textIn } from './results.ts';

type Judge = (view: TrialView, terms: Terms) => readonly Finding[];

/** Agents that fail, by the label of their test: with which type of failure, and how that is to be told. */
export const FAILING = {
  'failing tool': { stepType: 'tool', fail: 'tool', told: 'tool' },
  'failing model': { stepType: 'plan', fail: 'model', told: 'llm' },
  'failing system': { stepType: 'other', fail: 'orchestration', told: 'system' },
} as const;
export const FAILING_LABELS = Object.keys(FAILING) as readonly (keyof typeof FAILING)[];

/** The tool that all of them use before. */
export const BEFORE_FAILURE = 'fetch_ticket';

const errorsOf = ({ body }: Tested): unknown => fieldOf(body, 'errors');

function errorFault(test: Tested): string | undefined {
  const fault = resultFault(test.body, test.agentId);
  if (fault !== undefined) return fault;
  const status = fieldOf(test.body, 'status');
  if (status !== 'failed') return `status ${shown(status)}`;
  const lacking = ['error_type', 'message', 'stack_trace'].find(
    (name) => (textIn(errorsOf(test), name) ?? '') === '',
  );
  return lacking === undefined ? undefined : `errors without ${lacking}`;
}

const hasError = (step: unknown): boolean => {
  const error = fieldOf(fieldOf(step, 'output'), 'error');
  return typeof fieldOf(error, 'code') === 'string' && typeof fieldOf(error, 'message') === 'string';
};

/** The trace is what was done up to the failure, or empty where that is the choice. */
function partialFault({ steps = [] }: Tested, choice: string | undefined): string | undefined {
  if (choice !== 'kept' && steps.length === 0) return undefined;
  if (choice === 'empty') return `a trace of ${steps.length} steps`;
  const [first, ...rest] = steps;
  if (nameOf(first) !== BEFORE_FAILURE) return `a trace that begins with ${shown(nameOf(first))}`;
  // A step may have been tried again; what follows is the one that failed, and nothing else.
  const whole = rest.findIndex((step) => !hasError(step));
  return whole < 0 ? undefined : `step ${whole + 2} of what failed has no error {code, message}`;
}

/** SB-8.1 */
export const failuresAreResults: Judge = (view, { variationPoints }) => {
  const choice = variationPoints['VP-PARTIAL'];
  const lost = FAILING_LABELS.flatMap((label) => {
    const test = testAt(view, label);
    return test === undefined ? answered(view, label, variationPoints['VP-TEST201']) : [];
  });
  const tests = FAILING_LABELS.flatMap((label) => testAt(view, label) ?? []);
  const judged = tests.map((test) => {
    const fault = errorFault(test) ?? partialFault(test, choice);
    const expected = `status failed, the error, the trace ${choice ?? 'kept or empty'}`;
    const statement = say('as-expected', expected, `${test.label}: ${fault ?? 'so it is'}`, test.ref);
    return fault === undefined ? pass(statement) : fail({ ...statement, code: 'wrong-result' });
  });
  const kept = new Set(tests.map(({ steps = [] }) => steps.length > 0));
  const refs = tests.map(({ ref }) => ref);
  const wavering = say('changes-its-mind', 'a trace each time, or never', 'both', ...refs);
  return [...lost, ...judged, ...(kept.size > 1 ? [fail(wavering)] : [])];
};

/** SB-8.2 */
export const errorsAreClassified: Judge = (view, { variationPoints }) => {
  const choice = variationPoints['VP-ERRTYPE'];
  const tests = FAILING_LABELS.flatMap((label) => testAt(view, label) ?? []);
  const types = tests.map((test) => textIn(errorsOf(test), 'error_type') ?? '');
  if (tests.length < FAILING_LABELS.length || types.includes(''))
    return missing(view, 'three failures with an error_type', 'SB-8.1');
  const wanted = FAILING_LABELS.map((label) => FAILING[label].told);
  const isLabel = canonicalJson(types) === canonicalJson(wanted);
  const isDistinct = new Set(types).size === types.length;
  const isRight = choice === 'label' ? isLabel : isDistinct;
  const expected = choice === 'label' ? wanted.join(', ') : 'three that differ';
  const statement = say('classified', expected, types.join(', '), ...tests.map(({ ref }) => ref));
  return [isRight ? pass(statement) : fail({ ...statement, code: 'not-told-apart' })];
};

export const READ_FAILED = 'read failed';
export const LIST_FAILED = 'history of failed';

/** SB-8.3 */
export const failuresAreStored: Judge = (view) => {
  const test = testAt(view, 'failing tool');
  if (test === undefined) return missing(view, 'a failed test', 'SB-8.1');
  const id = fieldOf(test.body, 'test_id');
  const read = expectAnswer(
    view,
    READ_FAILED,
    made('the test with status failed', (body) =>
      fieldOf(body, 'test_id') === id && fieldOf(body, 'status') === 'failed' ? undefined : shown(body),
    ),
  );
  const listed = expectAnswer(
    view,
    LIST_FAILED,
    made('the test with status failed in the list', (body) => {
      const tests = fieldOf(body, 'tests');
      const item = Array.isArray(tests)
        ? tests.find((one: unknown) => fieldOf(one, 'test_id') === id)
        : undefined;
      return fieldOf(item, 'status') === 'failed' ? undefined : shown(item);
    }),
  );
  return [...read, ...listed];
};

const ROOTS = 'home|Users|root|var|usr|opt|srv|etc|tmp|mnt|private|workspace|builds';
/** A path from the root of a disk: below a well-known folder, or to a file of code. */
const PATHS = [
  new RegExp(`(^|[\\s("'\`=\\[])/(${ROOTS})/`, 'm'),
  /(^|[\s("'`=[])(\/[\w.@+-]+)+\/[\w.@+-]+\.(py|[cm]?[jt]sx?|go|java|rb|php|rs|cs)\b/m,
  /\b[A-Za-z]:\\/,
  /file:\/\/\//,
];

function traceFault(trace: string, choice: string | undefined): string | undefined {
  if (heldSecret(trace)) return 'one of our own tokens';
  if (choice === 'raw') return undefined;
  const path = PATHS.map((pattern) => pattern.exec(trace)).find((match) => match !== null);
  // The path itself is not repeated: the report travels further than the evidence.
  return choice === 'redacted' && path ? 'an absolute path' : undefined;
}

/** SB-8.4 */
export const tracesAreClean: Judge = (view, { variationPoints }) => {
  const choice = variationPoints['VP-REDACT'];
  return FAILING_LABELS.flatMap((label): readonly Finding[] => {
    const test = testAt(view, label);
    const trace = test === undefined ? undefined : textIn(errorsOf(test), 'stack_trace');
    if (test === undefined || trace === undefined)
      return missing(view, `a stack trace of ${label}`, 'SB-8.1');
    const fault = traceFault(trace, choice);
    const statement = say(
      'clean',
      `no secrets; paths ${choice ?? 'as they are'}`,
      fault ?? 'so it is',
      test.ref,
    );
    return [fault === undefined ? pass(statement) : fail({ ...statement, code: 'leaks' })];
  });
};
