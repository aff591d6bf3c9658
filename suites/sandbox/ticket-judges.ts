/** What tools on tickets are given, and what the simulated ones make of it. */
import { fieldOf } from '../agents-api/expect.ts';
import type { Judge } from './answers.ts';
import { ASIDE, firstFault, isTool, judgeTests, nameOf, shown } from './results.ts';

const TICKET_TOOLS = ['fetch_ticket', 'search_tickets', 'update_ticket', 'add_comment'];

/** Label of the test of the built-in agent for tickets, which only some deployments have. */
export const TICKET_AGENT = 'ticket agent';

function givenFault(ticket: unknown, steps: readonly unknown[]): string | undefined {
  const fetched = steps.find((step) => nameOf(step) === 'fetch_ticket');
  if (fetched === undefined) return 'fetch_ticket was not called';
  const given = fieldOf(fieldOf(fetched, 'input'), 'ticket_id');
  return given === ticket ? undefined : `fetch_ticket was given ${shown(given)}`;
}

/** One tool that was given a ticket and did not fail: what it was given, and what it answered. */
interface Answer {
  readonly tool: string;
  readonly given: unknown;
  readonly told: unknown;
}

const answersOf = (steps: readonly unknown[]): readonly Answer[] =>
  steps
    .filter((step) => isTool(step) && TICKET_TOOLS.includes(nameOf(step)))
    .map((step) => ({ step, input: fieldOf(step, 'input'), output: fieldOf(step, 'output') }))
    .filter(({ input, output }) => fieldOf(input, 'ticket_id') !== undefined && !fieldOf(output, 'error'))
    .map(({ step, input, output }) => ({
      tool: nameOf(step),
      given: fieldOf(input, 'ticket_id'),
      told: fieldOf(output, 'ticket_id'),
    }));

/** Whether each answer fits the ones before: all echo, or all are one constant. */
function echoJudge(choice: string | undefined) {
  let kind = choice === 'echoes' || choice === 'constant' ? choice : undefined;
  let constant: unknown;
  return ({ tool, given, told }: Answer): string | undefined => {
    kind ??= told === given ? 'echoes' : 'constant';
    constant ??= told;
    const isConstant = told === constant && told !== undefined && told !== null && told !== given;
    const isRight = kind === 'echoes' ? told === given : isConstant;
    return isRight ? undefined : `${tool} of ${shown(given)} answered ${shown(told)}`;
  };
}

/** Given a ticket and an issue, that agent fetches first and leaves no tool out. */
function routineFault(steps: readonly unknown[]): string | undefined {
  const tools = steps.filter(isTool).map(nameOf);
  const unused = TICKET_TOOLS.filter((tool) => !tools.includes(tool));
  if (unused.length > 0) return `ticket_agent did not use ${unused.join(', ')}`;
  return tools[0] === 'fetch_ticket' ? undefined : `ticket_agent begins with ${tools[0]}`;
}

/** SB-2.6 */
export const ticketsAreEchoed: Judge = (view, { variationPoints }) => {
  const choice = variationPoints['VP-MOCKECHO'];
  const faultOf = echoJudge(choice);
  const expected = `fetch_ticket of the payload's ticket; ${choice ?? 'echoes, or a constant'}`;
  return judgeTests(view, expected, ({ payload, label }, steps) => {
    const ticket = fieldOf(payload, 'ticket_id');
    const isClerk = label === TICKET_AGENT;
    if (ticket === undefined || !(isClerk || steps.some(isTool))) return ASIDE;
    const fault = givenFault(ticket, steps) ?? firstFault(answersOf(steps), faultOf);
    return fault ?? (isClerk ? routineFault(steps) : undefined);
  });
};
