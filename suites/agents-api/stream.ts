import { type CaseCheck, defineCase } from '../../harness/core/contract-case.ts';
import type { Socket, Stage } from '../../harness/core/scenario.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { ask, makeWorkflow, type OwnProject, openProject, runIdOf, startRun, walk } from './drive.ts';
import { fieldOf, missing } from './expect.ts';
import { framesAreWellFormed } from './stream-form.ts';
import {
  beginsAndEnds,
  concluded,
  endsAsDeclared,
  HEARD,
  keepsToItsRun,
  ofSubscribers,
  tellsAllTheSame,
  tellsTheWholeRun,
} from './stream-judges.ts';
import {
  agreesWithTheLists,
  bringsLatecomersUpToDate,
  nodeStatesAgree,
  outlivesVanishedSubscribers,
  showsFinishedRuns,
} from './stream-state.ts';
import { comesInTime } from './stream-time.ts';
import { isTerminalFrame, readRun, secondStep, streamOf } from './stream-view.ts';

const needs = ['agents-api', 'fixtures', 'run-stream'] as const;

/** How long a stream is listened to after its end: it is closed by then, or is left open. */
const IDLE_MS = 2_000;

/** Begins when its subscribers are there, and lasts until those have come who come late. */
const FOLLOWED = {
  startDelayMs: 1_000,
  nodes: [
    { id: 'plan', stepType: 'plan', delayMs: 100 },
    { id: 'load', stepType: 'tool', tool: 'profile_dataset', after: ['plan'], delayMs: 300 },
    { id: 'look', stepType: 'retrieve', after: ['load'], delayMs: 700, messages: ['looking'] },
    { id: 'check', stepType: 'tool', tool: 'profile_dataset', after: ['load'], delayMs: 500 },
    { id: 'answer', stepType: 'respond', after: ['look', 'check'], delayMs: 300 },
  ],
} as const;

const FAILING = {
  startDelayMs: 300,
  nodes: [
    { id: 'plan', stepType: 'plan' },
    {
      id: 'broken',
      stepType: 'tool',
      tool: 'profile_dataset',
      after: ['plan'],
      delayMs: 100,
      fail: { type: 'tool', code: 'timeout' },
    },
  ],
} as const;

export const subscribe = ({ actor }: OwnProject, run: string, label: string): Promise<Socket> =>
  actor.connect({ label, stream: streamOf(runIdOf(run)) });

/** Listens until the run is over, and then for what follows. */
export async function listenToEnd(stage: Stage, socket: Socket): Promise<void> {
  await socket.heard('terminal frame', isTerminalFrame, stage.thresholds.completionMs);
  await socket.closed(Math.max(IDLE_MS, stage.thresholds.graceMs));
  await socket.close();
}

/** Leaves without a word when the second step began, and comes back. */
async function vanish(stage: Stage, project: OwnProject, run: string): Promise<void> {
  const socket = await subscribe(project, run, HEARD.vanishing);
  await socket.heard('a second step', secondStep(), stage.thresholds.firstToolMs);
  socket.drop();
  await listenToEnd(stage, await subscribe(project, run, HEARD.returned));
}

async function follow(stage: Stage, project: OwnProject, run: string, other: string | undefined) {
  const early = async (): Promise<void> => {
    const socket = await subscribe(project, run, HEARD.early);
    const late = async (): Promise<void> => {
      await socket.heard('a second step', secondStep(), stage.thresholds.firstToolMs);
      await listenToEnd(stage, await subscribe(project, run, HEARD.late));
    };
    await Promise.all([listenToEnd(stage, socket), late()]);
  };
  const second = async (): Promise<void> => listenToEnd(stage, await subscribe(project, run, HEARD.second));
  const ofOther = async (): Promise<void> => {
    if (other !== undefined) await listenToEnd(stage, await subscribe(project, other, HEARD.ofOther));
  };
  await Promise.all([early(), second(), ofOther(), vanish(stage, project, run)]);
}

async function readAll(project: OwnProject, run: string, other: string | undefined): Promise<void> {
  await ask(project, HEARD.runAfter, 'GET', run);
  await walk(project, HEARD.stepsAfter, `${run}/steps`);
  await walk(project, HEARD.messagesAfter, `${run}/messages`);
  await ask(project, HEARD.nodesAfter, 'GET', `${run}/node-states`);
  if (other !== undefined) await ask(project, HEARD.otherAfter, 'GET', other);
}

type Row = readonly [id: string, requirement: string, title: string, judge: CaseCheck<TrialView>['judge']];

const checked = (rows: readonly Row[]): readonly CaseCheck<TrialView>[] =>
  rows.map(([id, requirement, title, judge]) => ({ id: `agents-api/${id}`, requirement, title, judge }));

