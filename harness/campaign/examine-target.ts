import { loadConfig } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { HarnessError } from '../core/errors.ts';
import type { Suite } from '../core/suite.ts';
import { createTokenSource } from '../driver/auth.ts';
import { examine } from '../driver/doctor.ts';
import { fail, ok, type Sign } from '../driver/doctor-sign.ts';
import { openNetwork } from '../driver/network.ts';
import type { TrialView } from '../judge/views.ts';
import { makePlan, type PlanBasis } from '../plan/make.ts';
import { PLAN_FORMAT } from '../plan/plan.ts';
import { sealPlan } from '../plan/seal.ts';
import { basisOf } from './basis.ts';
import { type Aimed, type Surroundings, withOwnReference } from './own-reference.ts';

/** What whoever examines a target decides. */
export interface ExamineAsk extends Surroundings {
  readonly suites: readonly Suite<TrialView>[];
  readonly clock: Clock;
  readonly uniqueWord: string;
  readonly withRun: boolean;
  /** Hears that a reference deployment is started because no target is named. */
  readonly onReference: () => void;
}

export interface Diagnosis {
  readonly target: Aimed['target'];
  readonly signs: readonly Sign[];
  /** Without the time in which a reference was started. */
  readonly tookMs: number;
}

/**
 * Examines the target that is configured, or a reference deployment where none is.
 * @throws HarnessError where the configuration is refused.
 */
export async function examineTarget(ask: ExamineAsk): Promise<Diagnosis> {
  const config = await loadConfig(ask);
  const { target } = config;
  if (target !== undefined) return diagnose(ask, { config, target });
  ask.onReference();
  return withOwnReference(ask, config.harness.users, (own) => diagnose(ask, own));
}

async function diagnose(ask: ExamineAsk, { config, target }: Aimed): Promise<Diagnosis> {
  const { clock } = ask;
  const began = clock.now();
  const createdAt = new Date(clock.wall()).toISOString();
  const basis = basisOf(config, target, { campaign: `doctor-${ask.uniqueWord}`, createdAt, selectors: [] });
  const { caFile } = config.harness;
  const network = openNetwork(caFile);
  const tokens = createTokenSource(config.credentials, target, clock, network.dispatcher);
  try {
    const { identities: _identities, repeat: _repeat, ...stated } = basis;
    const none = { requirements: [], checks: [], trials: [], agentRuns: 0, agentRunsAtMost: 0 };
    const plan = sealPlan({ format: PLAN_FORMAT, ...stated, ...none });
    const { withRun } = ask;
    const signs = await examine({ target, plan, tokens, network, caFile, clock, withRun });
    return { target, signs: [...signs, planSign(ask.suites, basis)], tookMs: clock.now() - began };
  } finally {
    await network.close();
  }
}

/** Whether everything could be planned with these users and capabilities. */
function planSign(suites: ExamineAsk['suites'], basis: PlanBasis): Sign {
  try {
    const { requirements, trials } = makePlan(suites, basis);
    const selected = requirements.filter((one) => one.selected).length;
    return ok(
      'plan',
      `${selected} of ${requirements.length} requirements could be judged, in ${trials.length} trials`,
    );
  } catch (cause) {
    if (!(cause instanceof HarnessError)) throw cause;
    return fail('plan', cause.message, cause.hint ?? 'select less, or configure more');
  }
}
