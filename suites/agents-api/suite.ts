import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { createRunCases } from './create-run.ts';
import { getRunCases } from './get-run.ts';
import { listRunCases } from './list-runs.ts';
import { profileCases } from './profiles.ts';
import { requirements } from './requirements.ts';
import { streamCases } from './stream.ts';
import { streamDoorCases } from './stream-doors.ts';

const cases: readonly BoundCase<TrialView>[] = [
  ...listRunCases,
  ...createRunCases,
  ...getRunCases,
  ...profileCases,
  ...streamCases,
  ...streamDoorCases,
];

export const agentsApi: Suite<TrialView> = {
  id: 'agents-api',
  title: 'Agents API: runs, their parts and their streams',
  requirements,
  scenarios: cases.map(({ scenario }) => scenario),
  checks: cases.flatMap(({ checks }) => checks),
};
