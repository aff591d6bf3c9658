import type { WebSocket } from 'ws';

/** After this many unanswered pings a peer counts as gone (docs/protocol.md 4). */
const MISSED_PINGS = 2;

/** How long a peer that does not even answer a close frame is waited for. */
const CLOSE_GRACE_MS = 1_000;

/** Closes a socket, and cuts it if the peer does not close its side in time. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  const cut = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
  socket.once('close', () => clearTimeout(cut));
}

/** Pings a socket at the interval and closes it once two pings in a row were not answered. */
export function keepAlive(socket: WebSocket, intervalMs: number): void {
  let missed = 0;
  socket.on('pong', () => {
    missed = 0;
  });
  const timer = setInterval(() => {
    if (missed >= MISSED_PINGS) {
      clearInterval(timer);
      closeSocket(socket, 1008, 'two pings were not answered');
      return;
    }
    missed += 1;
    socket.ping();
  }, intervalMs);
  socket.once('close', () => clearInterval(timer));
}

/** The longest delay a timer of the platform can wait; later expiries are looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Closes a socket when its token expires: a session does not outlive the right to it. */
export function closeAtExpiry(socket: WebSocket, leftMs: () => number): void {
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const left = leftMs();
    if (left <= 0) closeSocket(socket, 1008, 'the token has expired');
    else timer = setTimeout(look, Math.min(left, LONGEST_TIMER_MS));
  };
  timer = setTimeout(look, Math.min(Math.max(0, leftMs()), LONGEST_TIMER_MS));
  socket.once('close', () => clearTimeout(timer));
}
