import { entryOf } from '../history/entry.ts';
import { openHistory } from '../history/stores/open.ts';
import type { HistoryStore } from '../history/stores/store.ts';
import { MOST_CAMPAIGNS, summariseHistory } from '../history/summarise.ts';
import type { HistorySummary } from '../history/summary.ts';
import type { CampaignReport } from '../report/model.ts';

/** What earlier campaigns say beside a report, and how that one becomes part of them. */
export interface Memory {
  readonly summary: HistorySummary | undefined;
  /** To be called when the report is known to hold no secret. */
  readonly keep: () => Promise<void>;
}

/** A history that fails is told and changes no verdict: it is what others said, not evidence. */
export async function remember(
  report: CampaignReport,
  place: Parameters<typeof openHistory>[0],
  tell: (message: string) => void,
): Promise<Memory> {
  const entry = entryOf(report);
  const nothing = { summary: undefined, keep: async () => undefined };
  if (entry === undefined) return nothing;
  const attempt = async <Result>(
    what: (store: HistoryStore) => Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      const store = await openHistory(place);
      return await what(store).finally(() => store.close());
    } catch (cause) {
      tell(cause instanceof Error ? cause.message : String(cause));
      return undefined;
    }
  };
  const earlier = await attempt((store) => store.read(entry.target, MOST_CAMPAIGNS));
  if (earlier === undefined) return nothing;
  return {
    summary: summariseHistory([...earlier, entry]),
    keep: async () => void (await attempt((store) => store.append(entry))),
  };
}
