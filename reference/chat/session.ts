import type { ChatPeer, ChatReceiver } from '../boundaries.ts';
import { type Clock, timestamp } from '../clock.ts';
import type { RunEvent } from '../runs/events.ts';
import { Refusal } from '../runs/refusal.ts';
import type { RunService } from '../runs/service.ts';
import { isStoreOutage } from '../store/outage.ts';
import { type ClientMessage, readClientMessage } from './messages.ts';

/** What a session is composed of. */
export interface SessionParts {
  readonly runs: RunService;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly version: string;
}

type StartAgent = Extract<ClientMessage, { readonly type: 'start_agent' }>;
type CancelAgent = Extract<ClientMessage, { readonly type: 'cancel_agent' }>;

const TERMINAL: ReadonlySet<RunEvent['type']> = new Set([
  'agent_completed',
  'agent_failed',
  'agent_cancelled',
]);

/**
 * One chat session: translates between a socket and the runs of its principal.
 *
 * Events go to the socket that asked for the run. A request id seen before means the same run: a
 * socket that receives that run already goes on receiving it, and one that does not gets the run
 * from its first event on. On the socket that saw the end of the run the answer is `RUN_FINISHED`,
 * since silence is never an answer. Runs go on when their socket is gone.
 */
class ChatSession {
  readonly #parts: SessionParts;
  readonly #peer: ChatPeer;
  /** The runs this socket receives: how to stop, and whether their end was sent. */
  readonly #attached = new Map<string, { ended: boolean; leave: () => void }>();
  #closed = false;

  constructor(parts: SessionParts, peer: ChatPeer) {
    this.#parts = parts;
    this.#peer = peer;
  }

  greet(): void {
    const { clock, newId, version } = this.#parts;
    this.#peer.send({
      type: 'connection_established',
      connection_id: newId(),
      user_id: this.#peer.credential.principal.user,
      server_version: version,
      timestamp: timestamp(clock.now()),
    });
  }

  receive(text: string): void {
    const message = readClientMessage(text);
    if (message.type === 'refused') this.#refuse(message.code, message.text, message.requestId);
    else if (message.type === 'ping') this.#peer.send({ type: 'pong', request_id: message.requestId });
    else {
      const work = message.type === 'start_agent' ? this.#start(message) : this.#cancel(message);
      work.catch((error: unknown) => this.#refuseFor(error, message.requestId));
    }
  }

  close(): void {
    this.#closed = true;
    for (const { leave } of this.#attached.values()) leave();
    this.#attached.clear();
  }

  async #start(message: StartAgent): Promise<void> {
    const handle = await this.#parts.runs.start({ ...message, principal: this.#peer.credential.principal });
    if (this.#closed) return;
    const known = this.#attached.get(handle.id);
    if (known !== undefined) {
      if (known.ended) throw new Refusal('RUN_FINISHED');
      return;
    }
    const attachment = { ended: false, leave: (): void => undefined };
    this.#attached.set(handle.id, attachment);
    attachment.leave = handle.subscribe((event) => {
      // The events of sub-runs come along; only the run's own end is its end.
      if (event.run_id === handle.id) attachment.ended = TERMINAL.has(event.type);
      this.#peer.send(event);
    });
  }

  async #cancel(message: CancelAgent): Promise<void> {
    const { runId, requestId } = message;
    const cancel = await this.#parts.runs.cancellable(this.#peer.credential.principal, runId);
    this.#peer.send({ type: 'cancel_accepted', run_id: runId, request_id: requestId });
    cancel();
  }

  #refuseFor(error: unknown, requestId: string | null): void {
    if (error instanceof Refusal) this.#refuse(error.code, error.message, requestId);
    else if (isStoreOutage(error)) this.#refuse('UNAVAILABLE', new Refusal('UNAVAILABLE').message, requestId);
    else this.#refuse('UNAVAILABLE', 'the request could not be served', requestId);
  }

  #refuse(code: string, text: string, requestId: string | null): void {
    this.#peer.send({ type: 'error', code, message: text, request_id: requestId });
  }
}

/** Opens a session on a socket and greets it, exactly once. */
export function openSession(parts: SessionParts, peer: ChatPeer): ChatReceiver {
  const session = new ChatSession(parts, peer);
  session.greet();
  return { message: (text) => session.receive(text), closed: () => session.close() };
}
