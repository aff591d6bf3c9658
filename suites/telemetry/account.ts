/** Runs as they were sent and as they are shown: what of them must be the same. */

import { z } from 'zod';
import { canonicalJson } from '../../harness/core/canonical-json.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { bodyOf, fieldOf, isInstant, labelled } from '../agents-api/expect.ts';
import { sentWith } from '../agents-api/made.ts';
import type { Fields } from './ground.ts';

const instant = z.string().refine(isInstant, 'no RFC 3339 time in UTC');
const end = instant.nullish();

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const id = z.string().regex(UUID, 'no UUID');

/** A step as docs/protocol.md 7.1 has it. */
export const STEP = z.looseObject({
  step_id: id,
  seq: z.int().nonnegative(),
  step_type: z.enum(['plan', 'retrieve', 'tool', 'respond', 'other']),
  name: z.string().min(1),
  latency_ms: z.int().nonnegative(),
  started_at: instant,
  ended_at: end,
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** A failure as a list of them shows it. */
export const FAILURE = z.looseObject({
  failure_id: z.string().min(1),
  run_id: id,
  step_id: id.nullish(),
  failure_type: z.enum(['tool', 'model', 'retrieval', 'orchestration']),
  failure_code: z.string().min(1),
  message: z.string(),
  created_at: instant,
});

/** A run as a list of them has to show it at least. */
export const LISTED_RUN = z.looseObject({
  run_id: id,
  agent_id: z.string().min(1),
  agent_version: z.string().min(1),
  environment: z.string().min(1),
  status: z.enum(['success', 'failure', 'partial']),
  started_at: instant,
  ended_at: end,
});

/** A run as it is answered and read. */
export const STORED_RUN = LISTED_RUN.extend({
  steps: z.array(STEP),
  failures: z.array(z.looseObject({})),
  created_at: instant,
});

const isTime = (name: string): boolean => name.endsWith('_at');

/** Times are kept to the millisecond at least, and what is left out may come back as null. */
function isSame(name: string, sent: unknown, shown: unknown): boolean {
  if (isTime(name) && typeof sent === 'string')
    return typeof shown === 'string' && Date.parse(shown) === Date.parse(sent);
  if (name === 'metadata' && shown === undefined) return canonicalJson(sent ?? {}) === '{}';
  return canonicalJson(sent ?? null) === canonicalJson(shown ?? null);
}

/** The first of these members that is not shown as it was sent, in words. */
export function difference(sent: unknown, shown: unknown, names: readonly string[]): string | undefined {
  const name = names.find((one) => !isSame(one, fieldOf(sent, one), fieldOf(shown, one)));
  if (name === undefined) return undefined;
  const words = (of: unknown): string => (JSON.stringify(fieldOf(of, name)) ?? 'missing').slice(0, 60);
  return `${name}: sent ${words(sent)}, shown ${words(shown)}`;
}

export const RUN_MEMBERS = [
  'run_id',
  'agent_id',
  'agent_version',
  'environment',
  'status',
  'started_at',
  'ended_at',
] as const;
const STEP_MEMBERS = [
  'step_id',
  'seq',
  'step_type',
  'name',
  'latency_ms',
  'started_at',
  'ended_at',
  'metadata',
] as const;
const FAILURE_MEMBERS = ['step_id', 'failure_type', 'failure_code', 'message'] as const;

export const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Steps that are not those that were sent, in the order of seq, in words. */
export function stepsDiffer(sent: unknown, shown: unknown): string | undefined {
  const wanted = [...arrayOf(fieldOf(sent, 'steps'))].sort(
    (a, b) => Number(fieldOf(a, 'seq')) - Number(fieldOf(b, 'seq')),
  );
  if (!Array.isArray(shown) || shown.length !== wanted.length)
    return `${Array.isArray(shown) ? shown.length : 'no list of'} steps instead of ${wanted.length}`;
  const at = wanted.findIndex((step, index) => difference(step, shown[index], STEP_MEMBERS) !== undefined);
  return at < 0 ? undefined : `step ${at}: ${difference(wanted[at], shown[at], STEP_MEMBERS)}`;
}

/** Failures that are not the one that was sent, or that are there although none was, in words. */
export function failuresDiffer(sent: unknown, shown: unknown): string | undefined {
  const failure = fieldOf(sent, 'failure');
  const count = failure === undefined || failure === null ? 0 : 1;
  if (!Array.isArray(shown) || shown.length !== count)
    return `${Array.isArray(shown) ? shown.length : 'no list of'} failures instead of ${count}`;
  return count === 0 ? undefined : difference(failure, shown[0], FAILURE_MEMBERS);
}

/** What is sent under a label, and how it was answered. */
export const postAt = (view: TrialView, label: string): ExchangeView | undefined => labelled(view, label)[0];

/** The body of an answer of 200 or 201. */
export function answered(exchange: ExchangeView | undefined): unknown {
  const status = exchange?.response?.status;
  return exchange !== undefined && (status === 200 || status === 201) ? bodyOf(exchange) : undefined;
}

/** All runs of these labels that were taken, as they were sent. */
export const takenUnder = (view: TrialView, label: string): readonly Fields[] =>
  labelled(view, label).flatMap((exchange) => {
    const sent = sentWith(exchange);
    const isTaken = exchange.response?.status === 201 && typeof sent === 'object' && sent !== null;
    return isTaken ? [sent as Fields] : [];
  });
