import type { Agent } from './agent.ts';

/** Whether an agent takes requests (docs/protocol.md 5). */
export type AgentStatus = 'DRAFT' | 'ACTIVE' | 'SUSPENDED' | 'INACTIVE';

/** An agent with what the deployment says about it. */
export interface AgentEntry {
  readonly id: string;
  readonly agent: Agent;
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly status: AgentStatus;
  /** The built-in workflow its runs belong to. */
  readonly workflowId: string;
}

/** The agents of a deployment, found by the name the chat socket uses. */
export interface AgentDirectory {
  readonly find: (name: string) => AgentEntry | undefined;
  readonly all: readonly AgentEntry[];
}

/** A directory over a fixed list of agents. */
export function agentDirectory(entries: readonly AgentEntry[]): AgentDirectory {
  const byName = new Map(entries.map((entry) => [entry.agent.name, entry]));
  return { find: (name) => byName.get(name), all: entries };
}
