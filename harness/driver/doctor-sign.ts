import type { Target } from '../config/target.ts';
import type { Clock } from '../core/clock.ts';
import type { Actor, Stage } from '../core/scenario.ts';
import type { Entry } from '../evidence/transcript.ts';
import type { Plan } from '../plan/plan.ts';
import type { TokenSource } from './auth.ts';
import type { Journal } from './journal.ts';
import type { Network } from './network.ts';

/** One thing that was looked at. */
export interface Sign {
  readonly area: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string;
}

export const ok = (area: string, text: string): Sign => ({ area, state: 'ok', text });
export const warn = (area: string, text: string, hint: string): Sign => ({ area, state: 'warn', text, hint });
export const fail = (area: string, text: string, hint: string): Sign => ({ area, state: 'fail', text, hint });

export interface DoctorWay {
  readonly target: Target;
  /** What a campaign would state of the target; of no trials. */
  readonly plan: Plan;
  readonly tokens: TokenSource;
  readonly network: Network;
  /** Absolute path of certificates to trust besides Node's own. */
  readonly caFile: string | undefined;
  readonly clock: Clock;
  /** Whether one agent run is asked for too. */
  readonly withRun: boolean;
}

/** What one examination may touch, and what it saw there. */
export interface Examination extends DoctorWay {
  readonly stage: Stage;
  readonly actors: readonly Actor[];
  readonly entries: readonly Entry[];
  readonly journal: Journal;
}

/** Users that are tried; the others are told to be as many. */
export const MOST_USERS = 12;
