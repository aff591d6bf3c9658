import type { Clock } from '../core/clock.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { EntryDraft, Millis } from '../evidence/transcript.ts';

/** A trial's recorder with the trial's own zero of time. */
export interface Journal {
  /** Now, on the transcript's clock; to be taken first thing in a handler. */
  readonly now: () => Millis;
  /** A moment of the process's monotonic clock on the transcript's clock. */
  readonly since: (monotonic: Millis) => Millis;
  readonly record: (at: Millis, draft: EntryDraft) => number;
  /** A number for the next socket or exchange of the trial. */
  readonly nextId: () => number;
}

/** A journal whose zero is this moment. */
export function startJournal(recorder: Recorder, clock: Clock): Journal {
  const origin = clock.now();
  let id = 0;
  return {
    now: () => clock.now() - origin,
    since: (monotonic) => monotonic - origin,
    record: (at, draft) => recorder.record(at, draft),
    nextId: () => {
      id += 1;
      return id;
    },
  };
}
