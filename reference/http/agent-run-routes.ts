import { z } from 'zod';
import type { AgentDirectory } from '../agents/directory.ts';
import type { AgentRuns, RunRefusal } from '../runs/agent-runs.ts';
import type { RunsInFlight } from '../runs/in-flight.ts';
import { agentMessage, agentRun, messageRole, runStatus } from '../runs/resources.ts';
import { areContextItems, storedIds } from '../runs/starting.ts';
import { findRun, listRuns, type StoredRun } from '../store/agent-runs.ts';
import type { Store } from '../store/open.ts';
import { listMessages } from '../store/run-parts.ts';
import { findWorkflow } from '../store/workflows.ts';
import type { WorkOrder } from '../workflows/graph.ts';
import { HttpError } from './errors.ts';
import { pageBody, pageOfType, pageQuery, readFilters, readPageRequest, withoutOrdinal } from './paging.ts';
import { projectOfPath } from './project-routes.ts';
import { readBody } from './request-body.ts';
import { type Api, parameter, type RouteContext, route } from './routes.ts';
import { storedText } from './text.ts';

/** What the routes of runs are composed of. */
export interface RunRouteParts {
  readonly store: Store;
  readonly runs: AgentRuns;
  readonly inFlight: RunsInFlight;
  readonly agents: AgentDirectory;
}

const MIB = 1024 * 1024;

/** JSON may write every byte of a text as an escape of six characters. */
const MAX_BODY_BYTES = 6 * MIB + 64 * 1024;

/** The model that workflows report when no agent with another one runs them. */
const WORKFLOW_MODEL = 'workflow-engine-1';

const itemIds = z.array(z.string()).max(100).optional();
const newRun = z.strictObject({ workflowId: z.string(), inputQuery: storedText, contextItemIds: itemIds });
const newMessage = z.strictObject({ content: storedText, contextItemIds: itemIds });

const runQuery = pageQuery.extend({
  status: runStatus.optional(),
  workflowId: storedText.optional(),
});
const messageQuery = pageQuery.extend({ role: messageRole.optional(), type: messageRole.optional() });

const RUN_NOT_FOUND = new HttpError(404, 'RUN_NOT_FOUND', 'Agent run not found');

function refused(refusal: RunRefusal, closed: HttpError): HttpError {
  if (refusal === 'NOT_FOUND') return RUN_NOT_FOUND;
  if (refusal === 'CLOSED') return closed;
  return new HttpError(429, 'RATE_LIMITED', 'too many runs at once; wait for one to end');
}

/** The run that the path names, in the project that the path names. */
export async function runOfPath(store: Store, context: RouteContext): Promise<StoredRun> {
  const project = await projectOfPath(store, context);
  const run = await findRun(store, project.id, parameter(context, 'run'));
  if (run === undefined) throw RUN_NOT_FOUND;
  return run;
}

function requireText(text: string, code: 'QUERY_REQUIRED' | 'CONTENT_REQUIRED'): void {
  if (!/\S/.test(text)) throw new HttpError(400, code, 'the text is empty');
  if (Buffer.byteLength(text) > MIB) {
    throw new HttpError(413, 'CONTENT_TOO_LARGE', `the text exceeds ${MIB} bytes`);
  }
}

async function requireItems(store: Store, projectId: string, ids: readonly string[] = []) {
  const stored = storedIds(ids);
  if (await areContextItems(store, projectId, stored)) return stored;
  throw new HttpError(400, 'CONTEXT_ITEM_INVALID', 'a context item is not one of the project');
}

async function requireWork(
  { store, agents }: RunRouteParts,
  projectId: string,
  id: string,
): Promise<{ readonly workflowId: string; readonly work: WorkOrder | null }> {
  if (agents.isBuiltIn(id)) return { workflowId: id, work: null };
  const workflow = await findWorkflow(store, projectId, id);
  if (workflow === undefined) throw new HttpError(404, 'WORKFLOW_NOT_FOUND', 'Workflow not found');
  const { startDelayMs, nodes } = workflow;
  return { workflowId: workflow.id, work: { model: WORKFLOW_MODEL, startDelayMs, nodes } };
}

