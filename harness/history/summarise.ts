/** The history of one target as renderers show it: what moved, what flickers, what is close to its limit. */
import { MEASURES } from '../core/measure.ts';
import { VERDICTS, type Verdict } from '../core/verdict.ts';
import { changePoint, trend } from '../stats/change-point.ts';
import { holm } from '../stats/holm.ts';
import { believedShare } from '../stats/proportion.ts';
import { type HistoryEntry, isWhole } from './entry.ts';
import { HISTORY_FORMAT, type HistorySummary, type PastMeasure } from './summary.ts';

/** Campaigns that a reader looks back at; older ones are another product. */
export const MOST_CAMPAIGNS = 100;
/** The probability that any measure is said to have changed although none did. */
const ALPHA = 0.05;
/** From this part of its limit on, an ordinary bad day is a breach. */
const NEAR = 0.9;
/** Any: the same history gives the same summary. */
const SEED = 1;

/** The summary of these campaigns; nothing where there are none. */
export function summariseHistory(entries: readonly HistoryEntry[]): HistorySummary | undefined {
  const ordered = inOrder(entries);
  const newest = ordered.at(-1);
  if (newest === undefined) return undefined;
  return {
    format: HISTORY_FORMAT,
    target: newest.target,
    campaigns: ordered.map((entry) => ({
      campaign: entry.campaign,
      at: entry.at,
      harness: entry.harness,
      versions: [...entry.versions],
      exitCode: entry.exitCode,
      isWhole: isWhole(entry),
      totals: totalsOf(entry),
    })),
    requirements: idsOf(ordered).map((id) => ({
      id,
      verdicts: ordered.map(({ requirements }) => requirements[id] ?? null),
    })),
    measures: measuresOf(ordered.filter(isWhole)),
    flaky: flakyOf(ordered.filter((entry) => isWhole(entry) && isComparable(entry, newest))),
    nearLimits: nearLimitsOf(newest),
  };
}

/** Oldest first; what was recorded twice counts once. */
function inOrder(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const byCampaign = new Map(entries.map((entry) => [entry.campaign, entry]));
  return [...byCampaign.values()]
    .sort((a, b) => a.at.localeCompare(b.at) || a.campaign.localeCompare(b.campaign))
    .slice(-MOST_CAMPAIGNS);
}

function totalsOf({ requirements }: HistoryEntry): HistorySummary['campaigns'][number]['totals'] {
  const all = Object.values(requirements);
  const counts = VERDICTS.map((verdict) => [verdict, all.filter((one) => one === verdict).length] as const);
  return Object.fromEntries(counts) as Record<Verdict, number>;
}

const idsOf = (entries: readonly HistoryEntry[]): readonly string[] => [
  ...new Set(entries.flatMap(({ requirements }) => Object.keys(requirements))),
];

/** A target that does not tell its version is taken for the same one: what it does not say nobody else knows. */
const isComparable = (one: HistoryEntry, other: HistoryEntry): boolean =>
  one.harness === other.harness && [...one.versions].sort().join() === [...other.versions].sort().join();

const keyOf = ({ measure, of }: Pick<PastMeasure, 'measure' | 'of'>): string => `${measure} ${of ?? ''}`;

function measuresOf(entries: readonly HistoryEntry[]): PastMeasure[] {
  const all = new Map<string, PastMeasure>();
  for (const { campaign, at, measures } of entries) {
    for (const { measure, of, n, medianMs, p95Ms } of measures) {
      const key = keyOf({ measure, of });
      const named = { measure, ...(of === undefined ? {} : { of }), meaning: MEASURES[measure] };
      const known = all.get(key) ?? { ...named, points: [] };
      known.points.push({ campaign, at, n, medianMs, p95Ms });
      all.set(key, known);
    }
  }
  return withChanges([...all.values()]);
}

/** All measures are looked at together, so that a hundred of them do not bring five changes by chance. */
function withChanges(measures: readonly PastMeasure[]): PastMeasure[] {
  const medians = measures.map(({ points }) => points.map(({ medianMs }) => medianMs.point));
  const changes = medians.map((values) => changePoint(values, SEED));
  const p = holm(changes.map((change) => change?.p ?? 1));
  return measures.map((measure, index) => {
    const moved = trend(medians[index] ?? []);
    const change = changes[index];
    const campaign = measure.points[change?.at ?? -1]?.campaign;
    const corrected = p[index] ?? 1;
    const isChanged = change !== undefined && campaign !== undefined && corrected <= ALPHA;
    return {
      ...measure,
      ...(moved === undefined ? {} : { trend: { msPerCampaign: moved.slope, p: moved.p, n: moved.n } }),
      ...(isChanged
        ? {
            change: {
              campaign,
              beforeMs: change.before,
              afterMs: change.after,
              p: corrected,
              n: change.n,
            },
          }
        : {}),
    };
  });
}

/** Checks that both passed and failed although neither target nor harness changed. */
function flakyOf(entries: readonly HistoryEntry[]): HistorySummary['flaky'] {
  const ids = [...new Set(entries.flatMap(({ checks }) => Object.keys(checks)))];
  return ids.flatMap((check) => {
    const decided = entries
      .map(({ checks }) => checks[check])
      .filter((verdict) => verdict === 'pass' || verdict === 'fail');
    const failed = decided.filter((verdict) => verdict === 'fail').length;
    const n = decided.length;
    if (failed === 0 || failed === n) return [];
    return [{ check, n, failed, probability: believedShare({ good: failed, n }) }];
  });
}

const nearLimitsOf = ({ claims }: HistoryEntry): HistorySummary['nearLimits'] =>
  claims
    .map((claim) => ({ ...claim, share: claim.p95Ms.point / claim.limitMs }))
    .filter(({ share }) => share >= NEAR && share <= 1)
    .sort((a, b) => b.share - a.share);
