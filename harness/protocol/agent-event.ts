/** The lifecycle of a run in canonical words; a dialect maps a target's vocabulary onto these. */
export const EVENT_KINDS = [
  'run.started',
  'reasoning',
  'tool.started',
  'tool.finished',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'handoff',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const TERMINAL_KINDS: ReadonlySet<EventKind> = new Set([
  'run.completed',
  'run.failed',
  'run.cancelled',
]);

export type Json = Readonly<Record<string, unknown>>;

/**
 * One event of a run, decoded leniently: a field of the wrong type is absent here and an issue in the
 * dialect's inspection. `frame` keeps the whole as it was parsed.
 */
export interface AgentEvent {
  readonly kind: EventKind;
  /** The name on the wire. */
  readonly type: string;
  readonly runId?: string;
  readonly parentRunId?: string;
  readonly requestId?: string;
  readonly threadId?: string;
  readonly userId?: string;
  readonly agent?: string;
  readonly eventId?: string;
  readonly seq?: number;
  readonly turn?: number;
  readonly timestamp?: string;
  readonly callId?: string;
  readonly toolName?: string;
  readonly toolStatus?: string;
  readonly durationMs?: number;
  readonly response?: string;
  readonly toolsUsed?: readonly string[];
  /** To whom a run hands over, and the run that comes of it. */
  readonly toAgent?: string;
  readonly toRunId?: string;
  readonly data: Json;
  readonly frame: Json;
}

/** What one inbound frame means. */
export type Decoded =
  | { readonly kind: 'event'; readonly event: AgentEvent }
  | {
      readonly kind: 'greeting';
      readonly connectionId?: string;
      readonly userId?: string;
      readonly serverVersion?: string;
      readonly frame: Json;
    }
  | { readonly kind: 'pong'; readonly requestId?: string; readonly frame: Json }
  | {
      readonly kind: 'cancel-accepted';
      readonly runId?: string;
      readonly requestId?: string;
      readonly frame: Json;
    }
  | { readonly kind: 'refusal'; readonly code?: string; readonly requestId?: string; readonly frame: Json }
  | { readonly kind: 'unknown'; readonly type: string; readonly requestId?: string; readonly frame: Json }
  | { readonly kind: 'malformed'; readonly reason: string };

/** What is wrong with a frame's shape; empty lists for a frame as the protocol has it. */
export interface Inspection {
  /** `path: what is wrong`, required fields and types. */
  readonly issues: readonly string[];
  /** Paths of fields that the protocol does not know. */
  readonly unknownFields: readonly string[];
}

/** A mapping between a target's chat vocabulary and canonical events; holds no state and does no I/O. */
export interface Dialect {
  readonly id: string;
  /** Sub-protocols offered when the token travels with them, and the one the server selects. */
  readonly offer: (token: string) => readonly string[];
  readonly selected: string;
  readonly start: (ask: {
    requestId: string;
    agent: string;
    message: string;
    threadId?: string | undefined;
    projectId?: string | undefined;
    contextItemIds?: readonly string[] | undefined;
  }) => string;
  readonly cancel: (ask: { requestId: string; runId: string }) => string;
  readonly ping: (ask: { requestId: string }) => string;
  /** Total: whatever arrives, it answers, and never throws. */
  readonly decode: (text: string) => readonly Decoded[];
  readonly inspect: (decoded: Decoded) => Inspection;
}
