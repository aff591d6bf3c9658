import { timestamp } from '../clock.ts';
import { beginning, storableText } from '../store/ids.ts';
import type { Store } from '../store/open.ts';
import { insertFrames } from '../store/run-parts.ts';
import { findRunStatus, insertMessage, transition } from '../store/runs.ts';
import type { RunStatus } from '../store/tables.ts';
import type { RunEvent, TerminalBody } from './events.ts';
import { insertEvents } from './history.ts';
import type { RunRecord } from './record.ts';
import type { AgentRun, FrameBody, RunFrame, TerminalFrameBody } from './resources.ts';
import type { LiveRun } from './run.ts';

type Final = Extract<RunStatus, 'COMPLETED' | 'FAILED' | 'CANCELLED'>;

const STATUS_OF: Readonly<Record<TerminalBody['type'], Final>> = {
  agent_completed: 'COMPLETED',
  agent_failed: 'FAILED',
  agent_cancelled: 'CANCELLED',
};

/** A summary is the beginning of the answer, as far as a list would show it. */
const SUMMARY_CHARACTERS = 1024;

/** What ending a run needs. */
export interface EndingContext {
  readonly store: Store;
  readonly newId: () => string;
}

/** The end of a turn as every account tells it. */
export interface TurnEnd {
  readonly event: RunEvent;
  readonly frames: readonly RunFrame[];
  /** False when the store was away, and does not know of the end yet. */
  readonly isStored: boolean;
}

function endedRun(record: RunRecord, body: TerminalBody, at: string): AgentRun {
  const outputSummary =
    body.type === 'agent_completed' ? beginning(body.data.response, SUMMARY_CHARACTERS) : null;
  return { ...record.run, status: STATUS_OF[body.type], finishedAt: at, outputSummary };
}

function terminalFrame(run: AgentRun, body: TerminalBody): TerminalFrameBody {
  if (body.type === 'agent_completed') return { type: 'agent.run.completed', run };
  if (body.type === 'agent_cancelled') return { type: 'agent.run.cancelled', run };
  const { code, message } = body.data.error;
  return { type: 'agent.run.failed', run, errorMessage: `${code}: ${message}` };
}

function lastFrames(
  record: RunRecord,
  event: RunEvent & TerminalBody,
  answerId: string,
): readonly FrameBody[] {
  const run = endedRun(record, event, event.timestamp);
  const terminal = terminalFrame(run, event);
  if (event.type !== 'agent_completed') return [terminal];
  const message = {
    id: answerId,
    runId: run.id,
    turn: run.turn,
    role: 'assistant' as const,
    content: storableText(event.data.response),
    contextItemIds: [],
    createdAt: event.timestamp,
  };
  return [{ type: 'agent.message.appended', message }, terminal];
}

async function storeEnd(
  context: EndingContext,
  run: LiveRun,
  record: RunRecord,
  event: RunEvent & TerminalBody,
): Promise<TurnEnd | undefined> {
  const { id, threadId, turn, origin } = run.identity;
  const at = new Date(event.timestamp);
  const answerId = context.newId();
  const frames = record.prepare(lastFrames(record, event, answerId));
  const { outputSummary } = endedRun(record, event, event.timestamp);
  const stored = await context.store.transaction().execute(async (trx) => {
    const change = { runId: id, turn, from: ['PENDING', 'RUNNING'], to: STATUS_OF[event.type], at } as const;
    const changed = await transition(trx, {
      ...change,
      ...(outputSummary === null ? {} : { outputSummary }),
    });
    if (!changed) return false;
    if (origin === 'chat') await insertEvents(trx, [event]);
    if (event.type === 'agent_completed') {
      const { response: content } = event.data;
      const message = {
        id: answerId,
        role: 'assistant' as const,
        content,
        prose: content,
        contextItemIds: [],
      };
      await insertMessage(trx, { id, threadId, turn }, message, at);
    }
    await insertFrames(trx, frames);
    return true;
  });
  return stored ? { event, frames, isStored: true } : undefined;
}

function otherEnd(record: RunRecord, event: RunEvent, body: TerminalBody, isStored: boolean): TurnEnd {
  const changed = { ...event, ...body } as RunEvent; // type and data are replaced together
  const frames = record.prepare([terminalFrame(endedRun(record, body, event.timestamp), body)]);
  return { event: changed, frames, isStored };
}

/**
 * Commits the end of a turn and answers with the end that is true: the given one, or what the store
 * says instead when the run was ended from elsewhere or the store is gone.
 */
export async function commitEnd(
  context: EndingContext,
  run: LiveRun,
  record: RunRecord,
  event: RunEvent & TerminalBody,
): Promise<TurnEnd> {
  try {
    const end = await storeEnd(context, run, record, event);
    if (end !== undefined) return end;
    const status = await findRunStatus(context.store, run.identity.principal, run.identity.id);
    if (status === 'CANCELLED') return otherEnd(record, event, { type: 'agent_cancelled', data: {} }, true);
  } catch {
    // Told below: a run whose end could not be stored has not completed.
  }
  return lostEnd(record, event);
}

/** The end of a turn that the store, or a part of what led to it, did not get. */
export function lostEnd(record: RunRecord, event: RunEvent): TurnEnd {
  const error = {
    type: 'orchestration' as const,
    code: 'STORE_UNAVAILABLE',
    message: `the end of the run could not be stored at ${timestamp(Date.parse(event.timestamp))}`,
  };
  return otherEnd(record, event, { type: 'agent_failed', data: { error } }, false);
}
