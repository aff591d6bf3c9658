import type { AgentProfile } from '../runs/resources.ts';
import { isStoreId } from '../store/ids.ts';
import type { Store } from '../store/open.ts';
import { agentsOfTenant, findAgentNamed, type TenantAgent } from '../store/tenant-agents.ts';
import { findWorkflow } from '../store/workflows.ts';
import { conversational, type WorkOrder } from '../workflows/graph.ts';
import type { Agent } from './agent.ts';

/** An agent that every tenant has. */
export interface BuiltInAgent {
  readonly id: string;
  readonly agent: Agent;
  readonly description: string;
  readonly capabilities: readonly string[];
}

/** An agent that can be asked to work. */
export interface AgentEntry {
  readonly name: string;
  readonly status: AgentProfile['status'];
  /** The workflow its runs belong to. */
  readonly workflowId: string;
  /** What its runs work by; null is the built-in workflow. */
  readonly work: WorkOrder | null;
  /** Who is told when a run of it has ended. */
  readonly webhookUrl: string | null;
}

/** The agents of a deployment. */
export interface AgentDirectory {
  /** The agent a tenant knows by the name the chat socket uses. */
  readonly find: (tenant: string, name: string) => Promise<AgentEntry | undefined>;
  readonly profiles: (tenant: string) => Promise<readonly AgentProfile[]>;
  /** Tells whether a name belongs to a built-in agent, and so to its workflow. */
  readonly isBuiltIn: (name: string) => boolean;
}

function builtInProfile({ id, agent, description, capabilities }: BuiltInAgent): AgentProfile {
  return { id, name: agent.name, description, capabilities: [...capabilities], status: 'ACTIVE' };
}

/** What is told about an agent of a tenant. */
export function tenantProfile({ id, name, workflowId, status }: TenantAgent): AgentProfile {
  const capabilities = workflowId === null ? [] : ['workflow'];
  return { id, name, description: null, capabilities, status };
}

/** The agents every tenant has, and those it set up itself. */
export function agentDirectory(builtIn: readonly BuiltInAgent[], store: Store): AgentDirectory {
  const names = new Set(builtIn.map(({ agent }) => agent.name));
  const fallback = builtIn[0]?.agent.name ?? '';
  const entryOf = async ({
    name,
    status,
    model,
    workflowId,
    projectId,
    webhookUrl,
  }: TenantAgent): Promise<AgentEntry> => {
    const workflow = workflowId === null ? undefined : await findWorkflow(store, projectId, workflowId);
    // Without a workflow of its own an agent works as the first built-in one does.
    if (workflow === undefined) return { name, status, workflowId: fallback, work: null, webhookUrl };
    const { id, startDelayMs, nodes } = workflow;
    const work = { model, startDelayMs, nodes: conversational(nodes) };
    return { name, status, workflowId: id, work, webhookUrl };
  };
  return {
    isBuiltIn: (name) => names.has(name),
    find: async (tenant, name) => {
      if (names.has(name)) return { name, status: 'ACTIVE', workflowId: name, work: null, webhookUrl: null };
      const own = await findAgentNamed(store, tenant, name);
      return own === undefined ? undefined : entryOf(own);
    },
    profiles: async (tenant) => [
      ...builtIn.map(builtInProfile),
      ...(await agentsOfTenant(store, tenant)).map(tenantProfile),
    ],
  };
}

/** One profile out of many; ids are compared as the store writes them. */
export function profileOf(profiles: readonly AgentProfile[], id: string): AgentProfile | undefined {
  return isStoreId(id) ? profiles.find((profile) => profile.id === id.toLowerCase()) : undefined;
}
