import type { TokenKeys } from '../auth/tokens.ts';
import type { Boundaries } from '../boundaries.ts';

/** The kinds of deviations there are; at least one defect is of each. */
export const DEFECT_FAMILIES = [
  'missing',
  'renamed',
  'wrapped',
  'duplicated',
  'reordered',
  'delayed',
  'bunched',
  'truncated',
  'wrong id',
  'wrong user',
  'wrong figure',
  'wrong status',
  'placeholder',
  'drifted schema',
  'swallowed error',
  'silent drop',
  'half done',
  'cut off',
  'auth bypass',
  'over-refusal',
  'lost page',
  'stuck state',
  'late write after cancel',
  'canned answer',
  'stale answer',
  'leaked raw',
  'leaked encoded',
  'leaked split',
  'leaked through an error',
  'leaked through a list',
  'leaked through telemetry',
  'constant health',
  'slow at one stage',
  'intermittent',
  'only under load',
  'only for the second user',
  'only after a failure',
] as const;

/** One of them. */
export type DefectFamily = (typeof DEFECT_FAMILIES)[number];

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
  /** How many users the deployment and the campaign need for it to show, where the usual few do not. */
  readonly users?: number;
}

/** A named deviation that wraps one or more boundaries of a deployment. */
export interface Defect extends DefectFacts {
  readonly build: (context: DefectContext) => Partial<Boundaries>;
}
