import { type JsonObject, ToolError } from '../agent.ts';
import { inNativeWords, type Ticket, type TicketChange, type TicketSystem } from './ticket-system.ts';

const MAX_TEXT = 2_000;
const MAX_WORDS = 8;

/** Words that say nothing about what a ticket is about. */
const COMMON = new Set([
  'about',
  'after',
  'with',
  'from',
  'have',
  'problem',
  'issue',
  'that',
  'this',
  'ticket',
]);

function textOf(args: JsonObject, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined;
}

function required(args: JsonObject, name: string): string {
  const text = textOf(args, name);
  if (text === undefined) throw new ToolError('ARGUMENT_MISSING', `the tool needs ${name}`);
  return text;
}

function shown(ticket: Ticket | undefined): object {
  if (ticket === undefined) throw new ToolError('TICKET_NOT_FOUND', 'there is no ticket of that id');
  return inNativeWords(ticket);
}

function changeOf(args: JsonObject): TicketChange {
  const status = textOf(args, 'status');
  const priority = textOf(args, 'priority');
  return { ...(status === undefined ? {} : { status }), ...(priority === undefined ? {} : { priority }) };
}

function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  return [...new Set(words)].filter((word) => !COMMON.has(word)).slice(0, MAX_WORDS);
}

/** A tool on the tickets of a tenant. */
export type TicketTool = (tickets: TicketSystem, args: JsonObject) => Promise<object>;

/** The tools on tickets, by name. */
export const TICKET_TOOLS: ReadonlyMap<string, TicketTool> = new Map<string, TicketTool>([
  ['fetch_ticket', async (tickets, args) => shown(await tickets.fetch(required(args, 'ticket_id')))],
  [
    'search_tickets',
    async (tickets, args) => {
      const query = textOf(args, 'query') ?? textOf(args, 'issue') ?? '';
      const found = await tickets.search(wordsOf(query));
      return { query, total: found.length, tickets: found.map(inNativeWords) };
    },
  ],
  [
    'update_ticket',
    async (tickets, args) => shown(await tickets.update(required(args, 'ticket_id'), changeOf(args))),
  ],
  [
    'add_comment',
    async (tickets, args) => {
      const comment = textOf(args, 'comment') ?? textOf(args, 'issue') ?? '';
      return shown(await tickets.comment(required(args, 'ticket_id'), comment));
    },
  ],
]);
