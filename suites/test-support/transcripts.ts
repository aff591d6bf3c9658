/**
 * Transcripts by hand, for the tests of checks: a tape that is played forward, one line for one thing seen.
 * It builds evidence and nothing else; the judge, the dialect and the checks that read it are the real ones.
 */
import {
  type Entry,
  type EntryDraft,
  type Seal,
  TRANSCRIPT_FORMAT,
  type Transcript,
} from '../../harness/evidence/transcript.ts';

const STARTED_AT = Date.parse('2026-01-05T10:00:00.250Z');
/** How long a frame is under way; small and not zero, as on any wire. */
const TRANSIT_MS = 4;

export interface TapeOptions {
  readonly trial?: string;
  readonly user?: string | undefined;
  /** How far the target's clock is ahead of ours. */
  readonly skewMs?: number;
  readonly startedAt?: number;
}

/** One trial as it happens. Time passes only by `wait`. */
export class Tape {
  readonly entries: Entry[] = [];
  readonly scenario: string;
  readonly options: TapeOptions;
  now = 0;
  /** Who acts from here on. */
  actor = 'ada';
  readonly #others = new Set<string>();
  #ids = 0;

  constructor(scenario: string, options: TapeOptions = {}) {
    this.scenario = scenario;
    this.options = options;
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  /** Lets somebody else act; a user of the same name. */
  as(actor: string): this {
    this.actor = actor;
    if (actor !== 'ada') this.#others.add(actor);
    return this;
  }

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  add(draft: EntryDraft): number {
    const seq = this.entries.length + 1;
    this.entries.push({ seq, at: this.now, ...draft } as Entry);
    return seq;
  }

  /** The target's wall clock when it sent what arrives now. */
  targetClock(): number {
    return (this.options.startedAt ?? STARTED_AT) + this.now - TRANSIT_MS + (this.options.skewMs ?? 0);
  }

  /** A socket of the trial's only actor, open and greeted. */
  session(label = 'session'): Wire {
    return this.dial(label).opens().greets();
  }

  dial(label = 'session', protocols: readonly string[] = []): Wire {
    const wire = new Wire(this, this.nextId());
    const headers = { authorization: 'Bearer ⟦secret token-1 raw⟧' };
    const url = 'wss://target.example/ws';
    const dialled = { kind: 'ws.dial', actor: this.actor, socket: wire.id, label, url, protocols } as const;
    this.add({ ...dialled, headers, intendedAt: this.now });
    this.wait(12);
    return wire;
  }

  /** An HTTP exchange; an answer of `undefined` never comes. */
  http(label: string, answer: HttpAnswer | undefined, tookMs = 20, method = 'GET'): this {
    const exchange = this.nextId();
    const asked = {
      kind: 'http.request',
      actor: this.actor,
      exchange,
      label,
      method,
      url: '/health',
    } as const;
    this.add({ ...asked, headers: {} });
    this.wait(tookMs);
    if (answer === undefined) {
      this.add({ kind: 'deadline', actor: this.actor, exchange, waitedFor: 'http answer', afterMs: tookMs });
      this.add({ kind: 'http.aborted', actor: this.actor, exchange, reason: 'no whole answer' });
      return this;
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? HEALTHY);
    const second = Math.floor(this.targetClock() / 1000) * 1000;
    const headers = { date: new Date(second).toUTCString(), ...answer.headers };
    const received = { kind: 'http.response', actor: this.actor, exchange, headers } as const;
    this.add({
      ...received,
      status: answer.status ?? 200,
      body: text,
      encoding: 'utf8',
      bytes: text.length,
    });
    return this;
  }

  transcript(over: Partial<Seal> = {}): Transcript {
    return {
      header: {
        format: TRANSCRIPT_FORMAT,
        campaign: 'c-1',
        scenario: this.scenario,
        trial: this.options.trial ?? `${this.scenario}-1`,
        seed: 1,
        startedAt: new Date(this.options.startedAt ?? STARTED_AT).toISOString(),
        harness: '0.1.0',
        actors: [
          { name: 'ada', user: 'user' in this.options ? this.options.user : 'ada' },
          ...[...this.#others].map((name) => ({ name, user: name })),
        ],
      },
      entries: this.entries,
      seal: {
        entries: this.entries.length,
        digest: 'of no matter to a judge',
        endedAtMs: this.now,
        end: 'finished',
        observer: { loopDelayP99Ms: 1, stalledMs: 2, samples: 100 },
        ...over,
      },
    };
  }
}

export interface HttpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export const HEALTHY = {
  status: 'healthy',
  service: 'agents',
  version: '1.4.2',
  components: { store: { status: 'healthy' } },
};

type Fields = Readonly<Record<string, unknown>>;

/** One socket of a tape. */
export class Wire {
  readonly id: number;
  readonly actor: string;
  readonly #tape: Tape;
  #asked = 0;

  constructor(tape: Tape, id: number) {
    this.#tape = tape;
    this.actor = tape.actor;
    this.id = id;
  }

  wait(ms: number): this {
    this.#tape.wait(ms);
    return this;
  }

  opens(protocol = ''): this {
    this.#tape.add({ kind: 'ws.open', actor: this.actor, socket: this.id, protocol, headers: {} });
    return this.wait(5);
  }

  isRefused(status: number, headers: Readonly<Record<string, string>> = {}): this {
    this.#tape.add({ kind: 'ws.refused', actor: this.actor, socket: this.id, status, headers, body: '' });
    return this;
  }

  greets(over: Fields = {}): this {
    return this.receives({
      type: 'connection_established',
      connection_id: `connection-${this.id}`,
      user_id: this.actor,
      server_version: '1.4.2',
      timestamp: new Date(this.#tape.targetClock()).toISOString(),
      ...over,
    });
  }

  receives(frame: Fields | string): this {
    return this.#frame('in', typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  receivesBytes(base64: string): this {
    const frame = { kind: 'ws.frame', actor: this.actor, socket: this.id, direction: 'in' } as const;
    this.#tape.add({ ...frame, encoding: 'base64', bytes: 3, text: base64 });
    return this;
  }

  /** A ping and, after some time, its pong; `null` for a pong that never came. */
  pings(tookMs: number | null = 6, over: Fields = {}): this {
    this.#asked += 1;
    const requestId = `rq-${this.id}-ping-${this.#asked}`;
    this.sends({ type: 'ping', request_id: requestId }, { kind: 'ping', requestId });
    if (tookMs === null) return this.wait(10_000).misses(`pong ${requestId}`, 10_000);
    return this.wait(tookMs).receives({ type: 'pong', request_id: requestId, ...over });
  }

  /** Listens for the grace period and has its witness. */
  listens(ms = 1_001): this {
    return this.wait(ms).pings();
  }

  sends(frame: Fields, intent: Extract<EntryDraft, { kind: 'ws.frame' }>['intent'], bytes?: number): number {
    const text = JSON.stringify(frame);
    const sent = {
      kind: 'ws.frame',
      actor: this.actor,
      socket: this.id,
      direction: 'out',
      encoding: 'utf8',
    } as const;
    const known = intent === undefined ? {} : { intent };
    return this.#tape.add({ ...sent, bytes: bytes ?? text.length, text, ...known });
  }

  /** Asks for a run. */
  asks(label: string, over: Partial<Asked> = {}): Asked {
    this.#asked += 1;
    const asked: Asked = {
      requestId: `rq-${this.id}-${this.#asked}`,
      agent: 'unified_data_agent',
      message: 'what is the total cost?',
      ...over,
    };
    const { requestId, agent, message, threadId, bytes } = asked;
    const thread = threadId === undefined ? {} : { threadId };
    this.sends(
      { type: 'start_agent', request_id: requestId, payload: { agent, message } },
      { kind: 'start', requestId, agent, label, ...thread },
      bytes,
    );
    return asked;
  }

  /** Asks for the cancellation of the run that a story tells of. */
  cancels(runId = 'run-1'): string {
    const requestId = `rq-${this.id}-cancel`;
    const frame = { type: 'cancel_agent', request_id: requestId, payload: { run_id: runId } };
    this.sends(frame, { kind: 'cancel', requestId, runId });
    return requestId;
  }

  /** What the target tells of a run, in the order and at the distances of the story. */
  tells(asked: Asked, story: readonly Beat[]): this {
    for (const beat of story) this.wait(beat.afterMs).tellsOne(asked, beat);
    return this;
  }

  tellsOne(asked: Asked, beat: Beat): this {
    const sentAt = this.#tape.targetClock() - (beat.lagMs ?? 0);
    return this.receives({
      type: beat.type,
      event_id: `event-${beat.run ?? 'run-1'}-${beat.seq}`,
      seq: beat.seq,
      timestamp: (beat.stamp ?? isoOf)(sentAt),
      request_id: asked.requestId,
      run_id: beat.run ?? 'run-1',
      parent_run_id: null,
      thread_id: asked.threadId ?? 'thread-1',
      user_id: this.actor,
      agent: asked.agent,
      turn: 1,
      data: beat.data,
      ...beat.over,
    });
  }

  /** A wait of ours that ended in vain. */
  misses(waitedFor: string, afterMs: number): this {
    this.#tape.add({ kind: 'deadline', actor: this.actor, socket: this.id, waitedFor, afterMs });
    return this;
  }

  fails(code: string): this {
    this.#tape.add({ kind: 'transport.error', actor: this.actor, socket: this.id, code, message: code });
    return this;
  }

  closes(code = 1000, by: 'harness' | 'target' | 'network' = 'harness'): this {
    this.#tape.add({ kind: 'ws.close', actor: this.actor, socket: this.id, code, reason: '', by });
    return this;
  }

  #frame(direction: 'in' | 'out', text: string): this {
    const frame = { kind: 'ws.frame', actor: this.actor, socket: this.id, direction } as const;
    this.#tape.add({ ...frame, encoding: 'utf8', bytes: Buffer.byteLength(text), text });
    return this;
  }
}

export interface Asked {
  readonly requestId: string;
  readonly agent: string;
  readonly message: string;
  readonly threadId?: string;
  readonly bytes?: number;
}

/** One event of a story: what is told, and how long after the one before. */
export interface Beat {
  readonly afterMs: number;
  readonly type: string;
  readonly seq: number;
  readonly data: Fields;
  /** How long the target kept it before it sent it. */
  readonly lagMs?: number;
  /** How the target writes a time. */
  readonly stamp?: (wall: number) => string;
  readonly run?: string;
  /** Other fields of the envelope. */
  readonly over?: Fields;
}

const isoOf = (wall: number): string => new Date(wall).toISOString();

type Line = readonly [afterMs: number, type: string, data: Fields];

/** Numbers the lines of a story. */
export const storyOf = (...lines: readonly Line[]): readonly Beat[] =>
  lines.map(([afterMs, type, data], index) => ({ afterMs, type, data, seq: index + 1 }));

const USAGE = { input_tokens: 120, output_tokens: 30, total_tokens: 150 };

export const started = (afterMs = 40): Line => [afterMs, 'agent_started', { model: 'a-model' }];
export const thinking = (afterMs = 60, step = 1): Line => [
  afterMs,
  'agent_thinking',
  { thought: 'first the totals', step },
];
export const executing = (afterMs = 30, id = 'call-1', name = 'aggregate'): Line => [
  afterMs,
  'tool_executing',
  { tool_call_id: id, tool_name: name, arguments: { by: 'service' } },
];
export const executed = (afterMs = 900, id = 'call-1', name = 'aggregate', durationMs = afterMs): Line => [
  afterMs,
  'tool_completed',
  {
    tool_call_id: id,
    tool_name: name,
    status: 'success',
    result: { total: 4210.5 },
    error: null,
    duration_ms: durationMs,
  },
];
export const completed = (afterMs = 50, durationMs = 1_040, toolsUsed = ['aggregate']): Line => [
  afterMs,
  'agent_completed',
  {
    response: 'The total is 4210.50 USD; checkout costs most.',
    duration_ms: durationMs,
    tools_used: toolsUsed,
    usage: USAGE,
  },
];
export const failed = (afterMs = 50): Line => [
  afterMs,
  'agent_failed',
  { error: { type: 'tool', code: 'upstream', message: 'the warehouse did not answer' } },
];
export const cancelled = (afterMs = 50): Line => [afterMs, 'agent_cancelled', {}];

/** The five events of a run that uses one tool and completes. */
export const goodRun = (): readonly Beat[] =>
  storyOf(started(), thinking(), executing(), executed(), completed());

/** A story without its events of that type; those that follow keep their time and number. */
export const without = (story: readonly Beat[], type: string): readonly Beat[] => {
  let missedMs = 0;
  return story.flatMap((beat) => {
    if (beat.type === type) {
      missedMs += beat.afterMs;
      return [];
    }
    const kept = { ...beat, afterMs: beat.afterMs + missedMs };
    missedMs = 0;
    return [kept];
  });
};

/** A story in which the events of that type are told differently. */
export const changed = (
  story: readonly Beat[],
  type: string,
  change: (beat: Beat) => Partial<Beat>,
): readonly Beat[] => story.map((beat) => (beat.type === type ? { ...beat, ...change(beat) } : beat));

/** A story in which the events of that type carry other data. */
export const withData = (story: readonly Beat[], type: string, data: Fields): readonly Beat[] =>
  changed(story, type, (beat) => ({ data: { ...beat.data, ...data } }));

/** A story in which the fields of the envelope differ in the events of that type. */
export const withFields = (story: readonly Beat[], type: string, over: Fields): readonly Beat[] =>
  changed(story, type, () => ({ over }));

/** Numbers a story anew, as an honest target does that simply does something else. */
export const renumbered = (story: readonly Beat[]): readonly Beat[] =>
  story.map((beat, index) => ({ ...beat, seq: index + 1 }));
