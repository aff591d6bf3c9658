import { timestamp } from '../clock.ts';
import type { Store } from '../store/open.ts';
import { findRunStatus, insertMessage, transition } from '../store/runs.ts';
import type { RunStatus } from '../store/tables.ts';
import type { RunEvent } from './events.ts';
import { insertEvents } from './history.ts';
import type { LiveRun } from './run.ts';

const STATUS_OF: Readonly<Partial<Record<RunEvent['type'], RunStatus>>> = {
  agent_completed: 'COMPLETED',
  agent_failed: 'FAILED',
  agent_cancelled: 'CANCELLED',
};

/** Lists may cut texts at 1 KiB (docs/protocol.md 5). */
const SUMMARY_CHARACTERS = 1024;

interface EndingContext {
  readonly store: Store;
  readonly newId: () => string;
}

async function store(context: EndingContext, run: LiveRun, event: RunEvent): Promise<boolean> {
  const { id, threadId, turn } = run.identity;
  const at = new Date(event.timestamp);
  const response = event.type === 'agent_completed' ? event.data.response : undefined;
  return context.store.transaction().execute(async (trx) => {
    const changed = await transition(trx, {
      runId: id,
      turn,
      from: ['PENDING', 'RUNNING'],
      to: STATUS_OF[event.type] ?? 'FAILED',
      at,
      ...(response === undefined ? {} : { outputSummary: response.slice(0, SUMMARY_CHARACTERS) }),
    });
    if (!changed) return false;
    await insertEvents(trx, [event]);
    if (response !== undefined) {
      const message = { id: context.newId(), role: 'assistant' as const, content: response, prose: response };
      await insertMessage(trx, { id, threadId, turn }, message, at);
    }
    return true;
  });
}

function replaced(event: RunEvent, body: Pick<RunEvent, 'type' | 'data'>): RunEvent {
  return { ...event, ...body } as RunEvent; // type and data are replaced together
}

/**
 * Commits the end of a run and answers with the terminal event that is true: the given one, or
 * what the store says instead when the run was ended from elsewhere or the store is gone.
 */
export async function commitEnd(context: EndingContext, run: LiveRun, event: RunEvent): Promise<RunEvent> {
  try {
    if (await store(context, run, event)) return event;
    const { principal, id } = run.identity;
    const status = await findRunStatus(context.store, principal, id);
    if (status === 'CANCELLED') return replaced(event, { type: 'agent_cancelled', data: {} });
  } catch {
    // Told below: a run whose end could not be stored has not completed.
  }
  const error = {
    type: 'orchestration' as const,
    code: 'STORE_UNAVAILABLE',
    message: `the end of the run could not be stored at ${timestamp(Date.parse(event.timestamp))}`,
  };
  return replaced(event, { type: 'agent_failed', data: { error } });
}
