import { AgentFailure } from '../agents/agent.ts';
import { breathe, pause } from '../agents/pause.ts';
import type { Desk, RunWork, StepPlan } from '../runs/work.ts';
import { inOrder, type WorkflowNode, type WorkOrder } from './graph.ts';

/** Often enough to be seen moving, seldom enough not to drown the steps. */
const PROGRESS_REPORTS = 10;

type NodeOutcome = { readonly failure?: AgentFailure };

function planOf(node: WorkflowNode, iteration: number, attempt: number): StepPlan {
  const { id, stepType, agent, tool } = node;
  const usesTool = stepType === 'tool' || stepType === 'retrieve';
  const thought = { plan: 'I plan what to do', respond: 'I put the answer together' } as const;
  const title = stepType === 'plan' || stepType === 'respond' ? thought[stepType] : `I work on ${id}`;
  return {
    nodeId: id,
    stepType,
    title: usesTool ? (tool ?? id) : title,
    args: { node: id, iteration, attempt, ...(agent === undefined ? {} : { agent }) },
  };
}

function answer(desk: Desk, nodes: readonly WorkflowNode[]): string {
  const parts = nodes
    .filter(({ stepType }) => stepType !== 'respond')
    .map(({ id, tool, repeat = 1 }) => {
      const how = [
        ...(tool === undefined ? [] : [`with ${tool}`]),
        ...(repeat > 1 ? [`${repeat} times`] : []),
      ];
      return how.length === 0 ? id : `${id} (${how.join(', ')})`;
    });
  const items = desk.contextItemIds.length;
  const basis = `a request of ${desk.message.length} characters${items === 0 ? '' : ` and ${items} context items`}`;
  return `Worked on ${basis}: ${parts.length === 0 ? 'nothing else was to be done' : parts.join(', ')}.`;
}

/** What a step of a node comes to; reading documents is the one thing that needs more than time. */
async function resultOf(desk: Desk, node: WorkflowNode, everything: readonly WorkflowNode[]) {
  if (node.stepType === 'respond') return answer(desk, everything);
  if (node.stepType === 'tool') return { node: node.id, done: true };
  if (node.stepType !== 'retrieve') return undefined;
  const documents = await desk.loadDocuments();
  return { documents: documents.map(({ id, name, content }) => ({ id, name, characters: content.length })) };
}

function advance(desk: Desk, { id, repeat = 1, messages = [] }: WorkflowNode, done: number): void {
  const every = Math.ceil(repeat / PROGRESS_REPORTS);
  if (done % every !== 0 && done !== repeat) return;
  const said = messages.slice(0, Math.ceil((messages.length * done) / repeat));
  desk.nodes.advance(id, done / repeat, said);
}

async function performOnce(
  desk: Desk,
  node: WorkflowNode,
  plan: StepPlan,
  fails: boolean,
  everything: readonly WorkflowNode[],
): Promise<void> {
  await desk.step(plan, async () => {
    await (node.delayMs === undefined ? breathe(desk.signal) : pause(node.delayMs, desk.signal));
    if (!fails || node.fail === undefined) return resultOf(desk, node, everything);
    const { type, code } = node.fail;
    throw new AgentFailure(type, code, `node ${node.id} failed`);
  });
}

/** Fails as often as the node says, and answers how often that was; throws a failure that does not pass. */
async function failFirst(
  desk: Desk,
  node: WorkflowNode,
  everything: readonly WorkflowNode[],
): Promise<number> {
  const { times } = node.fail ?? { times: 0 };
  for (let attempt = 1; attempt <= (times ?? 1); attempt += 1) {
    try {
      await performOnce(desk, node, planOf(node, 1, attempt), true, everything);
    } catch (error) {
      if (!(error instanceof AgentFailure) || times === undefined) throw error;
    }
  }
  return times ?? 0;
}

/** Performs a node as often as it says. A failure that passes is tried again, each time as a step of its own. */
async function performNode(
  desk: Desk,
  node: WorkflowNode,
  everything: readonly WorkflowNode[],
): Promise<void> {
  const { id, repeat = 1 } = node;
  desk.nodes.start(id);
  const failures = await failFirst(desk, node, everything);
  for (let iteration = 1; iteration <= repeat; iteration += 1) {
    const attempt = iteration === 1 ? failures + 1 : 1;
    await performOnce(desk, node, planOf(node, iteration, attempt), false, everything);
    advance(desk, node, iteration);
  }
  desk.nodes.finish(id, 'COMPLETED');
}

async function outcomeOf(
  desk: Desk,
  node: WorkflowNode,
  before: readonly Promise<NodeOutcome>[],
  everything: readonly WorkflowNode[],
): Promise<NodeOutcome> {
  const failed = (await Promise.all(before)).find(({ failure }) => failure !== undefined);
  if (failed !== undefined) {
    desk.nodes.skip(node.id);
    return failed;
  }
  try {
    await performNode(desk, node, everything);
    return {};
  } catch (error) {
    if (!(error instanceof AgentFailure)) throw error;
    desk.nodes.finish(node.id, 'FAILED', `${error.code}: ${error.message}`);
    return { failure: error };
  }
}

async function performGraph(desk: Desk, nodes: readonly WorkflowNode[]): Promise<string> {
  const ordered = inOrder(nodes);
  if (ordered === undefined) throw new AgentFailure('orchestration', 'CYCLE', 'the workflow has a cycle');
  desk.nodes.expect(nodes.map(({ id }) => id));
  const outcomes = new Map<string, Promise<NodeOutcome>>();
  for (const node of ordered) {
    const before = (node.after ?? []).flatMap((id) => outcomes.get(id) ?? []);
    outcomes.set(node.id, outcomeOf(desk, node, before, nodes));
  }
  const settled = await Promise.allSettled(outcomes.values());
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
  for (const each of settled) {
    if (each.status === 'fulfilled' && each.value.failure !== undefined) throw each.value.failure;
  }
  return answer(desk, nodes);
}

/**
 * The work of a workflow: a node starts when all it waits for are done, so branches run side by
 * side; what lies behind a failed node is skipped, other branches go on, and the run then fails.
 */
export function workflowWork({ model, startDelayMs, nodes }: WorkOrder): RunWork {
  return { model, startDelayMs, perform: (desk) => performGraph(desk, nodes) };
}
