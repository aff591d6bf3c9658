/** What one tenant sees of the agents and tests of another: nothing. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { unknownId, WORKFLOWS } from '../agents-api/drive.ts';
import {
  bodyOf,
  error,
  expectAnswer,
  fieldOf,
  labelled,
  looksTheSame,
  missing,
  refOf,
  status,
} from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, answered, foreign, type Judge, testStatuses, unknownAgent, unknownTest } from './answers.ts';
import { compare, looksUnknownCompared } from './compare.ts';
import {
  askOf,
  findBuiltIn,
  HISTORY,
  type OwnAgent,
  openAgent,
  parsed,
  runTest,
  type Subject,
  subjectOf,
  testPath,
} from './drive.ts';
import { idsAsked } from './reading.ts';
import { testAt, textIn } from './results.ts';

/** Every deployment has it: docs/protocol.md 4.4. */
const BUILT_IN = 'unified_data_agent';
const LONG_HISTORY = `${HISTORY}?limit=500`;
const WAYS = ['test', 'history', 'read', 'compare'] as const;

/** All four requests, of an agent that is this user's or not. */
async function pry(subject: Subject, whose: string, [one, other]: readonly [string, string]): Promise<void> {
  await runTest(subject, `test: ${whose}`, { payload: { message: 'Whose is this?' } });
  await askOf(subject, `history: ${whose}`, 'GET', HISTORY);
  await askOf(subject, `read: ${whose}`, 'GET', testPath(one));
  await compare(subject, `compare: ${whose}`, one, other);
}

const message = (text: string) => ({ payload: { message: text } });

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

const idsIn = (body: unknown): readonly string[] => {
  const tests = fieldOf(body, 'tests');
  return Array.isArray(tests) ? tests.map((item: unknown) => textIn(item, 'test_id') ?? '') : [];
};

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

const CONTRADICTED = ['test', 'history'].map((way) => `${way} for another tenant`);
const WITHOUT = 'test without a tenant header';

/** Reads what is new in the history of the other tenant: something of ours must not be in it. */
async function readNew(subject: Subject, known: readonly string[]): Promise<void> {
  const after = await askOf(subject, 'history of the other afterwards', 'GET', LONG_HISTORY);
  const fresh = idsIn(parsed(after)).filter((id) => id !== '' && !known.includes(id));
  for (const id of fresh.slice(0, MOST_READ))
    await askOf(subject, 'new test of the other', 'GET', testPath(id));
}
const MOST_READ = 10;

const contradictions = defineCase<TrialView>({
  id: 'sandbox-tenant-header',
  purpose: 'names another tenant than that of the token, in the header and in the body',
  needs: ['sandbox', 'fixtures', 'two-tenants'],
  actors: 2,
  tenants: 'two',
  agentRuns: 1,
  async drive(stage) {
    const [own, theirs] = [await findBuiltIn(stage, BUILT_IN), await findBuiltIn(stage, BUILT_IN, 1)];
    const other = stage.actor(1).tenant;
    if (own === undefined || theirs === undefined || other === undefined) return;
    const agent = await openAgent(stage, { workflow: WORKFLOWS.quick });
    if (agent !== undefined) await askOf(agent, 'own history before', 'GET', HISTORY);
    const before = await askOf(theirs, 'history of the other before', 'GET', LONG_HISTORY);
    const headers = { 'x-tenant-id': other };
    const word = `strayed-${stage.nonce('word')}`;
    await runTest(own, CONTRADICTED[0] ?? '', message(word), headers);
    await askOf(own, CONTRADICTED[1] ?? '', 'GET', HISTORY, undefined, { headers });
    if (agent !== undefined) await runTest(agent, 'own agent for another tenant', message(word), headers);
    if (agent !== undefined) await askOf(agent, 'own history after', 'GET', HISTORY);
    await runTest(own, 'tenant in the body', { ...message(word), tenant_id: other });
    await readNew(theirs, idsIn(parsed(before)));
  },
  checks: [
    {
      id: 'sandbox/refuses-a-contradicting-tenant-header',
      requirement: 'SB-9.4',
      title: 'a tenant header that contradicts the token is refused, without effect',
      judge: (view) => {
        if (labelled(view, CONTRADICTED[0] ?? '').length === 0)
          return missing(view, `the agent ${BUILT_IN}, known to both`, 'AR-9.1');
        return [
          ...[...CONTRADICTED, 'own agent for another tenant'].flatMap((label) =>
            expectAnswer(view, label, status(403), error('TENANT_MISMATCH')),
          ),
          ...notFiled(view),
        ];
      },
    },
    {
      id: 'sandbox/ignores-a-tenant-in-the-body',
      requirement: 'SB-9.4',
      title: 'a tenant_id in the body is refused or ignored, and files nothing elsewhere',
      judge: (view, { variationPoints }) => {
        const label = 'tenant in the body';
        if (labelled(view, label).length === 0)
          return missing(view, `the agent ${BUILT_IN}, known to both`, 'AR-9.1');
        const statuses = [...testStatuses(variationPoints['VP-TEST201']), 400, 403, 422];
        return [...expectAnswer(view, label, status(...statuses)), ...notStrayed(view)];
      },
    },
  ],
});

