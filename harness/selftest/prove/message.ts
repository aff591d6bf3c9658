/** What the runner and the processes that drive for it say to each other. */
import type { Job } from './job.ts';
import type { Look } from './look.ts';

/** A job for a driving process, and where. */
export interface Order {
  readonly job: Job;
  readonly alone: boolean;
  /** What is driven. */
  readonly commit: string;
  /** An empty database for its deployment. */
  readonly storeUrl: string;
  /** Where campaigns are written; what deviates is kept. */
  readonly folder: string;
  /** Multiplies the limits. */
  readonly patience: number;
  /** When driving ends, finished or not. */
  readonly deadlineMs: number;
}

/** What a driving process answers. */
export type Answer = { readonly kind: 'ready' } | { readonly kind: 'look'; readonly look: Look };
