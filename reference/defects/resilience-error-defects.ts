import type { Boundaries } from '../boundaries.ts';
import type { Defect } from './defect.ts';
import { type Frame, readFrame, rewriting, sendingThrough } from './frames.ts';

/** A request that was refused once is refused for ever, whatever it says by now. */
function holdingGrudges(): Partial<Boundaries> {
  const refused = new Map<unknown, Frame>();
  return {
    sockets: (honest) => (peer) => {
      const send = (frame: object): void => {
        const { type, request_id: id } = frame as Frame;
        if (type === 'error' && typeof id === 'string') refused.set(id, frame as Frame);
        peer.send(frame);
      };
      const receiver = honest({ ...peer, send });
      const message = (text: string): void => {
        const frame = readFrame(text);
        const before = refused.get(frame['request_id']);
        if (before !== undefined && frame['type'] === 'start_agent') peer.send(before);
        else receiver.message(text);
      };
      return { message, closed: () => receiver.closed() };
    },
  };
}

/** Errors that are not survived. */
export const resilienceErrorDefects: readonly Defect[] = [
  {
    id: 'D-BAD-JSON-SILENT',
    family: 'silent drop',
    title: 'what is no JSON is not answered',
    breaks: '4',
    mustFail: ['RS-2'],
    mayFail: [],
    build: () => rewriting(() => (frame) => (frame['code'] === 'INVALID_JSON' ? [] : [frame])),
  },
  {
    id: 'D-UNKNOWN-AGENT-CRASH',
    family: 'cut off',
    title: 'a request for an unknown agent takes the connection down',
    breaks: '4',
    mustFail: ['RS-1'],
    mayFail: [],
    build: () =>
      sendingThrough((peer, send) => (frame) => {
        if (frame['code'] === 'AGENT_NOT_FOUND') peer.drop();
        else send(frame);
      }),
  },
  {
    id: 'D-DEAF-AFTER-ERROR',
    family: 'only after a failure',
    title: 'after an error the socket listens to nothing but pings',
    breaks: '4',
    mustFail: ['RS-2', 'RS-3', 'RS-14'],
    mayFail: [],
    build: () => ({
      sockets: (honest) => (peer) => {
        let isDeaf = false;
        const send = (frame: object): void => {
          isDeaf ||= (frame as Frame)['type'] === 'error';
          peer.send(frame);
        };
        const receiver = honest({ ...peer, send });
        const message = (text: string): void => {
          if (!isDeaf || readFrame(text)['type'] === 'ping') receiver.message(text);
        };
        return { message, closed: () => receiver.closed() };
      },
    }),
  },
  {
    id: 'D-GRUDGE',
    family: 'only after a failure',
    title: 'a request that was refused once is refused for ever',
    breaks: '2',
    mustFail: ['RS-14'],
    mayFail: [],
    build: holdingGrudges,
  },
];
