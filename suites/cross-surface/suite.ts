import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { doorCases } from './doors.ts';
import { dryRunCase } from './dry-run.ts';
import { errorCases } from './errors.ts';
import { everyRefusal } from './every-refusal.ts';
import { completedRun, otherRuns } from './one-run.ts';
import { requirements } from './requirements.ts';
import { routingCase } from './routing.ts';

const cases: readonly BoundCase<TrialView>[] = [
  ...errorCases,
  ...doorCases,
  completedRun,
  otherRuns,
  dryRunCase,
  routingCase,
];

export const crossSurface: Suite<TrialView> = {
  id: 'cross-surface',
  title: 'Across surfaces: one deployment, one story',
  requirements,
  scenarios: cases.map(({ scenario }) => scenario),
  checks: [
    ...cases.flatMap(({ checks }) => checks),
    everyRefusal([...errorCases, ...doorCases].map(({ scenario }) => scenario.id)),
  ],
};
