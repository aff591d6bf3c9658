import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { fieldOf } from '../agents-api/expect.ts';
import { inMs } from '../statements.ts';
import {
  ascending,
  echo,
  emptyList,
  type Fault,
  failureMember,
  givenId,
  judgePart,
  LABEL,
  memberKept,
  metadataKept,
  type Part,
  partsFault,
  stepMember,
  stepsKept,
  wholeRun,
} from './accepted-judges.ts';
import { acceptedRuns, type RunName, TAKEN_BY } from './accepted-runs.ts';
import { FAILURE, failuresDiffer, STEP, stepsDiffer } from './account.ts';
import { FRESH_MS, judgeFreshness, judgeNoSteps } from './freshness.ts';
import { awaitRun, type Fields, idIn, ingest, openGround, query, runPath } from './ground.ts';

const named = (start: string): readonly RunName[] =>
  (Object.keys(TAKEN_BY) as readonly RunName[]).filter((name) => name.startsWith(start));

/** A check of what is read of runs. */
const keeps = (
  requirement: string,
  id: string,
  title: string,
  names: readonly RunName[],
  fault: Fault,
  part: Part = 'run',
): CaseCheck<TrialView> => ({
  id: `telemetry/${id}`,
  requirement,
  title,
  judge: (view) =>
    names.flatMap((name) => judgePart(view, { name, part, expected: title, fault, owner: requirement })),
});

const both =
  (...faults: readonly Fault[]): Fault =>
  (sent, shown) =>
    faults.map((fault) => fault(sent, shown)).find((one) => one !== undefined);

const noEnd: Fault = (_sent, shown) =>
  (fieldOf(shown, 'ended_at') ?? null) === null
    ? undefined
    : `ended_at ${String(fieldOf(shown, 'ended_at'))}`;

const inProduction: Fault = (_sent, shown) =>
  fieldOf(shown, 'environment') === 'production'
    ? undefined
    : `environment ${String(fieldOf(shown, 'environment'))}`;

const checks: readonly CaseCheck<TrialView>[] = [
  keeps('TR-1.1', 'takes-a-run', 'a run is answered with 201 and as it is stored', ['plain'], echo, 'ingest'),
  keeps(
    'TR-1.2',
    'keeps-each-status',
    'each status of a run is taken and kept',
    ['plain', 'retried', 'failed'],
    memberKept('status'),
  ),
  keeps(
    'TR-1.4',
    'keeps-each-step-type',
    'each type of step is taken and kept',
    ['all step types'],
    stepMember('step_type'),
  ),
  keeps(
    'TR-1.6',
    'keeps-each-failure-type',
    'each type of failure is taken and kept',
    named('failure '),
    failureMember('failure_type'),
  ),
  keeps(
    'TR-1.8',
    'takes-any-failure-code',
    'failure codes of 1 to 100 characters are taken and kept',
    named('code '),
    failureMember('failure_code'),
  ),
  keeps(
    'TR-1.10',
    'makes-run-ids',
    'a run without an id is given a UUID, under which it can be read',
    ['no run_id'],
    givenId,
  ),
  keeps(
    'TR-1.13',
    'defaults-to-production',
    'a run without an environment is stored under production',
    ['no environment'],
    inProduction,
  ),
  keeps(
    'TR-1.15',
    'takes-runs-in-flight',
    'a run that has not ended is taken, and shows no ended_at',
    ['in flight'],
    noEnd,
  ),
  keeps(
    'TR-1.18',
    'takes-runs-without-steps',
    'a run without steps is taken, and shows none',
    ['no steps'],
    stepsKept,
  ),
  keeps(
    'TR-2.1',
    'keeps-the-order-of-steps',
    'steps come back in the order of seq',
    ['all step types'],
    ascending,
  ),
  keeps(
    'TR-2.2',
    'sorts-steps',
    'steps that were sent in another order come back in the order of seq',
    ['shuffled'],
    both(ascending, stepMember('step_id')),
  ),
  keeps(
    'TR-2.4',
    'keeps-each-attempt',
    'each attempt stays a step of its own, with its latency and metadata',
    ['retried'],
    both(stepMember('latency_ms'), metadataKept),
  ),
  keeps(
    'TR-4.9',
    'keeps-what-is-allowed',
    'names, codes, counts and labels come back exactly as sent',
    ['allowed'],
    metadataKept,
  ),
  keeps(
    'TR-4.10',
    'takes-harmless-keys',
    'keys that only contain a forbidden word are taken, and come back as sent',
    ['looks forbidden'],
    metadataKept,
  ),
  keeps(
    'TR-4.5',
    'takes-harmless-values',
    'times, ids and other rows of digits are taken, and come back as sent',
    ['looks personal'],
    metadataKept,
  ),
  keeps(
    'TR-6.1',
    'reads-whole-runs',
    'a run that is read has its members, its steps in order and its failures',
    ['plain', 'failed'],
    wholeRun,
  ),
  keeps(
    'TR-7.1',
    'lists-steps',
    'the steps of a run come as a list in the order of seq, each with its run_id',
    ['all step types'],
    (sent, shown) => partsFault(STEP, sent, shown) ?? stepsDiffer(sent, shown),
    'steps',
  ),
  keeps(
    'TR-8.1',
    'lists-failures',
    'the failures of a run that failed show the one there is, with its step',
    ['failed'],
    (sent, shown) => failuresDiffer(sent, shown) ?? partsFault(FAILURE, sent, shown),
    'failures',
  ),
  keeps(
    'TR-8.2',
    'lists-no-failures',
    'the failures of a run that succeeded are an empty list',
    ['plain'],
    emptyList,
    'failures',
  ),
  {
    id: 'telemetry/shows-runs-in-time',
    requirement: 'TR-6.4',
    title: `what was taken is readable within ${inMs(FRESH_MS)}`,
    judge: judgeFreshness,
  },
  {
    id: 'telemetry/lists-no-steps',
    requirement: 'TR-7.3',
    title: 'the steps of a run without any are an empty list, or 404, as declared',
    judge: (view, { variationPoints }) => judgeNoSteps(view, variationPoints['VP-EMPTYSTEPS']),
  },
];

export const acceptedCase: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'telemetry-accepted-runs',
  purpose: 'sends runs of every kind that the protocol allows, and reads them',
  needs: ['telemetry'],
  async drive(stage) {
    const ground = await openGround(stage);
    for (const [name, body] of Object.entries<Fields>(acceptedRuns(ground))) {
      const answer = await ingest(ground, LABEL.ingest(name), body);
      const id = answer === undefined ? undefined : idIn(answer);
      if (answer?.status !== 201 || id === undefined) continue;
      await awaitRun(ground, id);
      await query(ground, LABEL.run(name), runPath(id));
      await query(ground, LABEL.steps(name), `${runPath(id)}/steps`);
      await query(ground, LABEL.failures(name), `${runPath(id)}/failures`);
    }
  },
  checks,
});
