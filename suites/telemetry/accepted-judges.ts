/** What must be true of a run that was taken: in the answer, and wherever it can be read. */
import type { Finding } from '../../harness/core/finding.ts';
import { AWAITED } from '../../harness/judge/telemetry-lag.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { bodyOf, expectOf, fieldOf, labelled, missing, refOf, status } from '../agents-api/expect.ts';
import { sentWith } from '../agents-api/made.ts';
import { conclude, issueOf } from '../agents-api/run-parts.ts';
import { type RunName, TAKEN_BY } from './accepted-runs.ts';
import {
  arrayOf,
  difference,
  type FAILURE,
  failuresDiffer,
  postAt,
  RUN_MEMBERS,
  type STEP,
  STORED_RUN,
  stepsDiffer,
  UUID,
} from './account.ts';

export const LABEL = {
  ingest: (name: string) => `ingest ${name}`,
  run: (name: string) => `run ${name}`,
  steps: (name: string) => `steps ${name}`,
  failures: (name: string) => `failures ${name}`,
} as const;
export type Part = keyof typeof LABEL;

export type Fault = (sent: unknown, shown: unknown) => string | undefined;

const isPassed = (findings: readonly Finding[]): boolean =>
  findings.length > 0 && findings.every(({ verdict }) => verdict === 'pass');

/** Why a run cannot be read, as the requirement that says it can. */
export function hides(view: TrialView, name: RunName): string {
  const isNeverShown = !view.exchanges.some(
    ({ label, request, response }) =>
      label === AWAITED && response?.status === 200 && request.url === urlOf(view, name),
  );
  return isNeverShown ? 'TR-6.4' : 'TR-6.1';
}

function urlOf(view: TrialView, name: RunName): string | undefined {
  return labelled(view, LABEL.run(name))[0]?.request.url;
}

interface Question {
  readonly name: RunName;
  readonly part: Part;
  readonly expected: string;
  readonly fault: Fault;
  /** The requirement that answers; it is the one that hides others where the run is not taken. */
  readonly owner: string;
}

/** Who promises that the part of a run can be read. */
const READ_BY = { run: ['TR-6.1'], steps: ['TR-7.1'], failures: ['TR-8.1', 'TR-8.2'] } as const;

/** The run was taken, and that part of it is as it should be. */
export function judgePart(view: TrialView, question: Question): readonly Finding[] {
  const { name, part, owner } = question;
  const posted = postAt(view, LABEL.ingest(name));
  if (posted === undefined) return missing(view, `"${name}" sent`, 'TR-1.1');
  const taking = expectOf(view, posted, status(201));
  if (!isPassed(taking)) {
    const promise = TAKEN_BY[name];
    return promise === owner ? taking : missing(view, `"${name}" taken`, promise);
  }
  return part === 'ingest'
    ? compare(view, question, posted, posted)
    : judgeReading(view, question, posted, promiseOf(READ_BY[part], owner));
}

/** Of several promises that of the owner, if it is among them. */
const promiseOf = (promises: readonly string[], owner: string): string =>
  promises.find((promise) => promise === owner) ?? promises[0] ?? owner;

function judgeReading(
  view: TrialView,
  question: Question,
  posted: ExchangeView,
  promise: string,
): readonly Finding[] {
  const { name, part, owner } = question;
  if (hides(view, name) === 'TR-6.4') return missing(view, `"${name}" shown`, 'TR-6.4');
  const [reading] = labelled(view, LABEL[part](name));
  if (reading === undefined) return missing(view, `the ${part} of "${name}"`, promise);
  const reads = expectOf(view, reading, status(200));
  if (isPassed(reads)) return compare(view, question, posted, reading);
  return owner === promise ? reads : missing(view, `the ${part} of "${name}"`, promise);
}

function compare(
  view: TrialView,
  { expected, fault }: Question,
  posted: ExchangeView,
  shown: ExchangeView,
): readonly Finding[] {
  const refs = [...new Set([posted, shown])].map((exchange) => refOf(view, exchange));
  return conclude('changed', expected, [fault(sentWith(posted), bodyOf(shown))], refs);
}

export const memberKept =
  (name: string): Fault =>
  (sent, shown) =>
    difference(sent, shown, [name]);

export const stepsKept: Fault = (sent, shown) => stepsDiffer(sent, fieldOf(shown, 'steps'));
const failuresKept: Fault = (sent, shown) => failuresDiffer(sent, fieldOf(shown, 'failures'));

/** Only one member of the steps, so that one broken thing is one red place. */
export const stepMember =
  (name: string): Fault =>
  (sent, shown) => {
    const of = (run: unknown) =>
      [...arrayOf(fieldOf(run, 'steps'))].sort(
        (a, b) => Number(fieldOf(a, 'seq')) - Number(fieldOf(b, 'seq')),
      );
    const [wanted, got] = [of(sent), of(shown)];
    if (wanted.length !== got.length) return `${got.length} steps instead of ${wanted.length}`;
    return wanted.map((step, at) => difference(step, got[at], [name])).find((one) => one !== undefined);
  };

export const failureMember =
  (name: string): Fault =>
  (sent, shown) =>
    difference(fieldOf(sent, 'failure'), arrayOf(fieldOf(shown, 'failures'))[0], [name]);

export const metadataKept = stepMember('metadata');

const seqs = (run: unknown): readonly unknown[] =>
  arrayOf(fieldOf(run, 'steps')).map((step) => fieldOf(step, 'seq'));

export const ascending: Fault = (_sent, shown) => {
  const order = seqs(shown);
  return order.every((seq, at) => seq === at) && order.length > 0 ? undefined : `seq ${order.join(', ')}`;
};

/** The answer to the ingest itself. */
export const echo: Fault = (sent, shown) =>
  issueOf(STORED_RUN, shown) ?? difference(sent, shown, RUN_MEMBERS) ?? stepsKept(sent, shown);

export const wholeRun: Fault = (sent, shown) =>
  issueOf(STORED_RUN, shown) ??
  difference(sent, shown, RUN_MEMBERS) ??
  stepsKept(sent, shown) ??
  failuresKept(sent, shown);

/** The lists of the parts name their run. */
export function partsFault(
  schema: typeof STEP | typeof FAILURE,
  sent: unknown,
  shown: unknown,
): string | undefined {
  const items = arrayOf(shown);
  const issue = items.map((item) => issueOf(schema, item)).find((one) => one !== undefined);
  const stray = items.find((item) => fieldOf(item, 'run_id') !== fieldOf(sent, 'run_id'));
  return issue ?? (stray === undefined ? undefined : `run_id ${String(fieldOf(stray, 'run_id'))}`);
}

export const emptyList: Fault = (_sent, shown) =>
  Array.isArray(shown) && shown.length === 0 ? undefined : 'not []';

export const givenId: Fault = (_sent, shown) =>
  UUID.test(String(fieldOf(shown, 'run_id'))) ? undefined : `run_id ${String(fieldOf(shown, 'run_id'))}`;
