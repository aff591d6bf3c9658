import type { CompleteProfile } from '../profile.ts';
import { DEFAULT_PROFILE } from './default.ts';

/** Platforms of the netra vocabularies: a chat socket for certain, and whatever else a profile over this one adds. */
export const NETRA_PROFILE: CompleteProfile = Object.freeze({
  ...DEFAULT_PROFILE,
  name: 'netra',
  dialect: 'netra',
  capabilities: {
    ...DEFAULT_PROFILE.capabilities,
    'event-numbers': false,
    'run-accounts': false,
    cancellation: false,
    'multi-agent': false,
    'agents-api': false,
    'run-stream': false,
    sandbox: false,
    telemetry: false,
    'run-telemetry': false,
    'price-table': false,
  },
  // Nothing is known of these choices, so any of the allowed ones is right as long as it stays.
  variationPoints: Object.fromEntries(Object.keys(DEFAULT_PROFILE.variationPoints).map((id) => [id, null])),
  prices: null,
});
