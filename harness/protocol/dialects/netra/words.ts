/** The words of the netra vocabularies as tables: what each means, and which spelling is the usual one. */
import type { EventKind } from '../../agent-event.ts';

/** Lifecycle words, with the usual one first for each meaning. */
export const EVENT_WORDS: Readonly<Record<string, EventKind>> = {
  agent_started: 'run.started',
  agent_thinking: 'reasoning',
  tool_executing: 'tool.started',
  tool_started: 'tool.started',
  tool_completed: 'tool.finished',
  tool_error: 'tool.finished',
  agent_completed: 'run.completed',
  agent_response: 'run.completed',
  agent_response_complete: 'run.completed',
  agent_error: 'run.failed',
  agent_failed: 'run.failed',
  agent_death: 'run.failed',
  agent_timeout_failure: 'run.failed',
  critical_task_failure: 'run.failed',
  agent_cancelled: 'run.cancelled',
  agent_handoff: 'handoff',
};

/** Words that mean a lifecycle event and are not the usual ones for it. */
export const EVENT_DRIFT: ReadonlySet<string> = new Set([
  'tool_started',
  'tool_error',
  'agent_response',
  'agent_response_complete',
  'agent_death',
  'agent_timeout_failure',
  'critical_task_failure',
]);

/** Known, and no event of a run. */
export const NOTICES: ReadonlySet<string> = new Set([
  'ack',
  'agent_aggregation_complete',
  'agent_fallback',
  'agent_progress',
  'agent_timeout_warning',
  'agent_update',
  'backend_log',
  'chunk_response_immediate',
  'cleanup_complete',
  'cleanup_duration_estimate',
  'cleanup_started',
  'emergency_notification',
  'final_report',
  'handshake_complete',
  'handshake_response',
  'handshake_validation',
  'heartbeat',
  'heartbeat_ack',
  'partial_result',
  'progress_update',
  'stream_chunk',
  'system_message',
  'thread_ready_for_chunks',
  'thread_update',
  'thread_updated',
]);

export const GREETINGS: ReadonlySet<string> = new Set([
  'connection_established',
  'factory_connection_established',
  'isolated_connection_established',
  'legacy_connection_established',
]);

/** Types that tell of an error about the connection or a request. */
export const ERRORS: ReadonlySet<string> = new Set([
  'error_message',
  'error',
  'authentication_error',
  'connection_error',
  'system_error',
]);

/** Types that wrap what is meant in their members. */
export const WRAPPERS: ReadonlySet<string> = new Set([
  'system_message',
  'agent_progress',
  'agent_response_complete',
]);

/** Field names by meaning: the usual one first, then those met elsewhere. */
export const NAMES = {
  runId: ['run_id'],
  threadId: ['thread_id'],
  userId: ['user_id'],
  agent: ['agent_name', 'agent'],
  thought: ['thought', 'reasoning'],
  toolName: ['tool_name', 'tool', 'name'],
  arguments: ['parameters', 'tool_args', 'params', 'arguments'],
  callId: ['execution_id', 'tool_call_id'],
  result: ['results', 'result', 'output'],
  response: ['final_response', 'response', 'result', 'content'],
  durationMs: ['duration_ms', 'execution_time_ms'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;
export type Meaning = keyof typeof NAMES;

/** Every field met in one of the vocabularies; any other one is drift. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(
  `
    agent agent_name agent_type arguments attempt code config connection_id connection_ready content
    correlation_id critical details duration duration_ms environment error error_code error_context
    error_message event_id execution_id execution_time execution_time_ms factory_pattern_enabled
    features final_response golden_path_events llm_validation message message_id metadata mode model
    name output parameters params parent_run_id progress_percentage reason reasoning
    recovery_suggestions request_id response result results retry_allowed retry_info run_id seq
    server_id server_time server_version session_id startup_complete status step_number success
    task_description thought thread_id timestamp to_agent to_run_id tool tool_args tool_call_id
    tool_name tools_used total_steps usage user_id
  `
    .trim()
    .split(/\s+/),
);
