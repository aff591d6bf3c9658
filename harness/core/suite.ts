import type { Check } from './check.ts';
import type { Requirement } from './requirement.ts';
import type { Scenario } from './scenario.ts';
import type { Table } from './table.ts';

/** What must be true in one area: its clauses, the checks that verify them, the stimulus they need. */
export interface Suite<View> {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly Requirement[];
  readonly checks: readonly Check<View>[];
  readonly scenarios: readonly Scenario[];
  readonly tables?: readonly Table<View>[];
}
