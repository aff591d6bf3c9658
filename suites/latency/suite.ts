import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import {
  benchmarkRuns,
  loadedSessions,
  sampleCancellation,
  sampleData,
  sampleEndpoints,
  sampleHealth,
  sampleOptimisation,
  sampleSessions,
  sampleTeam,
} from '../../scenarios/latency-samples.ts';
import { sampleSandbox, sampleTelemetry } from '../../scenarios/latency-services.ts';
import { benchmark } from './benchmark.ts';
import { claims } from './claims.ts';
import { comparison } from './comparison.ts';
import { requirements } from './requirements.ts';

export const latency: Suite<TrialView> = {
  id: 'latency',
  title: 'Latency: limits kept by 95 of 100',
  requirements,
  scenarios: [
    benchmarkRuns,
    sampleSessions,
    sampleHealth,
    sampleData,
    sampleCancellation,
    sampleEndpoints,
    sampleTelemetry,
    sampleSandbox,
    loadedSessions,
    sampleOptimisation,
    sampleTeam,
  ],
  checks: [...claims, benchmark, comparison],
};
