/** What the deployment depends on and can be made to do without (docs/protocol.md 9). */
export const DEPENDENCIES = ['store', 'token-keys'] as const;

/** One of the dependencies. */
export type Dependency = (typeof DEPENDENCIES)[number];

/** The keys by which tokens are verified cannot be had. */
export class KeysUnavailableError extends Error {
  constructor() {
    super('the token keys are unavailable');
    this.name = 'KeysUnavailableError';
  }
}

/** Which dependencies are made unavailable. */
export interface FaultSwitch {
  readonly unavailable: () => readonly Dependency[];
  /** Replaces the set; an empty one restores everything. */
  readonly set: (unavailable: readonly Dependency[]) => void;
}

/** A switch that tells whoever is concerned. */
export function faultSwitch(onChange: (unavailable: ReadonlySet<Dependency>) => void): FaultSwitch {
  let current: ReadonlySet<Dependency> = new Set();
  return {
    unavailable: () => DEPENDENCIES.filter((each) => current.has(each)),
    set: (unavailable) => {
      current = new Set(unavailable);
      onChange(current);
    },
  };
}
