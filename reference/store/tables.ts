import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { TelemetryTables } from './telemetry-tables.ts';

/** The states of a run (docs/protocol.md 5). */
export type RunStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Who said a message (docs/protocol.md 5). */
export type MessageRole = 'user' | 'assistant' | 'system' | 'tool';

/** The kinds of steps (docs/protocol.md 5). */
export type StepType = 'plan' | 'retrieve' | 'tool' | 'respond' | 'other';

/** The states of a node: those of a step, and one for what was never reached. */
export type NodeStatus = RunStatus | 'SKIPPED';

/** Whether an agent takes requests (docs/protocol.md 5). */
export type AgentStatus = 'DRAFT' | 'ACTIVE' | 'SUSPENDED' | 'INACTIVE';

/** Over which door a run came in; only those of the chat socket have chat events. */
export type RunOrigin = 'chat' | 'api';

/** A column written as JSON text and read back parsed. */
type Json = ColumnType<unknown, string, string>;

/** A project; `ordinal` gives lists their order and cursors their place. */
export interface ProjectTable {
  readonly id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly tenant: string;
  readonly user_id: string;
  readonly name: string;
  readonly is_default: boolean;
  readonly created_at: Date;
}

/** A document or data set a run may work on. */
export interface ContextItemTable {
  readonly id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly project_id: string;
  readonly name: string;
  readonly content: string;
  readonly created_at: Date;
}

/** A conversation of one principal. */
export interface ThreadTable {
  readonly id: string;
  readonly tenant: string;
  readonly user_id: string;
  readonly created_at: Date;
}

/** One execution of an agent; `request_key` makes a repeated request find its first run. */
export interface RunTable {
  readonly id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly tenant: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly thread_id: string;
  readonly parent_run_id: string | null;
  readonly agent: string;
  readonly workflow_id: string;
  readonly request_key: string | null;
  readonly status: RunStatus;
  readonly turn: Generated<number>;
  readonly input_query: string;
  readonly output_summary: string | null;
  readonly context_item_ids: readonly string[];
  readonly started_at: Date;
  readonly finished_at: Date | null;
  /** What the run works by, copied when it was made. */
  readonly work: ColumnType<unknown, string | null, never>;
  readonly origin: Generated<RunOrigin>;
}

/** What was said in a run; `prose` is the content without its data blocks, for recalling. */
export interface MessageTable {
  readonly id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly run_id: string;
  readonly thread_id: string;
  readonly turn: number;
  readonly role: MessageRole;
  readonly content: string;
  readonly prose: string;
  readonly context_item_ids: Generated<readonly string[]>;
  readonly created_at: Date;
}

/** One event of a run as it left the deployment. */
export interface RunEventTable {
  readonly run_id: string;
  readonly seq: number;
  readonly turn: number;
  readonly type: string;
  readonly event: Json;
  readonly created_at: Date;
}

/** A workflow of a project. */
export interface WorkflowTable {
  readonly id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly project_id: string;
  readonly name: string;
  readonly start_delay_ms: number;
  readonly nodes: Json;
  readonly created_at: Date;
}

/** An agent that a tenant set up; it is made in a project and known to the whole tenant. */
export interface AgentTable {
  readonly id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly project_id: string;
  readonly tenant: string;
  readonly name: string;
  readonly workflow_id: string | null;
  readonly model: string;
  readonly status: AgentStatus;
  readonly webhook_url: string | null;
  readonly created_at: Date;
}

/** One step of a run; `step_number` counts over all turns. */
export interface RunStepTable {
  readonly id: string;
  readonly run_id: string;
  readonly turn: number;
  readonly step_number: number;
  readonly node_id: string;
  readonly step_type: StepType;
  readonly status: RunStatus;
  readonly input: string | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly duration_ms: number | null;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
}

/** Where a node stands in the last turn that reached it. */
export interface NodeStateTable {
  readonly run_id: string;
  readonly node_id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly turn: number;
  readonly status: NodeStatus;
  readonly progress: number;
  readonly messages: Json;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  readonly error: string | null;
}

/** One frame of the stream of a run. */
export interface RunFrameTable {
  readonly run_id: string;
  readonly seq: number;
  readonly frame: Json;
}

/** A dry run of an agent; what it came to is kept as it was answered. */
export interface AgentTestTable {
  readonly id: string;
  readonly ordinal: GeneratedAlways<string>;
  readonly tenant: string;
  readonly agent_id: string;
  /** Set when the agent is a tenant's own, and the test goes with it. */
  readonly own_agent_id: string | null;
  readonly status: 'success' | 'failed';
  readonly payload: Json;
  readonly result: Json;
  readonly created_at: ColumnType<Date, string, never>;
}

/** The whole schema. */
export interface Tables extends TelemetryTables {
  readonly projects: ProjectTable;
  readonly context_items: ContextItemTable;
  readonly threads: ThreadTable;
  readonly runs: RunTable;
  readonly messages: MessageTable;
  readonly run_events: RunEventTable;
  readonly workflows: WorkflowTable;
  readonly agents: AgentTable;
  readonly run_steps: RunStepTable;
  readonly node_states: NodeStateTable;
  readonly run_frames: RunFrameTable;
  readonly agent_tests: AgentTestTable;
}
