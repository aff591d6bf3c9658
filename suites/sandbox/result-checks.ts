/** The checks of results, one for each thing that must be true of them. */
import type { CaseCheck } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { about } from './answers.ts';
import {
  errorsAreClassified,
  FAILING_LABELS,
  failuresAreResults,
  failuresAreStored,
  LIST_FAILED,
  READ_FAILED,
  tracesAreClean,
} from './error-judges.ts';
import { ticketsAreEchoed } from './ticket-judges.ts';
import { costsAreExact, costsAreUsual, countsAreWhole, noModelNoCost, usageAddsUp } from './token-judges.ts';
import {
  durationsAddUp,
  statusesAgree,
  stepsAreNumbered,
  stepsAreWhole,
  timesAreFine,
  timesAreListed,
  toolsAreSimulated,
} from './trace-judges.ts';
import { STEPS } from './workflows.ts';

const ofTraces: readonly CaseCheck<TrialView>[] = [
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
    id: 'sandbox/marks-what-is-simulated',
    requirement: 'SB-7.3',
    title: 'the output of each tool is marked as simulated, also of an unknown one',
    restsOn: 'SB-1.1',
    judge: toolsAreSimulated,
  },
];

const ofTokens: readonly CaseCheck<TrialView>[] = [
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
];

/** Of the results of all tests. */
export const traceChecks: readonly CaseCheck<TrialView>[] = [...ofTraces, ...ofTokens];

/** Of the tests of agents that fail. */
export const errorChecks: readonly CaseCheck<TrialView>[] = [
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
];
