/** What a case set up before the thing that it is about, as its checks find it. */

import type { Finding } from '../../harness/core/finding.ts';
import { parseJson } from '../../harness/core/json.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { MADE } from './drive.ts';
import { bodyOf, fieldOf, labelled, missing } from './expect.ts';

/** The id in an answer of 201. */
export function madeId(exchange: ExchangeView | undefined): string | undefined {
  if (exchange?.response?.status !== 201) return undefined;
  const id = fieldOf(bodyOf(exchange), 'id');
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** The ids of all that was made under that label. */
export const madeIds = (view: TrialView, label: string): readonly string[] =>
  labelled(view, label).flatMap((exchange) => madeId(exchange) ?? []);

/** Why a case did not get as far as what it judges; nothing when it did. */
export function notSetUp(view: TrialView, runs: string, count = 1): readonly Finding[] | undefined {
  if (madeIds(view, MADE.project).length === 0) return missing(view, 'a project', 'AR-1.1d');
  if (madeIds(view, runs).length < count) return missing(view, `${count} started`, 'AR-2.1');
  return undefined;
}

/** The body that was sent with a request, as JSON. */
export const sentWith = (exchange: ExchangeView | undefined): unknown =>
  parseJson(exchange?.request.body ?? '');

/** The requirement that hides a run which was started and could not be read: it came late, or not at all. */
export const unread = (exchange: ExchangeView | undefined): string =>
  exchange?.response?.status === 404 ? 'AR-2.1d' : 'AR-3.1';
