import { systemOfId, type Ticket, type TicketChange, type TicketSystem } from './ticket-system.ts';

const MAX_TICKETS = 1_000;
const MAX_COMMENTS = 100;
const MAX_FOUND = 5;

/** A ticket that was just opened. */
export function openTicket(id: string, subject: string): Ticket {
  return { id, system: systemOfId(id), subject, status: 'Open', priority: 'Medium', comments: [] };
}

const FIRST_TICKETS: readonly Ticket[] = [
  openTicket('TICKET-101', 'Network connectivity problem in the second floor'),
  { ...openTicket('TICKET-102', 'VPN drops after ten minutes'), priority: 'High' },
  openTicket('TICKET-103', 'Printer out of toner'),
  openTicket('OPS-7', 'Database backup failed last night'),
  { ...openTicket('OPS-8', 'Network latency between regions'), status: 'In Progress' },
];

/** A small ticket system in memory. `invent` makes a ticket of an id that it does not have. */
export function ticketBook(
  first: readonly Ticket[] = FIRST_TICKETS,
  invent: (id: string) => Ticket | undefined = () => undefined,
): TicketSystem {
  const tickets = new Map(first.map((ticket) => [ticket.id, ticket]));
  const find = (id: string): Ticket | undefined => {
    const known = tickets.get(id);
    const found = known ?? invent(id);
    if (known === undefined && found !== undefined && tickets.size < MAX_TICKETS) tickets.set(id, found);
    return found;
  };
  const change = (id: string, how: (ticket: Ticket) => Ticket): Ticket | undefined => {
    const ticket = find(id);
    if (ticket === undefined) return undefined;
    const changed = how(ticket);
    if (tickets.has(id)) tickets.set(id, changed);
    return changed;
  };
  return {
    fetch: async (id) => find(id),
    search: async (words) => {
      const fits = ({ subject }: Ticket) => words.some((word) => subject.toLowerCase().includes(word));
      return [...tickets.values()].filter(fits).slice(0, MAX_FOUND);
    },
    update: async (id, wanted: TicketChange) => change(id, (ticket) => ({ ...ticket, ...wanted })),
    comment: async (id, text) =>
      change(id, (ticket) => ({ ...ticket, comments: [...ticket.comments, text].slice(-MAX_COMMENTS) })),
  };
}

/** The ticket systems of all tenants, each made when it is first needed. */
export function ticketSystems(): (tenant: string) => TicketSystem {
  const systems = new Map<string, TicketSystem>();
  return (tenant) => {
    const system = systems.get(tenant) ?? ticketBook();
    systems.set(tenant, system);
    return system;
  };
}
