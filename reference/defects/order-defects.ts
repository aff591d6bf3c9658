import type { Defect } from './defect.ts';
import {
  changingEvents,
  type Frame,
  isEvent,
  perRunCounter,
  renumbered,
  replacing,
  rewriting,
  runOf,
  TERMINAL,
  withData,
} from './frames.ts';

const EACH_RUN = ['LC-16', 'LC-17', 'LC-20', 'LC-22'];

/** Events that are repeated, misplaced, misnumbered or mixed up. */
export const orderDefects: readonly Defect[] = [
  {
    id: 'I022',
    family: 'duplicated',
    title: 'every tool event is sent twice',
    breaks: '4',
    mustFail: ['LC-5', 'LC-9'],
    mayFail: ['LC-6', 'LC-18', ...EACH_RUN, 'X-3', 'X-6', 'RS-6'],
    build: () =>
      rewriting(() => (frame) => (/^tool_/.test(String(frame['type'])) ? [frame, frame] : [frame])),
  },
  {
    id: 'D-SEQ-GAP',
    family: 'missing',
    title: 'seq skips a number after the third event',
    breaks: '4',
    mustFail: ['LC-9'],
    mayFail: ['LC-18', ...EACH_RUN],
    build: () =>
      changingEvents(() => (frame) => {
        const seq = Number(frame['seq']);
        return { ...frame, seq: seq > 3 ? seq + 1 : seq };
      }),
  },
  {
    id: 'D-EVENT-ID-REPEAT',
    family: 'wrong id',
    title: 'all events of a run carry the same event_id',
    breaks: '4',
    mustFail: ['LC-9'],
    mayFail: ['LC-18', ...EACH_RUN],
    build: () => changingEvents(() => (frame) => ({ ...frame, event_id: runOf(frame) })),
  },
  {
    id: 'D-LATE-EVENT',
    family: 'reordered',
    title: 'a thought follows the terminal event',
    breaks: '4',
    mustFail: ['LC-3'],
    mayFail: ['LC-19', ...EACH_RUN, 'MA-2', 'X-3', 'X-6'],
    build: ({ newId }) =>
      rewriting(() => (frame) => {
        if (!TERMINAL.has(frame['type'])) return [frame];
        return [frame, follower(frame, newId(), 'agent_thinking', { thought: 'One more thing.', step: 99 })];
      }),
  },
  {
    id: 'D-SECOND-TERMINAL',
    family: 'duplicated',
    title: 'a completed run fails afterwards',
    breaks: '4',
    mustFail: ['LC-3'],
    mayFail: [...EACH_RUN, 'MA-2', 'X-6'],
    build: ({ newId }) =>
      rewriting(() => (frame) => {
        if (frame['type'] !== 'agent_completed') return [frame];
        const error = { type: 'orchestration', code: 'TIMEOUT', message: 'the run took too long' };
        return [frame, follower(frame, newId(), 'agent_failed', { error })];
      }),
  },
  {
    id: 'D-CALL-ID-MISMATCH',
    family: 'wrong id',
    title: 'tool_completed carries another tool_call_id than tool_executing',
    breaks: '4',
    mustFail: ['LC-5', 'LC-6'],
    mayFail: ['LC-13', 'LC-14', 'LC-1', ...EACH_RUN, 'X-6'],
    build: ({ newId }) =>
      replacing(['tool_completed'], (frame) => withData(frame, { tool_call_id: newId() })),
  },
  {
    id: 'D-STARTED-NOT-FIRST',
    family: 'reordered',
    title: 'agent_started comes after the first thought',
    breaks: '4',
    mustFail: ['LC-2'],
    mayFail: ['LC-1', 'LC-10', ...EACH_RUN, 'MA-2', 'X-6'],
    build: () =>
      rewriting(
        renumbered(() => {
          const held = new Map<string, Frame>();
          return (frame) => {
            if (frame['type'] === 'agent_started') {
              held.set(runOf(frame), frame);
              return [];
            }
            const started = held.get(runOf(frame));
            if (started === undefined || !isEvent(frame)) return [frame];
            held.delete(runOf(frame));
            return [frame, started];
          };
        }),
      ),
  },
  {
    id: 'D-INTERLEAVE',
    family: 'reordered',
    title: 'when runs overlap on a socket, thoughts of one are filed under another',
    breaks: '4',
    mustFail: ['LC-16'],
    mayFail: ['LC-3', 'LC-4', 'LC-8', 'LC-9', 'LC-10', 'MA-2'],
    build: () =>
      changingEvents(() => {
        const live = new Set<string>();
        return (frame) => {
          if (TERMINAL.has(frame['type'])) live.delete(runOf(frame));
          else live.add(runOf(frame));
          const other = [...live].find((id) => id !== runOf(frame));
          return frame['type'] === 'agent_thinking' && other !== undefined
            ? { ...frame, run_id: other }
            : frame;
        };
      }),
  },
  {
    id: 'D-SEQ-FROM-ZERO',
    family: 'wrong id',
    title: 'seq counts from 0',
    breaks: '4',
    mustFail: ['LC-9'],
    mayFail: ['LC-7', 'LC-18', ...EACH_RUN],
    build: () =>
      changingEvents(() => {
        const count = perRunCounter();
        return (frame) => ({ ...frame, seq: count(frame) - 1 });
      }),
  },
];

/** An event that comes right after another one of the same run. */
function follower(frame: Frame, eventId: string, type: string, data: Frame): Frame {
  return { ...frame, type, event_id: eventId, seq: Number(frame['seq']) + 1, data };
}
