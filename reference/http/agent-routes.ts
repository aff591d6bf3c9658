import { z } from 'zod';
import { type AgentDirectory, profileOf, tenantProfile } from '../agents/directory.ts';
import { agentProfile, agentStatus } from '../runs/resources.ts';
import type { Store } from '../store/open.ts';
import {
  deleteAgent,
  findAgent,
  insertAgent,
  listAgents,
  replaceAgent,
  type TenantAgent,
} from '../store/tenant-agents.ts';
import { findWorkflow } from '../store/workflows.ts';
import { HttpError } from './errors.ts';
import { pageBody, pageOfType, pageQuery, readPageRequest } from './paging.ts';
import { type ProjectRouteParts, projectOfPath } from './project-routes.ts';
import { readBody } from './request-body.ts';
import { type Api, parameter, type RouteContext, route } from './routes.ts';
import { nameText } from './text.ts';

/** What the routes of agents are composed of. */
export interface AgentRouteParts extends ProjectRouteParts {
  readonly agents: AgentDirectory;
}

const MAX_BODY_BYTES = 64 * 1024;
const DEFAULT_MODEL = 'workflow-engine-1';

const newAgent = z.strictObject({
  name: nameText,
  workflowId: z.string().nullish(),
  model: nameText.optional(),
  status: agentStatus.optional(),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .pipe(nameText.max(2_000))
    .nullish(),
});

const AGENT_NOT_FOUND = new HttpError(404, 'AGENT_NOT_FOUND', 'Agent not found');

/** Serves what is told about agents. */
export function profileRoutes(api: Api, { agents }: AgentRouteParts): void {
  route(api, '/api/agents/profiles', {
    GET: {
      summary: 'All agents the tenant can use',
      status: 200,
      answer: z.array(agentProfile),
      handle: async (context) => context.json(await agents.profiles(context.get('principal').tenant)),
    },
  });
  route(api, '/api/agents/profiles/:agent', {
    GET: {
      summary: 'One agent',
      status: 200,
      answer: agentProfile,
      refuses: [404],
      handle: async (context) => {
        const profiles = await agents.profiles(context.get('principal').tenant);
        const profile = profileOf(profiles, parameter(context, 'agent'));
        if (profile === undefined) throw AGENT_NOT_FOUND;
        return context.json(profile);
      },
    },
  });
}

async function agentOfPath(store: Store, context: RouteContext): Promise<TenantAgent> {
  const project = await projectOfPath(store, context);
  const found = await findAgent(store, project.id, parameter(context, 'agent'));
  if (found === undefined) throw AGENT_NOT_FOUND;
  return found;
}

/** How the body of a request sets an agent of the project up. */
async function readSetUp(store: Store, context: RouteContext, projectId: string) {
  const { name, workflowId, model, status, webhookUrl } = await readBody(context, newAgent, MAX_BODY_BYTES);
  const workflow = workflowId == null ? undefined : await findWorkflow(store, projectId, workflowId);
  if (workflowId != null && workflow === undefined) {
    throw new HttpError(404, 'WORKFLOW_NOT_FOUND', 'Workflow not found');
  }
  return {
    name,
    workflowId: workflow?.id ?? null,
    model: model ?? DEFAULT_MODEL,
    status: status ?? ('ACTIVE' as const),
    webhookUrl: webhookUrl ?? null,
  };
}

const NAME_TAKEN = new HttpError(409, 'CONFLICT', 'the tenant has an agent of that name');

async function createAgent(parts: AgentRouteParts, context: RouteContext): Promise<Response> {
  const { store, agents, clock, newId } = parts;
  const { id: projectId } = await projectOfPath(store, context);
  const made = {
    ...(await readSetUp(store, context, projectId)),
    id: newId(),
    projectId,
    tenant: context.get('principal').tenant,
    createdAt: new Date(clock.now()),
  };
  if (agents.isBuiltIn(made.name) || !(await insertAgent(store, made))) throw NAME_TAKEN;
  return context.json(tenantProfile({ ...made, ordinal: '' }), 201);
}

async function setUpAnew(store: Store, context: RouteContext): Promise<Response> {
  const was = await agentOfPath(store, context);
  const agent = { ...was, ...(await readSetUp(store, context, was.projectId)) };
  if (agent.name !== was.name) throw new HttpError(409, 'CONFLICT', 'an agent keeps its name');
  await replaceAgent(store, agent);
  return context.json(tenantProfile(agent));
}

function agentCollection(api: Api, parts: AgentRouteParts): void {
  route(api, '/api/projects/:project/agents', {
    GET: {
      summary: 'The agents made in a project, newest first',
      query: pageQuery,
      status: 200,
      answer: pageOfType(agentProfile),
      refuses: [404],
      handle: async (context) => {
        const { id } = await projectOfPath(parts.store, context);
        const list = `agents ${id}`;
        const page = await listAgents(parts.store, id, readPageRequest(context, list));
        return context.json(pageBody(list, page, tenantProfile));
      },
    },
    POST: {
      summary: 'Makes an agent for the tenant',
      body: newAgent,
      status: 201,
      answer: agentProfile,
      refuses: [404, 409],
      handle: (context) => createAgent(parts, context),
    },
  });
}

/** Serves the agents that tenants set up. */
export function agentRoutes(api: Api, parts: AgentRouteParts): void {
  const { store } = parts;
  agentCollection(api, parts);
  route(api, '/api/projects/:project/agents/:agent', {
    GET: {
      summary: 'An agent made in the project',
      status: 200,
      answer: agentProfile,
      refuses: [404],
      handle: async (context) => context.json(tenantProfile(await agentOfPath(store, context))),
    },
    PUT: {
      summary: 'Sets an agent up anew, under its id and name',
      body: newAgent,
      status: 200,
      answer: agentProfile,
      refuses: [404, 409],
      handle: (context) => setUpAnew(store, context),
    },
    DELETE: {
      summary: 'Removes an agent; its runs stay',
      status: 204,
      refuses: [404],
      handle: async (context) => {
        await deleteAgent(store, (await agentOfPath(store, context)).id);
        return context.body(null, 204);
      },
    },
  });
}
