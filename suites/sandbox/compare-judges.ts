/** What a comparison must tell of the two tests, as they were answered before. */
import { z } from 'zod';
import type { Terms } from '../../harness/core/check.ts';
import type { Finding } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { bodyOf, expectAnswer, fieldOf, labelled, looksTheSame, missing } from '../agents-api/expect.ts';
import { foreign, type Judge, made, unknownCompared } from './answers.ts';
import { idsAsked } from './reading.ts';
import { hasFailed, numberIn, shown, type Tested, testAt } from './results.ts';

export const LIKE = 'compare like ones';
export const SAME = 'compare with itself';
export const OTHER = 'compare';
export const SWAPPED = 'compare the other way round';
export const FAILED = 'compare with a failure';

/** Which tests were compared under a label. */
export const PAIRS: Readonly<Record<string, readonly [string, string]>> = {
  [LIKE]: ['first', 'second'],
  [SAME]: ['first', 'first'],
  [OTHER]: ['first', 'longer'],
  [SWAPPED]: ['longer', 'first'],
  [FAILED]: ['first', 'failing'],
};

/** A comparison as docs/protocol.md 6.3 has it. */
export const COMPARISON = z.looseObject({
  test_id_1: z.string(),
  test_id_2: z.string(),
  status_changed: z.boolean(),
  token_delta: z.int(),
  cost_delta: z.number(),
  timing_delta: z.number(),
  trace_differences: z.array(z.string()),
});
type Comparison = z.infer<typeof COMPARISON>;

type PairFault = (
  body: Comparison,
  pair: readonly [Tested, Tested],
  terms: Terms,
  view: TrialView,
) => string | undefined;

/** The comparison of that label, against the two tests as they were answered. */
export function judgePair(label: string, faultOf: PairFault): Judge {
  return (view, terms): readonly Finding[] => {
    const [one, other] = (PAIRS[label] ?? []).map((name) => testAt(view, name));
    if (one === undefined || other === undefined) return missing(view, 'two tests', 'SB-1.1');
    const expected = 'the comparison as docs/protocol.md 6.3 has it';
    return expectAnswer(
      view,
      label,
      made(expected, (body) => {
        const parsed = COMPARISON.safeParse(body);
        if (!parsed.success)
          return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)[0];
        return faultOf(parsed.data, [one, other], terms, view);
      }),
    );
  };
}

const COST_EXACT = 1e-9 * (1 + 1e-6);
const COST_ROUNDED = 1e-6;
const TIME_MS = 1;

const costSlack = ({ prices }: Terms): number => (prices === undefined ? COST_ROUNDED : COST_EXACT);

const amountsOf = ({ body }: Tested) => ({
  tokens: numberIn(fieldOf(body, 'token_usage'), 'total_tokens') ?? Number.NaN,
  cost: numberIn(fieldOf(body, 'token_usage'), 'estimated_cost_usd') ?? Number.NaN,
  time: numberIn(fieldOf(body, 'execution_trace'), 'total_duration_ms') ?? Number.NaN,
});

const isWithin = (a: number, b: number, slack: number): boolean => Math.abs(a - b) <= slack;

export function deltaFault(body: Comparison, [one, other]: readonly [Tested, Tested], terms: Terms) {
  const ids = [fieldOf(one.body, 'test_id'), fieldOf(other.body, 'test_id')];
  if (body.test_id_1 !== ids[0] || body.test_id_2 !== ids[1])
    return `of ${body.test_id_1} and ${body.test_id_2}`;
  const [was, is] = [amountsOf(one), amountsOf(other)];
  if (body.token_delta !== is.tokens - was.tokens)
    return `token_delta ${body.token_delta} from ${was.tokens} to ${is.tokens}`;
  if (!isWithin(body.cost_delta, is.cost - was.cost, costSlack(terms)))
    return `cost_delta ${body.cost_delta} from ${was.cost} to ${is.cost}`;
  if (!isWithin(body.timing_delta, is.time - was.time, TIME_MS))
    return `timing_delta ${body.timing_delta} from ${was.time} to ${is.time}`;
  const isChanged = hasFailed(one) !== hasFailed(other);
  return body.status_changed === isChanged ? undefined : `status_changed ${body.status_changed}`;
}

export function sameFault(body: Comparison): string | undefined {
  const deltas = [body.token_delta, body.cost_delta, body.timing_delta];
  if (deltas.some((delta) => delta !== 0)) return `deltas ${deltas.join(', ')}`;
  if (body.status_changed) return 'status_changed true';
  return body.trace_differences.length === 0 ? undefined : `differences ${shown(body.trace_differences)}`;
}

export function swapFault(
  body: Comparison,
  _pair: readonly [Tested, Tested],
  terms: Terms,
  view: TrialView,
): string | undefined {
  const [forth] = labelled(view, OTHER);
  const parsed = COMPARISON.safeParse(forth === undefined ? undefined : bodyOf(forth));
  // What is wrong with that one is told of that one.
  if (!parsed.success) return undefined;
  const there = parsed.data;
  if (body.token_delta !== -there.token_delta && body.token_delta + there.token_delta !== 0)
    return `token_delta ${there.token_delta} and ${body.token_delta}`;
  if (!isWithin(body.cost_delta, -there.cost_delta, costSlack(terms)))
    return `cost_delta ${there.cost_delta} and ${body.cost_delta}`;
  if (!isWithin(body.timing_delta, -there.timing_delta, TIME_MS))
    return `timing_delta ${there.timing_delta} and ${body.timing_delta}`;
  return body.status_changed === there.status_changed ? undefined : 'status_changed in one way only';
}

export const statusFault = (body: Comparison): string | undefined =>
  body.status_changed ? undefined : 'status_changed false';

export function countFault(body: Comparison, [one, other]: readonly [Tested, Tested]): string | undefined {
  const [was, is] = [one.steps?.length ?? 0, other.steps?.length ?? 0];
  const line = `Step count changed: ${was} → ${is}`;
  const told = body.trace_differences.filter((text) => text.startsWith('Step count changed'));
  if (was === is) return told.length === 0 ? undefined : `"${told[0]}" for ${was} steps each`;
  return told.length === 1 && told[0] === line ? undefined : `${shown(told)} instead of "${line}"`;
}

/** A comparison with something foreign is answered as one with something unknown. */
export function looksUnknownCompared(
  view: TrialView,
  { variationPoints }: Terms,
  unknownLabel: string,
  foreignLabel: string,
): readonly Finding[] {
  const found = expectAnswer(view, foreignLabel, ...foreign(variationPoints));
  if (found.some(({ verdict }) => verdict !== 'pass')) return found;
  const usual = expectAnswer(view, unknownLabel, ...unknownCompared(variationPoints));
  if (usual.some(({ verdict }) => verdict !== 'pass'))
    return missing(view, 'the answer to a comparison with an unknown test', 'SB-6.6');
  return [...found, ...looksTheSame(view, unknownLabel, foreignLabel, idsAsked(view))];
}
