import type { Conversation } from './conversation.ts';

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

/** How a frame differs from the one spelling that its dialect takes for the usual one. */
export interface Spelled {
  /** Other spellings it was known by, such as `envelope:data`, unless the profile declares them. */
  readonly drift?: readonly string[];
  /** `path: what is wrong` with it, although it could be read. */
  readonly breaches?: readonly string[];
}

/**
 * One event of a run, decoded leniently: a field of the wrong type is absent here and an issue in the
 * dialect's inspection. `frame` keeps the whole as it was parsed.
 */
export interface AgentEvent extends Spelled {
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

type Framed<T> = T & Spelled & { readonly frame: Json };

/** What one inbound frame means. */
export type Decoded =
  | { readonly kind: 'event'; readonly event: AgentEvent }
  | Framed<{
      readonly kind: 'greeting';
      readonly connectionId?: string;
      readonly userId?: string;
      readonly serverVersion?: string;
    }>
  | Framed<{ readonly kind: 'pong'; readonly requestId?: string }>
  | Framed<{ readonly kind: 'cancel-accepted'; readonly runId?: string; readonly requestId?: string }>
  | Framed<{ readonly kind: 'refusal'; readonly code?: string; readonly requestId?: string }>
  /** Known to the dialect and without meaning for a run; `reply` is what a client has to answer, if anything. */
  | Framed<{
      readonly kind: 'notice';
      readonly type: string;
      readonly requestId?: string;
      readonly reply?: string;
    }>
  | Framed<{ readonly kind: 'unknown'; readonly type: string; readonly requestId?: string }>
  | { readonly kind: 'malformed'; readonly reason: string };

/** What is wrong with a frame's shape; empty lists for a frame as the protocol has it. */
export interface Inspection {
  /** `path: what is wrong`, required fields and types. */
  readonly issues: readonly string[];
  /** Paths of fields that the dialect does not know, and the unusual spellings it was read in. */
  readonly unknownFields: readonly string[];
}

/** Where the token travels when a socket is opened. */
export interface Carriage {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

/** A mapping between a target's chat vocabulary and canonical events; does no I/O and keeps nothing but what it is given. */
export interface Dialect {
  readonly id: string;
  /** How the token travels unless a scenario asks for something else; the bearer header where absent. */
  readonly carry?: (token: string) => Carriage;
  /** Sub-protocols offered when the token travels with them. */
  readonly offer: (token: string) => readonly string[];
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
  /** Total: whatever arrives, it answers, and never throws. The same texts in the same conversation mean the same. */
  readonly decode: (text: string, conversation?: Conversation) => readonly Decoded[];
  readonly inspect: (decoded: Decoded) => Inspection;
}
