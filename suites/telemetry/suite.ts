import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { everyAnswer } from '../agents-api/every-answer.ts';
import { acceptedCase } from './accepted.ts';
import { telemetryEndpoints } from './endpoints.ts';
import { listCase } from './lists.ts';
import { loadCase } from './load.ts';
import { outageCase } from './outage.ts';
import { privacyCase } from './privacy.ts';
import { refusedCases } from './refused.ts';
import { repeatedCase } from './repeated.ts';
import { requirements } from './requirements.ts';
import { healthCase, metricsCase } from './service.ts';
import { statsCase } from './stats.ts';
import { tenantsCase } from './tenants.ts';
import { unchangeableCase, unknownCase } from './unknown.ts';

const cases: readonly BoundCase<TrialView>[] = [
  acceptedCase,
  ...refusedCases,
  repeatedCase,
  privacyCase,
  listCase,
  unknownCase,
  unchangeableCase,
  statsCase,
  healthCase,
  metricsCase,
  tenantsCase,
  loadCase,
  outageCase,
];

const checks = cases.flatMap((one) => one.checks);

export const telemetry: Suite<TrialView> = {
  id: 'telemetry',
  title: 'Telemetry: what is kept of runs, and what must not be',
  requirements,
  scenarios: cases.map(({ scenario }) => scenario),
  checks: [...checks, ...everyAnswer(telemetryEndpoints, checks)],
};