async function createRun(parts: RunRouteParts, context: RouteContext): Promise<Response> {
  const project = await projectOfPath(parts.store, context);
  const body = await readBody(context, newRun, MAX_BODY_BYTES);
  requireText(body.inputQuery, 'QUERY_REQUIRED');
  const { workflowId, work } = await requireWork(parts, project.id, body.workflowId);
  const made = await parts.runs.create({
    principal: context.get('principal'),
    projectId: project.id,
    workflowId,
    work,
    agent: work === null ? workflowId : 'workflow',
    query: body.inputQuery,
    contextItemIds: await requireItems(parts.store, project.id, body.contextItemIds),
  });
  if (typeof made === 'string') throw refused(made, RUN_NOT_FOUND);
  return context.json(made, 201);
}

async function appendMessage({ store, runs }: RunRouteParts, context: RouteContext): Promise<Response> {
  const { run } = await runOfPath(store, context);
  const body = await readBody(context, newMessage, MAX_BODY_BYTES);
  requireText(body.content, 'CONTENT_REQUIRED');
  const appended = await runs.append({
    principal: context.get('principal'),
    projectId: run.projectId,
    runId: run.id,
    content: body.content,
    contextItemIds: await requireItems(store, run.projectId, body.contextItemIds),
  });
  const closed = new HttpError(409, 'RUN_CLOSED', 'the run takes no more messages');
  if (typeof appended === 'string') throw refused(appended, closed);
  return context.json(appended, 201);
}

async function cancelRun({ store, runs }: RunRouteParts, context: RouteContext): Promise<Response> {
  const project = await projectOfPath(store, context);
  const cancelled = await runs.cancel(context.get('principal'), project.id, parameter(context, 'run'));
  const ended = new HttpError(409, 'CONFLICT', 'the run has ended already');
  if (typeof cancelled === 'string') throw refused(cancelled, ended);
  return context.json(cancelled);
}

function runCollection(api: Api, parts: RunRouteParts): void {
  route(api, '/api/projects/:project/agent-runs', {
    GET: {
      summary: 'The runs of a project, newest first; filters combine with and',
      query: runQuery,
      status: 200,
      answer: pageOfType(agentRun),
      refuses: [404],
      handle: async (context) => {
        const project = await projectOfPath(parts.store, context);
        const { status, workflowId } = readFilters(
          context,
          runQuery.pick({ status: true, workflowId: true }),
        );
        const list = `agent-runs ${JSON.stringify([project.id, status, workflowId])}`;
        const request = readPageRequest(context, list);
        const page = await listRuns(parts.store, project.id, { status, workflowId }, request);
        return context.json(pageBody(list, page, withoutOrdinal));
      },
    },
    POST: {
      summary: 'Makes a run and sets it going',
      body: newRun,
      status: 201,
      answer: agentRun,
      refuses: [400, 404, 429],
      handle: (context) => createRun(parts, context),
    },
  });
}

function messageCollection(api: Api, parts: RunRouteParts): void {
  route(api, '/api/projects/:project/agent-runs/:run/messages', {
    GET: {
      summary: 'The messages of a run, oldest first; type is another name of role',
      query: messageQuery,
      status: 200,
      answer: pageOfType(agentMessage),
      refuses: [404],
      handle: async (context) => {
        const { run } = await runOfPath(parts.store, context);
        const { role, type } = readFilters(context, messageQuery.pick({ role: true, type: true }));
        const roles = [role, type].flatMap((each) => each ?? []);
        const list = `messages ${JSON.stringify([run.id, roles])}`;
        const request = readPageRequest(context, list);
        await parts.inFlight.settle(run.id);
        return context.json(
          pageBody(list, await listMessages(parts.store, run.id, roles, request), withoutOrdinal),
        );
      },
    },
    POST: {
      summary: 'Appends a message; to a completed run it opens the next turn',
      body: newMessage,
      status: 201,
      answer: agentMessage,
      refuses: [400, 404, 409, 429],
      handle: (context) => appendMessage(parts, context),
    },
  });
}

/** Serves runs and what is said in them. */
export function agentRunRoutes(api: Api, parts: RunRouteParts): void {
  runCollection(api, parts);
  messageCollection(api, parts);
  route(api, '/api/projects/:project/agent-runs/:run', {
    GET: {
      summary: 'A run',
      status: 200,
      answer: agentRun,
      refuses: [404],
      handle: async (context) => context.json((await runOfPath(parts.store, context)).run),
    },
  });
  route(api, '/api/projects/:project/agent-runs/:run/cancel', {
    POST: {
      summary: 'Cancels a run; its work stops for good',
      status: 200,
      answer: agentRun,
      refuses: [404, 409],
      handle: (context) => cancelRun(parts, context),
    },
  });
}
