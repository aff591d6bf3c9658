import type { RunWork } from '../runs/work.ts';
import { workflowWork } from '../workflows/engine.ts';
import type { WorkOrder } from '../workflows/graph.ts';
import { agentWork, type Thinking } from './agent-work.ts';
import type { BuiltInAgent } from './directory.ts';
import { optimizationAgent } from './optimization-agent.ts';
import { supervisorAgent } from './supervisor-agent.ts';
import { ticketAgent } from './ticket-agent.ts';
import { unifiedDataAgent } from './unified-data-agent.ts';

/** The agents every tenant has. Their ids are fixed, so that they survive a restart. */
export const BUILT_IN_AGENTS: readonly BuiltInAgent[] = [
  {
    id: '5f0d3a56-0001-4c61-9d0e-2a7c1b7d0001',
    agent: unifiedDataAgent,
    description: 'Analyses a data set: profile, aggregates, anomalies, trend and forecast.',
    capabilities: ['profile', 'aggregate', 'anomaly_detection', 'forecast', 'memory'],
  },
  {
    id: '5f0d3a56-0002-4c61-9d0e-2a7c1b7d0002',
    agent: optimizationAgent,
    description: 'Finds what costs most and what can be saved, and says how.',
    capabilities: ['cost_ranking', 'savings', 'recommendations', 'memory'],
  },
  {
    id: '5f0d3a56-0003-4c61-9d0e-2a7c1b7d0003',
    agent: supervisorAgent,
    description: 'Has the data agent and the optimisation agent work, and reports what they found.',
    capabilities: ['coordination', 'memory'],
  },
  {
    id: '5f0d3a56-0004-4c61-9d0e-2a7c1b7d0004',
    agent: ticketAgent,
    description: 'Looks tickets up, finds similar ones, and triages them.',
    capabilities: ['fetch_ticket', 'search_tickets', 'update_ticket', 'add_comment'],
  },
];

/** Finds the work that a run's order, or without one a built-in workflow, stands for. */
export function workFinder(thinking: Thinking): (order: WorkOrder | null, workflowId: string) => RunWork {
  return (order, workflowId) => {
    if (order !== null) return workflowWork(order);
    const known = BUILT_IN_AGENTS.find(({ agent }) => agent.name === workflowId);
    return agentWork(known?.agent ?? unifiedDataAgent, thinking);
  };
}
