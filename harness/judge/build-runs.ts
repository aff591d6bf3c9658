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
  type SubRunView,
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
  readonly subRuns: Map<string, SubDraft>;
  readonly replies: SeenReply[];
}

interface SubDraft {
  readonly handoffs: SeenEvent[];
  readonly events: SeenEvent[];
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
  for (const reply of replies) answer(drafts, reply);
  for (const { at, seq, decoded } of replies) {
    if (decoded.kind !== 'event') continue;
    const { event } = decoded;
    const draft = byRequest.get(event.requestId ?? '') ?? byRun.get(event.runId ?? '');
    if (draft === undefined) strays.push({ at, seq, event });
    else place(draft, { at, seq, event }, byRun);
  }
  return strays;
}

/** What is no event, such as a refusal, belongs to the request that it names, as it was last asked before it. */
function answer(drafts: readonly Draft[], reply: SeenReply): void {
  const { decoded } = reply;
  if (decoded.kind === 'event' || !('requestId' in decoded)) return;
  drafts
    .findLast(({ frame, intent }) => intent.requestId === decoded.requestId && frame.seq < reply.seq)
    ?.replies.push(reply);
}

function place(draft: Draft, seen: SeenEvent, byRun: Map<string, Draft>): void {
  const { runId } = seen.event;
  if (runId !== undefined && isSubRun(draft, seen.event)) subDraftOf(draft, runId).events.push(seen);
  else {
    draft.runId ??= runId;
    draft.events.push(seen);
  }
  if (runId !== undefined && (runId === draft.runId || draft.subRuns.has(runId))) byRun.set(runId, draft);
  announce(draft, seen, byRun);
}

/** A hand-over tells of a run before anything of it is heard. */
function announce(draft: Draft, seen: SeenEvent, byRun: Map<string, Draft>): void {
  const { kind, toRunId } = seen.event;
  if (kind !== 'handoff' || toRunId === undefined || toRunId === draft.runId) return;
  subDraftOf(draft, toRunId).handoffs.push(seen);
  if (!byRun.has(toRunId)) byRun.set(toRunId, draft);
}

function subDraftOf({ subRuns }: Draft, runId: string): SubDraft {
  const known = subRuns.get(runId);
  if (known !== undefined) return known;
  const sub: SubDraft = { handoffs: [], events: [] };
  subRuns.set(runId, sub);
  return sub;
}

/** A sub-run was announced, or names its parent; an event that merely changed its run id did neither. */
function isSubRun({ runId, subRuns }: Draft, event: AgentEvent): boolean {
  if (event.runId === undefined || event.runId === runId) return false;
  if (subRuns.has(event.runId)) return true;
  const { parentRunId } = event;
  return parentRunId !== undefined && (parentRunId === runId || subRuns.has(parentRunId));
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
    subRuns: [...subRuns].map(([runId, sub]) => finishSub(draft, runId, sub, facts)),
    replies: replies.filter(({ decoded }) => !subRuns.has(runIdOf(decoded) ?? '')),
    cancels: cancelsOf(draft.runId, facts),
    end: ending.end,
    endRef: facts.ref(frame.seq, ...(ending.seq === undefined ? [] : [ending.seq])),
  };
}

/** The run that a frame names which is no event that we know. */
function runIdOf(decoded: SeenReply['decoded']): string | undefined {
  const runId = decoded.kind === 'unknown' ? decoded.frame['run_id'] : undefined;
  return typeof runId === 'string' ? runId : undefined;
}

function finishSub(
  draft: Draft,
  runId: string,
  { handoffs, events }: SubDraft,
  facts: SocketFacts,
): SubRunView {
  const { frame, intent } = draft;
  const agent = handoffs[0]?.event.toAgent ?? events[0]?.event.agent ?? 'an agent without a name';
  const terminal = events.find(({ event }) => TERMINAL_KINDS.has(event.kind));
  const heardOf = handoffs[0]?.seq ?? events[0]?.seq ?? frame.seq;
  return {
    runId,
    handoffs,
    label: `${agent} for ${intent.label}`,
    requestId: intent.requestId,
    agent,
    threadId: draft.events[0]?.event.threadId ?? intent.threadId,
    actor: facts.actor,
    socket: facts.socket,
    askedAt: frame.at,
    askedSeq: frame.seq,
    frameBytes: frame.bytes,
    events,
    subRuns: [],
    replies: draft.replies.filter(({ decoded }) => runIdOf(decoded) === runId),
    cancels: cancelsOf(runId, facts),
    end: terminal === undefined ? 'not-awaited' : 'terminal',
    endRef: facts.ref(heardOf, ...(terminal === undefined ? [] : [terminal.seq])),
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

function cancelsOf(ofRun: string | undefined, facts: SocketFacts): readonly CancelAsk[] {
  return facts.outbound.flatMap((frame): CancelAsk[] => {
    const intent = intentOf(frame, 'cancel');
    if (intent === undefined || intent.runId !== ofRun) return [];
    const { requestId, runId } = intent;
    const reply = facts.replies.find(
      ({ decoded }) =>
        (decoded.kind === 'cancel-accepted' || decoded.kind === 'refusal') && decoded.requestId === requestId,
    );
    return [{ requestId, runId, at: frame.at, seq: frame.seq, reply }];
  });
}
