/** What a trace must show, whatever agent was tested. */
import type { Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { fieldOf, isInstant } from '../agents-api/expect.ts';
import {
  ASIDE,
  firstFault,
  isModel,
  isTool,
  judgeTests,
  nameOf,
  numberIn,
  shown,
  type Tested,
  textIn,
} from './results.ts';

type Judge = (view: TrialView, terms: Terms) => readonly Finding[];

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const isNamed = (name: unknown): boolean => typeof name === 'string' && name !== '';

function kindFault(step: unknown, index: number): string | undefined {
  const place = index + 1;
  if (fieldOf(step, 'step_number') !== place)
    return `step ${place} has step_number ${shown(fieldOf(step, 'step_number'))}`;
  if (!isTool(step) && !isModel(step))
    return `step ${place} has step_type ${shown(fieldOf(step, 'step_type'))}`;
  const [own, other] = isTool(step) ? ['tool_name', 'model'] : ['model', 'tool_name'];
  if (!isNamed(fieldOf(step, own))) return `step ${place} has ${own} ${shown(fieldOf(step, own))}`;
  return isAbsent(fieldOf(step, other)) ? undefined : `step ${place} has ${other} beside ${own}`;
}

/** SB-2.1; the workflows that are known have these steps. */
export const stepsAreNumbered =
  (workflows: Readonly<Record<string, readonly string[]>>): Judge =>
  (view) =>
    judgeTests(view, 'steps from 1 without gaps, each a tool_call or an llm_request', ({ label }, steps) => {
      const names = steps.map(nameOf).join(', ');
      const wanted = workflows[label]?.join(', ');
      const other = wanted === undefined || wanted === names ? undefined : `${names} instead of ${wanted}`;
      return firstFault(steps, kindFault) ?? other;
    });

const NANOS = 1_000_000_000n;

/** A time in billionths of a second, since what is told in microseconds must be compared in them. */
function nanosOf(text: string): bigint {
  const [, whole = '', fraction = ''] = /^([^.Z+]+)(?:\.(\d{1,9}))?/.exec(text) ?? [];
  return (BigInt(Date.parse(`${whole}Z`)) / 1000n) * NANOS + BigInt(fraction.padEnd(9, '0'));
}

/** Members of every step, and what each must be. */
const MEMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  input: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  output: (value) => value !== undefined,
  timestamp: isInstant,
  duration_ms: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
};

function partFault(step: unknown, index: number): string | undefined {
  const wrong = Object.entries(MEMBERS).find(([name, isRight]) => !isRight(fieldOf(step, name)));
  return wrong === undefined
    ? undefined
    : `step ${index + 1} has ${wrong[0]} ${shown(fieldOf(step, wrong[0]))}`;
}

const startsOf = (steps: readonly unknown[]): readonly bigint[] =>
  steps.map((step) => nanosOf(textIn(step, 'timestamp') ?? ''));

/** The first step begins this close to when the test was asked for. */
const NEAR = 2n * NANOS;

function timeFault({ body }: Tested, steps: readonly unknown[]): string | undefined {
  const starts = startsOf(steps);
  const back = starts.findIndex((start, index) => index > 0 && start < (starts[index - 1] ?? start));
  if (back > 0) return `step ${back + 1} begins before step ${back}`;
  const created = textIn(body, 'created_at') ?? '';
  const first = starts[0];
  if (first === undefined || !isInstant(created)) return undefined;
  const apart = first - nanosOf(created);
  return apart > NEAR || apart < -NEAR
    ? `step 1 begins ${apart / 1_000_000n} ms after created_at`
    : undefined;
}

/** The first request to the model repeats the payload's message, or what else only the payload can have said. */
function toldFault({ payload }: Tested, steps: readonly unknown[]): string | undefined {
  const told = textIn(payload, 'message') ?? textIn(payload, 'ticket_id');
  const request = steps.find(isModel);
  if (told === undefined || request === undefined) return undefined;
  const input = shownWhole(fieldOf(request, 'input'));
  return input.includes(told) ? undefined : `the first llm_request does not contain ${told}`;
}

