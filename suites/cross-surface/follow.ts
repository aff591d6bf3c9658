/** Follows runs of the chat socket on every surface on which they can be seen. */
import type { RunHandle, Socket, Stage, StartAsk } from '../../harness/core/scenario.ts';
import { ask, awaitStatus, type OwnProject, TERMINAL_STATUSES, walk } from '../agents-api/drive.ts';
import { fieldOf } from '../agents-api/expect.ts';
import { isTerminalFrame, streamOf } from '../agents-api/stream-view.ts';
import { awaitRun, type Ground, query, runPath } from '../telemetry/ground.ts';

/** Labels of what is read of a run, after the run's own. */
export const OF = {
  stream: (run: string) => `stream of ${run}`,
  end: (run: string) => `await end of ${run}`,
  run: (run: string) => `read ${run}`,
  steps: (run: string) => `steps of ${run}`,
  messages: (run: string) => `messages of ${run}`,
  nodes: (run: string) => `nodes of ${run}`,
  telemetry: (run: string) => `telemetry of ${run}`,
  telemetrySteps: (run: string) => `telemetry steps of ${run}`,
  failures: (run: string) => `telemetry failures of ${run}`,
  ofAgent: (run: string) => `telemetry of the agent of ${run}`,
} as const;

/** A run and its stream. */
export interface Followed {
  readonly label: string;
  readonly agent: string;
  readonly run: RunHandle;
  readonly runId: string;
  readonly stream: Socket;
  /** As the stream says: nobody else tells the id of the default project. */
  readonly project: OwnProject | undefined;
}

async function projectOn(stage: Stage, stream: Socket): Promise<OwnProject | undefined> {
  let id: string | undefined;
  const takes = (frame: unknown): boolean => {
    const projectId = fieldOf(fieldOf(frame, 'run'), 'projectId');
    if (typeof projectId === 'string') id = projectId;
    return typeof projectId === 'string';
  };
  await stream.heard('a run with its project', takes, stage.thresholds.firstEventMs);
  if (id === undefined) return undefined;
  const path = `/api/projects/${encodeURIComponent(id)}`;
  return { actor: stage.actor(), path, runs: `${path}/agent-runs` };
}

/** Subscribes to a run as soon as it is known. */
export async function follow(
  stage: Stage,
  { label, agent }: Pick<StartAsk, 'label' | 'agent'>,
  run: RunHandle,
): Promise<Followed | undefined> {
  await run.answered();
  const { runId } = run;
  if (runId === undefined) return undefined;
  const stream = await stage.actor().connect({ label: OF.stream(label), stream: streamOf(runId) });
  return { label, agent, run, runId, stream, project: await projectOn(stage, stream) };
}

/** Listens to the end of the stream. */
export async function hearOut({ thresholds }: Stage, { stream }: Followed): Promise<void> {
  await stream.heard('terminal frame', isTerminalFrame, thresholds.completionMs);
  await stream.listen(thresholds.graceMs);
  await stream.close();
}

/** Reads the run and its parts over HTTP. */
export async function readParts(stage: Stage, { label, runId, project }: Followed): Promise<void> {
  if (project === undefined) return;
  const path = `${project.runs}/${encodeURIComponent(runId)}`;
  await awaitStatus(stage, project, path, TERMINAL_STATUSES, OF.end(label), stage.thresholds.cancelMs);
  await ask(project, OF.run(label), 'GET', path);
  await walk(project, OF.steps(label), `${path}/steps`);
  await walk(project, OF.messages(label), `${path}/messages`);
  await ask(project, OF.nodes(label), 'GET', `${path}/node-states`);
}

/** Reads the run in the telemetry, once it shows. */
export async function readTelemetry(ground: Ground, { label, runId }: Followed): Promise<void> {
  // Each run has the whole patience: they are waited for at the same time.
  const own = { ...ground, patience: { ...ground.patience } };
  if (!(await awaitRun(own, runId))) return;
  await query(ground, OF.telemetry(label), runPath(runId));
  await query(ground, OF.telemetrySteps(label), `${runPath(runId)}/steps`);
  await query(ground, OF.failures(label), `${runPath(runId)}/failures`);
}

/** Asks the telemetry for the runs of the agent: of one that nobody else has, there is one. */
export const readAgent = (ground: Ground, { label, agent }: Followed): Promise<unknown> =>
  query(ground, OF.ofAgent(label), `/v1/runs?agent_id=${encodeURIComponent(agent)}&page_size=100`);
