/**
 * A check is a pure judgement of one requirement. It reads views, returns findings, and never touches the
 * network, the clock or the disk, so that the same evidence gives the same verdict for ever.
 *
 * Four shapes: a *trial check* judges each transcript alone; a *campaign check* collects a small fact from
 * each and concludes once; a *claim* and a *comparison* are declared only, and decided on the samples of the campaign.
 * None ever sees two transcripts at a time, which bounds memory.
 */
import type { LatencyClaim } from './claim.ts';
import type { Finding } from './finding.ts';
import type { PriceTable } from './prices.ts';
import type { Capability } from './requirement.ts';
import type { Thresholds } from './thresholds.ts';

/** What a check may know besides the evidence: the sealed plan's choices. */
export interface Terms {
  readonly thresholds: Thresholds;
  readonly variationPoints: Readonly<Record<string, string | undefined>>;
  /** What the models cost, where the target declares it. */
  readonly prices?: PriceTable | undefined;
  /** What the target has not, by declaration or for want of means. */
  readonly lacks?: ReadonlySet<Capability> | undefined;
  readonly origins: { readonly listed?: string | undefined; readonly unlisted: string };
}

interface CheckBase {
  /** `area/name-of-the-good-case`; permanent. */
  readonly id: string;
  /** Id of the requirement it verifies. */
  readonly requirement: string;
  /** What holds when it passes, in words a person reads in a test list. */
  readonly title: string;
  /** Scenarios that must be driven for it; it then reads every transcript of the campaign. */
  readonly scenarios: readonly string[];
  /** The requirement whose breach leaves this check with nothing to judge. */
  readonly restsOn?: string;
  /** Capabilities beyond those of its requirement. */
  readonly when?: readonly Capability[];
}

export interface TrialCheck<View> extends CheckBase {
  readonly kind: 'trial';
  readonly judge: (view: View, terms: Terms) => readonly Finding[];
}

export interface CampaignCheck<View, Fact = unknown> extends CheckBase {
  readonly kind: 'campaign';
  readonly collect: (view: View, terms: Terms) => readonly Fact[];
  readonly conclude: (facts: readonly Fact[], terms: Terms) => readonly Finding[];
}

export interface ClaimCheck extends CheckBase {
  readonly kind: 'claim';
  readonly claim: LatencyClaim;
}

/** Compares the samples of all quiet trials with those of the earlier campaign that the plan names. */
export interface ComparisonCheck extends CheckBase {
  readonly kind: 'comparison';
}

export type Check<View> = TrialCheck<View> | CampaignCheck<View> | ClaimCheck | ComparisonCheck;

/** Freezes a check that is decided against an earlier campaign. */
export function defineComparison(check: Omit<ComparisonCheck, 'kind'>): ComparisonCheck {
  return Object.freeze({ kind: 'comparison', ...check });
}

/** Freezes a check that is decided on samples; the scenario it needs is the one that yields them. */
export function defineClaim(check: Omit<ClaimCheck, 'kind' | 'scenarios'>): ClaimCheck {
  return Object.freeze({ kind: 'claim', scenarios: [check.claim.topUp], ...check });
}

/** Freezes a check that judges one transcript at a time. */
export function defineCheck<View>(check: Omit<TrialCheck<View>, 'kind'>): Check<View> {
  return Object.freeze({ kind: 'trial', ...check });
}

/** Freezes a check that concludes over the facts of every transcript. */
export function defineCampaignCheck<View, Fact>(check: Omit<CampaignCheck<View, Fact>, 'kind'>): Check<View> {
  const frozen: CampaignCheck<View, Fact> = Object.freeze({ kind: 'campaign', ...check });
  return frozen as unknown as Check<View>;
}
