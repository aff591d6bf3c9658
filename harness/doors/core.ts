/**
 * What a package that declares requirements, checks or scenarios of its own imports as
 * `agent-conformance/core`. The one place that exports what others define; nothing inside imports it.
 */
export {
  type CampaignCheck,
  type Check,
  defineCampaignCheck,
  defineCheck,
  type Terms,
  type TrialCheck,
} from '../core/check.ts';
export { type Finding, fail, inconclusive, pass, type Statement } from '../core/finding.ts';
export { type Capability, defineRequirements, type Requirement } from '../core/requirement.ts';
export { defineScenario, type Scenario, type Stage } from '../core/scenario.ts';
export type { Suite } from '../core/suite.ts';
export type { Thresholds } from '../core/thresholds.ts';
export type { Level, Verdict } from '../core/verdict.ts';
