import { defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { WORKFLOWS } from '../agents-api/drive.ts';
import { bodyOf, fieldOf, labelled } from '../agents-api/expect.ts';
import {
  askOf,
  LONG_HISTORY,
  message,
  type OwnAgent,
  openAgent,
  runTest,
  tenantHeader,
  testPath,
} from '../sandbox/drive.ts';
import { badSandboxInputs } from './bad-sandbox-input.ts';
import { after, before, judgeAnswers, judgeState, type Reading, tryAll } from './generated.ts';

const TEST = 'a good test';

function testIdIn(view: TrialView): string | undefined {
  const [test] = labelled(view, TEST);
  const id = test === undefined ? undefined : fieldOf(bodyOf(test), 'test_id');
  return typeof id === 'string' ? id : undefined;
}

const HISTORY: Reading = { what: 'the history of the agent', because: 'SB-4.1', shows: testIdIn };
const RESULT: Reading = { what: 'the test', because: 'SB-5.1', shows: testIdIn };

async function readAll(agent: OwnAgent, testId: string, when: typeof before): Promise<void> {
  await askOf(agent, when(HISTORY), 'GET', LONG_HISTORY);
  await askOf(agent, when(RESULT), 'GET', testPath(testId));
}

export const generatedSandboxInput = defineCase<TrialView>({
  id: 'generated-sandbox-input',
  purpose:
    'sends every endpoint of the sandbox what it must refuse, and reads before and after that nothing changed',
  needs: ['sandbox', 'fixtures'],
  agentRuns: 1,
  async drive(stage) {
    const agent = await openAgent(stage, { workflow: WORKFLOWS.quick });
    if (agent === undefined) return;
    const testId = await runTest(agent, TEST, message('Is anybody there?'));
    if (testId === undefined) return;
    await readAll(agent, testId, before);
    const inputs = badSandboxInputs({ agent: agent.path, testId });
    await tryAll(stage, agent.actor, inputs, tenantHeader(stage, agent.actor));
    await readAll(agent, testId, after);
  },
  checks: [
    {
      id: 'resilience/sandbox-refuses-bad-input',
      requirement: 'RS-13',
      title: 'bad input to the sandbox is answered with a 4xx and the error shape, never with a 5xx',
      judge: judgeAnswers('SB-1.1'),
    },
    {
      id: 'resilience/bad-input-makes-no-test',
      requirement: 'RS-13',
      title: 'what the sandbox refused made no test and changed none',
      judge: judgeState([HISTORY, RESULT], 'SB-1.1'),
    },
  ],
});
