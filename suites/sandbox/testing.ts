/** Agents of every kind, each tested once: what their results show is judged many times. */
import { canonicalJson } from '../../harness/core/canonical-json.ts';
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, pass } from '../../harness/core/finding.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { type OwnProject, openProject } from '../agents-api/drive.ts';
import { expectAnswer, holds, isOneChoice, missing } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, answered, made } from './answers.ts';
import {
  askOf,
  type Fields,
  findBuiltIn,
  HISTORY,
  makeAgent,
  type OwnAgent,
  runTest,
  testPath,
  ticketPayload,
} from './drive.ts';
import { FAILING_LABELS, LIST_FAILED, READ_FAILED } from './error-judges.ts';
import { errorChecks, traceChecks } from './result-checks.ts';
import { hasFailed, nameOf, resultFault, shown, testAt } from './results.ts';
import { TICKET_AGENT } from './ticket-judges.ts';
import { unlistedCostFault } from './token-judges.ts';
import { failingWork, TICKET_WORK, TOOLS_ONLY } from './workflows.ts';

const UNKNOWN_MODEL = 'conformance-model-that-nobody-lists';

async function testOne(agent: OwnAgent, payload: Fields): Promise<void> {
  const id = await runTest(agent, 'test', { payload, simulate_webhook: true });
  if (id !== undefined) await askOf(agent, 'read', 'GET', testPath(id));
  await runTest(agent, 'set off by default', { payload });
  await runTest(agent, 'set off by schedule', { payload, simulate_webhook: false });
  await runTest(agent, 'empty payload', { payload: {} });
}

async function testOthers(stage: Stage, project: OwnProject, payload: Fields): Promise<void> {
  const draft = await makeAgent(stage, project, 'draft', { workflow: TICKET_WORK, status: 'DRAFT' });
  if (draft !== undefined) await runTest(draft, 'of a draft', { payload });
  const unlisted = { workflow: TICKET_WORK, model: UNKNOWN_MODEL };
  const costly = await makeAgent(stage, project, 'of an unlisted model', unlisted);
  if (costly !== undefined) await runTest(costly, 'unlisted model', { payload });
  const plain = await makeAgent(stage, project, 'of tools', { workflow: TOOLS_ONLY });
  if (plain !== undefined) await runTest(plain, 'tools only', { payload });
  const clerk = await findBuiltIn(stage, 'ticket_agent');
  if (clerk !== undefined) await runTest(clerk, TICKET_AGENT, { payload });
}

async function testFailing(stage: Stage, project: OwnProject, payload: Fields): Promise<void> {
  for (const label of FAILING_LABELS) {
    const agent = await makeAgent(stage, project, label, { workflow: failingWork(label) });
    const id = agent === undefined ? undefined : await runTest(agent, label, { payload });
    if (agent === undefined || id === undefined || label !== 'failing tool') continue;
    await askOf(agent, READ_FAILED, 'GET', testPath(id));
    await askOf(agent, LIST_FAILED, 'GET', HISTORY);
  }
}

/** The result as docs/protocol.md 6.3 has it, of an agent that does not fail. */
const succeeds = (view: TrialView, label: string) =>
  holds('the whole result, a success without errors', (body) => {
    const test = testAt(view, label);
    if (test === undefined) return 'no result';
    return resultFault(body, test.agentId) ?? (hasFailed(test) ? 'status "failed"' : undefined);
  });

const expectSuccess = (label: string, because = 'SB-1.1') =>
  about(
    [label],
    (view, { variationPoints }) =>
      answered(view, label, variationPoints['VP-TEST201'], succeeds(view, label)),
    because,
  );

/** Two tests of one workflow show the same steps. */
function takesTheSamePath(view: TrialView, usual: string, other: string): readonly Finding[] {
  const [one, two] = [testAt(view, usual), testAt(view, other)];
  if (one === undefined || two === undefined) return missing(view, 'two tests to compare', 'SB-1.1');
  const [expected, actual] = [one, two].map(({ steps = [] }) => steps.map(nameOf).join(', '));
  const statement = say('same-path', expected ?? '', actual ?? '', one.ref, two.ref);
  return [expected === actual ? pass(statement) : fail({ ...statement, code: 'another-path' })];
}

