/**
 * The frames of the bench's own target: the vocabulary of the chat protocol at its usual size, about 340
 * bytes an event, so that a cost measured here is the cost of a campaign. Shares no code with what is measured.
 */

/** Who asked for a run, and where it belongs. */
export interface RunIds {
  readonly requestId: string;
  readonly runId: string;
  readonly threadId: string;
  readonly userId: string;
}

/** One event to be written: which of how many, and what its sender's clocks said. */
export interface EventAsk extends RunIds {
  /** From 1. */
  readonly seq: number;
  readonly of: number;
  readonly timestamp: string;
  readonly durationMs: number;
  /** Monotonic instants of the sender; left out where the frame must be as the protocol has it. */
  readonly clock?: { readonly sentNs: string; readonly askedNs: string };
}

const MIDDLE = ['agent_thinking', 'tool_executing', 'tool_completed'] as const;

function typeOf(seq: number, of: number): string {
  if (seq === 1) return 'agent_started';
  if (seq === of) return 'agent_completed';
  return MIDDLE[(seq - 2) % MIDDLE.length] ?? 'agent_thinking';
}

function dataOf(type: string, ask: EventAsk): Readonly<Record<string, unknown>> {
  const call = Math.floor((ask.seq - 2) / MIDDLE.length) + 1;
  switch (type) {
    case 'agent_started':
      return { model: 'planner-1' };
    case 'agent_thinking':
      return { thought: 'the next step', step: call };
    case 'tool_executing':
      return { tool_call_id: `call-${call}`, tool_name: 'totals', arguments: { by: 'day' } };
    case 'tool_completed':
      return {
        tool_call_id: `call-${call}`,
        tool_name: 'totals',
        status: 'success',
        result: 7,
        duration_ms: 0,
      };
    default:
      return {
        response: 'done',
        duration_ms: ask.durationMs,
        tools_used: ask.of > MIDDLE.length + 1 ? ['totals'] : [],
        usage: { input_tokens: 20, output_tokens: 5, total_tokens: 25 },
      };
  }
}

/** The event's text as it goes over the wire. */
export function eventFrame(ask: EventAsk): string {
  const type = typeOf(ask.seq, ask.of);
  const clock =
    ask.clock === undefined
      ? {}
      : { sent_ns: ask.clock.sentNs, ...(ask.seq === 1 ? { asked_ns: ask.clock.askedNs } : {}) };
  return JSON.stringify({
    type,
    event_id: `${ask.runId}-${ask.seq}`,
    seq: ask.seq,
    timestamp: ask.timestamp,
    request_id: ask.requestId,
    run_id: ask.runId,
    parent_run_id: null,
    thread_id: ask.threadId,
    user_id: ask.userId,
    agent: 'data_agent',
    turn: 1,
    data: { ...dataOf(type, ask), ...clock },
  });
}

/** The first frame on every socket. */
export function greetingFrame(connectionId: string, userId: string, timestamp: string): string {
  return JSON.stringify({
    type: 'connection_established',
    connection_id: connectionId,
    user_id: userId,
    server_version: '1.0.0',
    timestamp,
  });
}
