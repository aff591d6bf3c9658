/** Finds what was sent and must not come out, in whatever simple form it comes out. */
import type { EvidenceRef } from '../../harness/evidence/transcript.ts';
import type { ExchangeView, TrialView } from '../../harness/judge/views.ts';
import { CANARY_LENGTH, CANARY_LETTERS } from '../../scenarios/canary.ts';
import { fieldOf } from '../agents-api/expect.ts';
import { sentWith } from '../agents-api/made.ts';
import { canarySearch } from '../isolation/canaries.ts';
import { arrayOf } from './account.ts';

/** Members of this protocol: what stands in them is no canary. */
const NAMED: ReadonlySet<string> = new Set([
  ...['run_id', 'agent_id', 'agent_version', 'environment', 'status', 'started_at', 'ended_at'],
  ...['steps', 'failure', 'step_id', 'seq', 'step_type', 'name', 'latency_ms', 'metadata'],
  ...['failure_type', 'failure_code', 'message'],
]);

/** All texts in a value, keys included. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, of]) => [key, ...textsIn(of)]);
}

const unnamed = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, of]) => (NAMED.has(key) ? [] : textsIn(of)));

const WORD = new RegExp(`[${CANARY_LETTERS}]{${CANARY_LENGTH}}`, 'g');
/** A row of digits with or without separators, long enough to be somebody's. */
const DIGITS = /\+?\(?\d[\d ().-]{7,}\d/g;

export interface Canaries {
  /** Words that only this campaign knows. */
  readonly words: readonly string[];
  /** Numbers in forbidden places. */
  readonly numbers: readonly string[];
}

/** What of a sent run must not be seen again. */
function canariesOf(body: unknown): Canaries {
  const steps = arrayOf(fieldOf(body, 'steps'));
  const failure = fieldOf(body, 'failure');
  const texts = [
    ...unnamed(body),
    ...steps.flatMap(unnamed),
    ...steps.flatMap((step) => textsIn(fieldOf(step, 'metadata'))),
    ...unnamed(failure),
    ...textsIn(fieldOf(failure, 'message')),
  ];
  const found = (pattern: RegExp): readonly string[] => texts.flatMap((text) => text.match(pattern) ?? []);
  return { words: found(WORD), numbers: found(DIGITS) };
}

/** The canaries of the bodies of these exchanges. */
export function canariesSent(exchanges: readonly ExchangeView[]): Canaries {
  const all = exchanges.map((exchange) => canariesOf(sentWith(exchange)));
  return {
    words: [...new Set(all.flatMap(({ words }) => words))],
    numbers: [...new Set(all.flatMap(({ numbers }) => numbers))],
  };
}

/** A number as it was sent, or without what stands between its digits. */
function numberIn(text: string, numbers: readonly string[]): string | undefined {
  return numbers.find((number) => text.includes(number) || text.includes(number.replace(/[ ().+-]/g, '')));
}

export interface Leak {
  readonly what: string;
  readonly ref: EvidenceRef;
}

const textOf = ({ response }: ExchangeView): string =>
  response === undefined ? '' : `${response.body}\n${JSON.stringify(response.headers)}`;

/** Every answer of the trial in which one of these can be read, whole or in pieces, plain or encoded. */
export function leaksIn(view: TrialView, { words, numbers }: Canaries): readonly Leak[] {
  const { search } = canarySearch(words.map((word) => ({ word, owner: '' })));
  return view.exchanges.flatMap((exchange): Leak[] => {
    const { request, response, label } = exchange;
    const text = textOf(exchange);
    const [hit] = search(text);
    const found = hit === undefined ? numberIn(text, numbers) : `${hit.canary.word} (${hit.dress})`;
    if (found === undefined) return [];
    const what = `${found} in the answer to ${request.method} "${label}"`;
    return [{ what, ref: view.ref(request.seq, response?.seq ?? request.seq) }];
  });
}
