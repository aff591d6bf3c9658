import type { AgentEvent, EventKind, Json } from '../../agent-event.ts';
import type { Conversation } from '../../conversation.ts';
import { isRecord, type Unwrapped } from './envelope.ts';
import { readTime } from './time.ts';
import { type Meaning, NAMES } from './words.ts';

/** Reads facts by their meaning and notes in which spelling each was met. */
class Facts {
  readonly facts: Json;
  readonly drift: string[];
  readonly breaches: string[];

  constructor({ facts, drift, breaches }: Unwrapped) {
    this.facts = facts;
    this.drift = [...drift];
    this.breaches = [...breaches];
  }

  own(name: string): unknown {
    return Object.hasOwn(this.facts, name) ? this.facts[name] : undefined;
  }

  /** The first that is there; null is not. */
  value(meaning: Meaning): unknown {
    const [usual, ...others] = NAMES[meaning];
    const named = [usual, ...others].find((name) => (this.own(name) ?? null) !== null);
    if (named !== undefined && named !== usual) this.drift.push(`name:${named} for ${usual}`);
    return named === undefined ? undefined : this.own(named);
  }

  text(meaning: Meaning): string | undefined {
    const value = this.value(meaning);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  number(meaning: Meaning): number | undefined {
    const value = this.value(meaning);
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
  }

  stamp(): string | undefined {
    const time = readTime(this.own('timestamp'));
    if (time?.drift !== undefined) this.drift.push(time.drift);
    return time?.stamp;
  }

  /** What is in `metadata` is for machines that collect it: a user does not get it. */
  buried(name: string): void {
    const metadata = this.own('metadata');
    if (isRecord(metadata) && Object.hasOwn(metadata, name))
      this.breaches.push(`metadata.${name}: buried where no client looks`);
  }
}

type Draft = { -readonly [K in keyof AgentEvent]: AgentEvent[K] };

/** The event in canonical words, whatever it was wrapped in. */
export function readEvent(kind: EventKind, unwrapped: Unwrapped, conversation: Conversation): AgentEvent {
  const facts = new Facts(unwrapped);
  const { type, facts: frame } = unwrapped;
  const draft: Draft = { kind, type, data: {}, frame };
  const runId = facts.text('runId');
  const parentRunId = textOf(facts.own('parent_run_id'));
  const threadId = facts.text('threadId');
  const named = [facts.own('request_id'), facts.own('correlation_id'), facts.own('message_id'), runId];
  assign(draft, {
    runId,
    parentRunId,
    requestId:
      runId === undefined
        ? undefined
        : conversation.requestOf({ runId, parentRunId, threadId }, named.map(textOf)),
    threadId,
    userId: facts.text('userId'),
    agent: facts.text('agent'),
    eventId: textOf(facts.own('event_id')),
    timestamp: facts.stamp(),
    durationMs: facts.number('durationMs'),
  });
  const seq = facts.own('seq');
  if (typeof seq === 'number') draft.seq = seq;
  const data = dataOf(draft, facts, conversation);
  return { ...draft, data: { ...frame, ...data }, drift: facts.drift, breaches: facts.breaches };
}

function assign(draft: Draft, values: Readonly<Record<string, string | number | undefined>>): void {
  for (const [key, value] of Object.entries(values))
    if (value !== undefined) (draft as Record<string, unknown>)[key] = value;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Content under the names that checks read it by. */
function dataOf(draft: Draft, facts: Facts, conversation: Conversation): Json {
  switch (draft.kind) {
    case 'reasoning':
      return { thought: facts.text('thought') };
    case 'tool.started':
    case 'tool.finished':
      return toolData(draft, facts, conversation);
    case 'run.completed': {
      assign(draft, { response: facts.text('response') });
      for (const name of NAMES.response) facts.buried(name);
      const used = facts.own('tools_used');
      if (Array.isArray(used) && used.every((one) => typeof one === 'string')) draft.toolsUsed = used;
      return { response: draft.response };
    }
    case 'run.failed':
      return { error: errorOf(facts) };
    case 'handoff':
      assign(draft, { toAgent: textOf(facts.own('to_agent')), toRunId: textOf(facts.own('to_run_id')) });
      return {};
    case 'run.started':
    case 'run.cancelled':
      return {};
  }
}

function toolData(draft: Draft, facts: Facts, conversation: Conversation): Json {
  const toolName = facts.text('toolName');
  const opens = draft.kind === 'tool.started';
  const unnamed = () =>
    conversation.callOf(draft.runId ?? '', toolName ?? 'a tool', opens ? 'opens' : 'closes');
  assign(draft, { toolName, callId: facts.text('callId') ?? unnamed() });
  if (opens) return { arguments: facts.value('arguments') };
  const result = facts.value('result');
  if (result === undefined) for (const name of NAMES.result) facts.buried(name);
  const error = facts.own('error') ?? facts.own('error_message');
  draft.toolStatus = toolStatus(draft, facts, error);
  return { result, error };
}

/** `success`, else `status`, else whether there is an error: three spellings of one thing. */
function toolStatus(draft: Draft, facts: Facts, error: unknown): string {
  const success = facts.own('success');
  if (typeof success === 'boolean') return success ? 'success' : 'error';
  const status = facts.own('status');
  if (status === 'success' || status === 'error') return status;
  const failed = draft.type === 'tool_error' || (error !== undefined && error !== null);
  return failed ? 'error' : 'success';
}

/** An error in any of its shapes, as `{type, code, message}`. */
export function errorOf(facts: { own: (name: string) => unknown }): Json {
  const nested = facts.own('error');
  const context = facts.own('error_context');
  const parts = [isRecord(nested) ? nested : {}, isRecord(context) ? context : {}];
  const find = (name: string): string | undefined =>
    parts.map((part) => textOf(Object.hasOwn(part, name) ? part[name] : undefined)).find(isText);
  return {
    type: find('type'),
    code: textOf(facts.own('error_code')) ?? textOf(facts.own('code')) ?? find('code'),
    message:
      textOf(facts.own('error_message')) ?? find('message') ?? textOf(nested) ?? textOf(facts.own('message')),
  };
}

const isText = (value: string | undefined): value is string => value !== undefined;
