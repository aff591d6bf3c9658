import type { CompleteProfile } from '../profile.ts';
import { REFERENCE_CHOICES } from '../variation-points.ts';

const MIB = 1_048_576;

/** The protocol as it stands in docs/protocol.md; every other profile says only where it differs. */
export const DEFAULT_PROFILE: CompleteProfile = Object.freeze({
  name: 'default',
  endpoints: { health: '/health', chat: '/ws', telemetryIngest: '/', telemetryQuery: '/' },
  environment: undefined,
  dialect: 'agent-events.v1',
  vocabulary: {},
  tenancy: 'tenants',
  capabilities: {
    chat: true,
    'mint-tokens': true,
    'sub-protocol-auth': true,
    'listed-origin': true,
    'browser-origins': true,
    threads: true,
    // What a vocabulary may lack; without it the clauses about it are not judged.
    'thinking-events': true,
    'event-numbers': true,
    'run-accounts': true,
    cancellation: true,
    'multi-agent': true,
    'agents-api': true,
    // Optional in the protocol: a deployment that has them says so.
    fixtures: false,
    faults: false,
    'run-stream': true,
    sandbox: true,
    telemetry: true,
    'run-telemetry': true,
    'several-users': true,
    'two-tenants': true,
    'tenant-mates': true,
    'many-users': true,
    'price-table': true,
    'webhook-catcher': true,
  },
  variationPoints: REFERENCE_CHOICES,
  thresholds: {},
  // The top-level domain is reserved (RFC 2606), so no deployment can have it on its list.
  origins: { unlisted: 'https://unlisted.conformance.invalid' },
  limits: {
    // Above the 25 users that docs/protocol.md section 4 names for load, with an idle listener each.
    sessions: 50,
    startsPerSecond: 50,
    // Twice the largest message of the protocol, so that a frame above the limit is still seen whole.
    frameBytes: 2 * MIB,
    evidenceBytesPerTrial: 64 * MIB,
    entriesPerTrial: 100_000,
  },
  faults: undefined,
  // docs/protocol.md 6.4
  prices: {
    version: '2024-08-01',
    fallback: 'gpt-4o-mini',
    models: {
      'gpt-4o-mini': { input_nusd: 150, output_nusd: 600 },
      'gpt-4o': { input_nusd: 2_500, output_nusd: 10_000 },
      'gpt-3.5-turbo': { input_nusd: 500, output_nusd: 1_500 },
      'rule-planner-1': { input_nusd: 50, output_nusd: 200 },
      'workflow-engine-1': { input_nusd: 20, output_nusd: 80 },
    },
  },
});
