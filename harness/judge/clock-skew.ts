import type { EvidenceRef } from '../evidence/transcript.ts';
import type { ExchangeView, TrialView } from './views.ts';

/**
 * What one answer says about the target's clock. Its `Date` header has whole seconds and was written between
 * our sending and our receiving, which bounds the offset from both sides.
 */
export interface OffsetBound {
  /** Target's clock minus ours, ms. */
  readonly low: number;
  readonly high: number;
  readonly ref: EvidenceRef;
}

export interface ClockSkew {
  readonly n: number;
  readonly lowMs: number;
  readonly highMs: number;
  /** The bounds contradict each other: the target's clock jumped, or its `Date` header does not tell the time. */
  readonly isContradictory: boolean;
  readonly refs: readonly EvidenceRef[];
}

/** RFC 9110 dates have a resolution of one second. */
const DATE_RESOLUTION_MS = 1000;
/**
 * Servers write the date of a second a little late, since they keep it ready, and the hosts behind one address
 * differ a little: what contradicts itself by less than this is one clock.
 */
const DATE_LATENESS_MS = 250;

/** The bound that an exchange gives, if it got an answer with a date. */
export function offsetBound(exchange: ExchangeView, view: TrialView): OffsetBound | undefined {
  const { request, response } = exchange;
  // Another origin has a clock of its own.
  if (!request.url.startsWith('/')) return undefined;
  const date = Date.parse(response?.headers['date'] ?? '');
  if (response === undefined || Number.isNaN(date)) return undefined;
  return {
    low: date - view.wallAt(response.at),
    high: date + DATE_RESOLUTION_MS - view.wallAt(request.at),
    ref: view.ref(request.seq, response.seq),
  };
}

/**
 * The offsets that fit every bound. A change of the date's second between two close requests makes the range
 * as narrow as their distance.
 */
export function clockSkew(bounds: readonly OffsetBound[]): ClockSkew | undefined {
  if (bounds.length === 0) return undefined;
  const lowest = bounds.reduce((best, bound) => (bound.low > best.low ? bound : best));
  const highest = bounds.reduce((best, bound) => (bound.high < best.high ? bound : best));
  return {
    n: bounds.length,
    lowMs: Math.min(lowest.low, highest.high),
    highMs: Math.max(lowest.low, highest.high),
    isContradictory: lowest.low > highest.high + DATE_LATENESS_MS,
    refs: lowest === highest ? [lowest.ref] : [lowest.ref, highest.ref],
  };
}
