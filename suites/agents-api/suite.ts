import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { createRunCases } from './create-run.ts';
import { requirements } from './requirements.ts';

const cases: readonly BoundCase<TrialView>[] = [...createRunCases];

export const agentsApi: Suite<TrialView> = {
  id: 'agents-api',
  title: 'Agents API: runs, their parts and their streams',
  requirements,
  scenarios: cases.map(({ scenario }) => scenario),
  checks: cases.flatMap(({ checks }) => checks),
};
