import type { SubRunEnd } from '../runs/sub-run.ts';
import { type Agent, AgentFailure, type AgentTask } from './agent.ts';
import { converse } from './converse.ts';
import { parseMessage } from './fenced-data.ts';
import { wordAnswer } from './model/mind.ts';
import { optimizationAgent } from './optimization-agent.ts';
import { readWishes } from './question.ts';
import { unifiedDataAgent } from './unified-data-agent.ts';

/** Who takes part and in which order: what is in the data is known before anybody looks for savings in it. */
const PARTS = [
  {
    agent: unifiedDataAgent.name,
    title: 'What the data say',
    thought: 'First the data agent has to find out what is in the data.',
  },
  {
    agent: optimizationAgent.name,
    title: 'What can be saved',
    thought: 'Now the optimisation agent has to find out what can be saved.',
  },
] as const;

type Part = (typeof PARTS)[number];

interface Finding {
  readonly part: Part;
  readonly end: SubRunEnd;
}

const isDone = ({ end }: Finding): boolean => end.response !== null;

async function askEveryone(task: AgentTask): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const part of PARTS) {
    await task.think(part.thought);
    findings.push({ part, end: await task.handOver(part.agent, task.message) });
  }
  return findings;
}

function missing({ part, end }: Finding): string {
  return `- ${part.agent} has no result: ${end.failure ?? `its run ended ${end.status}`}.`;
}

/** What several agents found is said once. */
function withoutRepeats(blocks: readonly string[]): string {
  return [...new Set(blocks.flatMap((block) => block.split('\n\n')))].join('\n\n');
}

function compose(findings: readonly Finding[]): string {
  const done = findings.filter(isDone);
  const missed = findings.filter((finding) => !isDone(finding));
  return withoutRepeats([
    `Joint report of ${done.map(({ part }) => part.agent).join(' and ')}`,
    ...done.map(({ part, end }) => `${part.title}\n\n${end.response}`),
    ...(missed.length === 0 ? [] : [`Not done\n${missed.map(missing).join('\n')}`]),
  ]);
}

async function coordinate(task: AgentTask, prose: string): Promise<string> {
  await task.think('This needs more than one agent; I coordinate who does what.');
  const findings = await askEveryone(task);
  if (!findings.some(isDone)) {
    const reasons = findings.map(missing).join(' ');
    throw new AgentFailure('orchestration', 'NO_PART_DONE', `no agent had a result: ${reasons}`);
  }
  await task.think('I put together what the agents found; every figure is one of theirs.');
  return wordAnswer(task, prose, compose(findings));
}

/** Has the data agent and then the optimisation agent work, and reports what they found. */
export const supervisorAgent: Agent = {
  name: 'supervisor_agent',
  model: 'rule-planner-1',
  timeLimits: PARTS.length,
  run: async (task) => {
    const { prose, blocks } = parseMessage(task.message);
    if (blocks.length > 0 || task.contextItemIds.length > 0) return coordinate(task, prose);
    const ability = 'I have other agents analyse data and look for savings, and report what they found.';
    return converse(task, prose, readWishes(prose).memory, ability);
  },
};
