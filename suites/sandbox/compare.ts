/** Two tests compared: an agent is tested, set up anew, and tested again. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { inconclusive } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { openProject, unknownId, WORKFLOWS, type WorkflowBody } from '../agents-api/drive.ts';
import { expectAnswer, isOneChoice, labelled, missing } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, type Judge, misshapen, unknownCompared } from './answers.ts';
import {
  countFault,
  deltaFault,
  FAILED,
  judgePair,
  LIKE,
  looksUnknownCompared,
  OTHER,
  PAIRS,
  SAME,
  SWAPPED,
  sameFault,
  statusFault,
  swapFault,
} from './compare-judges.ts';
import { askOf, makeAgent, type OwnAgent, runTest, type Subject, setUpAnew } from './drive.ts';
import { hasFailed, testAt } from './results.ts';

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

const UNKNOWN = ['compare with an unknown one', 'compare an unknown one'] as const;
const FOREIGN = 'compare with a foreign one';
const MISSHAPEN = {
  'compare without test_id_1': { ids: (id: string) => ({ test_id_2: id }), field: 'test_id_1' },
  'compare without test_id_2': { ids: (id: string) => ({ test_id_1: id }), field: 'test_id_2' },
  'compare with a word': {
    ids: (id: string) => ({ test_id_1: id, test_id_2: 'no-uuid' }),
    field: 'test_id_2',
  },
} as const;
const SHAPES = Object.keys(MISSHAPEN) as readonly (keyof typeof MISSHAPEN)[];

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
      judge: anew(
        FAILED,
        (view, terms) => {
          const test = testAt(view, 'failing');
          if (test === undefined || !hasFailed(test)) return missing(view, 'a failed test', 'SB-8.1');
          return judgePair(FAILED, statusFault)(view, terms);
        },
        'SB-8.1',
      ),
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
function anew(label: string, judge: Judge, because = 'SB-1.1'): Judge {
  return (view, terms) => {
    if (labelled(view, label).length > 0) return judge(view, terms);
    const refused = labelled(view, 'set up anew').filter(({ response }) => response?.status !== 200);
    if (refused.length === 0) return about([label], judge, because)(view, terms);
    const told = `PUT answered ${refused[0]?.response?.status ?? 'nothing'}`;
    const seqs = refused.map(({ request }) => request.seq);
    return [inconclusive(say('not-set-up', 'an agent that is set up anew', told, view.ref(...seqs)))];
  };
}

export const comparisonCases: readonly BoundCase<TrialView>[] = [comparisons];
