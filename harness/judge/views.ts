/**
 * What the checks see: read-only shapes over one transcript. They are built from what we asked for, not from
 * what arrived, so a run that was started and never heard of is there, with no events.
 */
import type {
  DeadlineEntry,
  EvidenceRef,
  FrameEntry,
  HookOpenEntry,
  HookRequestEntry,
  HttpRequestEntry,
  HttpResponseEntry,
  Intent,
  Millis,
  SocketCloseEntry,
  SocketDialEntry,
  SocketOpenEntry,
  SocketRefusedEntry,
  Transcript,
  TranscriptActor,
  TransportErrorEntry,
} from '../evidence/transcript.ts';
import type { AgentEvent, Decoded, Inspection } from '../protocol/agent-event.ts';

/** A frame as it came in, decoded. */
export interface InboundFrame {
  readonly at: Millis;
  readonly seq: number;
  readonly decoded: readonly Decoded[];
  /** As it came over the wire; base64 for a binary frame. */
  readonly text: string;
  readonly bytes: number;
}

/** An event of a run, where and when it was received. */
export interface SeenEvent {
  readonly at: Millis;
  readonly seq: number;
  readonly event: AgentEvent;
}

/** What else the target said about a request: a refusal, an acknowledgement, an unknown frame. */
export interface SeenReply {
  readonly at: Millis;
  readonly seq: number;
  readonly decoded: Decoded;
}

export interface CancelAsk {
  readonly requestId: string;
  readonly runId: string;
  readonly at: Millis;
  readonly seq: number;
  readonly reply: SeenReply | undefined;
}

/**
 * Why the events of a run end where they end. `refused`: an error instead of a start; `error`: one after the
 * start, upon which we no longer waited.
 */
export type RunEnd = 'terminal' | 'refused' | 'error' | 'deadline' | 'closed' | 'not-awaited';

export interface RunView {
  readonly label: string;
  readonly requestId: string;
  readonly agent: string;
  readonly threadId: string | undefined;
  readonly actor: TranscriptActor;
  readonly socket: number;
  readonly askedAt: Millis;
  readonly askedSeq: number;
  readonly frameBytes: number;
  /** The run's own events in order of arrival, those of sub-runs apart. */
  readonly events: readonly SeenEvent[];
  /** The runs that came of this one, announced or not, in the order in which they were heard of. */
  readonly subRuns: readonly SubRunView[];
  readonly replies: readonly SeenReply[];
  readonly cancels: readonly CancelAsk[];
  readonly end: RunEnd;
  /** The entry that shows how it ended: terminal event, refusal, deadline or close. */
  readonly endRef: EvidenceRef;
}

/**
 * A run that nobody asked for: another run handed over to it. What was asked, when and by whom is said of the run
 * at the beginning of the line. Without a terminal event of its own its end was not awaited.
 */
export interface SubRunView extends RunView {
  readonly runId: string;
  /** Where it was announced; a hand-over of which nothing came has no events. */
  readonly handoffs: readonly SeenEvent[];
}

export interface PingView {
  readonly requestId: string;
  readonly at: Millis;
  readonly seq: number;
  readonly pong: { readonly at: Millis; readonly seq: number } | undefined;
}

export interface SocketView {
  readonly id: number;
  readonly label: string;
  readonly actor: TranscriptActor;
  readonly dial: SocketDialEntry;
  readonly open: SocketOpenEntry | undefined;
  readonly refused: SocketRefusedEntry | undefined;
  readonly close: SocketCloseEntry | undefined;
  readonly errors: readonly TransportErrorEntry[];
  readonly deadlines: readonly DeadlineEntry[];
  readonly inbound: readonly InboundFrame[];
  readonly greetings: readonly (SeenReply & { readonly decoded: Extract<Decoded, { kind: 'greeting' }> })[];
  readonly pings: readonly PingView[];
  readonly runs: readonly RunView[];
  /** Events that belong to no run asked for on this socket. */
  readonly strays: readonly SeenEvent[];
  /** Frames we sent, apart from those that became runs, cancels and pings. */
  readonly probes: readonly FrameEntry[];
}

/** An address of the harness, and what arrived there, in order. */
export interface HookView {
  readonly label: string;
  readonly open: HookOpenEntry;
  readonly requests: readonly HookRequestEntry[];
}

export interface ExchangeView {
  readonly label: string;
  readonly actor: string;
  readonly request: HttpRequestEntry;
  readonly response: HttpResponseEntry | undefined;
  /** Why there is no response. */
  readonly failure: DeadlineEntry | TransportErrorEntry | undefined;
}

export interface TrialView {
  readonly trial: string;
  readonly scenario: string;
  readonly transcript: Transcript;
  /** False when the transcript was never sealed or something received was cut: no pass can rest on it. */
  readonly isWhole: boolean;
  /** Chat sockets. */
  readonly sockets: readonly SocketView[];
  /** Chat sockets with which we did what no ordinary client does; neither they nor their runs are among the others. */
  readonly apart: readonly SocketView[];
  /** Sockets on which the stream of a run was asked for. */
  readonly streams: readonly SocketView[];
  readonly exchanges: readonly ExchangeView[];
  readonly hooks: readonly HookView[];
  /** All runs of all sockets that are not apart. */
  readonly runs: readonly RunView[];
  /** Schema issues and unknown fields of a decoded frame. */
  readonly inspect: (decoded: Decoded) => Inspection;
  /** Points at entries of this trial. */
  readonly ref: (...entries: readonly number[]) => EvidenceRef;
  /** The wall clock of the harness, ms since the epoch, at a moment of this transcript. */
  readonly wallAt: (at: Millis) => number;
}

/** The intent of a frame we sent, if it was one of the given kind. */
export function intentOf<K extends Intent['kind']>(
  frame: FrameEntry,
  kind: K,
): Extract<Intent, { kind: K }> | undefined {
  return frame.intent?.kind === kind ? (frame.intent as Extract<Intent, { kind: K }>) : undefined;
}
