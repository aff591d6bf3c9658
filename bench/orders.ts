import type { ObserverError } from '../harness/evidence/transcript.ts';
import type { Received, Wave } from './contestants.ts';

/** What the bench tells a client's process. */
export type Order =
  | { readonly kind: 'open'; readonly sessions: number; readonly perSecond: number }
  | { readonly kind: 'play'; readonly wave: Wave }
  | { readonly kind: 'take' }
  | { readonly kind: 'weigh' };

/** What a client's process answers; `ready` unasked, when it can take orders. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'opened'; readonly greeted: number }
  | { readonly kind: 'played'; readonly cpuMicros: number; readonly observer: ObserverError }
  | ({ readonly kind: 'received' } & Received)
  | { readonly kind: 'weighed'; readonly rssBytes: number; readonly heapBytes: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** The answer to each kind of order. */
interface AnswerTo {
  readonly open: 'opened';
  readonly play: 'played';
  readonly take: 'received';
  readonly weigh: 'weighed';
}
export type AnswerOf<K extends Order['kind']> = Extract<Answer, { kind: AnswerTo[K] }>;
