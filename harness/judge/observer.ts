import type { Millis, TransportErrorEntry } from '../evidence/transcript.ts';
import type { TrialView } from './views.ts';

/** How long our own process stood still during the trial: by so much any time measured in it may be our doing. */
export const stalledMs = (view: TrialView): Millis => view.transcript.seal?.observer.stalledMs ?? 0;

/**
 * By how much one time measured in the trial may be our doing: what arrives while we stand still is read as soon as we
 * go on, so a single stall delays it, not all of them together.
 */
export const longestStallMs = (view: TrialView): Millis =>
  view.transcript.seal?.observer.longestStallMs ?? stalledMs(view);

/**
 * Whether a time beyond its limit by this much could be explained by our own lateness. Such a sample is spoilt:
 * it speaks neither for nor against the target.
 */
export const isSpoilt = (excessMs: Millis, view: TrialView): boolean => excessMs <= stalledMs(view);

/** Whether it took longer than its limit, and longer than our own lateness could explain. */
export const isLate = (tookMs: Millis, limitMs: Millis, view: TrialView): boolean =>
  tookMs > limitMs && !isSpoilt(tookMs - limitMs, view);

/** The operating system's words for: this process, or this machine, has no more descriptors, ports, buffers or memory. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** Where the trial shows that we lacked something: whatever did not come about then is nobody else's doing. */
export const ownShortage = ({ transcript }: TrialView): TransportErrorEntry | undefined =>
  transcript.entries.find(
    (entry): entry is TransportErrorEntry => entry.kind === 'transport.error' && SHORTAGES.has(entry.code),
  );