const followedRun = defineCase<TrialView>({
  id: 'api-stream-followed-run',
  purpose: 'follows a run to its end, early, late, and with a break, while another run is under way',
  needs,
  agentRuns: 2,
  async drive(stage) {
    const project = await openProject(stage);
    const workflowId = project === undefined ? undefined : await makeWorkflow(project, FOLLOWED);
    if (project === undefined || workflowId === undefined) return;
    const run = await startRun(project, workflowId, HEARD.run);
    if (run === undefined) return;
    const other = await startRun(project, workflowId, HEARD.other);
    await follow(stage, project, run, other);
    await readAll(project, run, other);
    await listenToEnd(stage, await subscribe(project, run, HEARD.afterwards));
  },
  checks: checked([
    [
      'stream-tells-the-whole-run',
      'AR-10.1',
      'the stream shows a run from created to completed, with every step and message',
      tellsTheWholeRun,
    ],
    [
      'stream-begins-and-ends',
      'AR-10.1a',
      'agent.run.created is first, and one terminal frame is last',
      beginsAndEnds,
    ],
    [
      'stream-frames-are-well-formed',
      'AR-10.1b',
      'each frame has its form, its resource and its time',
      framesAreWellFormed,
    ],
    [
      'stream-agrees-with-the-lists',
      'AR-10.1c',
      'steps and messages of the stream are those of the lists',
      agreesWithTheLists,
    ],
    [
      'stream-tells-all-the-same',
      'AR-10.1e',
      'two subscribers are told the same in the same order',
      tellsAllTheSame,
    ],
    [
      'stream-keeps-to-its-run',
      'AR-10.1f',
      'the stream of a run shows nothing of another run of its project',
      keepsToItsRun,
    ],
    [
      'stream-ends-as-declared',
      'AR-10.1g',
      'after the terminal frame the stream is closed, or left open, as declared',
      endsAsDeclared,
    ],
    [
      'stream-node-states-agree',
      'AR-10.1i',
      'node states of the stream are those that are read',
      nodeStatesAgree,
    ],
    [
      'stream-brings-latecomers-up-to-date',
      'AR-10.1j',
      'who subscribes late ends with the state that is read',
      bringsLatecomersUpToDate,
    ],
    [
      'stream-comes-in-time',
      'AR-10.1k',
      'the first frame comes in time, and no frame is held back',
      comesInTime,
    ],
    [
      'stream-shows-finished-runs',
      'AR-10.3',
      'the stream of a completed run shows how it ended, and no other news',
      showsFinishedRuns,
    ],
    [
      'stream-outlives-vanished-subscribers',
      'AR-E8',
      'a subscriber that vanishes disturbs nobody, and may come back',
      outlivesVanishedSubscribers,
    ],
  ]),
});

/** AR-10.1d */
const tellsFailure = ofSubscribers([HEARD.early], ([stream], view) => {
  const run = readRun(view, HEARD.runAfter);
  const status = fieldOf(run, 'status');
  const expected =
    'agent.run.failed with run.status FAILED and an errorMessage, and the run is read as FAILED';
  if (run === undefined) return missing(view, expected, 'AR-3.1');
  const last = stream.frames.find(({ isTerminal }) => isTerminal);
  if (last === undefined && status === 'FAILED') return missing(view, expected, 'AR-10.1a');
  const message = fieldOf(last?.body, 'errorMessage');
  const said = fieldOf(fieldOf(last?.body, 'run'), 'status');
  const faults = [
    last?.type === 'agent.run.failed' ? undefined : `it ends with ${last?.type ?? 'no terminal frame'}`,
    said === 'FAILED' ? undefined : `run.status ${String(said)}`,
    typeof message === 'string' && message.trim() !== '' ? undefined : 'no errorMessage',
    status === 'FAILED' ? undefined : `read ${String(status)}`,
  ];
  return concluded(expected, faults, 'failure-not-told', stream);
});

const failingRun = defineCase<TrialView>({
  id: 'api-stream-failing-run',
  purpose: 'follows a run that fails',
  needs,
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    const workflowId = project === undefined ? undefined : await makeWorkflow(project, FAILING);
    if (project === undefined || workflowId === undefined) return;
    const run = await startRun(project, workflowId, HEARD.run);
    if (run === undefined) return;
    await listenToEnd(stage, await subscribe(project, run, HEARD.early));
    await ask(project, HEARD.runAfter, 'GET', run);
  },
  checks: checked([
    [
      'stream-tells-failure',
      'AR-10.1d',
      'the stream of a run that fails ends with agent.run.failed and says why',
      tellsFailure,
    ],
  ]),
});

export const streamCases = [followedRun, failingRun];
