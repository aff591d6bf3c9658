import type { Boundaries, ChatPeer } from '../boundaries.ts';

/** A frame on the wire, seen without knowledge of its type. */
export type Frame = Readonly<Record<string, unknown>>;

/** Turns one outgoing frame into those that are sent instead. */
export type Rewrite = (frame: Frame) => readonly Frame[];

/** The five lifecycle events (docs/protocol.md 1). */
export const LIFECYCLE: ReadonlySet<unknown> = new Set([
  'agent_started',
  'agent_thinking',
  'tool_executing',
  'tool_completed',
  'agent_completed',
]);

/** The events that end a run. */
export const TERMINAL: ReadonlySet<unknown> = new Set(['agent_completed', 'agent_failed', 'agent_cancelled']);

/** Tells whether a frame is an event of a run. */
export function isEvent(frame: Frame): boolean {
  return typeof frame['run_id'] === 'string' && typeof frame['seq'] === 'number';
}

/** The data of an event. */
export function dataOf(frame: Frame): Frame {
  return (frame['data'] ?? {}) as Frame;
}

/** The run of an event. */
export function runOf(frame: Frame): string {
  return String(frame['run_id']);
}

/** An event with some of its data replaced. */
export function withData(frame: Frame, patch: Frame): Frame {
  return { ...frame, data: { ...dataOf(frame), ...patch } };
}

/** A frame without one of its fields. */
export function without(frame: Frame, field: string): Frame {
  return Object.fromEntries(Object.entries(frame).filter(([name]) => name !== field));
}

/** A boundary that sends through a sender of its own; one is made for each socket. */
export function sendingThrough(
  make: (peer: ChatPeer, send: (frame: Frame) => void) => (frame: Frame) => void,
): Partial<Boundaries> {
  return {
    sockets: (honest) => (peer) => {
      const send = make(peer, (frame) => peer.send(frame));
      return honest({ ...peer, send: (frame) => send(frame as Frame) });
    },
  };
}

/** A boundary that rewrites outgoing frames; the rewrite is made anew for each socket. */
export function rewriting(make: () => Rewrite): Partial<Boundaries> {
  return sendingThrough((_, send) => {
    const rewrite = make();
    return (frame) => {
      for (const each of rewrite(frame)) send(each);
    };
  });
}

/** A boundary that replaces outgoing frames of some types, one for one. */
export function replacing(types: readonly string[], replace: (frame: Frame) => Frame): Partial<Boundaries> {
  return rewriting(() => (frame) => [types.includes(String(frame['type'])) ? replace(frame) : frame]);
}

/** A boundary that changes every event of a run, one for one. */
export function changingEvents(make: () => (frame: Frame) => Frame): Partial<Boundaries> {
  return rewriting(() => {
    const change = make();
    return (frame) => [isEvent(frame) ? change(frame) : frame];
  });
}

/** Counts the events of each run on a socket, from 1. */
export function perRunCounter(): (frame: Frame) => number {
  const counts = new Map<string, number>();
  return (frame) => {
    const count = (counts.get(runOf(frame)) ?? 0) + 1;
    counts.set(runOf(frame), count);
    return count;
  };
}

/** A rewrite whose result is numbered without gaps again, so that only the intended rule is broken. */
export function renumbered(make: () => Rewrite): () => Rewrite {
  return () => {
    const rewrite = make();
    const count = perRunCounter();
    return (frame) => {
      if (!isEvent(frame)) return rewrite(frame);
      return rewrite(frame).map((each) => ({ ...each, seq: count(each) }));
    };
  };
}

/** True the first time it is asked about a run. */
export function firstOfRun(): (frame: Frame) => boolean {
  const count = perRunCounter();
  return (frame) => count(frame) === 1;
}

/** A boundary that sees incoming messages first; what it does not pass on is never heard. */
export function receivingThrough(
  make: (peer: ChatPeer, pass: (text: string) => void) => (text: string) => void,
): Partial<Boundaries> {
  return {
    sockets: (honest) => (peer) => {
      const receiver = honest(peer);
      const receive = make(peer, (text) => receiver.message(text));
      return { message: receive, closed: () => receiver.closed() };
    },
  };
}

/** An incoming message as an object; empty when it is none. */
export function readFrame(text: string): Frame {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Frame) : {};
  } catch {
    return {};
  }
}
