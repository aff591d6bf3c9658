import type { ClientRequest, IncomingMessage } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import type { RunHandle, Socket, StartAsk } from '../core/scenario.ts';
import type { Thresholds } from '../core/thresholds.ts';
import type { Intent, Millis } from '../evidence/transcript.ts';
import type { Decoded, Dialect } from '../protocol/agent-event.ts';
import { Conversation } from '../protocol/conversation.ts';
import { keepBinary, keepText } from './cut.ts';
import { FrameListener } from './frame-listener.ts';
import { createGate } from './gate.ts';
import { describeError } from './http.ts';
import type { Journal } from './journal.ts';
import { RunTracker } from './run-tracker.ts';

export interface SocketWay {
  readonly id: number;
  readonly actor: string;
  readonly journal: Journal;
  readonly dialect: Dialect;
  /** A chat socket is followed by its runs, a stream frame by frame. */
  readonly surface: 'chat' | 'stream';
  readonly thresholds: Thresholds;
  readonly keptBytes: number;
  /** Ids for what we send; unique in the campaign. */
  readonly nextRequestId: () => string;
  /** Breaks the way to the target, where that can be done. */
  readonly strike?: (() => void) | undefined;
}

/** What we sent is known to us, so the journal keeps its beginning and the digest of the rest. */
const KEPT_SENT_CHARACTERS = 16_384;
/** A refusal's body explains itself in its first lines. */
const KEPT_REFUSAL_BYTES = 4_096;
/** How long the other side may take over the closing handshake. */
const CLOSING_MS = 2_000;

/** One open (or refused, or failed) socket of an actor: journals all it sees and tracks what was asked. */
export class JournalledSocket implements Socket {
  readonly #way: SocketWay;
  readonly #ws: WebSocket;
  readonly #dialled = createGate();
  readonly #greeted = createGate();
  readonly #closed = createGate();
  readonly #pongs = new Map<string, ReturnType<typeof createGate>>();
  readonly #byRequest = new Map<string, RunTracker>();
  readonly #byRun = new Map<string, RunTracker>();
  #upgraded = false;
  #refusals = 0;
  readonly #awaitingRefusals: { atLeast: number; gate: ReturnType<typeof createGate> }[] = [];
  readonly #listener = new FrameListener();
  readonly #conversation = new Conversation();
  #endedBy: 'target' | 'harness' | 'network' | undefined;

