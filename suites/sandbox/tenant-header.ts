/** The tenant is that of the token, whatever a header or a body says. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { WORKFLOWS } from '../agents-api/drive.ts';
import {
  bodyOf,
  error,
  expectAnswer,
  fieldOf,
  labelled,
  missing,
  refOf,
  status,
} from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, answered, testStatuses } from './answers.ts';
import {
  askOf,
  BUILT_IN,
  findBuiltIn,
  HISTORY,
  LONG_HISTORY,
  message,
  openAgent,
  parsed,
  runTest,
  type Subject,
  testPath,
} from './drive.ts';
import { idsIn, testAt, textIn } from './results.ts';

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

export const headerCases: readonly BoundCase<TrialView>[] = [contradictions, header];
