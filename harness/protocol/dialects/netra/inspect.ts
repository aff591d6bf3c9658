import type { AgentEvent, Decoded, Json } from '../../agent-event.ts';

/** What each kind of event has to say besides who, where and when; presence alone proves nothing. */
const CONTENT: Readonly<
  Record<string, readonly (readonly [usual: string, of: (event: AgentEvent) => unknown])[]>
> = {
  reasoning: [['thought', ({ data }) => data['thought']]],
  'tool.started': [['tool_name', ({ toolName }) => toolName]],
  'tool.finished': [['tool_name', ({ toolName }) => toolName]],
  'run.completed': [['final_response', ({ response }) => response]],
  'run.failed': [['error_message', ({ data }) => (data['error'] as Json | undefined)?.['message']]],
};

/** What is wrong with a frame of this vocabulary. */
export function issuesOf(decoded: Exclude<Decoded, { kind: 'malformed' }>): readonly string[] {
  if (decoded.kind === 'event') return [...eventIssues(decoded.event), ...(decoded.event.breaches ?? [])];
  const breaches = decoded.breaches ?? [];
  if (decoded.kind === 'refusal' && decoded.code === undefined) return [...breaches, 'error_code: missing'];
  if (decoded.kind !== 'greeting') return breaches;
  const missing = [
    ...(decoded.connectionId === undefined ? ['connection_id: missing'] : []),
    ...(typeof decoded.frame['user_id'] === 'string' ? [] : ['user_id: missing']),
  ];
  return [...breaches, ...missing];
}

function eventIssues(event: AgentEvent): readonly string[] {
  const required: readonly (readonly [string, unknown])[] = [
    ['run_id', event.runId],
    ['thread_id', event.threadId],
    ['user_id', event.userId],
    ['agent_name', event.agent],
    ['timestamp', event.timestamp],
    ...(CONTENT[event.kind] ?? []).map(([usual, of]) => [usual, of(event)] as const),
  ];
  return required.flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [`${name}: missing or no such value`] : [],
  );
}
