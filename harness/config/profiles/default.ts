import type { CompleteProfile } from '../profile.ts';
import { REFERENCE_CHOICES } from '../variation-points.ts';

const MIB = 1_048_576;

/** The protocol as it stands in docs/protocol.md; every other profile says only where it differs. */
export const DEFAULT_PROFILE: CompleteProfile = Object.freeze({
  name: 'default',
  endpoints: { health: '/health', chat: '/ws', telemetryIngest: '/', telemetryQuery: '/' },
  dialect: 'agent-events.v1',
  capabilities: {
    chat: true,
    'mint-tokens': true,
    'sub-protocol-auth': true,
    'listed-origin': true,
    'browser-origins': true,
    threads: true,
    'multi-agent': true,
    'agents-api': true,
    // Optional in the protocol: a deployment that has them says so.
    fixtures: false,
    faults: false,
    'run-stream': true,
    sandbox: true,
    telemetry: true,
    'run-telemetry': true,
    'two-tenants': true,
    'tenant-mates': true,
    'many-users': true,
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
});
