/** The verdicts of checks that are declared only: decided on the samples of the campaign, not on single transcripts. */
import type { Check, ClaimCheck, ComparisonCheck } from '../core/check.ts';
import type { Finding } from '../core/finding.ts';
import { worstVerdict } from '../core/verdict.ts';
import type { Plan } from '../plan/plan.ts';
import type { ClaimBook, ClaimState } from './claims.ts';
import { comparisonFinding } from './compare-stages.ts';
import { claimFinding } from './decide-claims.ts';
import type { CampaignFacts } from './facts.ts';
import { FindingTally } from './tally.ts';
import type { CheckVerdict, TrialEvidence } from './verdicts.ts';
import type { TrialView } from './views.ts';

/** The claims in the order of the book, then the comparisons in that of their declaration. */
export function declaredVerdicts(
  own: readonly Check<TrialView>[],
  plan: Plan,
  book: ClaimBook,
  samples: CampaignFacts['samples'],
  trials: readonly TrialEvidence[],
): readonly CheckVerdict[] {
  return [
    ...book.claims.map((state) => concludeClaim(state, book)),
    ...own.flatMap((check) =>
      check.kind === 'comparison' ? [concludeComparison(check, plan, samples, trials)] : [],
    ),
  ];
}

function concludeClaim(state: ClaimState, book: ClaimBook): CheckVerdict {
  const refs = [{ trial: `${state.check.claim.topUp}-1`, entries: [] }];
  return verdictBy(state.check, claimFinding(state, book.shortage(), refs));
}

function concludeComparison(
  check: ComparisonCheck,
  plan: Plan,
  samples: CampaignFacts['samples'],
  trials: readonly TrialEvidence[],
): CheckVerdict {
  const quiet = new Set(plan.trials.flatMap((one) => (one.interference === 'quiet' ? [one.id] : [])));
  const isLost = ({ trial, state, end }: TrialEvidence): boolean =>
    quiet.has(trial) && state !== 'unneeded' && end !== 'finished';
  const refs = check.scenarios.slice(0, 1).map((scenario) => ({ trial: `${scenario}-1`, entries: [] }));
  return verdictBy(check, comparisonFinding(plan.comparedWith, samples, !trials.some(isLost), refs));
}

function verdictBy({ id: check, requirement }: ClaimCheck | ComparisonCheck, finding: Finding): CheckVerdict {
  const tally = new FindingTally();
  tally.add(finding);
  const { findings, counts } = tally.sum();
  const verdict = worstVerdict(findings.map((finding) => finding.verdict));
  return { check, requirement, verdict, findings, counts };
}