/** The refused test of an own agent is in nobody's history. */
function notFiled(view: TrialView): readonly Finding[] {
  const readings = ['own history before', 'own history after'].flatMap((label) => labelled(view, label));
  const totals = readings.map((reading) => fieldOf(bodyOf(reading), 'total'));
  if (readings.length < 2 || totals.some((total) => typeof total !== 'number'))
    return missing(view, 'the own history before and after', 'SB-4.7');
  const refs = readings.map((reading) => refOf(view, reading));
  const statement = say('not-filed', 'as many tests as before', totals.join(' and '), ...refs);
  return [totals[0] === totals[1] ? pass(statement) : fail({ ...statement, code: 'has-an-effect' })];
}

/** None of the other tenant's new tests is one that we asked for. */
function notStrayed(view: TrialView): readonly Finding[] {
  const [after] = labelled(view, 'history of the other afterwards');
  if (after?.response?.status !== 200) return missing(view, 'the history of the other tenant', 'SB-4.1');
  const strayed = labelled(view, 'new test of the other').filter(({ response }) =>
    /strayed-[0-9a-f]{12}/.test(response?.body ?? ''),
  );
  const refs = [after, ...strayed].map((exchange) => refOf(view, exchange));
  const statement = say('not-strayed', 'no test of ours', `${strayed.length} of ours`, ...refs);
  return [strayed.length === 0 ? pass(statement) : fail({ ...statement, code: 'filed-elsewhere' })];
}

const header = defineCase<TrialView>({
  id: 'sandbox-no-tenant-header',
  purpose: 'tests an agent without naming a tenant',
  needs: ['sandbox', 'fixtures'],
  agentRuns: 1,
  async drive(stage) {
    const agent = await openAgent(stage, { workflow: WORKFLOWS.quick });
    if (agent === undefined) return;
    await runTest(agent, WITHOUT, message('No tenant is named'), {});
    await askOf(agent, 'history', 'GET', HISTORY);
  },
  checks: [
    {
      id: 'sandbox/needs-no-tenant-header',
      requirement: 'SB-9.2',
      title: 'a request without a tenant header is treated as declared',
      judge: about([WITHOUT], (view, { variationPoints }) => {
        const choice = variationPoints['VP-DEFTENANT'];
        const made = testStatuses(variationPoints['VP-TEST201']);
        if (choice === '400') return expectAnswer(view, WITHOUT, status(400), error());
        if (choice !== 'token-tenant')
          // The agent is the token's tenant's, and unknown to another one.
          return expectAnswer(view, WITHOUT, status(...made, 400, 404));
        return [...answered(view, WITHOUT, variationPoints['VP-TEST201']), ...isListed(view)];
      }),
    },
  ],
});

/** The test is in the history of the tenant of the token. */
function isListed(view: TrialView): readonly Finding[] {
  const [history] = labelled(view, 'history');
  const id = textIn(testAt(view, WITHOUT)?.body, 'test_id');
  if (history?.response?.status !== 200 || id === undefined)
    return missing(view, 'the test and the history', 'SB-4.1');
  const isThere = idsIn(bodyOf(history)).includes(id);
  const statement = say(
    'listed',
    'the test in the history',
    isThere ? 'it is' : 'not there',
    refOf(view, history),
  );
  return [isThere ? pass(statement) : fail({ ...statement, code: 'filed-elsewhere' })];
}

export const tenancyCases: readonly BoundCase<TrialView>[] = [isolation, contradictions, header];
