import type { WebSocket } from 'ws';
import type { Credential } from '../auth/principal.ts';
import type { Boundaries } from '../boundaries.ts';
import { ANY_STREAM } from './answers.ts';
import type { Defect } from './defect.ts';
import type { Frame } from './frames.ts';
import { rewritingStream } from './stream-frames.ts';

const STREAM = '/api/stream/';
const CUT = 8_192;

/** Who comes to a stream without a good token counts as whoever came last. */
function lettingStrangersIn(): Partial<Boundaries> {
  let last: Credential | undefined;
  return {
    upgrades: (honest) => async (offer) => {
      const decision = await honest(offer);
      if (decision.kind === 'open') last = decision.credential;
      const isStranger = decision.kind === 'refuse' && decision.status === 401;
      if (!isStranger || last === undefined || !offer.path.startsWith(STREAM)) return decision;
      return { kind: 'open', credential: last, protocol: undefined };
    },
  };
}

/** Sockets of streams are never pinged; those of the chat are. */
function neverPinging(): Partial<Boundaries> {
  let latest: WebSocket | undefined;
  return {
    keepAlive: (honest) => (socket, intervalMs) => {
      latest = socket;
      honest(socket, intervalMs);
    },
    // Asked for right after the watch on its socket was set up.
    streams: (honest) => (peer, runId) => {
      const socket = latest;
      // What was never sent counts as answered: who is not pinged is not cut off either.
      if (socket !== undefined) socket.ping = () => void socket.emit('pong', Buffer.alloc(0));
      return honest(peer, runId);
    },
  };
}

function cutMessage(frame: Frame): Frame {
  const message = frame['message'];
  if (typeof message !== 'object' || message === null) return frame;
  const content = String((message as Frame)['content']).slice(0, CUT);
  return { ...frame, message: { ...message, content } };
}

/** Streams that let the wrong ones in, and treat the right ones badly. */
export const streamDoorDefects: readonly Defect[] = [
  {
    id: 'D-AR-STREAM-NO-TOKEN',
    family: 'auth bypass',
    title: 'streams open without a good token',
    breaks: '5',
    mustFail: ['AR-10.2b'],
    mayFail: [],
    build: lettingStrangersIn,
  },
  {
    id: 'D-AR-STREAM-JUNK-CLOSES',
    family: 'wrong status',
    title: 'a subscriber that says anything is closed on with 1011',
    breaks: '5',
    mustFail: ['AR-10.2c'],
    mayFail: ANY_STREAM,
    build: () => ({
      streams: (honest) => (peer, runId) => ({
        ...honest(peer, runId),
        message: () => peer.close(1011, 'unexpected message'),
      }),
    }),
  },
  {
    id: 'D-AR-STREAM-NEVER-PINGS',
    family: 'silent drop',
    title: 'subscribers of a stream are never pinged',
    breaks: '5',
    mustFail: ['AR-10.1h'],
    mayFail: [],
    build: neverPinging,
  },
  {
    id: 'D-AR-STREAM-MESSAGE-CUT',
    family: 'truncated',
    title: 'the stream shows the first 8 KiB of a message',
    breaks: '5',
    mustFail: ['AR-E2'],
    mayFail: ANY_STREAM,
    build: () => rewritingStream(() => (frame) => [cutMessage(frame)]),
  },
];
