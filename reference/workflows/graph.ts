import { z } from 'zod';
import { stepType } from '../runs/resources.ts';
import { isStorable } from '../store/ids.ts';

const DAY_MS = 24 * 3_600_000;
const MAX_NODES = 1_000;
const MAX_STEPS = 20_000;
const MAX_ID = 100;
const MAX_TEXT = 1_000;

const shortText = z.string().min(1).max(MAX_ID).refine(isStorable);

/** How a node fails: always, or as often as `times` says, so that a retry succeeds. */
const failure = z.strictObject({
  type: z.enum(['tool', 'model', 'retrieval', 'orchestration']),
  code: shortText,
  times: z.int().min(1).max(100).optional(),
});

const node = z.strictObject({
  id: shortText,
  stepType,
  after: z.array(shortText).max(MAX_NODES).optional(),
  agent: shortText.optional(),
  tool: shortText.optional(),
  delayMs: z.int().min(0).max(DAY_MS).optional(),
  messages: z.array(z.string().max(MAX_TEXT).refine(isStorable)).max(100).optional(),
  repeat: z.int().min(1).max(MAX_STEPS).optional(),
  fail: failure.optional(),
});

/** A node of a workflow (docs/protocol.md 5). */
export type WorkflowNode = Readonly<z.infer<typeof node>>;

/** The nodes in an order in which each comes after all it waits for; `undefined` when there is none. */
export function inOrder(nodes: readonly WorkflowNode[]): readonly WorkflowNode[] | undefined {
  const waitsFor = new Map(nodes.map(({ id, after = [] }) => [id, new Set(after)]));
  const followers = new Map<string, WorkflowNode[]>(nodes.map(({ id }) => [id, []]));
  for (const each of nodes) for (const id of new Set(each.after)) followers.get(id)?.push(each);
  const ordered = nodes.filter(({ id }) => waitsFor.get(id)?.size === 0);
  const release = (follower: WorkflowNode, done: string): void => {
    const left = waitsFor.get(follower.id);
    left?.delete(done);
    if (left?.size === 0) ordered.push(follower);
  };
  for (const { id } of ordered) for (const follower of followers.get(id) ?? []) release(follower, id);
  return ordered.length === nodes.length ? ordered : undefined;
}

type Complain = (at: readonly (string | number)[], message: string) => void;

function findProblems(nodes: readonly WorkflowNode[], complain: Complain): void {
  const ids = new Set<string>();
  nodes.forEach(({ id }, index) => {
    if (ids.has(id)) complain([index, 'id'], 'the id of another node');
    ids.add(id);
  });
  nodes.forEach(({ after = [] }, index) => {
    if (after.some((id) => !ids.has(id))) complain([index, 'after'], 'not the id of a node');
  });
  const steps = nodes.reduce((sum, { repeat = 1, fail }) => sum + repeat + (fail?.times ?? 0), 0);
  if (steps > MAX_STEPS) complain([], 'too many steps');
}

/** The nodes of a workflow: a graph without cycles whose ids are unique and whose edges lead somewhere. */
const workflowNodes = z
  .array(node)
  .min(1)
  .max(MAX_NODES)
  .superRefine((nodes, context) => {
    let isSound = true;
    findProblems(nodes, (path, message) => {
      isSound = false;
      context.addIssue({ code: 'custom', path: [...path], message });
    });
    if (isSound && inOrder(nodes) === undefined)
      context.addIssue({ code: 'custom', path: [], message: 'a cycle' });
  });

/** What a client sends to make a workflow. */
export const newWorkflow = z.strictObject({
  name: z.string().min(1).max(255).regex(/\S/).refine(isStorable),
  startDelayMs: z.int().min(0).max(DAY_MS).optional(),
  nodes: workflowNodes,
});

/** What a run works by; a run without one works by the built-in workflow that its `workflowId` names. */
export interface WorkOrder {
  readonly model: string;
  readonly startDelayMs: number;
  readonly nodes: readonly WorkflowNode[];
}

function unusedId(nodes: readonly WorkflowNode[], wanted: string): string {
  const taken = new Set(nodes.map(({ id }) => id));
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
  return id;
}

function withPlan(nodes: readonly WorkflowNode[]): readonly WorkflowNode[] {
  if (nodes.some((each) => each.stepType === 'plan')) return nodes;
  const id = unusedId(nodes, 'plan');
  const behind = nodes.map((each) => ((each.after ?? []).length === 0 ? { ...each, after: [id] } : each));
  return [{ id, stepType: 'plan' }, ...behind];
}

function withAnswer(nodes: readonly WorkflowNode[]): readonly WorkflowNode[] {
  if (nodes.some((each) => each.stepType === 'respond')) return nodes;
  const waitedFor = new Set(nodes.flatMap(({ after = [] }) => after));
  const last = nodes.map(({ id }) => id).filter((id) => !waitedFor.has(id));
  return [...nodes, { id: unusedId(nodes, 'respond'), stepType: 'respond', after: last }];
}

/** The nodes as the chat socket serves them: one that plans and one that answers are added if missing (8). */
export function conversational(nodes: readonly WorkflowNode[]): readonly WorkflowNode[] {
  return withAnswer(withPlan(nodes));
}
