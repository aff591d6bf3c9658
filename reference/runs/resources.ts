import { z } from 'zod';

const id = z.string();
const time = z.iso.datetime({ offset: true });
const turn = z.int().min(1);
const text = z.string();

const STATES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;

/** The states of runs and steps (docs/protocol.md 5). */
export const runStatus = z.enum(STATES);

/** Who said a message. */
export const messageRole = z.enum(['user', 'assistant', 'system', 'tool']);

/** The kinds of steps. */
export const stepType = z.enum(['plan', 'retrieve', 'tool', 'respond', 'other']);

/** Whether an agent takes requests. */
export const agentStatus = z.enum(['DRAFT', 'ACTIVE', 'SUSPENDED', 'INACTIVE']);

/** A run as HTTP and the stream show it. */
export const agentRun = z.object({
  id,
  projectId: id,
  workflowId: id,
  status: runStatus,
  inputQuery: text,
  outputSummary: text.nullable(),
  startedAt: time,
  finishedAt: time.nullable(),
  contextItemIds: z.array(id),
  turn,
});

/** A step of a run; the id of a tool's is the `tool_call_id` of the chat socket. */
export const agentStep = z.object({
  id,
  runId: id,
  turn,
  stepNumber: z.int().min(1),
  nodeId: id,
  stepType,
  status: runStatus,
  input: text.nullable(),
  output: text.nullable(),
  error: text.nullable(),
  durationMs: z.int().min(0).nullable(),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
});

/** What was said in a run. */
export const agentMessage = z.object({
  id,
  runId: id,
  turn,
  role: messageRole,
  content: text,
  contextItemIds: z.array(id),
  createdAt: time,
});

/** Where a node of the workflow stands. */
export const agentNodeState = z.object({
  runId: id,
  nodeId: id,
  status: z.enum([...STATES, 'SKIPPED']),
  progress: z.number().min(0).max(1),
  messages: z.array(text),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  error: text.nullable(),
});

/** What is told about an agent. */
export const agentProfile = z.object({
  id: z.uuid(),
  name: text,
  description: text.nullable(),
  capabilities: z.array(text),
  status: agentStatus,
});

/** A run as HTTP and the stream show it. */
export type AgentRun = Readonly<z.infer<typeof agentRun>>;
/** A step of a run. */
export type AgentStep = Readonly<z.infer<typeof agentStep>>;
/** What was said in a run. */
export type AgentMessage = Readonly<z.infer<typeof agentMessage>>;
/** Where a node of the workflow stands. */
export type AgentNodeState = Readonly<z.infer<typeof agentNodeState>>;
/** What is told about an agent. */
export type AgentProfile = Readonly<z.infer<typeof agentProfile>>;

/** The frames that end a turn. */
export type TerminalFrameBody =
  | { readonly type: 'agent.run.completed' | 'agent.run.cancelled'; readonly run: AgentRun }
  | { readonly type: 'agent.run.failed'; readonly run: AgentRun; readonly errorMessage: string };

/** What a frame of the stream tells; each has exactly one resource (docs/protocol.md 5). */
export type FrameBody =
  | TerminalFrameBody
  | { readonly type: 'agent.run.created' | 'agent.run.updated'; readonly run: AgentRun }
  | { readonly type: 'agent.step.updated'; readonly step: AgentStep }
  | { readonly type: 'agent.message.appended'; readonly message: AgentMessage }
  | { readonly type: 'workflow.node_state.updated'; readonly nodeState: AgentNodeState };

/** One frame of the stream of a run. */
export type RunFrame = FrameBody & {
  readonly eventId: string;
  readonly seq: number;
  readonly timestamp: string;
  readonly runId: string;
  readonly turn: number;
};

const TERMINAL: ReadonlySet<string> = new Set([
  'agent.run.completed',
  'agent.run.failed',
  'agent.run.cancelled',
]);

/** Tells whether a frame ends its turn. */
export function isTerminalFrame({ type }: RunFrame): boolean {
  return TERMINAL.has(type);
}
