import { type BoundCase, type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { Capability } from '../../harness/core/requirement.ts';
import type { Stage, StartAsk } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { canaryOf } from '../../scenarios/canary.ts';
import { costTable, fenced } from '../../scenarios/data-sets.ts';
import { listenOn } from '../../scenarios/listening.ts';
import { openProject, type WorkflowBody } from '../agents-api/drive.ts';
import { makeAgent } from '../sandbox/drive.ts';
import { type Ground, openGround } from '../telemetry/ground.ts';
import { judgeFive } from './five-events.ts';
import { type Followed, follow, hearOut, readAgent, readParts, readTelemetry } from './follow.ts';
import {
  durationsAgree,
  holdsNoContent,
  messagesAgree,
  nodesAgree,
  outcomesAgree,
  type RunJudge,
  showsInTime,
  showsOnce,
  stepsAgree,
  streamAgrees,
  telemetryDurationsAgree,
  telemetryOutcomeAgrees,
  telemetryStepsAgree,
} from './judges.ts';

/** The runs by their label. */
const RUNS = {
  completed: 'followed analysis',
  failed: 'followed failure',
  retried: 'followed retry',
  cancelled: 'followed cancellation',
} as const;

const ROWS = 24;

const needs: readonly Capability[] = ['chat', 'agents-api', 'run-stream'];
const inTelemetry: readonly Capability[] = ['telemetry', 'run-telemetry'];

type Meanwhile = (followed: readonly Followed[]) => Promise<void>;

/** Starts the runs on one socket, and follows each on every surface to its end. */
async function followAll(
  stage: Stage,
  asks: readonly StartAsk[],
  meanwhile: Meanwhile = async () => undefined,
): Promise<void> {
  const ground = await openGround(stage);
  const chat = await stage.actor().connect({ label: 'session' });
  if (await chat.greeted()) {
    const runs = asks.map((ask) => ({ ask, run: chat.start(ask) }));
    const found = await Promise.all(runs.map(({ ask, run }) => follow(stage, ask, run)));
    const followed = found.filter((one) => one !== undefined);
    await meanwhile(followed);
    await Promise.all(runs.map(({ run }) => run.ended()));
    await readAll(stage, ground, followed);
    await listenOn(stage, chat);
  }
  await chat.close();
}

async function readAll(stage: Stage, ground: Ground, followed: readonly Followed[]): Promise<void> {
  const isReported = stage.offers('telemetry') && stage.offers('run-telemetry');
  const readings = isReported ? followed.map((one) => readTelemetry(ground, one)) : [];
  await Promise.all([...readings, ...followed.map((one) => hearOut(stage, one))]);
  for (const one of followed) await readParts(stage, one);
  if (isReported) for (const one of followed) await readAgent(ground, one);
}

/** One check of each of these runs. */
function agreesOn(
  runs: readonly string[],
  where: string,
  [id, title, judge]: readonly [string, string, RunJudge],
  when: readonly Capability[] = [],
): CaseCheck<TrialView> {
  return {
    id: `cross-surface/${where}${id}`,
    requirement: 'X-3',
    title,
    when,
    restsOn: 'CN-2',
    judge: (view, terms) => runs.flatMap((run) => judge(view, terms, run)),
  };
}

const HERE = [
  ['steps-agree', 'the events of a run are its steps over HTTP, in one order', stepsAgree],
  ['outcomes-agree', 'chat socket, stream and HTTP say the same end', outcomesAgree],
  ['streams-agree', 'the stream shows the steps and messages that HTTP shows', streamAgrees],
  ['messages-agree', 'the first message is what was asked, the last what was answered', messagesAgree],
  ['nodes-agree', 'each step is of a known node, and none is still at work', nodesAgree],
  ['durations-agree', 'durations on chat socket and HTTP agree', durationsAgree],
] as const;

const THERE = [
  ['telemetry-shows-runs-in-time', 'a run is in the telemetry in time', showsInTime],
  ['telemetry-agrees-on-steps', 'the telemetry has the steps of the run, in order', telemetryStepsAgree],
  ['telemetry-agrees-on-outcome', 'the telemetry has the outcome of the run', telemetryOutcomeAgrees],
  [
    'telemetry-agrees-on-durations',
    'durations in the telemetry and over HTTP agree',
    telemetryDurationsAgree,
  ],
  ['telemetry-holds-no-content', 'nothing asked, thought or answered is in the telemetry', holdsNoContent],
] as const;

const checksOf = (runs: readonly string[], where: string): readonly CaseCheck<TrialView>[] => [
  ...HERE.map((one) => agreesOn(runs, where, one)),
  ...THERE.map((one) => agreesOn(runs, where, one, inTelemetry)),
];

export const completedRun: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'cross-surface-analysis',
  purpose: 'has a data set analysed, and reads the run on every surface',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const table = fenced(costTable(stage.random, ROWS));
    const word = canaryOf(stage, RUNS.completed);
    const message = `Analyse the costs of the project ${word}: what is the total, and which service costs most?\n\n${table}`;
    await followAll(stage, [{ label: RUNS.completed, agent: 'unified_data_agent', message }]);
  },
  checks: [
    ...checksOf([RUNS.completed], ''),
    {
      id: 'cross-surface/shows-the-five-in-order',
      requirement: 'X-6',
      title: 'started, thinking, executing, completed, completed: in order, each call paired',
      restsOn: 'CN-2',
      judge: (view) => judgeFive(view, RUNS.completed),
    },
  ],
});

