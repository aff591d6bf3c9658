import { defineCase } from '../../harness/core/contract-case.ts';
import { type Finding, fail, inconclusive, pass } from '../../harness/core/finding.ts';
import type { RunHandle, Socket, Stage } from '../../harness/core/scenario.ts';
import { terminalOf } from '../../harness/judge/run-facts.ts';
import type { RunView, TrialView } from '../../harness/judge/views.ts';
import {
  ask,
  awaitStatus,
  makeWorkflow,
  type OwnProject,
  openProject,
  TERMINAL_STATUSES,
  type WorkflowBody,
  walk,
} from '../agents-api/drive.ts';
import { fieldOf } from '../agents-api/expect.ts';
import { isTerminalFrame, secondStep, streamOf } from '../agents-api/stream-view.ts';
import { say } from '../statements.ts';
import { DROPPED, judgeDropped } from './dropped-run.ts';

/** Makes an agent that works by these nodes; resolves to the name that the chat socket calls it by. */
async function makeAgent(
  stage: Stage,
  project: OwnProject,
  workflow: WorkflowBody,
): Promise<string | undefined> {
  const workflowId = await makeWorkflow(project, workflow);
  if (workflowId === undefined) return undefined;
  const name = `conformance-${stage.nonce(`agent ${stage.random()}`)}`;
  const body = { name, workflowId };
  const agent = await project.actor.create({ label: 'create agent', path: `${project.path}/agents`, body });
  return agent === undefined ? undefined : name;
}

/** Lasts until its socket was dropped, a new one opened, and a step more was made. */
const LASTING: WorkflowBody = {
  nodes: [
    { id: 'plan', stepType: 'plan', delayMs: 100 },
    { id: 'load', stepType: 'tool', tool: 'profile_dataset', after: ['plan'], delayMs: 400 },
    { id: 'check', stepType: 'tool', tool: 'profile_dataset', after: ['load'], delayMs: 1_200 },
    { id: 'answer', stepType: 'respond', after: ['check'], delayMs: 100 },
  ],
};

async function listenToEnd(stage: Stage, stream: Socket): Promise<void> {
  await stream.heard('terminal frame', isTerminalFrame, stage.thresholds.completionMs);
  await stream.listen(stage.thresholds.graceMs);
  await stream.close();
}

/** The project that the stream says the run belongs to: nobody else tells the default project's id. */
async function projectOf(stage: Stage, stream: Socket): Promise<string | undefined> {
  let projectId: string | undefined;
  const takes = (frame: unknown): boolean => {
    const id = fieldOf(fieldOf(frame, 'run'), 'projectId');
    if (typeof id === 'string') projectId = id;
    return typeof id === 'string';
  };
  await stream.heard('a run with its project', takes, stage.thresholds.firstEventMs);
  return projectId;
}

async function readOverHttp(stage: Stage, project: OwnProject, projectId: string, runId: string) {
  const run = `/api/projects/${encodeURIComponent(projectId)}/agent-runs/${encodeURIComponent(runId)}`;
  await awaitStatus(stage, project, run, TERMINAL_STATUSES);
  await ask(project, DROPPED.read, 'GET', run);
  await walk(project, DROPPED.steps, `${run}/steps`);
}

/** Drops the socket that asked for the run when its second step began, and comes back. */
async function dropInMidRun(stage: Stage, project: OwnProject, chat: Socket, run: RunHandle): Promise<void> {
  await run.answered();
  const { actor } = project;
  if (run.runId === undefined) return;
  const stream = streamOf(run.runId);
  const witness = await actor.connect({ label: DROPPED.witness, stream });
  await witness.heard(DROPPED.middle, secondStep(), stage.thresholds.firstToolMs);
  chat.drop();
  const again = await actor.connect({ label: DROPPED.again });
  await again.greeted();
  const projectId = await projectOf(stage, witness);
  await listenToEnd(stage, witness);
  if (projectId !== undefined) await readOverHttp(stage, project, projectId, run.runId);
  await listenToEnd(stage, await actor.connect({ label: DROPPED.replay, stream }));
  await again.close();
}

