import type { Level } from './verdict.ts';

/** What a target may offer; the plan states for each whether it is there and, if not, why. */
export const CAPABILITIES = [
  'chat',
  'mint-tokens',
  'sub-protocol-auth',
  'listed-origin',
  'browser-origins',
  'threads',
  'thinking-events',
  'event-numbers',
  'run-accounts',
  'cancellation',
  'multi-agent',
  'agents-api',
  'fixtures',
  'faults',
  'run-stream',
  'sandbox',
  'telemetry',
  'run-telemetry',
  'several-users',
  'two-tenants',
  'tenant-mates',
  'many-users',
  'price-table',
  'webhook-catcher',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** One normative clause. Its id is permanent. */
export interface Requirement {
  readonly id: string;
  readonly level: Level;
  /** In our own words, with RFC 2119 keywords. */
  readonly text: string;
  /** The section of docs/protocol.md that says so. */
  readonly clause: string;
  readonly source: string;
  readonly when?: readonly Capability[];
  /** Why no check observes it; such a requirement is listed, never counted as covered. */
  readonly excluded?: string;
}

/** Freezes a table of requirements; refuses a repeated id. */
export function defineRequirements<const T extends readonly Requirement[]>(requirements: T): T {
  const seen = new Set<string>();
  for (const { id } of requirements) {
    if (seen.has(id)) throw new TypeError(`requirement ${id} is declared twice: ids are unique`);
    seen.add(id);
  }
  return Object.freeze(requirements);
}