export const testing: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'sandbox-tests',
  purpose: 'tests agents that work, that fail, and that cost nothing or nobody knows what',
  needs: ['sandbox', 'fixtures'],
  agentRuns: 11,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const payload = ticketPayload(stage);
    const agent = await makeAgent(stage, project, 'tested', { workflow: TICKET_WORK });
    if (agent !== undefined) await testOne(agent, payload);
    await testOthers(stage, project, ticketPayload(stage, 'another'));
    await testFailing(stage, project, payload);
  },
  checks: [
    {
      id: 'sandbox/answers-tests',
      requirement: 'SB-1.1',
      title: 'a test of an active agent and of a draft is answered with the whole result',
      judge: (view, terms) => [
        ...expectSuccess('test', 'AR-9.1')(view, terms),
        ...expectSuccess('of a draft', 'AR-9.1')(view, terms),
        // A refusal is another matter than a choice of how success is told.
        ...isOneChoice(
          view,
          ...['test', 'of a draft', ...FAILING_LABELS].filter((label) => testAt(view, label)),
        ),
      ],
    },
    {
      id: 'sandbox/is-set-off-by-a-webhook-by-default',
      requirement: 'SB-1.2',
      title: 'a test that does not say what sets the agent off is that of a webhook',
      judge: (view, terms) => [
        ...expectSuccess('set off by default')(view, terms),
        ...takesTheSamePath(view, 'test', 'set off by default'),
      ],
    },
    {
      id: 'sandbox/can-be-set-off-by-the-schedule',
      requirement: 'SB-1.3',
      title: 'a test set off by the schedule is answered as any other',
      judge: expectSuccess('set off by schedule'),
    },
    {
      id: 'sandbox/takes-an-empty-payload',
      requirement: 'SB-1.5',
      title: 'an empty payload is a payload',
      judge: expectSuccess('empty payload'),
    },
    {
      id: 'sandbox/tests-agents-of-unlisted-models',
      requirement: 'SB-1.9',
      title: 'an agent of a model without a price is tested all the same',
      judge: (view, terms) => {
        const label = 'unlisted model';
        const found = expectSuccess(label)(view, terms);
        const test = testAt(view, label);
        if (test === undefined || found.some(({ verdict }) => verdict !== 'pass')) return found;
        const fault = unlistedCostFault(test, UNKNOWN_MODEL, terms.prices);
        const costs = say(
          'priced',
          'the price of the fallback model, or none',
          fault ?? 'so it is',
          test.ref,
        );
        return [...found, fault === undefined ? pass(costs) : fail({ ...costs, code: 'wrong-cost' })];
      },
    },
    ...traceChecks,
    {
      id: 'sandbox/reads-as-answered',
      requirement: 'SB-5.1',
      title: 'a test that is read is as it was answered',
      restsOn: 'SB-1.1',
      judge: about(['read'], (view) => {
        const test = testAt(view, 'test');
        if (test === undefined) return missing(view, 'the test', 'SB-1.1');
        return expectAnswer(
          view,
          'read',
          made('the result as it was answered', (body) => storedFault(body, test.body, test.payload)),
        );
      }),
    },
    ...errorChecks,
  ],
});

/** The stored result may have the payload beside; then it is the one that was sent. */
function storedFault(body: unknown, answer: unknown, payload: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return shown(body);
  const { payload: kept, ...rest } = body as Fields;
  const added = typeof answer === 'object' && answer !== null && 'payload' in answer;
  if (!added && kept !== undefined && canonicalJson(kept) !== canonicalJson(payload))
    return `payload ${shown(kept)}`;
  const [was, is] = [canonicalJson(answer), canonicalJson(added ? body : rest)];
  if (was === is) return undefined;
  const differing = Object.keys({ ...(answer as Fields), ...rest }).find(
    (name) => canonicalJson({ [name]: (answer as Fields)?.[name] }) !== canonicalJson({ [name]: rest[name] }),
  );
  return `${differing ?? 'it'} differs`;
}
