import type { TokenKeys } from '../auth/tokens.ts';
import type { Boundaries } from '../boundaries.ts';

/** What kind of deviation it is. */
export type DefectFamily =
  | 'missing events'
  | 'fields'
  | 'order'
  | 'isolation'
  | 'silence'
  | 'authentication'
  | 'closing'
  | 'time'
  | 'fake results'
  | 'surroundings';

/** What a defect may use of the deployment it is built into. */
export interface DefectContext {
  /** How long a delaying defect delays. */
  readonly delayMs: number;
  readonly keys: TokenKeys;
  readonly newId: () => string;
}

/** What is told about a defect: what it breaks, and which requirements must and may notice it. */
export interface DefectFacts {
  readonly id: string;
  readonly title: string;
  /** The section of docs/protocol.md it deviates from. */
  readonly breaks: string;
  readonly family: DefectFamily;
  readonly mustFail: readonly string[];
  readonly mayFail: readonly string[];
  /** Requirements that it leaves undecided by their own words, which is how they notice it. */
  readonly leavesOpen?: readonly string[];
}

/** A named deviation that wraps one or more boundaries of a deployment. */
export interface Defect extends DefectFacts {
  readonly build: (context: DefectContext) => Partial<Boundaries>;
}
