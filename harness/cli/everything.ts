import { CAPABILITIES } from '../core/requirement.ts';
import type { Capabilities } from '../plan/select.ts';

/** A target that has everything: what could be judged at all. */
export const EVERYTHING = Object.fromEntries(
  CAPABILITIES.map((capability) => [capability, { available: true, reason: '' }]),
) as unknown as Capabilities;
