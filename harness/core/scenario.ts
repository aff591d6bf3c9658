/**
 * The stimulus: what the actors do. A scenario asserts nothing and returns nothing; what the target did is
 * in the transcript. Every wait is bounded and its expiry is an entry, so a scenario never throws because
 * of the target.
 */
import type { Capability } from './requirement.ts';
import type { SafetyClass } from './safety.ts';
import type { Thresholds } from './thresholds.ts';

/** `quiet` trials may overlap each other; the other classes run alone, and feed no latency claim. */
export type Interference = 'quiet' | 'load' | 'disruptive';

/** When in the campaign a scenario is due; `both-ends` plays its first trial first and its second last. */
export type Moment = 'any' | 'both-ends';

export interface Scenario {
  readonly id: string;
  readonly purpose: string;
  readonly needs: readonly Capability[];
  /** Distinct principals that take part; a `crowd` is as many as the campaign was configured with. */
  readonly actors: number | 'crowd';
  /** Whose users they are: anybody's, all of one tenant, or the first two of different ones. */
  readonly tenants: 'any' | 'one' | 'two';
  readonly interference: Interference;
  /** What it does to the target; `own-data` unless it says that it only reads, or disturbs. */
  readonly safety: SafetyClass;
  readonly moment: Moment;
  readonly trials: number;
  /** Agent runs that one trial starts, or each actor of a crowd: what it costs. */
  readonly agentRuns: number;
  readonly play: (stage: Stage) => Promise<void>;
}

/** Declares a scenario, with what most scenarios have in common filled in. */
export function defineScenario(
  scenario: Pick<Scenario, 'id' | 'purpose' | 'play'> & Partial<Scenario>,
): Scenario {
  return Object.freeze({
    needs: [],
    actors: 1,
    tenants: 'any',
    interference: 'quiet',
    safety: scenario.interference === 'disruptive' ? 'disruptive' : 'own-data',
    moment: 'any',
    trials: 1,
    agentRuns: 0,
    ...scenario,
  });
}

