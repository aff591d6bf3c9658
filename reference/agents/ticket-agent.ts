import type { Agent, AgentTask, JsonObject } from './agent.ts';
import { parseMessage } from './fenced-data.ts';
import { TICKET_TOOLS } from './tickets/ticket-tools.ts';

/** What a request says about a ticket. */
interface TicketRequest {
  readonly ticketId: string | number | undefined;
  readonly issue: string | undefined;
  readonly isChangeWanted: boolean;
}

const TICKET_ID = /\b[A-Z][A-Z0-9]{1,9}-\d{1,10}\b/;
const CHANGE = /\b(triage|update|set|change|raise|lower|comment|note|prioriti[sz]e|escalate)\b/i;
const URGENT = /\b(down|outage|urgent|critical|emergency|security|breach|lost|all users|everyone)\b/i;
const MINOR = /\b(typo|cosmetic|minor|whenever|nice to have|toner)\b/i;

/** Only the beginning of a message is read; no ticket needs more. */
const READ_CHARACTERS = 20_000;
const ISSUE_CHARACTERS = 1_000;

function jsonOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function fromFields(fields: JsonObject): TicketRequest {
  const { ticket_id: id, issue } = fields;
  return {
    ticketId: (typeof id === 'string' && id !== '') || typeof id === 'number' ? id : undefined,
    issue: typeof issue === 'string' && issue !== '' ? issue.slice(0, ISSUE_CHARACTERS) : undefined,
    isChangeWanted: issue !== undefined,
  };
}

/** Reads a request from the fields of a JSON message or block, else from its words. */
function readRequest(message: string): TicketRequest {
  const { prose, blocks } = parseMessage(message);
  const json =
    blocks.find(({ format }) => format === 'json')?.content ?? (/^\s*\{/.test(message) ? message : '');
  const fields = jsonOf(json);
  if (fields !== undefined) return fromFields(fields);
  const text = prose.slice(0, READ_CHARACTERS);
  return {
    ticketId: TICKET_ID.exec(text)?.[0],
    issue: text === '' ? undefined : text.slice(0, ISSUE_CHARACTERS),
    isChangeWanted: CHANGE.test(text),
  };
}

function priorityOf(issue: string): string {
  if (URGENT.test(issue)) return 'High';
  return MINOR.test(issue) ? 'Low' : 'Medium';
}

function use(task: AgentTask, name: string, args: JsonObject): Promise<object> {
  return task.callTool(name, args, async () => TICKET_TOOLS.get(name)?.(task.tickets, args) ?? {});
}

async function lookUp(task: AgentTask, { ticketId, issue }: TicketRequest): Promise<readonly string[]> {
  const lines: string[] = [];
  if (ticketId !== undefined) {
    await task.think(`The request is about ticket ${ticketId}; I fetch it.`);
    const ticket = (await use(task, 'fetch_ticket', { ticket_id: ticketId })) as JsonObject;
    lines.push(`Ticket ${ticketId} is ${ticket['status']} with priority ${ticket['priority']}.`);
  }
  if (issue === undefined) return lines;
  await task.think('I look for tickets that tell of the same.');
  const found = (await use(task, 'search_tickets', { query: issue })) as JsonObject;
  return [...lines, `${found['total']} tickets tell of something similar.`];
}

async function triage(task: AgentTask, { ticketId, issue }: TicketRequest): Promise<readonly string[]> {
  if (ticketId === undefined || issue === undefined) return [];
  const priority = priorityOf(issue);
  await task.think(`By what is said the priority is ${priority}; I write that into the ticket.`);
  await use(task, 'update_ticket', { ticket_id: ticketId, priority });
  await use(task, 'add_comment', { ticket_id: ticketId, comment: `Triaged as ${priority}: ${issue}` });
  return [`Its priority is now ${priority}, and a comment says why.`];
}

/** Looks tickets up, finds similar ones, and triages when it is asked to. */
export const ticketAgent: Agent = {
  name: 'ticket_agent',
  model: 'rule-planner-1',
  run: async (task) => {
    const request = readRequest(task.message);
    if (request.ticketId === undefined && request.issue === undefined) {
      await task.think('The request names no ticket and no issue.');
      return 'I look tickets up and triage them. Name a ticket, for example TICKET-101, or describe the issue.';
    }
    const known = await lookUp(task, request);
    const done = request.isChangeWanted ? await triage(task, request) : [];
    await task.think('I sum up what I found and did.');
    return [...known, ...done].join(' ');
  },
};
