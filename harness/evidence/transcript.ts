/**
 * The transcript: everything one trial saw, in order, as it came over the wire.
 *
 * Raw wire text is the evidence; whatever it means is derived later and may be derived again. Timeouts,
 * closes and transport errors are entries like any other, never exceptions. A transcript that was not
 * sealed, or in which something received was cut, can support `fail` and `inconclusive`, never `pass`.
 */

/** Milliseconds; monotonic when called `at`, a length when called `…Ms`. */
export type Millis = number;

export const TRANSCRIPT_FORMAT = 'agent-conformance/transcript@1';

/** What the harness wanted with a frame it sent: a run that was asked for exists even if nothing came back. */
export type Intent =
  | {
      readonly kind: 'start';
      readonly requestId: string;
      readonly agent: string;
      readonly threadId?: string;
      /** The scenario's own name for this run, by which a check can find it. */
      readonly label: string;
    }
  | { readonly kind: 'cancel'; readonly requestId: string; readonly runId: string }
  | { readonly kind: 'ping'; readonly requestId: string }
  | { readonly kind: 'probe'; readonly label: string };

interface EntryBase {
  /** Counts from 1 within the transcript. */
  readonly seq: number;
  /** Monotonic, from the transcript's start, taken first thing in the handler. */
  readonly at: Millis;
  readonly actor: string;
}

export interface HttpRequestEntry extends EntryBase {
  readonly kind: 'http.request';
  readonly exchange: number;
  readonly label: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpResponseEntry extends EntryBase {
  readonly kind: 'http.response';
  readonly exchange: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  readonly bytes: number;
  readonly cut?: string;
}

export interface HttpAbortedEntry extends EntryBase {
  readonly kind: 'http.aborted';
  readonly exchange: number;
  readonly reason: string;
}

export interface SocketDialEntry extends EntryBase {
  readonly kind: 'ws.dial';
  readonly socket: number;
  readonly label: string;
  readonly url: string;
  /** What is spoken on it; the chat socket where absent. */
  readonly surface?: 'chat' | 'stream';
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** When the paced schedule meant the dial to happen; latency counts from here. */
  readonly intendedAt: Millis;
  /** What no ordinary client does with this socket: only checks that look for it may judge it. */
  readonly apart?: string;
}

export interface SocketOpenEntry extends EntryBase {
  readonly kind: 'ws.open';
  readonly socket: number;
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SocketRefusedEntry extends EntryBase {
  readonly kind: 'ws.refused';
  readonly socket: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FrameEntry extends EntryBase {
  readonly kind: 'ws.frame';
  readonly socket: number;
  readonly direction: 'in' | 'out';
  readonly encoding: 'utf8' | 'base64';
  readonly bytes: number;
  readonly text: string;
  /** SHA-256 of the whole when only its beginning was kept. */
  readonly cut?: string;
  readonly intent?: Intent;
}

export interface HeartbeatEntry extends EntryBase {
  readonly kind: 'ws.ping' | 'ws.pong';
  readonly socket: number;
  readonly direction: 'in' | 'out';
}

export interface SocketCloseEntry extends EntryBase {
  readonly kind: 'ws.close';
  readonly socket: number;
  readonly code: number;
  readonly reason: string;
  /** `network`: the transport ended without a close frame from either side. */
  readonly by: 'target' | 'harness' | 'network';
}

export interface DeadlineEntry extends EntryBase {
  readonly kind: 'deadline';
  readonly waitedFor: string;
  readonly afterMs: Millis;
  readonly socket?: number;
  readonly exchange?: number;
  readonly hook?: number;
}

export interface TransportErrorEntry extends EntryBase {
  readonly kind: 'transport.error';
  readonly code: string;
  readonly message: string;
  readonly socket?: number;
  readonly exchange?: number;
}

/** Something that we did to the target, or to the way to it, because a scenario is about it. */
export interface FaultEntry extends EntryBase {
  readonly kind: 'fault';
  /** `without store`, `reset`. */
  readonly fault: string;
  /** `refused`: there is no such thing to take away; `stuck`: it was given back, and health does not say so. */
  readonly phase: 'begun' | 'refused' | 'over' | 'stuck';
  /** The socket whose way was disturbed. */
  readonly socket?: number;
}

/** The harness listens at an address of its own, from here to the end of the trial. */
export interface HookOpenEntry extends EntryBase {
  readonly kind: 'hook.open';
  readonly hook: number;
  readonly label: string;
  readonly url: string;
}

/** Something was sent there, by whomever. */
export interface HookRequestEntry extends EntryBase {
  readonly kind: 'hook.request';
  readonly hook: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  readonly bytes: number;
  /** SHA-256 of what was read when only its beginning was kept. */
  readonly cut?: string;
}

export type Entry =
  | HttpRequestEntry
  | HttpResponseEntry
  | HttpAbortedEntry
  | SocketDialEntry
  | SocketOpenEntry
  | SocketRefusedEntry
  | FrameEntry
  | HeartbeatEntry
  | SocketCloseEntry
  | HookOpenEntry
  | HookRequestEntry
  | DeadlineEntry
  | TransportErrorEntry
  | FaultEntry;

/** An entry before the recorder has numbered and timed it. */
export type EntryDraft = Entry extends infer E ? (E extends Entry ? Omit<E, 'seq' | 'at'> : never) : never;

export interface TranscriptActor {
  readonly name: string;
  readonly tenant?: string | undefined;
  readonly user?: string | undefined;
}

export interface TranscriptHeader {
  readonly format: typeof TRANSCRIPT_FORMAT;
  readonly campaign: string;
  readonly scenario: string;
  readonly trial: string;
  readonly seed: number;
  /** Wall clock of the harness at `at` = 0, RFC 3339 UTC. */
  readonly startedAt: string;
  readonly harness: string;
  readonly actors: readonly TranscriptActor[];
}

/** How the scenario's script came to its end; `aborted` is the harness's doing, `crashed` its bug. */
export type ScriptEnd = 'finished' | 'gave-up' | 'aborted' | 'crashed';

/** How far the observer itself was late while it watched: stands beside every latency of the trial. */
export interface ObserverError {
  readonly loopDelayP99Ms: Millis;
  /** Sum of the delays of 20 ms and more: by so much any time measured in the trial may be our own doing. */
  readonly stalledMs: Millis;
  /** The longest of these times, or of those in which our own garbage was collected, in one piece. */
  readonly longestStallMs?: Millis;
  /** Sum of the times in which our own garbage was collected, short ones too. */
  readonly gcMs?: Millis;
  readonly samples: number;
}

export interface Seal {
  readonly entries: number;
  /** SHA-256 over the header line and every entry line, newline included. */
  readonly digest: string;
  readonly endedAtMs: Millis;
  readonly end: ScriptEnd;
  readonly reason?: string;
  /** Why later entries were not kept, when a bound was reached. */
  readonly overflow?: string;
  readonly observer: ObserverError;
}

export interface Transcript {
  readonly header: TranscriptHeader;
  readonly entries: readonly Entry[];
  /** Absent when the trial was cut off: such a transcript supports no pass. */
  readonly seal?: Seal;
}

/** Points at what came from the target: a trial and the sequence numbers of its entries. */
export interface EvidenceRef {
  readonly trial: string;
  readonly entries: readonly number[];
}
