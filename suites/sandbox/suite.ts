import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { everyAnswer } from '../agents-api/every-answer.ts';
import { comparisonCases } from './compare.ts';
import { crowd } from './crowd.ts';
import { effectCases } from './effects.ts';
import { sandboxEndpoints } from './endpoints.ts';
import { historyCases } from './history.ts';
import { readingCases } from './reading.ts';
import { refusalCases } from './refusals.ts';
import { requirements } from './requirements.ts';
import { isolationCases } from './tenancy.ts';
import { headerCases } from './tenant-header.ts';
import { testing } from './testing.ts';

const cases: readonly BoundCase<TrialView>[] = [
  testing,
  ...refusalCases,
  ...historyCases,
  ...readingCases,
  ...comparisonCases,
  ...effectCases,
  ...isolationCases,
  ...headerCases,
  crowd,
];

const checks = cases.flatMap((one) => one.checks);

export const sandbox: Suite<TrialView> = {
  id: 'sandbox',
  title: 'Sandbox: agents are tested without consequences',
  requirements,
  scenarios: cases.map(({ scenario }) => scenario),
  checks: [...checks, ...everyAnswer(sandboxEndpoints, checks)],
};
