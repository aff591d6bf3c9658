/** What one tenant sees of the agents and tests of another: nothing. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { unknownId, WORKFLOWS } from '../agents-api/drive.ts';
import { bodyOf, expectAnswer, labelled, looksTheSame, missing, refOf } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, foreign, type Judge, unknownAgent, unknownTest } from './answers.ts';
import { compare } from './compare.ts';
import { looksUnknownCompared } from './compare-judges.ts';
import {
  askOf,
  BUILT_IN,
  findBuiltIn,
  HISTORY,
  LONG_HISTORY,
  message,
  type OwnAgent,
  openAgent,
  runTest,
  type Subject,
  subjectOf,
  testPath,
} from './drive.ts';
import { idsAsked } from './reading.ts';
import { idsIn, testAt, textIn } from './results.ts';

const WAYS = ['test', 'history', 'read', 'compare'] as const;

/** All four requests, of an agent that is this user's or not. */
async function pry(subject: Subject, whose: string, [one, other]: readonly [string, string]): Promise<void> {
  await runTest(subject, `test: ${whose}`, { payload: { message: 'Whose is this?' } });
  await askOf(subject, `history: ${whose}`, 'GET', HISTORY);
  await askOf(subject, `read: ${whose}`, 'GET', testPath(one));
  await compare(subject, `compare: ${whose}`, one, other);
}

async function strangers(stage: Stage, agent: OwnAgent): Promise<void> {
  const ids = [
    await runTest(agent, 'first of the owner', message('One')),
    await runTest(agent, 'second of the owner', message('Two')),
  ];
  const [one = unknownId(stage, 'one'), other = unknownId(stage, 'other')] = ids;
  await askOf(agent, 'read by the owner', 'GET', testPath(one));
  const actor = stage.actor(1);
  await pry(subjectOf(stage, actor, unknownId(stage, 'agent')), 'unknown agent', [one, other]);
  await pry(subjectOf(stage, actor, agent.id), 'foreign agent', [one, other]);
}

async function shareBuiltIn(stage: Stage): Promise<void> {
  const [own, theirs] = [await findBuiltIn(stage, BUILT_IN), await findBuiltIn(stage, BUILT_IN, 1)];
  if (own === undefined || theirs === undefined) return;
  const one = await runTest(own, 'built-in, first tenant', message('Of the first tenant'));
  const other = await runTest(theirs, 'built-in, second tenant', message('Of the second tenant'));
  await askOf(own, 'history of the first', 'GET', LONG_HISTORY);
  await askOf(theirs, 'history of the second', 'GET', LONG_HISTORY);
  if (one === undefined || other === undefined) return;
  const unknown = unknownId(stage, 'test');
  await askOf(theirs, 'unknown test', 'GET', testPath(unknown));
  await askOf(theirs, 'foreign test', 'GET', testPath(one));
  await compare(theirs, 'compare unknown', other, unknown);
  await compare(theirs, 'compare foreign', other, one);
}

const isolation = defineCase<TrialView>({
  id: 'sandbox-tenants',
  purpose: 'asks for the agents and tests of another tenant',
  needs: ['sandbox', 'fixtures', 'two-tenants'],
  actors: 2,
  tenants: 'two',
  agentRuns: 4,
  async drive(stage) {
    const agent = await openAgent(stage, { workflow: WORKFLOWS.quick });
    if (agent !== undefined) await strangers(stage, agent);
    await shareBuiltIn(stage);
  },
  checks: [
    {
      id: 'sandbox/agents-of-another-tenant-look-unknown',
      requirement: 'SB-9.1',
      title: 'an agent of another tenant is answered like an unknown one, whatever is asked',
      restsOn: 'SB-1.1',
      judge: about(['test: foreign agent'], (view, terms) => {
        if (labelled(view, 'read by the owner')[0]?.response?.status !== 200)
          return missing(view, 'a test that its owner can read', 'SB-5.1');
        return WAYS.flatMap((way) => looksForeign(way)(view, terms));
      }),
    },
    {
      id: 'sandbox/tests-of-another-tenant-look-unknown',
      requirement: 'SB-9.1',
      title: 'a test that another tenant made of a built-in agent is answered like an unknown one',
      restsOn: 'SB-1.1',
      judge: (view, { variationPoints }) => {
        if (labelled(view, 'foreign test').length === 0) return missing(view, 'two tests', 'SB-1.1');
        const found = expectAnswer(view, 'foreign test', ...foreign(variationPoints));
        if (found.some(({ verdict }) => verdict !== 'pass')) return found;
        const usual = expectAnswer(view, 'unknown test', ...unknownTest(variationPoints));
        if (usual.some(({ verdict }) => verdict !== 'pass'))
          return missing(view, 'the answer to an unknown test', 'SB-5.2');
        return [...found, ...looksTheSame(view, 'unknown test', 'foreign test', idsAsked(view))];
      },
    },
    {
      id: 'sandbox/compares-no-test-of-another-tenant',
      requirement: 'SB-6.7',
      title: 'a comparison with a test of another tenant is refused as one with an unknown test',
      restsOn: 'SB-1.1',
      when: ['two-tenants'],
      judge: (view, terms) =>
        labelled(view, 'compare foreign').length === 0
          ? missing(view, 'two tests', 'SB-1.1')
          : looksUnknownCompared(view, terms, 'compare unknown', 'compare foreign'),
    },
    {
      id: 'sandbox/histories-of-tenants-are-apart',
      requirement: 'SB-9.3',
      title: 'the histories of two tenants have no test in common',
      restsOn: 'SB-4.1',
      judge: judgeApart,
    },
  ],
});

/** The answer for a foreign agent is that for an unknown one. */
function looksForeign(way: (typeof WAYS)[number]): Judge {
  return (view, { variationPoints }) => {
    const [usual, hidden] = [`${way}: unknown agent`, `${way}: foreign agent`];
    const found = expectAnswer(view, hidden, ...foreign(variationPoints));
    if (found.some(({ verdict }) => verdict !== 'pass')) return found;
    const unknown = expectAnswer(view, usual, ...unknownAgent(variationPoints));
    if (unknown.some(({ verdict }) => verdict !== 'pass'))
      return missing(view, 'the answer for an unknown agent', way === 'history' ? 'SB-4.8' : 'SB-1.6');
    return [...found, ...looksTheSame(view, usual, hidden, idsAsked(view))];
  };
}

function judgeApart(view: TrialView): readonly Finding[] {
  const labels = ['history of the first', 'history of the second'];
  const readings = labels.flatMap((label) => labelled(view, label).slice(0, 1));
  const [one, other] = readings.map(bodyOf).map(idsIn);
  const made = ['built-in, first tenant', 'built-in, second tenant'].map(
    (label) => testAt(view, label)?.body,
  );
  const [own, theirs] = made.map((body) => textIn(body, 'test_id'));
  if (one === undefined || other === undefined || own === undefined || theirs === undefined)
    return missing(view, 'a test and a history of each tenant', 'SB-1.1');
  // What is not listed at all cannot be listed once too often.
  if (!one.includes(own) || !other.includes(theirs))
    return missing(view, 'histories that hold what was just tested', 'SB-4.1');
  const common = one.filter((id) => other.includes(id));
  const actual = common.length === 0 ? `${one.length} and ${other.length}` : `${common.length} in both`;
  const refs = readings.map((reading) => refOf(view, reading));
  const statement = say('apart', 'no test in both histories', actual, ...refs);
  return [common.length === 0 ? pass(statement) : fail({ ...statement, code: 'shared-tests' })];
}

export const isolationCases: readonly BoundCase<TrialView>[] = [isolation];