export interface HttpAsk {
  /** By which a check finds the exchange. */
  readonly label: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Absolute path on the target. */
  readonly path: string;
  /** The side of the telemetry that it is for, which may have an origin of its own; default the target itself. */
  readonly surface?: 'ingest' | 'query';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly withinMs?: number;
  /** Whether the actor's token goes along; default true. */
  readonly authenticated?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What is done to the way between us and the target, on one socket. Where a proxy of the environment stands in
 * between, it cannot be done.
 */
export interface NetworkFault {
  /** Delays each piece, both ways, by this and up to `jitterMs` more; their order stays. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** As much passes, each way. */
  readonly bytesPerSecond?: number;
  /** Nothing passes for so long after the connection was made. */
  readonly slowStartMs?: number;
  /**
   * How the connection breaks when `Socket.strike` says so, or after so many bytes from the target: it is reset, it
   * ends in the middle of whatever is under way, both ends stay and nothing passes, or that and an end much later.
   */
  readonly breaks?: 'reset' | 'cut' | 'half-open' | 'slow-close';
  readonly afterBytes?: number;
}

export interface ConnectAsk {
  readonly label: string;
  /** How the credentials travel. `none` sends none. */
  readonly credentials?: 'header' | 'sub-protocol' | 'none';
  /** A token other than the actor's own; default the actor's. */
  readonly token?: string;
  readonly origin?: string;
  /** Path of a run's stream; the chat socket without one. */
  readonly stream?: string;
  /** What no ordinary client does with this socket: only checks that look for it then judge it. */
  readonly apart?: string;
  /** Disturbs the way to the target; such a socket is apart. */
  readonly through?: NetworkFault;
  /** Whether pings of the target are answered; a socket that does not answer them is apart. */
  readonly pongs?: boolean;
}

export interface StartAsk {
  /** By which a check finds the run. */
  readonly label: string;
  readonly agent: string;
  /** An id that was used before, for a request that is made again; a new one without it. */
  readonly requestId?: string;
  readonly message: string;
  readonly threadId?: string;
  /** The project of the run, and what in it the run is to work on. */
  readonly projectId?: string;
  readonly contextItemIds?: readonly string[];
  /** Pads the frame with white space to exactly this many bytes. */
  readonly frameBytes?: number;
  /** How long the whole run may take; default `completionMs`. */
  readonly withinMs?: number;
}

/** One agent run, seen from the socket that asked for it. Waits resolve to whether the awaited came. */
export interface RunHandle {
  readonly requestId: string;
  readonly runId: string | undefined;
  readonly threadId: string | undefined;
  /** Its first lifecycle event, or its refusal, within `firstEventMs`. */
  answered(): Promise<boolean>;
  /** Its terminal event. */
  ended(): Promise<boolean>;
  /** Asks for cancellation; needs a known `runId`, so await `answered()` first. */
  cancel(): void;
  /** Sends the very same request once more, on the same socket. */
  repeat(label: string): void;
}

export interface Socket {
  readonly isOpen: boolean;
  /** The greeting, within `greetingMs`. */
  greeted(): Promise<boolean>;
  /** Sends a ping and waits for its pong. */
  ping(): Promise<boolean>;
  start(ask: StartAsk): RunHandle;
  /** Text goes as text, bytes as a binary message unless they are to pass for text. */
  send(frame: string | Uint8Array, label: string, as?: 'text' | 'binary'): void;
  /** That so many refusals came on this socket, within the limit or before. */
  refusals(atLeast: number, withinMs: number): Promise<boolean>;
  /** Listens on for this long, or until the socket closes: how absence gets its witness. */
  listen(ms: number): Promise<void>;
  /** A frame that the predicate takes, parsed as JSON, heard already or within the limit. */
  heard(what: string, takes: (frame: unknown) => boolean, withinMs: number): Promise<boolean>;
  /** That the other side closes, within the limit. */
  closed(withinMs: number): Promise<boolean>;
  /** Closes with 1000 and waits for the other side. */
  close(): Promise<void>;
  /** Ends the transport without a close frame. */
  drop(): void;
  /** Breaks the way in the manner that `through` names. */
  strike(): void;
}

/** An address of the harness, for the target to send to. Whatever arrives is evidence, and is answered with 204. */
export interface Hook {
  readonly url: string;
  /** Whether so many requests have arrived, at the latest when the limit is over. */
  arrived(count: number, withinMs: number): Promise<boolean>;
}

/** Something to be made for a trial, and to be removed after it. */
export interface CreateAsk {
  readonly label: string;
  /** The collection that it is posted to. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Actor {
  readonly name: string;
  readonly tenant: string | undefined;
  readonly user: string | undefined;
  request(ask: HttpAsk): Promise<HttpAnswer | undefined>;
  /**
   * Posts to a collection; resolves to the resource, or nothing when there was none. What was made is removed
   * when the trial ends, however it ends, unless it lies below something that is removed anyway.
   */
  create(ask: CreateAsk): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** A token of theirs that is good for so many seconds; undefined where it cannot be made. */
  briefToken(seconds: number): Promise<string | undefined>;
  /** Dials, paced with everybody else; resolves when open, refused or given up, which `isOpen` tells. */
  connect(ask: ConnectAsk): Promise<Socket>;
}

/** Kinds of token that a deployment must refuse. */
export const BAD_TOKENS = [
  'none',
  'garbage',
  'wrong-signature',
  'alg-none',
  'expired',
  'wrong-issuer',
] as const;
export type BadToken = (typeof BAD_TOKENS)[number];

export interface Stage {
  /** Which trial of the scenario this is, from 1. */
  readonly trial: number;
  readonly thresholds: Thresholds;
  readonly origins: { readonly listed?: string | undefined; readonly unlisted: string };
  /** What the target declares where the protocol leaves a choice. */
  readonly variationPoints: Readonly<Record<string, string | undefined>>;
  /** Path of the health endpoint. */
  readonly health: string;
  /** Zero-based, below the scenario's `actors`. */
  actor(index?: number): Actor;
  /** All of them. */
  readonly actors: readonly Actor[];
  /** Whether the target declares that it has this. */
  offers(capability: Capability): boolean;
  /**
   * Takes a dependency of the target away, lets something happen, and gives it back, which also happens when the
   * trial is cut off. False when the target knows no such dependency. Needs the capability `faults`, and a scenario
   * that is `disruptive`.
   */
  without(dependency: string, act: () => Promise<void>): Promise<boolean>;
  /** An address that nobody else knows; needs the capability `webhook-catcher`. */
  hook(label: string): Hook;
  /** Lets time pass where the spacing of requests is itself the stimulus. */
  pause(ms: number): Promise<void>;
  /** A word that no other trial and no other campaign contains, so that it can only have come from here. */
  nonce(label: string): string;
  /** A seeded number in [0, 1). */
  random(): number;
  /** A token of that kind for the actor; undefined where it cannot be made. */
  badToken(kind: BadToken): Promise<string | undefined>;
}
