import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** The states of a run (docs/protocol.md 5). */
export type RunStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Who said a message (docs/protocol.md 5). */
export type MessageRole = 'user' | 'assistant' | 'system' | 'tool';

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

/** The whole schema. */
export interface Tables {
  readonly projects: ProjectTable;
  readonly context_items: ContextItemTable;
  readonly threads: ThreadTable;
  readonly runs: RunTable;
  readonly messages: MessageTable;
  readonly run_events: RunEventTable;
}