const shownWhole = (value: unknown): string => JSON.stringify(value) ?? '';

/** SB-2.2 */
export const stepsAreWhole: Judge = (view) =>
  judgeTests(
    view,
    'input, output, start and duration of each step, in the order of time, the model told of the payload',
    (test, steps) => firstFault(steps, partFault) ?? timeFault(test, steps) ?? toldFault(test, steps),
  );

/** SB-2.2a */
export const timesAreFine: Judge = (view) =>
  judgeTests(view, 'six digits of a second or more', (_test, steps) => {
    if (steps.length === 0) return ASIDE;
    const coarse = steps.find((step) => !/\.\d{6,9}(Z|\+00:00)$/.test(textIn(step, 'timestamp') ?? ''));
    return coarse === undefined ? undefined : `timestamp ${shown(fieldOf(coarse, 'timestamp'))}`;
  });

const durationsOf = (items: readonly unknown[]): readonly number[] =>
  items.map((item) => numberIn(item, 'duration_ms') ?? Number.NaN);

const ROUNDING_MS = 1;
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING_MS;

/** SB-2.3 */
export const durationsAddUp: Judge = (view) =>
  judgeTests(view, 'total_duration_ms as the sum of the steps, in both places', ({ body }, steps) => {
    const sum = durationsOf(steps).reduce((total, one) => total + one, 0);
    const traced = numberIn(fieldOf(body, 'execution_trace'), 'total_duration_ms');
    const timed = numberIn(fieldOf(body, 'execution_time'), 'total_duration_ms');
    if (traced === undefined || timed === undefined) return 'no total_duration_ms';
    if (!isNear(traced, sum)) return `${traced} ms in the trace, and the steps add up to ${sum}`;
    // Two accounts of one number, and so the same.
    return traced === timed ? undefined : `${traced} ms in the trace, ${timed} in execution_time`;
  });

/** SB-2.4 */
export const timesAreListed: Judge = (view) =>
  judgeTests(view, 'execution_time.steps as the steps of the trace', ({ body }, steps) => {
    const listed = fieldOf(fieldOf(body, 'execution_time'), 'steps');
    if (!Array.isArray(listed)) return 'no list';
    if (listed.length !== steps.length) return `${listed.length} for ${steps.length} steps`;
    return firstFault(listed, (item: unknown, index) => {
      if ((textIn(item, 'name') ?? '') === '') return `item ${index + 1} has no name`;
      const [said, done] = [numberIn(item, 'duration_ms'), numberIn(steps[index], 'duration_ms')];
      return said !== undefined && said === done
        ? undefined
        : `item ${index + 1} tells ${said} ms, the step ${done}`;
    });
  });

/** SB-2.5 */
export const statusesAgree: Judge = (view) =>
  judgeTests(view, 'one status in both places, failed if and only if there are errors', ({ body }) => {
    const [status, traced] = [fieldOf(body, 'status'), fieldOf(fieldOf(body, 'execution_trace'), 'status')];
    if (status !== traced) return `${shown(status)}, and ${shown(traced)} in the trace`;
    const hasErrors = !isAbsent(fieldOf(body, 'errors'));
    return hasErrors === (status === 'failed') ? undefined : `${shown(status)} with errors ${hasErrors}`;
  });

/** SB-7.3 */
export const toolsAreSimulated: Judge = (view) =>
  judgeTests(view, '"simulated": true in the output of every tool', (_test, steps) => {
    const tools = steps.filter(isTool);
    if (tools.length === 0) return ASIDE;
    const earnest = tools.find((step) => fieldOf(fieldOf(step, 'output'), 'simulated') !== true);
    return earnest === undefined
      ? undefined
      : `${nameOf(earnest)} answered ${shown(fieldOf(earnest, 'output'))}`;
  });
