/**
 * Part b: how far what we measure is from what the target's own clock says, at ever more sessions at once,
 * with the error of a client that only receives and parses beside it, and the observer's own error beside both.
 */
import { CONTESTANTS, type ContestantName, type Received, type Wave } from './contestants.ts';
import { type Client, inArena } from './processes.ts';
import { percentile, ratioOf, type Spread, spreadOf } from './ratio.ts';
import { figure, spread, table } from './table.ts';

export interface LatencySize {
  readonly repetitions: number;
  readonly opensPerSecond: number;
  readonly waves: readonly Wave[];
}

const SHARES = { median: 0.5, p95: 0.95, p99: 0.99 } as const;
type ShareName = keyof typeof SHARES;
const ERRORS = { stamp: 'stampErrorMs', 'first event': 'firstEventErrorMs' } as const satisfies Record<
  string,
  keyof Received
>;
type ErrorName = keyof typeof ERRORS;

export interface LatencyRow {
  readonly sessions: number;
  /** Of one event's time stamp, or of a run's time to its first event. */
  readonly of: ErrorName;
  readonly share: ShareName;
  readonly errorMs: Readonly<Record<ContestantName, Spread>>;
  /** The worst 99th percentile of the event-loop delay in the repetitions. */
  readonly observerP99Ms: Readonly<Record<ContestantName, number>>;
  readonly ratio: Spread;
  readonly samplesPerRepetition: number;
}

/** Starts over so many seconds; each run's events over two more. */
const wave = (sessions: number, startsPerSecond: number): Wave => ({
  sessions,
  startsPerSecond,
  events: 8,
  everyMs: 250,
});

export const FULL_LATENCY: LatencySize = {
  repetitions: 3,
  opensPerSecond: 1_000,
  waves: [wave(200, 100), wave(1_000, 400), wave(5_000, 625)],
};

export const TINY_LATENCY: LatencySize = {
  repetitions: 1,
  opensPerSecond: 500,
  waves: [{ sessions: 5, startsPerSecond: 100, events: 3, everyMs: 5 }],
};

interface Repetition {
  readonly received: Received;
  readonly observerP99Ms: number;
}

type Repetitions = Readonly<Record<ContestantName, Repetition[]>>;

async function repeat(client: Client, one: Wave): Promise<Repetition> {
  await client.order({ kind: 'weigh' });
  const { observer } = await client.order({ kind: 'play', wave: one });
  const received = await client.order({ kind: 'take' });
  return { received, observerP99Ms: observer.loopDelayP99Ms };
}

function rowsOf({ sessions }: Wave, seen: Repetitions): readonly LatencyRow[] {
  const at = (name: ContestantName, of: ErrorName, share: ShareName): number[] =>
    seen[name].map(({ received }) => percentile(received[ERRORS[of]], SHARES[share]));
  const worst = (name: ContestantName): number =>
    Math.max(...seen[name].map(({ observerP99Ms }) => observerP99Ms));
  return (Object.keys(ERRORS) as ErrorName[]).flatMap((of) =>
    (Object.keys(SHARES) as ShareName[]).map((share): LatencyRow => {
      const [ours, bare] = [at('ours', of, share), at('bare', of, share)];
      return {
        sessions,
        of,
        share,
        errorMs: { ours: spreadOf(ours), bare: spreadOf(bare) },
        observerP99Ms: { ours: worst('ours'), bare: worst('bare') },
        ratio: ratioOf(ours, bare),
        samplesPerRepetition: seen.ours[0]?.received[ERRORS[of]].length ?? 0,
      };
    }),
  );
}

async function measureWave(
  clients: readonly Client[],
  one: Wave,
  repetitions: number,
): Promise<readonly LatencyRow[]> {
  const seen: Repetitions = { ours: [], bare: [] };
  for (let repetition = 0; repetition < repetitions; repetition += 1)
    for (const client of clients) seen[client.name].push(await repeat(client, one));
  return rowsOf(one, seen);
}

/** The sessions stay open from one wave to the next, larger one. */
export async function measureLatency(size: LatencySize): Promise<readonly LatencyRow[]> {
  return inArena(async (arena) => {
    const clients: Client[] = [];
    for (const name of CONTESTANTS) clients.push(await arena.client(name, true));
    const rows: LatencyRow[] = [];
    let open = 0;
    for (const one of size.waves) {
      const more = { kind: 'open', sessions: one.sessions - open, perSecond: size.opensPerSecond } as const;
      for (const client of clients) await client.order(more);
      open = one.sessions;
      rows.push(...(await measureWave(clients, one, size.repetitions)));
    }
    return rows;
  });
}

export function latencyTable(rows: readonly LatencyRow[]): string {
  return table(
    [
      'sessions, error of',
      'share',
      'ours, ms',
      '± observer',
      'bare, ms',
      '± observer',
      'ratio: median (min to max)',
    ],
    rows.map(({ sessions, of, share, errorMs, observerP99Ms, ratio }) => [
      `${sessions}, ${of}`,
      share,
      figure(errorMs.ours.median, 3),
      figure(observerP99Ms.ours, 1),
      figure(errorMs.bare.median, 3),
      figure(observerP99Ms.bare, 1),
      spread(ratio),
    ]),
  );
}
