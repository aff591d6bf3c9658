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

function kindFault(step: unknown, index: number): string | undefined {
  const [tool, model] = [fieldOf(step, 'tool_name'), fieldOf(step, 'model')];
  if (fieldOf(step, 'step_number') !== index + 1)
    return `step ${index + 1} has step_number ${shown(fieldOf(step, 'step_number'))}`;
  if (isTool(step)) {
    if (typeof tool !== 'string' || tool === '') return `tool_call ${index + 1} names no tool`;
    return isAbsent(model) ? undefined : `tool_call ${index + 1} has model ${shown(model)}`;
  }
  if (!isModel(step)) return `step ${index + 1} has step_type ${shown(fieldOf(step, 'step_type'))}`;
  if (typeof model !== 'string' || model === '') return `llm_request ${index + 1} names no model`;
  return isAbsent(tool) ? undefined : `llm_request ${index + 1} has tool_name ${shown(tool)}`;
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
export function nanosOf(text: string): bigint {
  const [, whole = '', fraction = ''] = /^([^.Z+]+)(?:\.(\d{1,9}))?/.exec(text) ?? [];
  return (BigInt(Date.parse(`${whole}Z`)) / 1000n) * NANOS + BigInt(fraction.padEnd(9, '0'));
}

function partFault(step: unknown, index: number): string | undefined {
  const [input, output] = [fieldOf(step, 'input'), fieldOf(step, 'output')];
  const [timestamp, duration] = [fieldOf(step, 'timestamp'), numberIn(step, 'duration_ms')];
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return `step ${index + 1} has input ${shown(input)}`;
  if (output === undefined) return `step ${index + 1} has no output`;
  if (!isInstant(timestamp)) return `step ${index + 1} has timestamp ${shown(timestamp)}`;
  if (duration === undefined || duration < 0)
    return `step ${index + 1} has duration_ms ${shown(fieldOf(step, 'duration_ms'))}`;
  return undefined;
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

const outputOf = (step: unknown): unknown => fieldOf(step, 'output');

/** SB-7.3 */
export const toolsAreSimulated =
  (workflows: Readonly<Record<string, readonly string[]>>): Judge =>
  (view) =>
    judgeTests(view, '"simulated": true in the output of every tool', ({ label }, steps) => {
      const tools = steps.filter(isTool);
      if (tools.length === 0) return workflows[label]?.length === 0 ? undefined : ASIDE;
      const earnest = tools.find((step) => fieldOf(outputOf(step), 'simulated') !== true);
      return earnest === undefined ? undefined : `${nameOf(earnest)} answered ${shown(outputOf(earnest))}`;
    });

/** What the tools on tickets were given and answered, of all the trial's tests. */
const TICKET_TOOLS = ['fetch_ticket', 'search_tickets', 'update_ticket', 'add_comment'];

function givenFault(ticket: unknown, steps: readonly unknown[]): string | undefined {
  const fetched = steps.find((step) => nameOf(step) === 'fetch_ticket');
  if (fetched === undefined) return 'fetch_ticket was not called';
  const given = fieldOf(fieldOf(fetched, 'input'), 'ticket_id');
  return given === ticket ? undefined : `fetch_ticket was given ${shown(given)}`;
}

function echoFault(choice: string | undefined, answered: Set<unknown>) {
  return (step: unknown): string | undefined => {
    const given = fieldOf(fieldOf(step, 'input'), 'ticket_id');
    if (given === undefined) return undefined;
    const told = fieldOf(outputOf(step), 'ticket_id');
    const isEcho = told === given;
    // What is not an echo is one constant, whatever was given.
    if (!isEcho) answered.add(told);
    const isAllowed = choice === 'echoes' ? isEcho : choice !== 'constant' || !isEcho;
    const isConstant = isEcho || (told !== undefined && told !== null && answered.size === 1);
    return isAllowed && isConstant ? undefined : `${nameOf(step)} of ${shown(given)} answered ${shown(told)}`;
  };
}

/** SB-2.6 */
export const ticketsAreEchoed: Judge = (view, { variationPoints }) => {
  const choice = variationPoints['VP-MOCKECHO'];
  const answered = new Set<unknown>();
  const echoed = new Set<boolean>();
  return judgeTests(
    view,
    `${choice === 'constant' ? 'a constant' : 'the ticket_id of the payload'} from the tools on tickets`,
    ({ payload, label }, steps) => {
      const ticket = fieldOf(payload, 'ticket_id');
      const tools = steps.filter((step) => isTool(step) && TICKET_TOOLS.includes(nameOf(step)));
      if (ticket === undefined || (tools.length === 0 && label !== TICKET_AGENT)) return ASIDE;
      for (const step of tools) {
        const given = fieldOf(fieldOf(step, 'input'), 'ticket_id');
        if (given !== undefined) echoed.add(fieldOf(outputOf(step), 'ticket_id') === given);
      }
      const wavering = echoed.size > 1 ? 'an echo once, another answer the other time' : undefined;
      const fault = givenFault(ticket, steps) ?? firstFault(tools, echoFault(choice, answered)) ?? wavering;
      return fault ?? (label === TICKET_AGENT ? routineFault(steps) : undefined);
    },
  );
};

/** Label of the test of the built-in agent for tickets, which only some deployments have. */
export const TICKET_AGENT = 'ticket agent';

/** Given a ticket and an issue, that agent fetches first and leaves no tool out. */
function routineFault(steps: readonly unknown[]): string | undefined {
  const tools = steps.filter(isTool).map(nameOf);
  const unused = TICKET_TOOLS.filter((tool) => !tools.includes(tool));
  if (unused.length > 0) return `ticket_agent did not use ${unused.join(', ')}`;
  return tools[0] === 'fetch_ticket' ? undefined : `ticket_agent begins with ${tools[0]}`;
}
