import type { Boundaries, ChatPeer } from '../boundaries.ts';
import type { Defect } from './defect.ts';

const FAR_MS = 24 * 3_600_000;

/** Does something later without keeping the process alive for it. */
function later(ms: number, act: () => void): void {
  setTimeout(act, ms).unref();
}

/** Sessions that outlive their token, with what becomes of each at the moment at which it should have ended. */
function outlivingTokens(atExpiry: (peer: ChatPeer, silence: () => void) => void): Partial<Boundaries> {
  const ends = new WeakMap<object, number>();
  return {
    upgrades: (honest) => async (offer) => {
      const decision = await honest(offer);
      if (decision.kind !== 'open') return decision;
      const credential = { ...decision.credential, expiresAtMs: Date.now() + FAR_MS };
      ends.set(credential, decision.credential.expiresAtMs);
      return { ...decision, credential };
    },
    sockets: (honest) => (peer) => {
      let isSilent = false;
      const leftMs = (ends.get(peer.credential) ?? Date.now() + FAR_MS) - Date.now();
      later(leftMs, () =>
        atExpiry(peer, () => {
          isSilent = true;
        }),
      );
      const receiver = honest({ ...peer, send: (frame) => (isSilent ? undefined : peer.send(frame)) });
      return { message: (text) => receiver.message(text), closed: () => receiver.closed() };
    },
  };
}

/** Sessions that end too late, or never. */
export const resilienceSessionDefects: readonly Defect[] = [
  {
    id: 'D-EXPIRY-IGNORED',
    family: 'auth bypass',
    title: 'a session outlives its token',
    breaks: '4',
    mustFail: ['RS-8'],
    mayFail: [],
    build: () => outlivingTokens(() => undefined),
  },
  {
    id: 'D-EXPIRY-SILENT',
    family: 'silent drop',
    title: 'when its token expires a session falls silent and stays open',
    breaks: '4',
    mustFail: ['RS-8'],
    mayFail: [],
    build: () => outlivingTokens((_, silence) => silence()),
  },
  {
    id: 'D-DEAD-PEER-KEPT',
    family: 'stuck state',
    title: 'peers that answer no ping are kept for ever',
    breaks: '4',
    mustFail: ['RS-9'],
    mayFail: [],
    build: () => ({
      keepAlive: () => (socket, intervalMs) => {
        const timer = setInterval(() => socket.ping(), intervalMs);
        socket.once('close', () => clearInterval(timer));
      },
    }),
  },
];
