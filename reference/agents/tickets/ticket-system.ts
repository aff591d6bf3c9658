/** The kinds of ticket systems that are known; they tell the same things in different words. */
export type TicketSystemKind = 'servicedesk_plus' | 'jira';

/** A ticket, whichever system keeps it. */
export interface Ticket {
  readonly id: string;
  readonly system: TicketSystemKind;
  readonly subject: string;
  readonly status: string;
  readonly priority: string;
  readonly comments: readonly string[];
}

/** What can be changed about a ticket. */
export type TicketChange = Readonly<Partial<Pick<Ticket, 'status' | 'priority'>>>;

/** The tickets of one tenant. */
export interface TicketSystem {
  readonly fetch: (id: string) => Promise<Ticket | undefined>;
  readonly search: (words: readonly string[]) => Promise<readonly Ticket[]>;
  /** Changes a ticket; `undefined` when there is none of that id. */
  readonly update: (id: string, change: TicketChange) => Promise<Ticket | undefined>;
  readonly comment: (id: string, text: string) => Promise<Ticket | undefined>;
}

/** Which system would give a ticket such an id: short upper-case project keys are Jira's. */
export function systemOfId(id: string): TicketSystemKind {
  return /^(?!TICKET-)[A-Z][A-Z0-9]{1,9}-\d+$/.test(id) ? 'jira' : 'servicedesk_plus';
}

/** A ticket in the words of the system that keeps it, with its id under one name for both. */
export function inNativeWords({ id, system, subject, status, priority, comments }: Ticket): object {
  const common = { ticket_id: id, system, status, priority };
  if (system === 'jira') {
    const comment = { total: comments.length, comments: comments.map((body) => ({ body })) };
    const fields = { summary: subject, status: { name: status }, priority: { name: priority }, comment };
    return { ...common, key: id, fields };
  }
  const notes = comments.map((description) => ({ description }));
  return {
    ...common,
    request: { id, subject, status: { name: status }, priority: { name: priority }, notes },
  };
}
