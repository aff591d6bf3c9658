import type { BuiltInAgent } from '../agents/directory.ts';
import { readOnly } from '../store/agent-tests.ts';
import type { Store } from '../store/open.ts';
import type { AgentStatus } from '../store/tables.ts';
import { findAgentNamed, findAgentOfTenant, type TenantAgent } from '../store/tenant-agents.ts';
import { findWorkflow } from '../store/workflows.ts';
import type { WorkOrder } from '../workflows/graph.ts';

/** An agent as the sandbox tests it. */
export interface TestSubject {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly status: AgentStatus;
  readonly webhookUrl: string | null;
  /** The built-in workflow it works by where it has none of its own. */
  readonly workflowId: string;
  /** What it works by, with nothing added; null is the built-in workflow. */
  readonly work: WorkOrder | null;
  /** Whether a tenant set it up, so that its tests go with it. */
  readonly isOwn: boolean;
}

/** Finds the agents a tenant can test. */
export interface TestSubjects {
  readonly byId: (tenant: string, id: string) => Promise<TestSubject | undefined>;
  readonly byName: (tenant: string, name: string) => Promise<TestSubject | undefined>;
}

function builtInSubject({ id, agent: { name, model } }: BuiltInAgent): TestSubject {
  const always = { status: 'ACTIVE', webhookUrl: null, work: null, isOwn: false } as const;
  return { id, name, model, workflowId: name, ...always };
}

async function ownSubject(store: Store, own: TenantAgent, fallback: string): Promise<TestSubject> {
  const { id, name, model, status, webhookUrl, workflowId, projectId } = own;
  const common = { id, name, model, status, webhookUrl, isOwn: true };
  const workflow = workflowId === null ? undefined : await findWorkflow(store, projectId, workflowId);
  if (workflow === undefined) return { ...common, workflowId: fallback, work: null };
  // A dry run has no queue to wait in.
  return { ...common, workflowId: workflow.id, work: { model, startDelayMs: 0, nodes: workflow.nodes } };
}

/** The agents of a deployment, read in transactions that can change nothing. */
export function testSubjects(builtIn: readonly BuiltInAgent[], store: Store): TestSubjects {
  const fallback = builtIn[0]?.agent.name ?? '';
  const known = builtIn.map(builtInSubject);
  const read = (find: (store: Store) => Promise<TenantAgent | undefined>) =>
    readOnly(store, async (trx) => {
      const own = await find(trx);
      return own === undefined ? undefined : ownSubject(trx, own, fallback);
    });
  return {
    byId: async (tenant, id) =>
      known.find((each) => each.id === id) ?? read((trx) => findAgentOfTenant(trx, tenant, id)),
    byName: async (tenant, name) =>
      known.find((each) => each.name === name) ?? read((trx) => findAgentNamed(trx, tenant, name)),
  };
}
