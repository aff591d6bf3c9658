import type { Defect } from './defect.ts';
import {
  type Frame,
  isEvent,
  readFrame,
  receivingThrough,
  replacing,
  rewriting,
  runOf,
  TERMINAL,
} from './frames.ts';

const NO_RUN = [
  'CN-9',
  'LC-2',
  'LC-3',
  'LC-16',
  'LC-17',
  'LC-19',
  'LC-20',
  'LC-21',
  'LC-22',
  'RS-1',
  'RS-3',
  'RS-4',
];

const LEGACY_LIMIT_BYTES = 8 * 1024;

/** Requests that are lost, half understood, or answered by nobody. */
export const requestDefects: readonly Defect[] = [
  {
    id: 'I017',
    family: 'renamed',
    title: 'the server reads another field than the client sends, and never starts the agent',
    breaks: '4',
    mustFail: ['CN-4', 'LC-1'],
    mayFail: [...NO_RUN, 'IS-13', 'RS-2', 'RS-12', 'RS-14'],
    build: () =>
      receivingThrough((_, pass) => (text) => {
        if (readFrame(text)['type'] !== 'start_agent') pass(text);
      }),
  },
  {
    id: 'I044',
    family: 'silent drop',
    title: 'a request is acknowledged and never forwarded to the agent',
    breaks: '4',
    mustFail: ['CN-4', 'LC-1', 'IS-13'],
    mayFail: ['LC-15', ...NO_RUN, 'RS-2', 'RS-12', 'RS-14'],
    build: () =>
      receivingThrough((peer, pass) => (text) => {
        const { type, request_id = null } = readFrame(text);
        if (type === 'start_agent') peer.send({ type: 'message_received', request_id });
        else pass(text);
      }),
  },
  {
    id: 'I096',
    family: 'silent drop',
    title: 'a legacy path answers "processed" without an agent',
    breaks: '4',
    mustFail: ['CN-4', 'LC-1'],
    mayFail: ['LC-15', ...NO_RUN, 'IS-13', 'RS-2', 'RS-12', 'RS-14'],
    build: () =>
      receivingThrough((peer, pass) => (text) => {
        const { type, request_id = null } = readFrame(text);
        if (type === 'start_agent') peer.send({ type: 'response', status: 'processed', request_id });
        else pass(text);
      }),
  },
  {
    id: 'I047',
    family: 'wrong status',
    title: 'an unknown message type is acknowledged instead of refused',
    breaks: '4',
    mustFail: ['RS-2'],
    mayFail: [],
    build: () =>
      rewriting(() => (frame) => {
        if (frame['code'] !== 'UNKNOWN_MESSAGE_TYPE') return [frame];
        return [{ type: 'acknowledged', request_id: frame['request_id'] }];
      }),
  },
  {
    id: 'I048',
    family: 'silent drop',
    title: 'a message above 8 KiB is silently ignored',
    breaks: '4',
    mustFail: ['LC-22'],
    mayFail: ['CN-4', 'CN-9', 'LC-1', 'LC-12', 'LC-19', 'RS-2', 'VL-1', 'VL-4', 'VL-5'],
    build: () =>
      receivingThrough((_, pass) => (text) => {
        if (Buffer.byteLength(text) <= LEGACY_LIMIT_BYTES) pass(text);
      }),
  },
  {
    id: 'I043',
    family: 'stale answer',
    title: 'every message gets a new context, so that the conversation is forgotten',
    breaks: '4',
    mustFail: ['LC-21'],
    mayFail: [],
    build: () => ({
      sockets: (honest) => (peer) => {
        const asked = new Map<unknown, unknown>();
        const send = (frame: object): void => {
          const thread = isEvent(frame as Frame) ? asked.get((frame as Frame)['request_id']) : undefined;
          peer.send(thread === undefined ? frame : { ...frame, thread_id: thread });
        };
        const receiver = honest({ ...peer, send });
        const message = (text: string): void => {
          const frame = readFrame(text);
          const payload = frame['payload'] as Frame | undefined;
          if (frame['type'] !== 'start_agent' || typeof payload?.['thread_id'] !== 'string') {
            receiver.message(text);
            return;
          }
          asked.set(frame['request_id'], payload['thread_id']);
          receiver.message(JSON.stringify({ ...frame, payload: { ...payload, thread_id: null } }));
        };
        return { message, closed: () => receiver.closed() };
      },
    }),
  },
  {
    id: 'D-CANCEL-IGNORED',
    family: 'late write after cancel',
    title: 'a cancellation is accepted and the run completes all the same',
    breaks: '4',
    mustFail: ['LC-19'],
    mayFail: ['LT-7', 'RS-2', 'LC-12'],
    build: () =>
      receivingThrough((peer, pass) => (text) => {
        const { type, request_id = null, payload } = readFrame(text);
        if (type !== 'cancel_agent') pass(text);
        else peer.send({ type: 'cancel_accepted', run_id: (payload as Frame)['run_id'], request_id });
      }),
  },
  {
    id: 'D-CANCEL-SILENT',
    family: 'silent drop',
    title: 'a cancellation is carried out but never answered',
    breaks: '4',
    mustFail: ['LC-19'],
    mayFail: [],
    build: () => rewriting(() => (frame) => (frame['type'] === 'cancel_accepted' ? [] : [frame])),
  },
  {
    id: 'D-ERROR-WITHOUT-ID',
    family: 'missing',
    title: 'refusals lose the request_id they answer',
    breaks: '4',
    mustFail: ['RS-1'],
    mayFail: ['CN-4', 'CN-10', 'RS-2', 'RS-11'],
    build: () => replacing(['error'], (frame) => ({ ...frame, request_id: null })),
  },
  {
    id: 'D-RUN-DIES',
    family: 'cut off',
    title: 'a run is cancelled when its socket is gone',
    breaks: '4',
    mustFail: ['LC-18'],
    mayFail: ['RS-4', 'RS-12'],
    build: () => ({
      sockets: (honest) => (peer) => {
        const live = new Set<string>();
        const send = (frame: object): void => {
          if (TERMINAL.has((frame as Frame)['type'])) live.delete(runOf(frame as Frame));
          else if (isEvent(frame as Frame)) live.add(runOf(frame as Frame));
          peer.send(frame);
        };
        const receiver = honest({ ...peer, send });
        const closed = (): void => {
          for (const run_id of live)
            receiver.message(JSON.stringify({ type: 'cancel_agent', payload: { run_id } }));
          receiver.closed();
        };
        return { message: (text) => receiver.message(text), closed };
      },
    }),
  },
];
