import type { Suite } from '../core/suite.ts';
import type { StoppingRule } from '../driver/play.ts';
import { viewTrial } from '../judge/build-views.ts';
import { type ClaimState, openClaims } from '../judge/claims.ts';
import { claimsOf } from '../judge/judge.ts';
import type { TrialView } from '../judge/views.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import { dialectOf } from '../protocol/dialects/registry.ts';
import { loadTranscript } from './folder.ts';

/**
 * The stopping rule of a campaign: the judge's own book of claims, filled from the transcripts as they are sealed. They
 * are read when a topping-up trial is due, not before: reading takes time in which other trials would be measured.
 */
export function stoppingRule(
  plan: Plan,
  suites: readonly Suite<TrialView>[],
  dir: string,
  tell: (claims: readonly ClaimState[]) => void = () => undefined,
): StoppingRule | undefined {
  const dialect = dialectOf(plan.target);
  if (dialect === undefined || !plan.trials.some(({ topUp }) => topUp === true)) return undefined;
  const book = openClaims(plan, claimsOf(suites, plan));
  const unread: PlannedTrial[] = [];
  const readAll = (): void => {
    if (unread.length === 0) return;
    for (const { id } of unread.splice(0)) {
      const transcript = loadTranscript(dir, id)?.transcript;
      if (transcript === undefined) book.leaveOut(id);
      else book.take(id, viewTrial(transcript, dialect));
    }
    tell(book.claims);
  };
  return {
    finished: (trial) => {
      unread.push(trial);
    },
    isNeeded(trial) {
      readAll();
      const needed = book.isNeeded(trial);
      if (!needed) book.leaveOut(trial.id);
      return needed;
    },
  };
}
