/** Several users at once, of as many tenants as they are. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import type { WorkflowBody } from '../agents-api/drive.ts';
import { bodyOf, fieldOf, labelled, missing, refOf } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { hidden } from './answers.ts';
import { askOf, HISTORY, type OwnAgent, openAgent, runTest, subjectOf } from './drive.ts';
import { isModel, isTool, resultFault, type Tested, testsOf, textIn } from './results.ts';

const USERS = 5;
const TEST = 'test at once';
const AFTER = 'history afterwards';

const WORK: WorkflowBody = {
  nodes: [
    { id: 'look', stepType: 'tool', tool: 'search_tickets', delayMs: 20 },
    { id: 'answer', stepType: 'respond', after: ['look'], delayMs: 20 },
  ],
};

/** For each user the agent of their tenant; who is not known to be of one has an agent of their own. */
async function agentsOf(stage: Stage): Promise<readonly (OwnAgent | undefined)[]> {
  const agents = new Map<string, OwnAgent | undefined>();
  const of: (OwnAgent | undefined)[] = [];
  for (let index = 0; index < USERS; index += 1) {
    const tenant = stage.actor(index).tenant ?? `of actor ${index}`;
    if (!agents.has(tenant)) agents.set(tenant, await openAgent(stage, { workflow: WORK }, index));
    of.push(agents.get(tenant));
  }
  return of;
}

export const crowd: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'sandbox-at-once',
  purpose: 'has five users test at once, those of one tenant the same agent',
  needs: ['sandbox', 'fixtures'],
  actors: USERS,
  agentRuns: USERS,
  async drive(stage) {
    const agents = await agentsOf(stage);
    await Promise.all(
      agents.map(async (agent, index) => {
        if (agent === undefined) return;
        const own = subjectOf(stage, stage.actor(index), agent.id);
        await runTest(own, TEST, { payload: { message: `of-user-${stage.nonce(`user ${index}`)}` } });
      }),
    );
    for (const agent of new Set(agents)) if (agent !== undefined) await askOf(agent, AFTER, 'GET', HISTORY);
  },
  checks: [
    {
      id: 'sandbox/tests-at-once-keep-apart',
      requirement: 'SB-10.1',
      title: 'five tests at once each answer their own payload, and the histories grow by five',
      restsOn: 'SB-1.1',
      judge: (view) => {
        const nothing = hidden(view, TEST);
        if (nothing !== undefined) return nothing;
        const tests = testsOf(view);
        if (tests.length < USERS) return missing(view, `${USERS} tests that were answered`, 'SB-1.1');
        return [...tests.map((test) => judgeOne(test, tests)), ...judgeHistories(view, tests)];
      },
    },
  ],
});

const wordOf = ({ payload }: Tested): string => textIn(payload, 'message') ?? '';

/** The result is whole, tells of its own payload, and of nobody else's. */
function judgeOne(test: Tested, all: readonly Tested[]): Finding {
  const text = JSON.stringify(test.body) ?? '';
  const stranger = all.find((other) => other !== test && text.includes(wordOf(other)));
  const own = (test.steps ?? []).filter((step) => isTool(step) || isModel(step));
  const isOwn = own.some((step) => (JSON.stringify(fieldOf(step, 'input')) ?? '').includes(wordOf(test)));
  const fault =
    resultFault(test.body, test.agentId) ??
    (stranger === undefined ? undefined : `the payload of another: ${wordOf(stranger)}`) ??
    (isOwn ? undefined : `nothing of its own payload ${wordOf(test)}`);
  const statement = say('own-payload', 'a result of its own payload', fault ?? 'so it is', test.ref);
  return fault === undefined ? pass(statement) : fail({ ...statement, code: 'mixed-up' });
}

/** Each agent is the case's own, so that its history holds these tests and no others. */
function judgeHistories(view: TrialView, tests: readonly Tested[]): readonly Finding[] {
  const histories = labelled(view, AFTER);
  const agents = new Set(tests.map(({ agentId }) => agentId));
  if (histories.length < agents.size || histories.some(({ response }) => response?.status !== 200))
    return missing(view, 'the history of each agent', 'SB-4.1');
  const listed = histories.flatMap((history) => {
    const items = fieldOf(bodyOf(history), 'tests');
    return Array.isArray(items) ? items.map((item: unknown) => textIn(item, 'test_id') ?? '') : [];
  });
  const totals = histories.map((history) => Number(fieldOf(bodyOf(history), 'total')));
  const sum = totals.reduce((all, one) => all + one, 0);
  const ids = tests.map(({ body }) => textIn(body, 'test_id') ?? '');
  const isRight = sum === USERS && ids.every((id) => listed.filter((one) => one === id).length === 1);
  const actual = `totals ${totals.join(' and ')}, ${ids.filter((id) => listed.includes(id)).length} listed`;
  const refs = histories.map((history) => refOf(view, history));
  const statement = say('grown', `${USERS} in all, each test once`, actual, ...refs);
  return [isRight ? pass(statement) : fail({ ...statement, code: 'wrong-history' })];
}
