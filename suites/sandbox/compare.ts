/** Two tests compared: an agent is tested, set up anew, and tested again. */
import { z } from 'zod';
import type { Terms } from '../../harness/core/check.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, inconclusive } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { openProject, unknownId, WORKFLOWS, type WorkflowBody } from '../agents-api/drive.ts';
import {
  bodyOf,
  expectAnswer,
  fieldOf,
  isOneChoice,
  labelled,
  looksTheSame,
  missing,
} from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, foreign, type Judge, made, misshapen, unknownCompared } from './answers.ts';
import { askOf, makeAgent, type OwnAgent, runTest, type Subject, setUpAnew } from './drive.ts';
import { idsAsked } from './reading.ts';
import { hasFailed, numberIn, shown, type Tested, testAt } from './results.ts';

/** Nodes of one kind, one after the other, each of so long. */
const steps = (count: number, delayMs: number): WorkflowBody => ({
  nodes: Array.from({ length: count }, (_, index) => ({
    id: `node-${index + 1}`,
    stepType: index === count - 1 ? ('respond' as const) : ('other' as const),
    delayMs,
    ...(index === 0 ? {} : { after: [`node-${index}`] }),
  })),
});
const FOUR = steps(4, 2);
const FIVE = steps(5, 12);

const LIKE = 'compare like ones';
const SAME = 'compare with itself';
const OTHER = 'compare';
const SWAPPED = 'compare the other way round';
const FAILED = 'compare with a failure';
const UNKNOWN = ['compare with an unknown one', 'compare an unknown one'] as const;
export const FOREIGN = 'compare with a foreign one';
const MISSHAPEN = {
  'compare without test_id_1': { ids: (id: string) => ({ test_id_2: id }), field: 'test_id_1' },
  'compare without test_id_2': { ids: (id: string) => ({ test_id_1: id }), field: 'test_id_2' },
  'compare with a word': {
    ids: (id: string) => ({ test_id_1: id, test_id_2: 'no-uuid' }),
    field: 'test_id_2',
  },
} as const;
const SHAPES = Object.keys(MISSHAPEN) as readonly (keyof typeof MISSHAPEN)[];

/** Which tests were compared under a label. */
const PAIRS: Readonly<Record<string, readonly [string, string]>> = {
  [LIKE]: ['first', 'second'],
  [SAME]: ['first', 'first'],
  [OTHER]: ['first', 'longer'],
  [SWAPPED]: ['longer', 'first'],
  [FAILED]: ['first', 'failing'],
};

/** Compares two tests of the agent. */
export const compare = (subject: Subject, label: string, one: string, other: string) =>
  askOf(subject, label, 'POST', '/test/compare', { test_id_1: one, test_id_2: other });

async function testInTurn(agent: OwnAgent): Promise<Readonly<Record<string, string>>> {
  const ids: Record<string, string> = {};
  const test = async (label: string): Promise<void> => {
    const id = await runTest(agent, label, { payload: { message: 'The same every time' } });
    if (id !== undefined) ids[label] = id;
  };
  await test('first');
  await test('second');
  if (await setUpAnew(agent, { workflow: FIVE })) await test('longer');
  if (await setUpAnew(agent, { workflow: WORKFLOWS.failing })) await test('failing');
  return ids;
}

