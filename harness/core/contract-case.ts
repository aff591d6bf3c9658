/**
 * A contract case: a stimulus that belongs to it alone, and what must be true of the answers. One declaration
 * with two halves: `drive` is asynchronous and asserts nothing, the `judge` of each check is pure and sees only
 * what this case's own trial left. Several clauses about one stimulus share it: driven once, judged many times.
 */
import { type Check, defineCheck, type Terms } from './check.ts';
import type { Finding } from './finding.ts';
import type { Capability } from './requirement.ts';
import { defineScenario, type Scenario, type Stage } from './scenario.ts';

/** What the judging half needs of a view: which trial it is of. */
interface OfScenario {
  readonly scenario: string;
}

export interface CaseCheck<View> {
  /** `area/name-of-the-good-case`; permanent. */
  readonly id: string;
  readonly requirement: string;
  readonly title: string;
  readonly when?: readonly Capability[];
  readonly restsOn?: string;
  readonly judge: (view: View, terms: Terms) => readonly Finding[];
}

export interface ContractCase<View> {
  /** Kebab-case; permanent. */
  readonly id: string;
  readonly purpose: string;
  readonly needs: readonly Capability[];
  readonly actors?: Scenario['actors'];
  readonly tenants?: Scenario['tenants'];
  readonly interference?: Scenario['interference'];
  readonly safety?: Scenario['safety'];
  readonly agentRuns?: number;
  readonly drive: (stage: Stage) => Promise<void>;
  readonly checks: readonly CaseCheck<View>[];
}

/** The two halves as the rest of the harness knows them: a scenario, and checks of its trial. */
export interface BoundCase<View> {
  readonly scenario: Scenario;
  readonly checks: readonly Check<View>[];
}

/** Binds the halves of a case together. */
export function defineCase<View extends OfScenario>(contract: ContractCase<View>): BoundCase<View> {
  const { drive, checks, ...stated } = contract;
  const { id, needs } = stated;
  const scenario = defineScenario({ ...stated, play: drive });
  return {
    scenario,
    checks: checks.map(({ judge, when = [], ...check }) =>
      defineCheck<View>({
        ...check,
        scenarios: [id],
        when: [...needs, ...when],
        judge: (view, terms) => (view.scenario === id ? judge(view, terms) : []),
      }),
    ),
  };
}
