import type { Dispatcher } from 'undici';
import type { HttpAnswer, HttpAsk } from '../core/scenario.ts';
import { keepBytes } from './cut.ts';
import type { Journal } from './journal.ts';

export interface HttpWay {
  /** Where the target is, without a slash at its end; may have a path of its own. */
  readonly url: string;
  /** What stands before the path in the evidence: nothing, but for another origin than the target's. */
  readonly shown: string;
  readonly dispatcher: Dispatcher;
  readonly journal: Journal;
  readonly actor: string;
  /** Ends every request when the campaign is ended. */
  readonly ended: AbortSignal;
  readonly keptBytes: number;
}

/** What is read of one answer; a target that sends more is cut off. */
const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * One request and its answer, both journalled. Resolves to nothing when no whole answer came in time; why
 * is in the transcript.
 */
export async function exchange(
  way: HttpWay,
  ask: HttpAsk,
  token: string | undefined,
  withinMs: number,
): Promise<HttpAnswer | undefined> {
  const { journal, actor } = way;
  const id = journal.nextId();
  const headers = {
    ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...ask.headers,
  };
  const { label, method } = ask;
  const url = `${way.shown}${ask.path}`;
  const sent = { kind: 'http.request', actor, exchange: id, label, method, url, headers } as const;
  journal.record(journal.now(), { ...sent, ...(ask.body === undefined ? {} : { body: ask.body }) });
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), withinMs);
  try {
    return await answer(way, id, ask, headers, AbortSignal.any([timer.signal, way.ended]));
  } catch (cause) {
    recordFailure(way, id, cause, timer.signal.aborted ? withinMs : undefined);
    return undefined;
  } finally {
    clearTimeout(timeout);
  }
}

async function answer(
  way: HttpWay,
  id: number,
  ask: HttpAsk,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { origin, pathname } = new URL(way.url);
  // As it stands: a URL would tidy a path up, and untidy paths are what some cases are about.
  const path = `${pathname.replace(/\/$/, '')}${ask.path}`;
  const reply = await way.dispatcher.request({
    origin,
    path,
    method: ask.method,
    headers,
    body: ask.body ?? null,
    signal,
  });
  const body = await readBounded(reply.body);
  const at = way.journal.now();
  const kept = keepBytes(body, way.keptBytes);
  const received = flatHeaders(reply.headers);
  way.journal.record(at, {
    kind: 'http.response',
    actor: way.actor,
    exchange: id,
    status: reply.statusCode,
    headers: received,
    body: kept.text,
    encoding: kept.encoding,
    bytes: kept.bytes,
    ...(kept.cut === undefined ? {} : { cut: kept.cut }),
  });
  return { status: reply.statusCode, headers: received, body: body.toString('utf8') };
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks);
}

function flatHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function recordFailure(way: HttpWay, id: number, cause: unknown, deadlineMs: number | undefined): void {
  const { journal, actor } = way;
  const at = journal.now();
  if (deadlineMs !== undefined) {
    journal.record(at, {
      kind: 'deadline',
      actor,
      waitedFor: 'http answer',
      afterMs: deadlineMs,
      exchange: id,
    });
  } else if (!way.ended.aborted) {
    journal.record(at, { kind: 'transport.error', actor, exchange: id, ...describeError(cause) });
  }
  const reason = way.ended.aborted ? 'the campaign was ended' : 'no whole answer';
  journal.record(at, { kind: 'http.aborted', actor, exchange: id, reason });
}

/** A transport error as code and message, without a stack. */
export function describeError(cause: unknown): { readonly code: string; readonly message: string } {
  if (!(cause instanceof Error)) return { code: 'UNKNOWN', message: String(cause) };
  const inner = cause instanceof AggregateError ? cause.errors[0] : undefined;
  const error = inner instanceof Error ? inner : cause;
  const code = (error as { code?: unknown }).code;
  return { code: typeof code === 'string' ? code : error.name, message: error.message.slice(0, 300) };
}
