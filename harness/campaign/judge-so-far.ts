import type { Suite } from '../core/suite.ts';
import type { TrialView } from '../judge/views.ts';
import { planSoFar } from '../plan/so-far.ts';
import type { CampaignReport } from '../report/model.ts';
import { loadPlan, sealedTrials } from './folder.ts';
import { judgeStored } from './judge-stored.ts';

/**
 * Judges what a campaign that is still being driven has shown so far. It reads what the driving writes and is in its
 * way nowhere; what it says is no verdict.
 */
export function judgeSoFar(dir: string, suites: readonly Suite<TrialView>[]): CampaignReport {
  const plan = loadPlan(dir);
  const over = sealedTrials(dir, plan);
  return judgeStored(dir, planSoFar(plan, suites, over), suites, {
    going: { over: over.size, of: plan.trials.length },
  });
}
