import type { Change, Recording } from './recording.ts';

/** One way of changing what was recorded, wherever it can be done, with what the protocol makes of the result. */
export interface Operator {
  readonly id: string;
  /** What has become of the recording, as a sentence goes on after "a target that …" or "the same target, …". */
  readonly does: string;
  /** By construction: `breaking` leaves the protocol, `harmless` stays within it. */
  readonly makes: 'breaking' | 'harmless';
  readonly clause: string;
  /** What a breaking one must lead to: a failure, or at least no pass, where it hides what is to be judged. */
  readonly shows?: 'fail' | 'open';
  /** Requirements that a harmless one may change, since they are about nothing but what it does. */
  readonly concerns?: readonly string[];
  readonly sites: (recording: Recording) => readonly Site[];
}

/** A place at which the operator's preconditions hold. */
export interface Site {
  readonly trial: string;
  readonly what: string;
  /** The mutant; undefined where that choice gives none. Any number will do for a choice. */
  readonly mutate: (choice: number) => Change | undefined;
}

/** One of the alternatives, whichever number was chosen. */
export const pick = <T>(among: readonly T[], choice: number): T | undefined => among[choice % among.length];
