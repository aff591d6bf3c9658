import type { HistoryEntry } from '../entry.ts';

/** Where the history is kept. */
export interface HistoryStore {
  /** Adds a campaign; one that is there already is replaced. */
  readonly append: (entry: HistoryEntry) => Promise<void>;
  /** The newest campaigns against a target, oldest first, so many at most. */
  readonly read: (target: string, most: number) => Promise<readonly HistoryEntry[]>;
  readonly close: () => Promise<void>;
}
