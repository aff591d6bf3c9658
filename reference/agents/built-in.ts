import { type AgentDirectory, agentDirectory } from './directory.ts';
import { optimizationAgent } from './optimization-agent.ts';
import { unifiedDataAgent } from './unified-data-agent.ts';

/** The agents every tenant has. Their ids are fixed, so that they survive a restart. */
export function builtInAgents(): AgentDirectory {
  return agentDirectory([
    {
      id: '5f0d3a56-0001-4c61-9d0e-2a7c1b7d0001',
      agent: unifiedDataAgent,
      description: 'Analyses a data set: profile, aggregates, anomalies, trend and forecast.',
      capabilities: ['profile', 'aggregate', 'anomaly_detection', 'forecast', 'memory'],
      status: 'ACTIVE',
      workflowId: unifiedDataAgent.name,
    },
    {
      id: '5f0d3a56-0002-4c61-9d0e-2a7c1b7d0002',
      agent: optimizationAgent,
      description: 'Finds what costs most and what can be saved, and says how.',
      capabilities: ['cost_ranking', 'savings', 'recommendations', 'memory'],
      status: 'ACTIVE',
      workflowId: optimizationAgent.name,
    },
  ]);
}
