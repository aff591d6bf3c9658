/**
 * What went before on one socket, for vocabularies that name no request: which of ours were asked, and what came of
 * them. Whoever decodes tells it what was sent; it grows no further than its bound, whatever the target does.
 */
export class Conversation {
  readonly #asked: Readonly<Record<Asked, string[]>> = { start: [], ping: [], cancel: [] };
  readonly #known = new Set<string>();
  readonly #requests = new Map<string, string>();
  readonly #threads = new Map<string, string>();
  readonly #calls = new Map<string, { readonly name: string; readonly id: string }[]>();
  #count = 0;
  /** The connection that was announced first. */
  greeted: string | undefined;
  /** A second handshake, after the greeting or around it: begun, or over. */
  handshake: 'none' | 'open' | 'over' = 'none';
  /** A greeting that counts only when the handshake is over. */
  held: unknown;

  /** We sent a request of this kind. */
  asked(kind: Asked, requestId: string): void {
    if (this.#known.size >= BOUND) return;
    this.#known.add(requestId);
    this.#asked[kind].push(requestId);
  }

  /**
   * The request that a run came of: the one its event names, the one it was bound to before, or its parent's; else the
   * oldest that nothing came of yet; else the last one of that thread, so that a run that changes its id is seen to.
   */
  requestOf(
    { runId, parentRunId, threadId = '' }: RunIds,
    named: readonly (string | undefined)[],
  ): string | undefined {
    const own = named.find((id): id is string => id !== undefined && this.#known.has(id));
    const bound = this.#requests.get(runId) ?? this.#requests.get(parentRunId ?? '');
    const request = own ?? bound ?? this.#asked.start[0] ?? this.#threads.get(threadId);
    if (request === undefined) return undefined;
    this.#settle('start', request);
    if (this.#requests.size < BOUND) {
      this.#requests.set(runId, request);
      this.#threads.set(threadId, request);
    }
    return request;
  }

  /** The ping that a pong answers. */
  pingOf(named: string | undefined): string | undefined {
    return this.#settle('ping', named ?? this.#asked.ping[0]);
  }

  /** The cancellation that was accepted. */
  cancelOf(named: string | undefined): string | undefined {
    return this.#settle('cancel', named ?? this.#asked.cancel[0]);
  }

  /** The request that a refusal without a name is about: only where a single one is open, since a guess would blame another. */
  refused(named: string | undefined): string | undefined {
    if (named !== undefined && this.#known.has(named)) return named;
    const open = [...this.#asked.start, ...this.#asked.cancel];
    const [only] = open;
    if (only === undefined || open.length > 1) return undefined;
    this.#settle('start', only);
    return this.#settle('cancel', only);
  }

  /** A name for a tool call that has none: the first one of that tool in that run that is open. */
  callOf(runId: string, name: string, phase: 'opens' | 'closes'): string {
    const open = this.#calls.get(runId) ?? [];
    if (phase === 'opens') {
      this.#count += 1;
      const id = `${name}#${this.#count}`;
      if (this.#calls.size < BOUND && open.length < BOUND) this.#calls.set(runId, [...open, { name, id }]);
      return id;
    }
    const call = open.find((one) => one.name === name);
    if (call === undefined) return `${name}#never-opened`;
    this.#calls.set(
      runId,
      open.filter((one) => one !== call),
    );
    return call.id;
  }

  #settle(kind: Asked, requestId: string | undefined): string | undefined {
    const place = requestId === undefined ? -1 : this.#asked[kind].indexOf(requestId);
    if (place >= 0) this.#asked[kind].splice(place, 1);
    return requestId;
  }
}

interface RunIds {
  readonly runId: string;
  readonly parentRunId?: string | undefined;
  readonly threadId?: string | undefined;
}

type Asked = 'start' | 'ping' | 'cancel';

/** More requests than any socket of ours makes. */
const BOUND = 10_000;
