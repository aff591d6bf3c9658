import type {
  DeadlineEntry,
  EvidenceRef,
  FrameEntry,
  SocketCloseEntry,
  TranscriptActor,
  TransportErrorEntry,
} from '../evidence/transcript.ts';
import { type AgentEvent, TERMINAL_KINDS } from '../protocol/agent-event.ts';
import {
  type CancelAsk,
  intentOf,
  type RunEnd,
  type RunView,
  type SeenEvent,
  type SeenReply,
} from './views.ts';

/** What happened on one socket, as far as its runs are concerned. */
interface SocketFacts {
  readonly socket: number;
  readonly actor: TranscriptActor;
  readonly outbound: readonly FrameEntry[];
  readonly replies: readonly SeenReply[];
  readonly deadlines: readonly DeadlineEntry[];
  readonly close: SocketCloseEntry | undefined;
  readonly errors: readonly TransportErrorEntry[];
  readonly ref: (...entries: readonly number[]) => EvidenceRef;
}

interface Draft {
  readonly frame: FrameEntry;
  readonly intent: { requestId: string; agent: string; label: string; threadId?: string };
  runId: string | undefined;
  readonly events: SeenEvent[];
  readonly subRuns: Map<string, SeenEvent[]>;
  readonly replies: SeenReply[];
}

/** The runs asked for on a socket with all that came back for each, and the events that fit none. */
export function buildRuns(facts: SocketFacts): { runs: readonly RunView[]; strays: readonly SeenEvent[] } {
  const drafts = facts.outbound.flatMap((frame): Draft[] => {
    const intent = intentOf(frame, 'start');
    if (intent === undefined) return [];
    return [{ frame, intent, runId: undefined, events: [], subRuns: new Map(), replies: [] }];
  });
  const strays = attribute(drafts, facts.replies);
  return { runs: drafts.map((draft) => finish(draft, facts)), strays };
}

/** By the request first, since the client chose it, then by the run that the request turned into. */
function attribute(drafts: readonly Draft[], replies: readonly SeenReply[]): readonly SeenEvent[] {
  const byRequest = new Map(drafts.map((draft) => [draft.intent.requestId, draft]));
  const byRun = new Map<string, Draft>();
  const strays: SeenEvent[] = [];
  for (const reply of replies) answer(byRequest, reply);
  for (const { at, seq, decoded } of replies) {
    if (decoded.kind !== 'event') continue;
    const { event } = decoded;
    const draft = byRequest.get(event.requestId ?? '') ?? byRun.get(event.runId ?? '');
    if (draft === undefined) strays.push({ at, seq, event });
    else place(draft, { at, seq, event }, byRun);
  }
  return strays;
}

/** What is no event, such as a refusal, belongs to the request that it names. */
function answer(byRequest: ReadonlyMap<string, Draft>, reply: SeenReply): void {
  const { decoded } = reply;
  if (decoded.kind === 'event' || !('requestId' in decoded)) return;
  byRequest.get(decoded.requestId ?? '')?.replies.push(reply);
}

function place(draft: Draft, seen: SeenEvent, byRun: Map<string, Draft>): void {
  const { runId } = seen.event;
  if (runId !== undefined && isSubRun(draft, seen.event)) {
    const events = draft.subRuns.get(runId);
    if (events === undefined) draft.subRuns.set(runId, [seen]);
    else events.push(seen);
    byRun.set(runId, draft);
    return;
  }
  draft.runId ??= runId;
  if (draft.runId !== undefined) byRun.set(draft.runId, draft);
  draft.events.push(seen);
}

/** A sub-run names its parent; an event that merely changed its run id does not. */
function isSubRun(draft: Draft, event: AgentEvent): boolean {
  if (event.parentRunId === undefined || event.runId === draft.runId) return false;
  return event.parentRunId === draft.runId || draft.subRuns.has(event.parentRunId);
}

function finish(draft: Draft, facts: SocketFacts): RunView {
  const { frame, intent, events, subRuns, replies } = draft;
  const ending = endOf(draft, facts);
  return {
    label: intent.label,
    requestId: intent.requestId,
    agent: intent.agent,
    threadId: intent.threadId,
    actor: facts.actor,
    socket: facts.socket,
    askedAt: frame.at,
    askedSeq: frame.seq,
    frameBytes: frame.bytes,
    events,
    subRuns,
    replies,
    cancels: cancelsOf(draft, facts),
    end: ending.end,
    endRef: facts.ref(frame.seq, ...(ending.seq === undefined ? [] : [ending.seq])),
  };
}

function endOf(draft: Draft, facts: SocketFacts): { end: RunEnd; seq?: number } {
  const terminal = draft.events.find(({ event }) => TERMINAL_KINDS.has(event.kind));
  if (terminal !== undefined) return { end: 'terminal', seq: terminal.seq };
  const refusal = draft.replies.find(({ decoded }) => decoded.kind === 'refusal');
  if (refusal !== undefined && draft.events.length === 0) return { end: 'refused', seq: refusal.seq };
  const deadline = facts.deadlines.find(({ waitedFor }) => waitedFor.endsWith(` ${draft.intent.requestId}`));
  if (deadline !== undefined) return { end: 'deadline', seq: deadline.seq };
  if (refusal !== undefined) return { end: 'error', seq: refusal.seq };
  const closing = facts.close ?? facts.errors[0];
  const byUs = facts.close?.by === 'harness';
  return closing === undefined || byUs ? { end: 'not-awaited' } : { end: 'closed', seq: closing.seq };
}

function cancelsOf(draft: Draft, facts: SocketFacts): readonly CancelAsk[] {
  return facts.outbound.flatMap((frame): CancelAsk[] => {
    const intent = intentOf(frame, 'cancel');
    if (intent === undefined || intent.runId !== draft.runId) return [];
    const { requestId, runId } = intent;
    const reply = facts.replies.find(
      ({ decoded }) =>
        (decoded.kind === 'cancel-accepted' || decoded.kind === 'refusal') && decoded.requestId === requestId,
    );
    return [{ requestId, runId, at: frame.at, seq: frame.seq, reply }];
  });
}
