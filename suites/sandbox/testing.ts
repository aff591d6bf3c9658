/** Agents of every kind, each tested once: what their results show is judged many times. */
import { type BoundCase, defineCase } from '../../harness/core/contract-case.ts';
import { fail, pass } from '../../harness/core/finding.ts';
import type { Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { type OwnProject, openProject, type WorkflowBody, type WorkflowNode } from '../agents-api/drive.ts';
import { expectAnswer, holds, isOneChoice, missing } from '../agents-api/expect.ts';
import { say } from '../statements.ts';
import { about, answered, made } from './answers.ts';
import {
  askOf,
  type Fields,
  findBuiltIn,
  HISTORY,
  MODEL,
  makeAgent,
  type OwnAgent,
  runTest,
  testPath,
  ticketPayload,
} from './drive.ts';
import {
  BEFORE_FAILURE,
  errorsAreClassified,
  FAILING,
  FAILING_LABELS,
  failuresAreResults,
  failuresAreStored,
  LIST_FAILED,
  READ_FAILED,
  tracesAreClean,
} from './error-judges.ts';
import { canonical, hasFailed, nameOf, resultFault, shown, testAt } from './results.ts';
import {
  costsAreExact,
  costsAreUsual,
  countsAreWhole,
  noModelNoCost,
  unlistedCostFault,
  usageAddsUp,
} from './token-judges.ts';
import {
  durationsAddUp,
  statusesAgree,
  stepsAreNumbered,
  stepsAreWhole,
  TICKET_AGENT,
  ticketsAreEchoed,
  timesAreFine,
  timesAreListed,
  toolsAreSimulated,
} from './trace-judges.ts';

const UNKNOWN_TOOL = 'conformance_probe';
const UNKNOWN_MODEL = 'conformance-model-that-nobody-lists';

/** Nodes one after the other. */
const inRow = (...nodes: readonly WorkflowNode[]): WorkflowBody => ({
  nodes: nodes.map((node, index) => {
    const before = nodes[index - 1];
    return before === undefined ? node : { ...node, after: [before.id] };
  }),
});

const tool = (name: string): WorkflowNode => ({ id: name, stepType: 'tool', tool: name, delayMs: 5 });
const TOOLS = ['fetch_ticket', 'search_tickets', 'update_ticket', UNKNOWN_TOOL] as const;
const TICKET_WORK = inRow({ id: 'consider', stepType: 'plan', delayMs: 5 }, ...TOOLS.map(tool), {
  id: 'answer',
  stepType: 'respond',
});
const TICKET_STEPS = [MODEL, ...TOOLS, MODEL];
const TOOLS_ONLY = inRow(tool('fetch_ticket'), tool('search_tickets'));

const failingWork = (label: keyof typeof FAILING): WorkflowBody => {
  const { stepType, fail: type } = FAILING[label];
  const broken = { id: 'broken', stepType, fail: { type, code: 'conformance_failure' } } as const;
  return inRow(tool(BEFORE_FAILURE), stepType === 'tool' ? { ...broken, tool: 'search_tickets' } : broken);
};

/** The steps of each test whose workflow is known. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  test: TICKET_STEPS,
  'of a draft': TICKET_STEPS,
  'set off by default': TICKET_STEPS,
  'set off by schedule': TICKET_STEPS,
  'empty payload': TICKET_STEPS,
  'tools only': ['fetch_ticket', 'search_tickets'],
};

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

const stepNames = (view: TrialView, label: string): string =>
  (testAt(view, label)?.steps ?? []).map(nameOf).join(', ');

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
        ...isOneChoice(view, 'test', 'of a draft', ...FAILING_LABELS),
      ],
    },
    {
      id: 'sandbox/is-set-off-by-a-webhook-by-default',
      requirement: 'SB-1.2',
      title: 'a test that does not say what sets the agent off is that of a webhook',
      judge: (view, terms) => {
        const label = 'set off by default';
        const [one, other] = [stepNames(view, 'test'), stepNames(view, label)];
        const found = expectSuccess(label)(view, terms);
        if (testAt(view, 'test') === undefined) return missing(view, 'the test to compare with', 'SB-1.1');
        const refs = [testAt(view, 'test')?.ref, testAt(view, label)?.ref].filter((ref) => ref !== undefined);
        return one === other ? found : [...found, fail(say('another-path', one, other, ...refs))];
      },
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
    {
      id: 'sandbox/numbers-its-steps',
      requirement: 'SB-2.1',
      title: 'the steps count from 1, name their tool or model, and are those of the workflow',
      restsOn: 'SB-1.1',
      judge: stepsAreNumbered(STEPS),
    },
    {
      id: 'sandbox/tells-each-step',
      requirement: 'SB-2.2',
      title: 'each step has input, output, start and duration, in the order of time',
      restsOn: 'SB-1.1',
      judge: stepsAreWhole,
    },
    {
      id: 'sandbox/tells-time-in-microseconds',
      requirement: 'SB-2.2a',
      title: 'steps tell their start in microseconds or finer',
      restsOn: 'SB-1.1',
      judge: timesAreFine,
    },
    {
      id: 'sandbox/durations-add-up',
      requirement: 'SB-2.3',
      title: 'the total duration is the sum of the steps, in both places',
      restsOn: 'SB-1.1',
      judge: durationsAddUp,
    },
    {
      id: 'sandbox/lists-the-time-of-each-step',
      requirement: 'SB-2.4',
      title: 'execution_time lists the steps of the trace',
      restsOn: 'SB-1.1',
      judge: timesAreListed,
    },
    {
      id: 'sandbox/statuses-agree',
      requirement: 'SB-2.5',
      title: 'test and trace have one status, failed if and only if there are errors',
      restsOn: 'SB-1.1',
      judge: statusesAgree,
    },
    {
      id: 'sandbox/echoes-tickets',
      requirement: 'SB-2.6',
      title: 'tools on tickets get the ticket of the payload and answer as declared',
      restsOn: 'SB-1.1',
      judge: ticketsAreEchoed,
    },
    {
      id: 'sandbox/counts-tokens',
      requirement: 'SB-3.1',
      title: 'token counts are whole numbers that add up',
      restsOn: 'SB-1.1',
      judge: countsAreWhole,
    },
    {
      id: 'sandbox/costs-are-exact',
      requirement: 'SB-3.2',
      title: 'a cost is what the declared prices give, within 1e-9',
      restsOn: 'SB-3.3',
      judge: costsAreExact,
    },
    {
      id: 'sandbox/costs-are-usual',
      requirement: 'SB-3.2a',
      title: 'a cost is what the list prices give, within 2 % or 1e-6',
      restsOn: 'SB-3.3',
      judge: costsAreUsual,
    },
    {
      id: 'sandbox/usage-adds-up',
      requirement: 'SB-3.3',
      title: 'each llm_request carries its token_usage, and the whole is their sum',
      restsOn: 'SB-1.1',
      judge: usageAddsUp,
    },
    {
      id: 'sandbox/no-model-no-cost',
      requirement: 'SB-3.4',
      title: 'a test without an llm_request costs nothing',
      restsOn: 'SB-1.1',
      judge: about(['tools only'], noModelNoCost('tools only')),
    },
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
    {
      id: 'sandbox/marks-what-is-simulated',
      requirement: 'SB-7.3',
      title: 'the output of each tool is marked as simulated, also of an unknown one',
      restsOn: 'SB-1.1',
      judge: toolsAreSimulated(STEPS),
    },
    {
      id: 'sandbox/answers-tests-that-fail',
      requirement: 'SB-8.1',
      title: 'a test whose agent fails is answered with the error and the trace up to it',
      judge: about(FAILING_LABELS, failuresAreResults),
    },
    {
      id: 'sandbox/classifies-errors',
      requirement: 'SB-8.2',
      title: 'failures of tools, model and system are told apart',
      restsOn: 'SB-8.1',
      judge: about(FAILING_LABELS, errorsAreClassified),
    },
    {
      id: 'sandbox/stores-tests-that-fail',
      requirement: 'SB-8.3',
      title: 'a failed test is readable and listed as failed',
      restsOn: 'SB-8.1',
      judge: about([READ_FAILED, LIST_FAILED], failuresAreStored, 'SB-8.1'),
    },
    {
      id: 'sandbox/stack-traces-are-clean',
      requirement: 'SB-8.4',
      title: 'a stack trace shows no secrets, and no paths where that is declared',
      restsOn: 'SB-8.1',
      judge: about(FAILING_LABELS, tracesAreClean),
    },
  ],
});

/** The stored result may have the payload beside; then it is the one that was sent. */
function storedFault(body: unknown, answer: unknown, payload: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return shown(body);
  const { payload: kept, ...rest } = body as Fields;
  const added = typeof answer === 'object' && answer !== null && 'payload' in answer;
  if (!added && kept !== undefined && canonical(kept) !== canonical(payload)) return `payload ${shown(kept)}`;
  const [was, is] = [canonical(answer), canonical(added ? body : rest)];
  if (was === is) return undefined;
  const differing = Object.keys({ ...(answer as Fields), ...rest }).find(
    (name) => canonical((answer as Fields)?.[name]) !== canonical(rest[name]),
  );
  return `${differing ?? 'it'} differs`;
}
