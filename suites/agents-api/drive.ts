/** What the cases of the agents API do alike: make a project of their own, start runs, wait for a state. */
import { parseFields } from '../../harness/core/json.ts';
import type { Actor, HttpAnswer, Stage } from '../../harness/core/scenario.ts';

type Resource = Readonly<Record<string, unknown>>;

/** One node of a workflow, as docs/protocol.md section 5 has it. */
export interface WorkflowNode {
  readonly id: string;
  readonly stepType: 'plan' | 'retrieve' | 'tool' | 'respond' | 'other';
  readonly after?: readonly string[];
  readonly agent?: string;
  readonly tool?: string;
  readonly delayMs?: number;
  readonly messages?: readonly string[];
  readonly repeat?: number;
  readonly fail?: { readonly type: string; readonly code: string; readonly times?: number };
}

export interface WorkflowBody {
  readonly nodes: readonly WorkflowNode[];
  readonly startDelayMs?: number;
}

/** A project of the trial's own; everything below it goes with it. */
export interface OwnProject {
  readonly actor: Actor;
  /** `/api/projects/{p}` */
  readonly path: string;
  /** `/api/projects/{p}/agent-runs` */
  readonly runs: string;
}

/** Labels of fixtures, so that checks can tell them from what a case is about. */
export const MADE = {
  project: 'create project',
  workflow: 'create workflow',
  item: 'create context item',
} as const;

const idOf = (resource: Resource | undefined): string | undefined =>
  typeof resource?.['id'] === 'string' ? resource['id'] : undefined;

/** Makes a project under a name that nothing else has; nothing when the target did not make it. */
export async function openProject(stage: Stage, index = 0): Promise<OwnProject | undefined> {
  const actor = stage.actor(index);
  const name = `conformance ${stage.nonce(`project ${index} ${stage.random()}`)}`;
  const id = idOf(await actor.create({ label: MADE.project, path: '/api/projects', body: { name } }));
  if (id === undefined) return undefined;
  const path = `/api/projects/${encodeURIComponent(id)}`;
  return { actor, path, runs: `${path}/agent-runs` };
}

/** Makes a workflow; resolves to its id. */
export async function makeWorkflow(project: OwnProject, workflow: WorkflowBody): Promise<string | undefined> {
  const ask = {
    label: MADE.workflow,
    path: `${project.path}/workflows`,
    body: { name: 'case', ...workflow },
  };
  return idOf(await project.actor.create(ask));
}

/** Makes a context item; resolves to its id. */
export async function makeContextItem(
  project: OwnProject,
  content = 'a,b\n1,2\n',
): Promise<string | undefined> {
  const ask = { label: MADE.item, path: `${project.path}/context-items`, body: { name: 'case', content } };
  return idOf(await project.actor.create(ask));
}

/** An id that nothing has, of the form that ids usually have. */
export function unknownId(stage: Stage, label = 'unknown'): string {
  const hex = `${stage.nonce(`${label} 1`)}${stage.nonce(`${label} 2`)}${stage.nonce(`${label} 3`)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Asks for something below the project. */
export function ask(
  project: OwnProject,
  label: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<HttpAnswer | undefined> {
  return project.actor.request({
    label,
    method,
    path,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

const parsed = (answer: HttpAnswer | undefined): Resource => parseFields(answer?.body);

/** Starts a run of the workflow; resolves to its path, `…/agent-runs/{r}`. */
export async function startRun(
  project: OwnProject,
  workflowId: string,
  label = 'start run',
  more: Resource = {},
): Promise<string | undefined> {
  const answer = await ask(project, label, 'POST', project.runs, {
    workflowId,
    inputQuery: 'What is in there?',
    ...more,
  });
  const id = idOf(parsed(answer));
  return id === undefined ? undefined : `${project.runs}/${encodeURIComponent(id)}`;
}

const POLL_MS = 40;
/** Readings without a status, one after another, upon which nobody waits for one: about two seconds. */
const MOST_UNREAD = 50;

/** Reads the run until its status is one of these, within the limit; the readings are labelled alike. */
export async function awaitStatus(
  stage: Stage,
  project: OwnProject,
  run: string,
  statuses: readonly string[],
  label = 'await status',
  withinMs = stage.thresholds.completionMs,
): Promise<boolean> {
  let unread = 0;
  for (let waitedMs = 0; waitedMs <= withinMs && unread < MOST_UNREAD; waitedMs += POLL_MS) {
    const status = parsed(await ask(project, label, 'GET', run))['status'];
    if (typeof status === 'string' && statuses.includes(status)) return true;
    unread = typeof status === 'string' ? 0 : unread + 1;
    await stage.pause(POLL_MS);
  }
  return false;
}

export const TERMINAL_STATUSES = ['COMPLETED', 'FAILED', 'CANCELLED'] as const;

/** The id at the end of a run's path. */
export const runIdOf = (run: string): string => decodeURIComponent(run.slice(run.lastIndexOf('/') + 1));

/**
 * Walks a list to its end by its cursor, a bounded number of pages; each page has the label. `between` happens
 * after each page that has a next one.
 */
export async function walk(
  project: OwnProject,
  label: string,
  path: string,
  mostPages = 50,
  between: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  let next: string | undefined = path;
  for (let page = 0; page < mostPages && next !== undefined; page += 1) {
    if (page > 0) await between();
    const cursor: unknown = parsed(await ask(project, label, 'GET', next))['nextCursor'];
    const joint: string = path.includes('?') ? '&' : '?';
    next = typeof cursor === 'string' ? `${path}${joint}cursor=${encodeURIComponent(cursor)}` : undefined;
  }
}

/** A workflow that completes at once, and others whose states last as long as a case needs them. */
export const WORKFLOWS = {
  quick: { nodes: [{ id: 'answer', stepType: 'respond' }] },
  slow: (delayMs: number): WorkflowBody => ({
    nodes: [
      { id: 'work', stepType: 'tool', tool: 'profile_dataset', delayMs },
      { id: 'answer', stepType: 'respond', after: ['work'] },
    ],
  }),
  pending: (startDelayMs: number): WorkflowBody => ({ ...WORKFLOWS.quick, startDelayMs }),
  failing: {
    nodes: [
      { id: 'broken', stepType: 'tool', tool: 'profile_dataset', fail: { type: 'tool', code: 'timeout' } },
    ],
  },
  steps: (count: number): WorkflowBody => ({
    nodes: [
      { id: 'many', stepType: 'other', repeat: count - 1 },
      { id: 'answer', stepType: 'respond', after: ['many'] },
    ],
  }),
} as const satisfies Readonly<Record<string, WorkflowBody | ((amount: number) => WorkflowBody)>>;