export const droppedSocket = defineCase<TrialView>({
  id: 'dropped-socket',
  purpose: 'drops the socket of a run in mid-run, and looks for the run elsewhere',
  needs: ['chat', 'agents-api', 'fixtures', 'run-stream'],
  agentRuns: 1,
  async drive(stage) {
    const project = await openProject(stage);
    const agent = project === undefined ? undefined : await makeAgent(stage, project, LASTING);
    if (project === undefined || agent === undefined) return;
    const chat = await project.actor.connect({ label: 'session' });
    if (await chat.greeted()) {
      const run = chat.start({ label: DROPPED.run, agent, message: 'What is in there?' });
      await dropInMidRun(stage, project, chat, run);
    }
    await chat.close();
  },
  checks: [
    {
      id: 'lifecycle/outlives-its-socket',
      requirement: 'LC-18',
      title: 'a run whose socket is dropped goes on, and its stream replays it without gap or repeat',
      restsOn: 'CN-2',
      judge: judgeDropped,
    },
  ],
});

const FAILING = {
  once: 'a tool that fails once',
  always: 'a tool that always fails',
} as const;

const withTool = (times?: number): WorkflowBody => ({
  nodes: [
    { id: 'plan', stepType: 'plan' },
    {
      id: 'broken',
      stepType: 'tool',
      tool: 'profile_dataset',
      after: ['plan'],
      delayMs: 50,
      fail: { type: 'tool', code: 'timeout', ...(times === undefined ? {} : { times }) },
    },
    { id: 'answer', stepType: 'respond', after: ['broken'] },
  ],
});

const CLASSES: ReadonlySet<unknown> = new Set(['tool', 'model', 'retrieval', 'orchestration']);

/** Whether the failure is classified: a class of the protocol, and a code. */
function isClassified(run: RunView): boolean {
  const error = terminalOf(run)?.event.data['error'];
  const code = fieldOf(error, 'code');
  return CLASSES.has(fieldOf(error, 'type')) && typeof code === 'string' && code !== '';
}

/** What is wrong with how a run came to terms with its failing tool. */
function recoveryFault(run: RunView): string | undefined {
  const shown = run.events.findIndex(
    ({ event }) => event.kind === 'tool.finished' && event.toolStatus === 'error',
  );
  const end = terminalOf(run)?.event;
  if (shown < 0) return `no tool_completed with status error, and then ${end?.type ?? 'nothing'}`;
  if (end?.kind === 'run.failed')
    return isClassified(run) ? undefined : 'agent_failed without class and code';
  if (end?.kind !== 'run.completed') return `it ended with ${end?.type ?? 'nothing'}`;
  const recovered = run.events
    .slice(shown)
    .some(({ event }) => event.kind === 'tool.finished' && event.toolStatus === 'success');
  return recovered ? undefined : 'it completed as if nothing was';
}

function judgeFailing(run: RunView, view: TrialView): Finding {
  const expected = `${run.label}: tool_completed with status error, then success, or agent_failed with its class`;
  const terminal = terminalOf(run);
  const ref = view.ref(run.askedSeq, ...(terminal === undefined ? [] : [terminal.seq]));
  if (terminal === undefined) {
    const because = run.events.length === 0 ? 'CN-4' : 'LC-3';
    const statement = say('hidden', expected, `it ended "${run.end}"`, run.endRef);
    return inconclusive(statement, run.end === 'refused' ? 'CN-9' : because);
  }
  const fault = recoveryFault(run);
  if (fault !== undefined) return fail(say('failure-hidden', expected, fault, ref));
  return pass(say('failure-shown', expected, terminal.event.type, ref));
}

export const failingTool = defineCase<TrialView>({
  id: 'failing-tool',
  purpose: 'has agents work whose tool fails, once and always',
  needs: ['chat', 'agents-api', 'fixtures'],
  agentRuns: 2,
  async drive(stage) {
    const project = await openProject(stage);
    if (project === undefined) return;
    const once = await makeAgent(stage, project, withTool(1));
    const always = await makeAgent(stage, project, withTool());
    const chat = await project.actor.connect({ label: 'session' });
    if (once !== undefined && always !== undefined && (await chat.greeted())) {
      const message = 'What is in there?';
      const runs = [
        chat.start({ label: FAILING.once, agent: once, message }),
        chat.start({ label: FAILING.always, agent: always, message }),
      ];
      await Promise.all(runs.map((run) => run.ended()));
      await chat.listen(stage.thresholds.graceMs);
      await chat.ping();
    }
    await chat.close();
  },
  checks: [
    {
      id: 'lifecycle/shows-failing-tools',
      requirement: 'LC-20',
      title: 'a failing tool is shown as failed, and the run recovers or fails with a class',
      restsOn: 'CN-2',
      judge: (view) => view.runs.map((run) => judgeFailing(run, view)),
    },
  ],
});