const comparisons = defineCase<TrialView>({
  id: 'sandbox-comparisons',
  purpose: 'compares tests of an agent that was set up anew in between, and tests that cannot be compared',
  needs: ['sandbox', 'fixtures'],
  agentRuns: 5,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const agent = await makeAgent(stage, project, 'compared', { workflow: FOUR });
    if (agent === undefined) return;
    const ids = await testInTurn(agent);
    for (const [label, [one, other]] of Object.entries(PAIRS)) {
      const [first, second] = [ids[one], ids[other]];
      if (first !== undefined && second !== undefined) await compare(agent, label, first, second);
    }
    const first = ids['first'];
    if (first === undefined) return;
    await compare(agent, UNKNOWN[0], first, unknownId(stage, 'test'));
    await compare(agent, UNKNOWN[1], unknownId(stage, 'test'), first);
    for (const label of SHAPES)
      await askOf(agent, label, 'POST', '/test/compare', MISSHAPEN[label].ids(first));
    const stranger = await makeAgent(stage, project, 'stranger', { workflow: FOUR });
    const body = { payload: { message: 'For the stranger alone' } };
    const other = stranger === undefined ? undefined : await runTest(stranger, 'test of a stranger', body);
    if (other !== undefined) await compare(agent, FOREIGN, first, other);
  },
  checks: [
    {
      id: 'sandbox/compares-tests',
      requirement: 'SB-6.1',
      title: 'a comparison names both tests, and its deltas are the second minus the first',
      restsOn: 'SB-1.1',
      judge: about([LIKE], (view, terms) => [
        ...judgePair(LIKE, deltaFault)(view, terms),
        ...(labelled(view, OTHER).length === 0 ? [] : judgePair(OTHER, deltaFault)(view, terms)),
      ]),
    },
    {
      id: 'sandbox/compares-a-test-with-itself',
      requirement: 'SB-6.2',
      title: 'a test compared with itself shows no difference',
      restsOn: 'SB-1.1',
      judge: about([SAME], judgePair(SAME, sameFault)),
    },
    {
      id: 'sandbox/compares-the-other-way-round',
      requirement: 'SB-6.3',
      title: 'the other way round the deltas are negated',
      restsOn: 'SB-6.1',
      judge: anew(SWAPPED, judgePair(SWAPPED, swapFault)),
    },
    {
      id: 'sandbox/compares-success-with-failure',
      requirement: 'SB-6.4',
      title: 'a success compared with a failure has a changed status',
      restsOn: 'SB-8.1',
      judge: anew(FAILED, (view, terms) => {
        const test = testAt(view, 'failing');
        if (test === undefined || !hasFailed(test)) return missing(view, 'a failed test', 'SB-8.1');
        return judgePair(FAILED, statusFault)(view, terms);
      }),
    },
    {
      id: 'sandbox/tells-changed-step-counts',
      requirement: 'SB-6.5',
      title: 'a changed number of steps is told, and only a changed one',
      restsOn: 'SB-6.1',
      judge: anew(OTHER, (view, terms) => [
        ...judgePair(OTHER, countFault)(view, terms),
        ...judgePair(LIKE, countFault)(view, terms),
      ]),
    },
    {
      id: 'sandbox/compares-no-unknown-test',
      requirement: 'SB-6.6',
      title: 'a comparison with an unknown test is refused as declared',
      restsOn: 'SB-1.1',
      judge: about(UNKNOWN, (view, { variationPoints }) => [
        ...UNKNOWN.flatMap((label) => expectAnswer(view, label, ...unknownCompared(variationPoints))),
        ...isOneChoice(view, ...UNKNOWN),
      ]),
    },
    {
      id: 'sandbox/compares-no-test-of-another-agent',
      requirement: 'SB-6.7',
      title: 'a comparison with a test of another agent is refused as one with an unknown test',
      restsOn: 'SB-1.1',
      judge: about([FOREIGN], (view, terms) => looksUnknownCompared(view, terms, UNKNOWN[0], FOREIGN)),
    },
    {
      id: 'sandbox/refuses-misshapen-comparisons',
      requirement: 'SB-6.8',
      title: 'a comparison without both ids, or with one that is no UUID, is refused as declared',
      restsOn: 'SB-1.1',
      judge: about(SHAPES, (view, { variationPoints }) => [
        ...SHAPES.flatMap((label) =>
          expectAnswer(view, label, ...misshapen(variationPoints, MISSHAPEN[label].field, ['no-uuid'])),
        ),
        ...isOneChoice(view, ...SHAPES),
      ]),
    },
  ],
});

/** A judge that needs the agent to have been set up anew. */
function anew(label: string, judge: Judge): Judge {
  return (view, terms) => {
    if (labelled(view, label).length > 0) return judge(view, terms);
    const refused = labelled(view, 'set up anew').filter(({ response }) => response?.status !== 200);
    if (refused.length === 0) return about([label], judge)(view, terms);
    const told = `PUT answered ${refused[0]?.response?.status ?? 'nothing'}`;
    const seqs = refused.map(({ request }) => request.seq);
    return [inconclusive(say('not-set-up', 'an agent that is set up anew', told, view.ref(...seqs)))];
  };
}

const COMPARISON = z.looseObject({
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
function judgePair(label: string, faultOf: PairFault): Judge {
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

function deltaFault(body: Comparison, [one, other]: readonly [Tested, Tested], terms: Terms) {
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

function sameFault(body: Comparison): string | undefined {
  const deltas = [body.token_delta, body.cost_delta, body.timing_delta];
  if (deltas.some((delta) => delta !== 0)) return `deltas ${deltas.join(', ')}`;
  if (body.status_changed) return 'status_changed true';
  return body.trace_differences.length === 0 ? undefined : `differences ${shown(body.trace_differences)}`;
}

function swapFault(
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

const statusFault = (body: Comparison): string | undefined =>
  body.status_changed ? undefined : 'status_changed false';

function countFault(body: Comparison, [one, other]: readonly [Tested, Tested]): string | undefined {
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

export const comparisonCases: readonly BoundCase<TrialView>[] = [comparisons];
