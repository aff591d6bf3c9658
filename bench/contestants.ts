/** What both clients of a comparison can be told to do; they differ in nothing but what they do with a frame. */

export const CONTESTANTS = ['ours', 'bare'] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

/** A wave of runs over the open sessions: starts are paced, each run has so many events at such a distance. */
export interface Wave {
  readonly sessions: number;
  readonly startsPerSecond: number;
  readonly events: number;
  readonly everyMs: number;
}

/** What a client knows of the waves since it was last asked. */
export interface Received {
  /** How many events came in each session. */
  readonly perSession: readonly number[];
  /** For each event, how much later than it was sent it was stamped, ms. */
  readonly stampErrorMs: readonly number[];
  /** For each run, how much longer its first event seems to have taken than it took, ms. */
  readonly firstEventErrorMs: readonly number[];
}

export interface Contestant {
  /** Opens sessions at a steady rate; resolves to how many were greeted. */
  readonly open: (sessions: number, perSecond: number) => Promise<number>;
  /** Resolves when every run of the wave has ended, or will not. */
  readonly play: (wave: Wave) => Promise<void>;
  readonly takeReceived: () => Received;
  readonly close: () => void;
}

/** The message by which the bench's target knows what is asked for. */
export const messageOf = ({ events, everyMs }: Wave): string => JSON.stringify({ events, everyMs });

/** A parsed event of the bench's target, as far as the bench is concerned. */
export interface TargetEvent {
  readonly request_id: string;
  /** Only the first event of a run tells when its question came. */
  readonly data: { readonly sent_ns: string; readonly asked_ns?: string };
}

/** An event, and a question, with the moments that a client noted, both on the machine's monotonic clock. */
export interface Stamped {
  readonly atMs: number;
  readonly event: TargetEvent;
}

const NS_PER_MS = 1e6;

/** How far the client's stamps are from the target's; `askedMs` tells when it says it asked for each run. */
export function errorsOf(
  stamped: readonly Stamped[],
  askedMs: ReadonlyMap<string, number>,
): Omit<Received, 'perSession'> {
  const stampErrorMs: number[] = [];
  const firstEventErrorMs: number[] = [];
  for (const { atMs, event } of stamped) {
    const sentMs = Number(event.data.sent_ns) / NS_PER_MS;
    stampErrorMs.push(atMs - sentMs);
    const asked = askedMs.get(event.request_id);
    const { asked_ns: askedNs } = event.data;
    if (askedNs === undefined || asked === undefined) continue;
    const trueMs = sentMs - Number(askedNs) / NS_PER_MS;
    firstEventErrorMs.push(atMs - asked - trueMs);
  }
  return { stampErrorMs, firstEventErrorMs };
}

/** The machine's monotonic clock less this process's: the smallest of many readings is the least disturbed. */
export function machineOffsetMs(now: () => number): number {
  let offset = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < 1000; reading += 1) {
    const before = now();
    offset = Math.min(offset, Number(process.hrtime.bigint()) / NS_PER_MS - before);
  }
  return offset;
}
