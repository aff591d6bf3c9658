/**
 * Looks at everything that a campaign needs of the way to the target and of the target itself, each thing once, all at the
 * same time, and says what is wrong with it. It judges no requirement: it asks whether judging could begin.
 */
import type { Target } from '../config/target.ts';
import type { Clock } from '../core/clock.ts';
import { HarnessError } from '../core/errors.ts';
import type { Entry, EntryDraft } from '../evidence/transcript.ts';
import type { Plan } from '../plan/plan.ts';
import { dialectOf } from '../protocol/dialects/registry.ts';
import { openHooks } from './catcher.ts';
import { examineNetwork } from './doctor-network.ts';
import { type DoctorWay, type Examination, MOST_USERS, type Sign } from './doctor-sign.ts';
import { examineTarget } from './doctor-target.ts';
import { trackOutages } from './faults.ts';
import { trackFixtures } from './fixtures.ts';
import type { Journal } from './journal.ts';
import { createPacer } from './pacer.ts';
import type { JournalledSocket } from './socket.ts';
import { setStage } from './stage.ts';

/** A healthy target answers in a tenth of it; more is not waited for. */
const WAIT_MS = 4_000;
/** Examines everything at once; never throws because of the target. */
export async function examine(way: DoctorWay): Promise<readonly Sign[]> {
  const entries: Entry[] = [];
  const opened = new Set<JournalledSocket>();
  const fixtures = trackFixtures();
  const examination = prepare(way, entries, opened, fixtures);
  try {
    const [network, target] = await Promise.all([examineNetwork(way), examineTarget(examination)]);
    return [...network, ...target];
  } finally {
    await fixtures.remove();
    for (const socket of opened) socket.drop();
  }
}

function prepare(
  way: DoctorWay,
  entries: Entry[],
  opened: Set<JournalledSocket>,
  fixtures: ReturnType<typeof trackFixtures>,
): Examination {
  const { plan, clock, target } = way;
  const dialect = dialectOf(plan.target);
  if (dialect === undefined) throw new HarnessError('INTERNAL', `dialect ${target.dialect} is unknown`);
  const journal = memoryJournal(entries, clock);
  const unhurried = { ...plan, thresholds: shortened(plan.thresholds) };
  const stage = setStage({
    ...{ plan: unhurried, journal, dialect, fixtures, opened },
    ...{ network: way.network, tokens: way.tokens },
    trial: trialOf(target),
    pacer: createPacer(plan.limits.startsPerSecond, clock),
    ended: new AbortController().signal,
    hooks: openHooks(undefined, journal),
    outages: trackOutages({
      ...{ faults: undefined, journal, isDisruptive: false, healthMs: WAIT_MS },
      health: () => Promise.resolve(undefined),
    }),
  });
  return { ...way, stage, actors: stage.actors, entries, journal };
}

function trialOf({ identities }: Target): Plan['trials'][number] {
  const actors = identities.slice(0, MOST_USERS).map((identity, index) => ({ ...identity, identity: index }));
  return {
    ...{ id: 'doctor-1', scenario: 'doctor', number: 1, seed: 1 },
    ...{ interference: 'quiet', moment: 'any', actors },
  };
}

function shortened(thresholds: Plan['thresholds']): Plan['thresholds'] {
  const { connectMs, greetingMs, pongMs, httpMs, healthMs } = thresholds;
  const short = Object.entries({ connectMs, greetingMs, pongMs, httpMs, healthMs }).map(([name, ms]) => [
    name,
    Math.min(ms, WAIT_MS),
  ]);
  return { ...thresholds, ...Object.fromEntries(short), httpMs: WAIT_MS };
}

/** Nothing of an examination is evidence: it is kept for as long as it takes. */
function memoryJournal(entries: Entry[], clock: Clock): Journal {
  const origin = clock.now();
  let id = 0;
  return {
    now: () => clock.now() - origin,
    since: (monotonic) => monotonic - origin,
    record(at: number, draft: EntryDraft) {
      const seq = entries.length + 1;
      entries.push({ ...draft, seq, at } as Entry);
      return seq;
    },
    nextId: () => {
      id += 1;
      return id;
    },
  };
}
