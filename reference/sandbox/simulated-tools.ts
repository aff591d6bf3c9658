import type { JsonObject } from '../agents/agent.ts';
import { openTicket, ticketBook } from '../agents/tickets/ticket-book.ts';
import type { TicketSystem } from '../agents/tickets/ticket-system.ts';
import { TICKET_TOOLS } from '../agents/tickets/ticket-tools.ts';

const SUBJECT_CHARACTERS = 200;

/** The ticket of a call that names none. */
const NO_TICKET = 'SANDBOX-1';

/** Ticket systems that know every ticket and forget everything with the dry run. */
export function simulatedTickets({ issue }: JsonObject): TicketSystem {
  const subject = typeof issue === 'string' && issue !== '' ? issue : 'A ticket that only the sandbox knows';
  return ticketBook([], (id) => openTicket(id, subject.slice(0, SUBJECT_CHARACTERS)));
}

function isTicketId(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/** What the tool of a workflow's node answers in a dry run; one that is not known is answered all the same. */
export async function simulatedAnswer(
  tool: string,
  input: JsonObject,
  tickets: TicketSystem,
): Promise<JsonObject> {
  const known = TICKET_TOOLS.get(tool);
  const { ticket_id } = input;
  const echo = ticket_id === undefined ? {} : { ticket_id };
  if (known === undefined) return { tool, note: 'nothing was called', ...echo };
  const args = isTicketId(ticket_id) ? input : { ...input, ticket_id: NO_TICKET };
  return { tool, ...(await known(tickets, args)), ...echo };
}
