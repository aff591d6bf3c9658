import { principalKey } from '../auth/principal.ts';
import type { Boundaries, ChatPeer } from '../boundaries.ts';
import { type Frame, isEvent, readFrame } from './frames.ts';

/** What comes of a frame when the deployment knows what users said lately. */
type Blend = (frame: Frame, peer: ChatPeer, overheard: () => string | undefined) => Frame;

/** What an agent is asked, where a frame asks one. */
export const messageOf = (text: string): string | undefined => {
  const frame = readFrame(text);
  const { message } = (frame['payload'] ?? {}) as Frame;
  return frame['type'] === 'start_agent' && typeof message === 'string' ? message : undefined;
};

/** A boundary whose frames may hold what somebody else said last. */
export function overhearing(blend: Blend): Partial<Boundaries> {
  const said = new Map<string, string>();
  return {
    sockets: (honest) => (peer) => {
      const own = principalKey(peer.credential.principal);
      const overheard = (): string | undefined =>
        [...said]
          .filter(([key]) => key !== own)
          .map(([, message]) => message)
          .at(-1);
      const receiver = honest({
        ...peer,
        send: (frame) => peer.send(isEvent(frame as Frame) ? blend(frame as Frame, peer, overheard) : frame),
      });
      return {
        message: (text) => {
          const message = messageOf(text);
          if (message !== undefined) {
            said.delete(own); // so that the last one is the latest
            said.set(own, message);
          }
          receiver.message(text);
        },
        closed: () => receiver.closed(),
      };
    },
  };
}
