/** What a model consumed and produced, in tokens. */
export interface TokenUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
}

/** Where a failure came from (docs/protocol.md 4). */
export type FailureType = 'tool' | 'model' | 'retrieval' | 'orchestration';

/** A classified failure as it leaves the deployment. */
export interface Failure {
  readonly type: FailureType;
  readonly code: string;
  readonly message: string;
}

/** A failed tool call as it leaves the deployment. */
export interface ToolCallError {
  readonly code: string;
  readonly message: string;
}

/** The data of each event of a run (docs/protocol.md 4). */
export type RunEventBody =
  | { readonly type: 'agent_started'; readonly data: { readonly model: string } }
  | { readonly type: 'agent_thinking'; readonly data: { readonly thought: string; readonly step: number } }
  | {
      readonly type: 'tool_executing';
      readonly data: {
        readonly tool_call_id: string;
        readonly tool_name: string;
        readonly arguments: Readonly<Record<string, unknown>>;
      };
    }
  | {
      readonly type: 'tool_completed';
      readonly data: {
        readonly tool_call_id: string;
        readonly tool_name: string;
        readonly status: 'success' | 'error';
        readonly result: unknown;
        readonly error: ToolCallError | null;
        readonly duration_ms: number;
      };
    }
  | TerminalBody
  | {
      readonly type: 'agent_handoff';
      readonly data: { readonly to_agent: string; readonly to_run_id: string };
    };

/** The events that end a turn. */
export type TerminalBody =
  | {
      readonly type: 'agent_completed';
      readonly data: {
        readonly response: string;
        readonly duration_ms: number;
        readonly tools_used: readonly string[];
        readonly usage: TokenUsage;
      };
    }
  | { readonly type: 'agent_failed'; readonly data: { readonly error: Failure } }
  | { readonly type: 'agent_cancelled'; readonly data: Readonly<Record<string, never>> };

/** The flat envelope around every event (docs/protocol.md 4). */
export interface RunEventEnvelope {
  readonly event_id: string;
  readonly seq: number;
  readonly timestamp: string;
  readonly request_id: string | null;
  readonly run_id: string;
  readonly parent_run_id: string | null;
  readonly thread_id: string;
  readonly user_id: string;
  readonly agent: string;
  readonly turn: number;
}

/** One event of a run as it leaves the deployment. */
export type RunEvent = RunEventEnvelope & RunEventBody;

/** Receives the events of a run in their order. */
export type RunListener = (event: RunEvent) => void;
