import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { WebSocket } from 'ws';
import type { TokenKeys } from '../auth/tokens.ts';
import type { Boundaries, ChatPeer } from '../boundaries.ts';
import type { Frame } from '../defects/frames.ts';
import { combined } from '../layers.ts';

/** Numbers from 0 to 1, the same ones for the same seed. */
export type Dice = () => number;

/** What noise may use of the deployment it is built into. */
export interface NoiseContext {
  readonly dice: Dice;
  readonly keys: TokenKeys;
}

/** Which noise a deployment makes, and from which seed. */
export interface NoiseChoice {
  readonly kinds: readonly string[];
  readonly seed: number;
}

/** Settings of a deployment that noise may turn. */
export interface NoiseSettings {
  readonly pingIntervalMs?: number;
  readonly limits?: { readonly maxFrameBytes: number };
}

/** What is told about a kind of noise: a way to be that docs/protocol.md allows and the reference does not have by itself. */
export interface NoiseFacts {
  readonly id: string;
  readonly title: string;
  /** The section of docs/protocol.md that allows it. */
  readonly allowedBy: string;
  /** The variation points at which it chooses, and what it chooses there. */
  readonly declares?: Readonly<Record<string, string>>;
  readonly settings?: NoiseSettings;
}

/** A named way to be, that wraps boundaries of a deployment as a defect does. */
export interface Noise extends NoiseFacts {
  readonly build: (context: NoiseContext) => Partial<Boundaries>;
}

/** Dice from a seed. */
export function diceOf(seed: number): Dice {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** A seed for something with a name, so that what is beside it does not change its luck. */
export function seedOf(seed: number, name: string): number {
  let mixed = seed | 0;
  for (const letter of name) mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01_00_01_93);
  return mixed;
}

/** A whole number from one to another, both included. */
export function between(dice: Dice, from: number, to: number): number {
  return from + Math.floor(dice() * (to - from + 1));
}

/** One of several. */
export function oneOf<T>(dice: Dice, ...choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(dice() * choices.length)] ?? choices[0];
}

/** A boundary that has the sockets of chats and streams send through a peer of its own. */
export function peering(make: (peer: ChatPeer) => ChatPeer): Partial<Boundaries> {
  return {
    sockets: (honest) => (peer) => honest(make(peer)),
    streams: (honest) => (peer, runId) => honest(make(peer), runId),
  };
}

/** A boundary that gets hold of every socket as it opens. */
export function onSockets(change: (socket: WebSocket) => void): Partial<Boundaries> {
  return {
    keepAlive: (honest) => (socket, intervalMs) => {
      // The outermost first, so that what is written inside is what is sent by whoever is outside.
      change(socket);
      honest(socket, intervalMs);
    },
  };
}

/** A boundary that changes answers which are JSON. */
export function onJson(change: (body: unknown, response: Response) => string): Partial<Boundaries> {
  return {
    http: (honest) => async (request) => {
      const response = await honest(request);
      const type = response.headers.get('content-type') ?? '';
      if (!type.startsWith('application/json') || request.method === 'HEAD') return response;
      const text = await response.clone().text();
      if (text === '') return response;
      const headers = new Headers(response.headers);
      headers.delete('content-length');
      return new Response(change(JSON.parse(text), response), { status: response.status, headers });
    },
  };
}

/** The same of every text that a socket sends; frames are objects. */
export function onFrames(change: (frame: Frame) => string): Partial<Boundaries> {
  return onSockets((socket) => {
    const send = socket.send.bind(socket) as (data: unknown) => void;
    socket.send = ((data: unknown) =>
      send(typeof data === 'string' ? change(JSON.parse(data) as Frame) : data)) as typeof socket.send;
  });
}

/** A boundary of many. */
export const all = combined;
