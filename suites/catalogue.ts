import type { Suite } from '../harness/core/suite.ts';
import type { TrialView } from '../harness/judge/views.ts';
import { agentsApi } from './agents-api/suite.ts';
import { connectivity } from './connectivity/suite.ts';
import { crossSurface } from './cross-surface/suite.ts';
import { isolation } from './isolation/suite.ts';
import { latency } from './latency/suite.ts';
import { lifecycle } from './lifecycle/suite.ts';
import { multiAgent } from './multi-agent/suite.ts';
import { resilience } from './resilience/suite.ts';
import { sandbox } from './sandbox/suite.ts';
import { telemetry } from './telemetry/suite.ts';
import { value } from './value/suite.ts';

/** All suites, in the order in which a person wants to know. */
export const catalogue: readonly Suite<TrialView>[] = [
  connectivity,
  lifecycle,
  multiAgent,
  isolation,
  agentsApi,
  sandbox,
  telemetry,
  crossSurface,
  resilience,
  value,
  latency,
];
