import { criticalPathMs } from '../plan/forecast.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';
import type { TrialView } from './views.ts';

/** How long the driving took, and how long it had to take at least. */
export interface Pace {
  readonly wallMs: number;
  /** The shortest time in which these trials could have been driven in the order of the plan. */
  readonly criticalPathMs: number;
}

export interface PaceCollector {
  readonly take: (view: TrialView) => void;
  readonly conclude: () => Pace | undefined;
}

/** Compares the wall clock with the critical path of the plan. */
export function collectPace(plan: Plan): PaceCollector {
  const tookMs = new Map<string, number>();
  const span = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  return {
    take(view) {
      const last = view.transcript.seal?.endedAtMs ?? view.transcript.entries.at(-1)?.at ?? 0;
      tookMs.set(view.trial, last);
      span.from = Math.min(span.from, view.wallAt(0));
      span.to = Math.max(span.to, view.wallAt(last));
    },
    conclude() {
      if (tookMs.size === 0) return undefined;
      const msOf = ({ id }: PlannedTrial): number => tookMs.get(id) ?? 0;
      return { wallMs: span.to - span.from, criticalPathMs: criticalPathMs(plan, plan.trials, msOf) };
    },
  };
}
