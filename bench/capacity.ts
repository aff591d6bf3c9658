/** Part c: how many sessions one process holds open without losing anything, and what one costs in memory. */
import { CONTESTANTS, type ContestantName, type Wave } from './contestants.ts';
import { inArena } from './processes.ts';
import { figure, table } from './table.ts';

export interface CapacitySize {
  readonly opensPerSecond: number;
  readonly wave: Wave;
}

export interface CapacityRow {
  readonly client: ContestantName;
  readonly sessions: number;
  readonly greeted: number;
  readonly eventsExpected: number;
  readonly eventsReceived: number;
  /** Sessions in which not exactly the expected number of events came. */
  readonly sessionsWithLoss: number;
  readonly rssBytesPerSession: number;
  readonly heapBytesPerSession: number;
}

export const FULL_CAPACITY: CapacitySize = {
  opensPerSecond: 1_000,
  wave: { sessions: 10_000, startsPerSecond: 1_500, events: 3, everyMs: 500 },
};

export const TINY_CAPACITY: CapacitySize = {
  opensPerSecond: 500,
  wave: { sessions: 5, startsPerSecond: 500, events: 3, everyMs: 5 },
};

async function measureOne(
  client: ContestantName,
  { opensPerSecond, wave }: CapacitySize,
): Promise<CapacityRow> {
  return inArena(async (arena) => {
    const { order } = await arena.client(client, false);
    const { sessions, events } = wave;
    const before = await order({ kind: 'weigh' });
    const { greeted } = await order({ kind: 'open', sessions, perSecond: opensPerSecond });
    const after = await order({ kind: 'weigh' });
    await order({ kind: 'play', wave });
    const { perSession } = await order({ kind: 'take' });
    return {
      client,
      sessions,
      greeted,
      eventsExpected: sessions * events,
      eventsReceived: perSession.reduce((sum, count) => sum + count, 0),
      sessionsWithLoss: sessions - perSession.filter((count) => count === events).length,
      rssBytesPerSession: (after.rssBytes - before.rssBytes) / sessions,
      heapBytesPerSession: (after.heapBytes - before.heapBytes) / sessions,
    };
  });
}

/** One client after the other: together they would exceed the open files that a process is usually allowed. */
export async function measureCapacity(size: CapacitySize): Promise<readonly CapacityRow[]> {
  const rows: CapacityRow[] = [];
  for (const name of CONTESTANTS) rows.push(await measureOne(name, size));
  return rows;
}

export function capacityTable(rows: readonly CapacityRow[]): string {
  return table(
    [
      'client',
      'sessions',
      'greeted',
      'events',
      'of',
      'sessions with loss',
      'resident, kB each',
      'heap, kB each',
    ],
    rows.map((row) => [
      row.client,
      String(row.sessions),
      String(row.greeted),
      String(row.eventsReceived),
      String(row.eventsExpected),
      String(row.sessionsWithLoss),
      figure(row.rssBytesPerSession / 1e3, 1),
      figure(row.heapBytesPerSession / 1e3, 1),
    ]),
  );
}
