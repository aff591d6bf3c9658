import { type ClaimCheck, defineClaim } from '../../harness/core/check.ts';
import type { LatencyClaim } from '../../harness/core/claim.ts';
import type { Capability } from '../../harness/core/requirement.ts';

/** A claim with what most of them have in common left out. */
export interface Declared extends Pick<LatencyClaim, 'measure' | 'of' | 'limit'> {
  readonly id: string;
  readonly requirement: string;
  readonly title: string;
  readonly restsOn: string;
  readonly topUp: { readonly id: string };
  readonly samplesPerTrial?: number;
  readonly from?: 'load';
  readonly when?: readonly Capability[];
}

/** The claim, on quiet trials where nothing else is said. */
export function declare({ id, requirement, title, restsOn, when, topUp, ...stated }: Declared): ClaimCheck {
  const { measure, of, limit, samplesPerTrial = 1, from = 'quiet' } = stated;
  return defineClaim({
    id: `latency/${id}`,
    requirement,
    title,
    restsOn,
    ...(when === undefined ? {} : { when }),
    claim: { measure, ...(of === undefined ? {} : { of }), limit, from, samplesPerTrial, topUp: topUp.id },
  });
}
