import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { Suite } from '../../harness/core/suite.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { appendCases } from './append-message.ts';
import { cancelCases } from './cancel.ts';
import { createRunCases } from './create-run.ts';
import { agentsApiEndpoints } from './endpoints.ts';
import { everyAnswer } from './every-answer.ts';
import { getRunCases } from './get-run.ts';
import { listRunCases } from './list-runs.ts';
import { messageCases } from './messages.ts';
import { nodeStateCases } from './node-states.ts';
import { profileCases } from './profiles.ts';
import { raceCases } from './races.ts';
import { requirements } from './requirements.ts';
import { stepCases } from './steps.ts';
import { streamCases } from './stream.ts';
import { streamDoorCases } from './stream-doors.ts';

const cases: readonly BoundCase<TrialView>[] = [
  ...listRunCases,
  ...createRunCases,
  ...getRunCases,
  ...stepCases,
  ...nodeStateCases,
  ...messageCases,
  ...appendCases,
  ...cancelCases,
  ...raceCases,
  ...profileCases,
  ...streamCases,
  ...streamDoorCases,
];

const checks = cases.flatMap((one) => one.checks);

export const agentsApi: Suite<TrialView> = {
  id: 'agents-api',
  title: 'Agents API: runs, their parts and their streams',
  requirements,
  scenarios: cases.map(({ scenario }) => scenario),
  checks: [...checks, ...everyAnswer(agentsApiEndpoints, checks)],
};
