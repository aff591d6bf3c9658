import type { CompleteProfile } from '../profile.ts';
import { DEFAULT_PROFILE } from './default.ts';

/** The reference deployment: the protocol as it stands, with the optional fixtures. */
export const REFERENCE_PROFILE: CompleteProfile = Object.freeze({
  ...DEFAULT_PROFILE,
  name: 'reference',
  capabilities: { ...DEFAULT_PROFILE.capabilities, fixtures: true },
});
