/** How long runs took to show in the telemetry: from the end of a run, or the answer to its ingest. */
import { parseJson } from '../core/json.ts';
import type { Millis } from '../evidence/transcript.ts';
import { terminalOf } from './run-facts.ts';
import type { ExchangeView, TrialView } from './views.ts';

/** Label of the readings with which a case waits for a run; the first one follows at once. */
export const AWAITED = 'await in telemetry';

export interface Showing {
  readonly runId: string;
  /** When the run was over, or taken in. */
  readonly since: Millis;
  /** The reading that showed it. */
  readonly shown: ExchangeView | undefined;
  /** The last reading that was answered before and did not show it. */
  readonly unseen: ExchangeView | undefined;
}

const idIn = (url: string): string | undefined => {
  const id = /\/v1\/runs\/([^/?]+)$/.exec(url)?.[1];
  return id === undefined ? undefined : decodeURIComponent(id);
};

const isIngest = ({ method, url }: ExchangeView['request']): boolean =>
  method === 'POST' && url.endsWith('/v1/runs');

function beginnings(view: TrialView): ReadonlyMap<string, Millis> {
  const since = new Map<string, Millis>();
  for (const { request, response } of view.exchanges) {
    if (response?.status !== 201 || !isIngest(request)) continue;
    const body = parseJson(response.body) as { readonly run_id?: unknown } | null | undefined;
    if (typeof body?.run_id === 'string') since.set(body.run_id, response.at);
  }
  for (const run of view.runs) {
    const runId = run.events[0]?.event.runId;
    const terminal = terminalOf(run);
    if (runId !== undefined && terminal !== undefined) since.set(runId, terminal.at);
  }
  return since;
}

/** The runs that were waited for, as far as it is known since when. */
export function showings(view: TrialView): readonly Showing[] {
  const readings = new Map<string, ExchangeView[]>();
  for (const exchange of view.exchanges) {
    const id = exchange.label === AWAITED ? idIn(exchange.request.url) : undefined;
    if (id !== undefined) readings.set(id, [...(readings.get(id) ?? []), exchange]);
  }
  const since = beginnings(view);
  return [...readings].flatMap(([runId, own]): Showing[] => {
    const from = since.get(runId);
    if (from === undefined) return [];
    const at = own.findIndex(({ response }) => response?.status === 200);
    const before = own.slice(0, at < 0 ? own.length : at);
    const unseen = before.findLast(({ response }) => response?.status === 404);
    return [{ runId, since: from, shown: own[at], unseen }];
  });
}

/** One latency for each run that showed, its reading included. */
export const telemetryLags = (view: TrialView): readonly Millis[] =>
  showings(view).flatMap(({ since, shown }) =>
    shown?.response === undefined ? [] : [Math.max(0, shown.response.at - since)],
  );
