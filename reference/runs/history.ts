import type { Store } from '../store/open.ts';
import type { RunEvent } from './events.ts';

/** Inserts events of a run as they left the deployment. */
export async function insertEvents(store: Store, events: readonly RunEvent[]): Promise<void> {
  await store
    .insertInto('run_events')
    .values(
      events.map((event) => ({
        run_id: event.run_id,
        seq: event.seq,
        turn: event.turn,
        type: event.type,
        event: JSON.stringify(event),
        created_at: new Date(event.timestamp),
      })),
    )
    .execute();
}

/** All stored events of a run in their order. */
export async function readEvents(store: Store, runId: string): Promise<readonly RunEvent[]> {
  const rows = await store
    .selectFrom('run_events')
    .select('event')
    .where('run_id', '=', runId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => row.event as RunEvent);
}

/** All stored events of a run with those of its sub-runs, each where the run handed over. */
export async function readEventsWithSubRuns(store: Store, runId: string): Promise<readonly RunEvent[]> {
  const told: RunEvent[] = [];
  for (const event of await readEvents(store, runId)) {
    told.push(event);
    if (event.type !== 'agent_handoff') continue;
    // What was asked of a sub-run later, over HTTP, is not part of the run that handed over.
    const ofSubRun = await readEventsWithSubRuns(store, event.data.to_run_id);
    told.push(...ofSubRun.filter(({ run_id, turn }) => run_id !== event.data.to_run_id || turn === 1));
  }
  return told;
}