/** A tool that fails so often, after a plan; always without a number. */
const failing = (times?: number): WorkflowBody => ({
  nodes: [
    { id: 'plan', stepType: 'plan', delayMs: 50 },
    {
      id: 'broken',
      stepType: 'tool',
      tool: 'profile_dataset',
      after: ['plan'],
      delayMs: 100,
      fail: { type: 'tool', code: 'timeout', ...(times === undefined ? {} : { times }) },
    },
    { id: 'answer', stepType: 'respond', after: ['broken'] },
  ],
});

/** Is at work when it is cancelled. */
const lasting = (delayMs: number): WorkflowBody => ({
  nodes: [
    { id: 'plan', stepType: 'plan', delayMs: 50 },
    { id: 'load', stepType: 'tool', tool: 'profile_dataset', after: ['plan'], delayMs },
    { id: 'answer', stepType: 'respond', after: ['load'] },
  ],
});

async function situations(stage: Stage): Promise<readonly StartAsk[]> {
  const project = await openProject(stage);
  if (project === undefined) return [];
  const workflows = {
    [RUNS.failed]: failing(),
    [RUNS.retried]: failing(1),
    [RUNS.cancelled]: lasting(stage.thresholds.completionMs),
  };
  const asks: StartAsk[] = [];
  for (const [label, workflow] of Object.entries(workflows)) {
    const agent = await makeAgent(stage, project, label, { workflow });
    const message = `What is in ${canaryOf(stage, label)}?`;
    if (agent !== undefined) asks.push({ label, agent: agent.name, message });
  }
  return asks;
}

export const otherRuns: BoundCase<TrialView> = defineCase<TrialView>({
  id: 'cross-surface-situations',
  purpose: 'has runs fail, recover and be cancelled, and reads them on every surface',
  needs: [...needs, 'fixtures'],
  agentRuns: 3,
  async drive(stage) {
    await followAll(stage, await situations(stage), async (followed) => {
      const long = followed.find(({ label }) => label === RUNS.cancelled);
      const isAtWork = (frame: unknown): boolean => JSON.stringify(frame)?.includes('"RUNNING"') === true;
      await long?.stream.heard('a step at work', isAtWork, stage.thresholds.firstToolMs);
      long?.run.cancel();
    });
  },
  checks: [
    ...checksOf([RUNS.failed, RUNS.retried, RUNS.cancelled], 'other-'),
    agreesOn(
      [RUNS.failed, RUNS.retried, RUNS.cancelled],
      'other-',
      ['telemetry-shows-runs-once', 'a run is in the telemetry once', showsOnce],
      inTelemetry,
    ),
  ],
});
