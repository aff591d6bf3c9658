import type { Boundaries, ChatPeer } from '../boundaries.ts';
import type { Frame } from './frames.ts';

const TERMINAL = /^agent\.run\.(completed|failed|cancelled)$/;

/** A boundary through whose sender the frames of streams go; one is made for each socket. */
export function streamingThrough(
  make: (peer: ChatPeer, send: (frame: Frame) => void, runId: string) => (frame: Frame) => void,
): Partial<Boundaries> {
  return {
    streams: (honest) => (peer, runId) => {
      const send = make(peer, (frame) => peer.send(frame), runId);
      return honest({ ...peer, send: (frame) => send(frame as Frame) }, runId);
    },
  };
}

/** A boundary that replaces each frame of a stream by others. */
export function rewritingStream(make: () => (frame: Frame) => readonly Frame[]): Partial<Boundaries> {
  return streamingThrough((_, send) => {
    const rewrite = make();
    return (frame) => {
      for (const each of rewrite(frame)) send(each);
    };
  });
}

/** A boundary that knows all open streams. */
export function together(
  make: (
    peer: ChatPeer,
    all: ReadonlySet<ChatPeer>,
    runId: string,
  ) => { send?: ChatPeer['send']; gone?: () => void; said?: () => void },
): Partial<Boundaries> {
  const open = new Set<ChatPeer>();
  return {
    streams: (honest) => (peer, runId) => {
      open.add(peer);
      const mine = make(peer, open, runId);
      const receiver = honest({ ...peer, send: mine.send ?? peer.send }, runId);
      return {
        message: (text) => {
          mine.said?.();
          receiver.message(text);
        },
        closed: () => {
          open.delete(peer);
          mine.gone?.();
          receiver.closed();
        },
      };
    },
  };
}

/** Tells whether a frame ends a turn. */
export function isTerminalFrame(frame: Frame): boolean {
  return TERMINAL.test(String(frame['type']));
}
