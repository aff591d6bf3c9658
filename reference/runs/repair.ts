import { lockRun } from '../store/agent-runs.ts';
import type { Store } from '../store/open.ts';
import { insertFrames } from '../store/run-parts.ts';
import { transition } from '../store/runs.ts';
import { insertEvents } from './history.ts';
import type { RunRecord } from './record.ts';
import type { LiveRun } from './run.ts';

/** Statements stay small enough for the store however long the run was. */
const PORTION = 500;

/**
 * Stores a turn whose end was told while the store was away, so that what can be read agrees again
 * with what was told. Does nothing to a run that somebody else has ended.
 */
export async function storeLate(store: Store, live: LiveRun, record: RunRecord): Promise<void> {
  const { id: runId, turn, origin } = live.identity;
  const { status, finishedAt } = record.run;
  await store.transaction().execute(async (trx) => {
    const now = await lockRun(trx, runId);
    if (now?.turn !== turn) return;
    const change = { runId, turn, from: ['PENDING', 'RUNNING'], to: status } as const;
    if (!(await transition(trx, { ...change, at: new Date(finishedAt ?? 0) }))) return;
    await trx
      .deleteFrom('run_frames')
      .where('run_id', '=', runId)
      .where('seq', '>=', record.firstSeq)
      .execute();
    const frames = record.log.all();
    for (let from = 0; from < frames.length; from += PORTION) {
      await insertFrames(trx, frames.slice(from, from + PORTION));
    }
    if (origin !== 'chat') return;
    await trx.deleteFrom('run_events').where('run_id', '=', runId).where('turn', '=', turn).execute();
    await insertEvents(trx, live.eventsOfTurn());
  });
}