  constructor(way: SocketWay, ws: WebSocket) {
    this.#way = way;
    this.#ws = ws;
    ws.on('upgrade', (response) => this.#onUpgrade(response));
    ws.on('message', (data, isBinary) => this.#onMessage(way.journal.now(), data, isBinary));
    ws.on('ping', () => this.#heartbeat(way.journal.now(), 'ws.ping', 'in'));
    ws.on('pong', () => this.#heartbeat(way.journal.now(), 'ws.pong', 'in'));
    ws.on('unexpected-response', (request, response) => this.#onRefused(request, response));
    ws.on('error', (cause) => this.#onError(way.journal.now(), cause));
    ws.on('close', (code, reason) => this.#onClose(way.journal.now(), code, reason));
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  /** Resolves when the dial was answered either way, or given up after `limitMs`. */
  async settled(limitMs: Millis): Promise<void> {
    const came = await this.#dialled.within(limitMs, () => this.#deadline('open socket', limitMs));
    if (!came) this.drop();
  }

  async greeted(): Promise<boolean> {
    const { greetingMs } = this.#way.thresholds;
    return this.#greeted.within(greetingMs, () => this.#deadline('greeting', greetingMs));
  }

  async ping(): Promise<boolean> {
    if (!this.isOpen) return false;
    const requestId = this.#way.nextRequestId();
    const gate = createGate();
    this.#pongs.set(requestId, gate);
    this.#sendText(this.#way.dialect.ping({ requestId }), { kind: 'ping', requestId });
    const { pongMs } = this.#way.thresholds;
    return gate.within(pongMs, () => this.#deadline(`pong ${requestId}`, pongMs));
  }

  start(ask: StartAsk): RunHandle {
    const requestId = ask.requestId ?? this.#way.nextRequestId();
    const tracker = new RunTracker(requestId);
    this.#byRequest.set(requestId, tracker);
    const { agent, label, threadId } = ask;
    const thread = threadId === undefined ? {} : { threadId };
    const askedAt = this.#way.journal.now();
    const frame = this.#encodeStart(ask, requestId);
    this.#sendText(frame, { kind: 'start', requestId, agent, label, ...thread });
    if (!this.isOpen) tracker.lose();
    const handle = this.#handle(tracker, askedAt, ask.withinMs ?? this.#way.thresholds.completionMs);
    return Object.assign(handle, {
      repeat: (again: string) => this.#sendText(frame, { kind: 'probe', label: again }),
    });
  }

  send(frame: string | Uint8Array, label: string, as: 'text' | 'binary' = 'binary'): void {
    const intent: Intent = { kind: 'probe', label };
    if (typeof frame === 'string') this.#sendText(frame, intent);
    else this.#send(Buffer.from(frame), intent, as === 'binary');
  }

  async refusals(atLeast: number, withinMs: number): Promise<boolean> {
    if (this.#refusals >= atLeast) return true;
    if (!this.isOpen) return false;
    const gate = createGate();
    this.#awaitingRefusals.push({ atLeast, gate });
    return gate.within(withinMs, () => this.#deadline(`refusal ${atLeast}`, withinMs));
  }

  strike(): void {
    this.#way.strike?.();
  }

  async listen(ms: number): Promise<void> {
    // A timer may fire a millisecond early, and a grace period that is too short is no witness.
    await this.#closed.within(ms + 1, () => undefined);
  }

  async heard(what: string, takes: (frame: unknown) => boolean, withinMs: number): Promise<boolean> {
    return this.#listener.heard(takes, this.isOpen ? withinMs : 0, () => this.#deadline(what, withinMs));
  }

  async closed(withinMs: number): Promise<boolean> {
    return this.#closed.within(withinMs, () => this.#deadline('close', withinMs));
  }

  async close(): Promise<void> {
    if (this.#ws.readyState === WebSocket.CLOSED) return;
    this.#endedBy ??= 'harness';
    this.#ws.close(1000);
    await this.#closed.within(CLOSING_MS, () => this.#deadline('close', CLOSING_MS));
    this.#ws.terminate();
  }

  drop(): void {
    this.#endedBy ??= 'harness';
    this.#ws.terminate();
  }

  #encodeStart(ask: StartAsk, requestId: string): string {
    const { agent, threadId, projectId, contextItemIds } = ask;
    const encode = (message: string): string =>
      this.#way.dialect.start({ requestId, agent, message, threadId, projectId, contextItemIds });
    const frame = encode(ask.message);
    const missing = (ask.frameBytes ?? 0) - Buffer.byteLength(frame);
    return missing > 0 ? encode(`${ask.message}${' '.repeat(missing)}`) : frame;
  }

  #handle(tracker: RunTracker, askedAt: Millis, limitMs: Millis): Omit<RunHandle, 'repeat'> {
    const { journal, thresholds, dialect, nextRequestId } = this.#way;
    const left = (ms: Millis): Millis => askedAt + ms - journal.now();
    return {
      requestId: tracker.requestId,
      get runId() {
        return tracker.runId;
      },
      get threadId() {
        return tracker.threadId;
      },
      answered: () =>
        tracker.answered.within(left(thresholds.firstEventMs), () =>
          this.#deadline(`answer to ${tracker.requestId}`, thresholds.firstEventMs),
        ),
      ended: () =>
        tracker.ended.within(left(limitMs), () => this.#deadline(`end of ${tracker.requestId}`, limitMs)),
      cancel: () => {
        if (tracker.runId === undefined) return;
        const ask = { requestId: nextRequestId(), runId: tracker.runId };
        this.#sendText(dialect.cancel(ask), { kind: 'cancel', ...ask });
      },
    };
  }

  #sendText(text: string, intent?: Intent): void {
    this.#send(Buffer.from(text, 'utf8'), intent, false);
  }

  #send(data: Buffer, intent: Intent | undefined, binary: boolean): void {
    if (!this.isOpen) return;
    if (intent !== undefined && intent.kind !== 'probe')
      this.#conversation.asked(intent.kind, intent.requestId);
    const { journal, actor, id } = this.#way;
    const kept = binary
      ? keepBinary(data, KEPT_SENT_CHARACTERS)
      : keepText(data.toString('utf8'), data.length, KEPT_SENT_CHARACTERS);
    journal.record(journal.now(), {
      kind: 'ws.frame',
      actor,
      socket: id,
      direction: 'out',
      ...kept,
      ...(intent === undefined ? {} : { intent }),
    });
    this.#ws.send(data, { binary });
  }

  #onUpgrade(response: IncomingMessage): void {
    this.#upgraded = true;
    const { journal, actor, id } = this.#way;
    const headers = response.headers as Readonly<Record<string, string>>;
    const protocol = headers['sec-websocket-protocol'] ?? '';
    journal.record(journal.now(), { kind: 'ws.open', actor, socket: id, protocol, headers });
    this.#ws.once('open', () => this.#dialled.settle(true));
  }

  #onMessage(at: Millis, data: RawData, isBinary: boolean): void {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(data as Buffer[]);
    const { journal, actor, id, keptBytes, dialect } = this.#way;
    const text = isBinary ? undefined : bytes.toString('utf8');
    const kept = text === undefined ? keepBinary(bytes, keptBytes) : keepText(text, bytes.length, keptBytes);
    journal.record(at, { kind: 'ws.frame', actor, socket: id, direction: 'in', ...kept });
    if (text === undefined) return;
    if (this.#way.surface === 'stream') {
      this.#listener.take(text);
      return;
    }
    for (const decoded of dialect.decode(text, this.#conversation)) this.#route(decoded);
  }

  #route(decoded: Decoded): void {
    switch (decoded.kind) {
      case 'event': {
        const { requestId, runId } = decoded.event;
        const tracker = this.#byRequest.get(requestId ?? '') ?? this.#byRun.get(runId ?? '');
        tracker?.see(decoded.event);
        if (tracker?.runId !== undefined) this.#byRun.set(tracker.runId, tracker);
        break;
      }
      case 'greeting':
        this.#greeted.settle(true);
        break;
      case 'pong':
        this.#pongs.get(decoded.requestId ?? '')?.settle(true);
        break;
      case 'refusal':
        this.#byRequest.get(decoded.requestId ?? '')?.refuse();
        this.#countRefusal();
        break;
      case 'notice':
        if (decoded.reply !== undefined) this.#sendText(decoded.reply);
        break;
      case 'cancel-accepted':
      case 'unknown':
      case 'malformed':
        break;
    }
  }

  #countRefusal(): void {
    this.#refusals += 1;
    for (const { atLeast, gate } of this.#awaitingRefusals) if (this.#refusals >= atLeast) gate.settle(true);
  }

  #heartbeat(at: Millis, kind: 'ws.ping' | 'ws.pong', direction: 'in' | 'out'): void {
    const { journal, actor, id } = this.#way;
    journal.record(at, { kind, actor, socket: id, direction });
  }

  #onRefused(request: ClientRequest, response: IncomingMessage): void {
    const { journal, actor, id } = this.#way;
    const at = journal.now();
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      this.#endedBy ??= 'target';
      const body = Buffer.concat(chunks).toString('utf8').slice(0, KEPT_REFUSAL_BYTES);
      const headers = response.headers as Readonly<Record<string, string>>;
      journal.record(at, {
        kind: 'ws.refused',
        actor,
        socket: id,
        status: response.statusCode ?? 0,
        headers,
        body,
      });
      request.destroy();
      this.#end();
    };
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= KEPT_REFUSAL_BYTES) chunks.push(chunk);
      else response.destroy();
    });
    response.once('close', finish);
  }

  #onError(at: Millis, cause: Error): void {
    if (this.#endedBy !== undefined) return;
    const { journal, actor, id } = this.#way;
    journal.record(at, { kind: 'transport.error', actor, socket: id, ...describeError(cause) });
  }

  #onClose(at: Millis, code: number, reason: Buffer): void {
    const { journal, actor, id } = this.#way;
    const by = this.#endedBy ?? (code === 1006 ? 'network' : 'target');
    if (this.#upgraded)
      journal.record(at, { kind: 'ws.close', actor, socket: id, code, reason: reason.toString('utf8'), by });
    this.#end();
  }

  #end(): void {
    this.#dialled.settle(true);
    this.#greeted.settle(false);
    this.#closed.settle(true);
    this.#listener.end();
    for (const { gate } of this.#awaitingRefusals) gate.settle(false);
    for (const gate of this.#pongs.values()) gate.settle(false);
    for (const tracker of this.#byRequest.values()) tracker.lose();
  }

  #deadline(waitedFor: string, afterMs: Millis): void {
    const { journal, actor, id } = this.#way;
    journal.record(journal.now(), { kind: 'deadline', actor, socket: id, waitedFor, afterMs });
  }
}
