/** Steps, messages and node states of a run: their shapes, and what was read of them. */
import { z } from 'zod';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { say } from '../statements.ts';
import { bodyOf, fieldOf, isInstant, labelled, refOf } from './expect.ts';
import { idsOf, pageOf } from './pages.ts';
import { INSTANT, RUN_STATUSES } from './run-shape.ts';

const id = z.string().min(1);
const turn = z.int().min(1);

/** AgentStep; `input` and `output` are whatever the step took and gave. */
export const AGENT_STEP = z.looseObject({
  id,
  runId: id,
  turn,
  stepNumber: z.int().min(1),
  nodeId: id,
  stepType: z.enum(['plan', 'retrieve', 'tool', 'respond', 'other']),
  status: z.enum(RUN_STATUSES),
  durationMs: z.number().nonnegative().nullable(),
  startedAt: INSTANT.nullable(),
  completedAt: INSTANT.nullable(),
});

/** AgentMessage. */
export const AGENT_MESSAGE = z.looseObject({
  id,
  runId: id,
  turn,
  role: z.enum(['user', 'assistant', 'system', 'tool']),
  content: z.string(),
  contextItemIds: z.array(z.string()),
  createdAt: INSTANT,
});

/** AgentNodeState; how far `progress` may go is judged apart. */
export const AGENT_NODE_STATE = z.looseObject({
  runId: id,
  nodeId: id,
  status: z.enum([...RUN_STATUSES, 'SKIPPED']),
  progress: z.number(),
  messages: z.array(z.unknown()),
});

/** What keeps a value from its shape, in few words. */
export function issueOf(schema: z.ZodType, value: unknown): string | undefined {
  const issue = schema.safeParse(value).error?.issues[0];
  return issue === undefined ? undefined : `${issue.path.join('.') || 'it'}: ${issue.message}`;
}

/** A list, read from its first page to its last. */
export interface Reading {
  readonly items: readonly unknown[];
  readonly ids: readonly string[];
  /** What each page said, where they differ. */
  readonly totals: readonly number[];
  readonly refs: readonly EvidenceRef[];
}

/** The list that was walked under that label; nothing when it was not answered with pages to an end. */
export function readList(view: TrialView, label: string): Reading | undefined {
  const exchanges = labelled(view, label);
  const pages = exchanges.map(pageOf).filter((page) => page !== undefined);
  if (pages.length < exchanges.length || pages.at(-1)?.nextCursor !== null) return undefined;
  const items = pages.flatMap((page) => page.items);
  const totals = [...new Set(pages.map(({ total }) => total))];
  return { items, ids: idsOf(items), totals, refs: exchanges.map((one) => refOf(view, one)) };
}

/** What was read, or nothing of it: for a judge that is asked only when it was readable. */
export const listOf = (view: TrialView, label: string): Reading =>
  readList(view, label) ?? { items: [], ids: [], totals: [], refs: [] };

/** Why the list does not hold together: totals that differ from what there is, or an id twice. */
export function listFault({ items, ids, totals }: Reading): string | undefined {
  if (totals.length !== 1 || totals[0] !== items.length)
    return `total ${totals.join(' and ')} of ${items.length} items`;
  const repeated = ids.find((one, index) => ids.indexOf(one) !== index);
  return repeated === undefined ? undefined : `${repeated} comes twice`;
}

/** The first place where times go backwards; items without a time are another check's matter. */
export function backwardsAt(items: readonly unknown[], field: string): string | undefined {
  const times = items.map((item) => fieldOf(item, field)).filter(isInstant);
  const place = times.findIndex((time, index) => Date.parse(time) < Date.parse(times[index - 1] ?? time));
  return place < 0 ? undefined : `${field} ${times[place]} after ${times[place - 1]}`;
}

/** A field of the last answer of that label, as far as it is JSON. */
export const lastField = (view: TrialView, label: string, field: string): unknown =>
  fieldOf(lastBody(view, label), field);

export function lastBody(view: TrialView, label: string): unknown {
  const last: ExchangeView | undefined = labelled(view, label).at(-1);
  return last === undefined ? undefined : bodyOf(last);
}

/** Where the last exchange of each label is in the evidence. */
export const lastRefs = (view: TrialView, ...labels: readonly string[]): readonly EvidenceRef[] =>
  labels.flatMap((label) => {
    const last = labelled(view, label).at(-1);
    return last === undefined ? [] : [refOf(view, last)];
  });

/** One finding: everything that is wrong, or that nothing is. */
export function conclude(
  code: string,
  expected: string,
  faults: readonly (string | undefined)[],
  refs: readonly EvidenceRef[],
): readonly Finding[] {
  const wrong = faults.filter((fault) => fault !== undefined);
  const actual = wrong.length === 0 ? 'so it is' : wrong.slice(0, 4).join('; ');
  const statement = say(wrong.length === 0 ? 'as-expected' : code, expected, actual, ...refs);
  return [wrong.length === 0 ? pass(statement) : fail(statement)];
}
