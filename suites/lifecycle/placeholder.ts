import type { AgentEvent } from '../../harness/protocol/agent-event.ts';

/** Values that stand where a real one was forgotten. Seen on real platforms in well-formed events. */
const STOCK: ReadonlySet<string> = new Set([
  'unknown',
  'undefined',
  'null',
  'none',
  'nan',
  'n/a',
  'tbd',
  'todo',
  'placeholder',
  '[object object]',
  'task completed',
  'processing request',
  'agent is processing',
]);

/** "unknown_tool", "Unknown agent", "undefined-run" and their like. */
const STOCK_NAME =
  /^(unknown|undefined|null|placeholder)[ _-](tool|agent|user|model|run|thread|request|call)$/;

const isStock = (value: string): boolean => {
  const word = value
    .trim()
    .toLowerCase()
    .replace(/[.!…\s]+$/, '');
  return word === '' || STOCK.has(word) || STOCK_NAME.test(word);
};

/** The values of an event that a reader relies on, under their names on the wire. */
function valuesOf(event: AgentEvent): Readonly<Record<string, unknown>> {
  const { data } = event;
  return {
    run_id: event.runId,
    thread_id: event.threadId,
    user_id: event.userId,
    agent: event.agent,
    'data.model': data['model'],
    'data.thought': data['thought'],
    'data.tool_call_id': event.callId,
    'data.tool_name': event.toolName,
    'data.response': event.response,
  };
}

/** The first value that is none, in words. */
export function placeholderIn(event: AgentEvent): string | undefined {
  for (const [name, value] of Object.entries(valuesOf(event)))
    if (typeof value === 'string' && isStock(value)) return `${name}: "${value}" is a placeholder`;
  return undefined;
}
