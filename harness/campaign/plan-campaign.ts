import { loadConfig } from '../config/load.ts';
import type { Plan } from '../plan/plan.ts';
import { type Aimed, ownReferenceOnPaper } from './own-reference.ts';
import { type CampaignAsk, planOf } from './run-campaign.ts';

export interface PlannedCampaign extends Aimed {
  readonly plan: Plan;
}

/**
 * The plan that a campaign would have, without any traffic and without anything being written.
 * @throws HarnessError as `runCampaign` does before it drives.
 */
export async function planCampaign(
  ask: Pick<CampaignAsk, 'suites' | 'selectors' | 'bounds' | 'env' | 'cwd' | 'overrides' | 'clock'>,
): Promise<PlannedCampaign> {
  const config = await loadConfig(ask);
  const { target } = config;
  const aimed =
    target === undefined ? await ownReferenceOnPaper(ask, config.harness.users) : { config, target };
  return { ...aimed, plan: planOf(ask, aimed.config, aimed.target, 'planned') };
}
