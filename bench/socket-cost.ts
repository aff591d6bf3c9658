/**
 * Part a: processor time per event of the whole socket path, dial to transcript, against a client that only
 * receives and parses. Both take turns at the same traffic of the same target.
 */
import { CONTESTANTS, type ContestantName, type Wave } from './contestants.ts';
import { type Client, inArena } from './processes.ts';
import { ratioOf, type Spread, spreadOf } from './ratio.ts';
import { figure, spread, table } from './table.ts';

export interface CostSize {
  readonly sessions: number;
  readonly repetitions: number;
  /** Until then the compiler is still at work. */
  readonly warmUp: Wave;
  readonly waves: Readonly<Record<string, Wave>>;
}

export interface CostRow {
  readonly traffic: string;
  readonly eventsPerRepetition: number;
  readonly microsPerEvent: Readonly<Record<ContestantName, Spread>>;
  readonly ratio: Spread;
}

const wave = (sessions: number, events: number, everyMs: number): Wave => ({
  sessions,
  events,
  everyMs,
  // Spread over one distance of events, so that the sessions do not speak in unison.
  startsPerSecond: everyMs === 0 ? 10_000 : (sessions * 1000) / everyMs,
});

export const FULL_COST: CostSize = {
  sessions: 100,
  repetitions: 5,
  warmUp: wave(100, 400, 0),
  waves: {
    'steady, 1,000 events/s': wave(100, 30, 100),
    'steady, 4,000 events/s': wave(100, 120, 25),
    'as fast as the target can': wave(100, 200, 0),
  },
};

export const TINY_COST: CostSize = {
  sessions: 4,
  repetitions: 1,
  warmUp: wave(4, 5, 0),
  waves: { steady: wave(4, 10, 2) },
};

async function microsPerEvent(client: Client, one: Wave): Promise<number> {
  await client.order({ kind: 'weigh' });
  const { cpuMicros } = await client.order({ kind: 'play', wave: one });
  return cpuMicros / (one.sessions * one.events);
}

async function measureRow(
  clients: readonly Client[],
  traffic: string,
  one: Wave,
  repetitions: number,
): Promise<CostRow> {
  const seen: Record<ContestantName, number[]> = { ours: [], bare: [] };
  for (let repetition = 0; repetition < repetitions; repetition += 1)
    for (const client of clients) seen[client.name].push(await microsPerEvent(client, one));
  return {
    traffic,
    eventsPerRepetition: one.sessions * one.events,
    microsPerEvent: { ours: spreadOf(seen.ours), bare: spreadOf(seen.bare) },
    ratio: ratioOf(seen.ours, seen.bare),
  };
}

export async function measureCost(
  size: CostSize,
  flags: readonly string[] = [],
): Promise<readonly CostRow[]> {
  return inArena(async (arena) => {
    const clients: Client[] = [];
    for (const name of CONTESTANTS) {
      const client = await arena.client(name, false);
      await client.order({ kind: 'open', sessions: size.sessions, perSecond: 500 });
      clients.push(client);
    }
    for (const client of clients) await client.order({ kind: 'play', wave: size.warmUp });
    const rows: CostRow[] = [];
    for (const [traffic, one] of Object.entries(size.waves))
      rows.push(await measureRow(clients, traffic, one, size.repetitions));
    return rows;
  }, flags);
}

export function costTable(rows: readonly CostRow[]): string {
  return table(
    ['traffic', 'events a repetition', 'ours, µs', 'bare, µs', 'ratio: median (min to max)'],
    rows.map(({ traffic, eventsPerRepetition, microsPerEvent: { ours, bare }, ratio }) => [
      traffic,
      String(eventsPerRepetition),
      figure(ours.median, 1),
      figure(bare.median, 1),
      spread(ratio),
    ]),
  );
}
