/** What the cases of the sandbox do alike: agents of their own, and what is asked of them. */
import { parseFields } from '../../harness/core/json.ts';
import type { Actor, HttpAnswer, HttpAsk, Stage } from '../../harness/core/scenario.ts';
import { makeWorkflow, type OwnProject, openProject, type WorkflowBody } from '../agents-api/drive.ts';

/** An agent as a case sets it up. */
export interface SetUp {
  readonly workflow?: WorkflowBody;
  readonly model?: string;
  readonly status?: 'DRAFT' | 'ACTIVE' | 'INACTIVE';
  readonly webhookUrl?: string;
}

/** An agent, as one user asks for it. */
export interface Subject {
  readonly stage: Stage;
  readonly actor: Actor;
  /** `/api/agents/{a}` */
  readonly path: string;
}

export interface OwnAgent extends Subject {
  readonly project: OwnProject;
  readonly id: string;
  readonly name: string;
}

export const MADE_AGENT = 'create agent';
const SET_UP_ANEW = 'set up anew';

/** The model of agents whose model does not matter: one that every price list has. */
export const MODEL = 'gpt-4o-mini';

export type Fields = Readonly<Record<string, unknown>>;

/** The agent of that id, as this user sees it. */
export const subjectOf = (stage: Stage, actor: Actor, id: string): Subject => ({
  stage,
  actor,
  path: `/api/agents/${encodeURIComponent(id)}`,
});

async function bodyFor(project: OwnProject, name: string, setUp: SetUp): Promise<Fields | undefined> {
  const { workflow, ...rest } = setUp;
  const workflowId = workflow === undefined ? undefined : await makeWorkflow(project, workflow);
  if (workflow !== undefined && workflowId === undefined) return undefined;
  return { name, model: MODEL, ...rest, ...(workflowId === undefined ? {} : { workflowId }) };
}

/** Makes an agent in the project; nothing when the target did not make it. */
export async function makeAgent(
  stage: Stage,
  project: OwnProject,
  word: string,
  setUp: SetUp,
): Promise<OwnAgent | undefined> {
  const { actor } = project;
  const name = `conformance-${stage.nonce(`agent ${word}`)}`;
  const body = await bodyFor(project, name, setUp);
  if (body === undefined) return undefined;
  const made = await actor.create({ label: MADE_AGENT, path: `${project.path}/agents`, body });
  const id = made?.['id'];
  return typeof id === 'string' ? { ...subjectOf(stage, actor, id), project, id, name } : undefined;
}

/** The same in a project of its own. */
export async function openAgent(stage: Stage, setUp: SetUp, index = 0): Promise<OwnAgent | undefined> {
  const project = await openProject(stage, index);
  return project === undefined ? undefined : makeAgent(stage, project, `of actor ${index}`, setUp);
}

/** Sets the agent up anew, under its id; whether the target did. */
export async function setUpAnew({ project, name, id }: OwnAgent, setUp: SetUp): Promise<boolean> {
  const body = await bodyFor(project, name, setUp);
  if (body === undefined) return false;
  const path = `${project.path}/agents/${encodeURIComponent(id)}`;
  const ask = { label: SET_UP_ANEW, method: 'PUT', path, body: JSON.stringify(body) } as const;
  return (await project.actor.request(ask))?.status === 200;
}

/** Where the token decides, nothing is added to it; elsewhere the tenant is named. */
export function tenantHeader(
  { variationPoints }: Stage,
  { tenant }: Actor,
): Readonly<Record<string, string>> {
  const isByToken = variationPoints['VP-DEFTENANT'] === 'token-tenant';
  return isByToken || tenant === undefined ? {} : { 'x-tenant-id': tenant };
}

type More = Pick<HttpAsk, 'withinMs' | 'headers'>;

/** Asks for something below the agent; a body that is no text is sent as JSON. */
export function askOf(
  { stage, actor, path }: Subject,
  label: string,
  method: 'GET' | 'POST',
  below: string,
  body?: unknown,
  more: More = {},
): Promise<HttpAnswer | undefined> {
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = more.headers ?? tenantHeader(stage, actor);
  const ask = { label, method, path: `${path}${below}`, ...more, headers };
  return actor.request(body === undefined ? ask : { ...ask, body: sent });
}

/** What is told of a ticket that nobody else knows. */
export const ticketPayload = (stage: Stage, word = 'ticket'): Fields => ({
  ticket_id: `TICKET-${stage.nonce(word)}`,
  issue: 'The network is slow since this morning',
});

/** Tests the agent; resolves to the id of the test. An agent may take as long as it does in earnest. */
export async function runTest(
  subject: Subject,
  label: string,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const withinMs = subject.stage.thresholds.completionMs;
  const more = headers === undefined ? { withinMs } : { withinMs, headers };
  const answer = await askOf(subject, label, 'POST', '/test', body, more);
  const id = parsed(answer)['test_id'];
  return typeof id === 'string' ? id : undefined;
}

/** The answer as an object, empty where it is none. */
export const parsed = (answer: HttpAnswer | undefined): Fields => parseFields(answer?.body);

export const testPath = (id: string): string => `/test/${encodeURIComponent(id)}`;
export const HISTORY = '/test-history';

/** The agent of that name among those that everybody has; nothing where the target has it not. */
export async function findBuiltIn(stage: Stage, name: string, index = 0): Promise<Subject | undefined> {
  const actor = stage.actor(index);
  const ask = { label: 'profiles', method: 'GET', path: '/api/agents/profiles' } as const;
  const answer = await actor.request(ask);
  const profiles: unknown = parsed(answer);
  const list: readonly { readonly id?: unknown; readonly name?: unknown }[] = Array.isArray(profiles)
    ? profiles
    : [];
  const id = list.find((profile) => profile?.name === name)?.id;
  return typeof id === 'string' ? subjectOf(stage, actor, id) : undefined;
}

/** A test that says this. */
export const message = (text: string) => ({ payload: { message: text } });

/** Every deployment has it: docs/protocol.md 4.4. */
export const BUILT_IN = 'unified_data_agent';
/** As many tests as come at once. */
export const LONG_HISTORY = `${HISTORY}?limit=500`;
