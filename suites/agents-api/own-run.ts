/** A run that belongs to one case alone, and a subscriber of it. */
import type { HttpAnswer, Socket, Stage } from '../../harness/core/scenario.ts';
import {
  ask,
  makeWorkflow,
  type OwnProject,
  openProject,
  runIdOf,
  startRun,
  type WorkflowBody,
} from './drive.ts';
import { isTerminalFrame, streamOf } from './stream-view.ts';

/** Labels that the cases of the parts of a run have in common. */
export const LABELS = {
  start: 'start run',
  running: 'await running',
  end: 'await end',
  cancel: 'cancel',
  stream: 'stream',
} as const;

export interface OwnRun {
  readonly project: OwnProject;
  readonly id: string;
  /** `/api/projects/{p}/agent-runs/{r}` */
  readonly path: string;
}

/** Starts a run of a workflow of its own in that project. */
export async function runIn(
  project: OwnProject,
  workflow: WorkflowBody,
  label: string = LABELS.start,
): Promise<OwnRun | undefined> {
  const workflowId = await makeWorkflow(project, workflow);
  if (workflowId === undefined) return undefined;
  const path = await startRun(project, workflowId, label);
  return path === undefined ? undefined : { project, path, id: runIdOf(path) };
}

/** The same in a project of its own. */
export async function openRun(stage: Stage, workflow: WorkflowBody): Promise<OwnRun | undefined> {
  const project = await openProject(stage);
  return project === undefined ? undefined : runIn(project, workflow);
}

/** Asks for something below the run. */
export const askRun = (
  { project, path }: OwnRun,
  label: string,
  method: 'GET' | 'POST',
  below: string,
  body?: unknown,
): Promise<HttpAnswer | undefined> => ask(project, label, method, `${path}${below}`, body);

/** A project whose run is still going may not be removable, so no run outlives its case. */
export async function tidyUp(run: OwnRun): Promise<void> {
  await askRun(run, 'tidy up', 'POST', '/cancel');
}

/** Subscribes to the run. */
export const follow = ({ project, id }: OwnRun, label: string = LABELS.stream): Promise<Socket> =>
  project.actor.connect({ label, stream: streamOf(id) });

/** Listens to the terminal frame and beyond it, since a second one would come then. */
export async function hearOut(
  stage: Stage,
  socket: Socket,
  withinMs = stage.thresholds.completionMs,
): Promise<void> {
  await socket.heard('terminal frame', isTerminalFrame, withinMs);
  await socket.listen(stage.thresholds.graceMs);
  await socket.close();
}
