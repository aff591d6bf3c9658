import type { ReportedMeasure } from '../harness/report/model.ts';

type Estimate = ReportedMeasure['medianMs'];

/** From here on seconds read better than milliseconds. */
const SECOND_MS = 1000;

/** A duration with its unit, to about three figures. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 100 * SECOND_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (size >= SECOND_MS) return `${(ms / SECOND_MS).toFixed(size < 10 * SECOND_MS ? 2 : 1)} s`;
  if (size >= 100) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(size < 10 ? 2 : 1)} ms`;
}

/** The interval of an estimate; a bound that n cannot carry is said to be missing. */
export function interval({ low, high }: Estimate): string {
  if (low === undefined && high === undefined) return 'no interval at this n';
  if (low === undefined) return `at most ${duration(high ?? 0)}`;
  if (high === undefined) return `at least ${duration(low)}`;
  return `${duration(low)} to ${duration(high)}`;
}

/** `90 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
