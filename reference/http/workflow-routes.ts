import { z } from 'zod';
import type { Store } from '../store/open.ts';
import {
  deleteWorkflow,
  findWorkflow,
  insertWorkflow,
  listWorkflows,
  type Workflow,
} from '../store/workflows.ts';
import { newWorkflow } from '../workflows/graph.ts';
import { HttpError } from './errors.ts';
import { pageBody, pageOfType, pageQuery, readPageRequest } from './paging.ts';
import { type ProjectRouteParts, projectOfPath } from './project-routes.ts';
import { readBody } from './request-body.ts';
import { type Api, parameter, type RouteContext, route } from './routes.ts';

const MAX_BODY_BYTES = 4 * 1024 * 1024;

const workflow = newWorkflow.extend({
  id: z.string(),
  projectId: z.string(),
  startDelayMs: z.int().min(0),
  createdAt: z.iso.datetime(),
});

function show({ id, projectId, name, startDelayMs, nodes, createdAt }: Omit<Workflow, 'ordinal'>): object {
  return { id, projectId, name, startDelayMs, nodes, createdAt: createdAt.toISOString() };
}

async function workflowOfPath(store: Store, context: RouteContext): Promise<Workflow> {
  const project = await projectOfPath(store, context);
  const found = await findWorkflow(store, project.id, parameter(context, 'workflow'));
  if (found === undefined) throw new HttpError(404, 'WORKFLOW_NOT_FOUND', 'Workflow not found');
  return found;
}

function workflowCollection(api: Api, { store, clock, newId }: ProjectRouteParts): void {
  route(api, '/api/projects/:project/workflows', {
    GET: {
      summary: 'The workflows of a project, newest first',
      query: pageQuery,
      status: 200,
      answer: pageOfType(workflow),
      refuses: [404],
      handle: async (context) => {
        const { id } = await projectOfPath(store, context);
        const list = `workflows ${id}`;
        const page = await listWorkflows(store, id, readPageRequest(context, list));
        return context.json(pageBody(list, page, show));
      },
    },
    POST: {
      summary: 'Makes a workflow: a graph of nodes without cycles',
      body: newWorkflow,
      status: 201,
      answer: workflow,
      refuses: [404],
      handle: async (context) => {
        const { id: projectId } = await projectOfPath(store, context);
        const { name, startDelayMs = 0, nodes } = await readBody(context, newWorkflow, MAX_BODY_BYTES);
        const createdAt = new Date(clock.now());
        const made = { id: newId(), projectId, name, startDelayMs, nodes, createdAt };
        await insertWorkflow(store, made);
        return context.json(show(made), 201);
      },
    },
  });
}

/** Serves the workflows of projects. */
export function workflowRoutes(api: Api, parts: ProjectRouteParts): void {
  const { store } = parts;
  workflowCollection(api, parts);
  route(api, '/api/projects/:project/workflows/:workflow', {
    GET: {
      summary: 'A workflow',
      status: 200,
      answer: workflow,
      refuses: [404],
      handle: async (context) => context.json(show(await workflowOfPath(store, context))),
    },
    DELETE: {
      summary: 'Removes a workflow; its runs stay',
      status: 204,
      refuses: [404],
      handle: async (context) => {
        await deleteWorkflow(store, (await workflowOfPath(store, context)).id);
        return context.body(null, 204);
      },
    },
  });
}
