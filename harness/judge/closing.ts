import type { SocketCloseEntry } from '../evidence/transcript.ts';

/** Codes that our own closing and dropping can end with; any other was in a close frame of the target. */
const OWN_CODES: ReadonlySet<number> = new Set([1000, 1005, 1006]);

/** Who ended a socket: a close frame of the target that crossed our own closing is the target's. */
export const closedBy = ({ by, code }: SocketCloseEntry): SocketCloseEntry['by'] =>
  by === 'harness' && !OWN_CODES.has(code) ? 'target' : by;
