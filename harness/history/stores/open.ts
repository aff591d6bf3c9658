import { openFileStore } from './file-store.ts';
import type { HistoryStore } from './store.ts';

/**
 * The history where the configuration puts it: in a database, or in a file among the results. The database library is
 * loaded only where there is one.
 */
export async function openHistory(place: {
  readonly resultsDir: string;
  readonly historyUrl: string | undefined;
}): Promise<HistoryStore> {
  if (place.historyUrl === undefined) return openFileStore(place.resultsDir);
  const { openPostgresStore } = await import('./postgres-store.ts');
  return openPostgresStore(place.historyUrl);
}
