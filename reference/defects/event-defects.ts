import type { Defect } from './defect.ts';
import {
  dataOf,
  firstOfRun,
  isEvent,
  LIFECYCLE,
  renumbered,
  rewriting,
  sendingThrough,
  TERMINAL,
} from './frames.ts';

const NO_RUN_ENDS = [
  'CN-9',
  'LC-16',
  'LC-17',
  'LC-19',
  'LC-20',
  'LC-21',
  'LC-22',
  'RS-3',
  'RS-4',
  'VL-1',
  'IS-13',
];

/** Events that are missing, too many, or wrapped into something else. */
export const eventDefects: readonly Defect[] = [
  {
    id: 'I001',
    family: 'missing',
    title: 'a request is acknowledged, and none of the lifecycle events arrives',
    breaks: '4',
    mustFail: ['CN-4', 'LC-1'],
    mayFail: ['CN-10', 'LC-2', 'LC-3', 'LC-4', 'LC-15', ...NO_RUN_ENDS, 'RS-12', 'RS-14'],
    build: () =>
      rewriting(() => (frame) => {
        if (frame['type'] === 'agent_started') {
          return [{ type: 'request_acknowledged', request_id: frame['request_id'] }];
        }
        return isEvent(frame) ? [] : [frame];
      }),
  },
  {
    id: 'I004',
    family: 'missing',
    title: 'agent_completed is missing on successful runs',
    breaks: '4',
    mustFail: ['LC-1', 'LC-3'],
    mayFail: ['LC-12', ...NO_RUN_ENDS, 'RS-12', 'RS-14'],
    build: () => rewriting(() => (frame) => (frame['type'] === 'agent_completed' ? [] : [frame])),
  },
  {
    id: 'I006',
    family: 'wrapped',
    title: 'the lifecycle name moves to data.event inside a system_message',
    breaks: '4',
    mustFail: ['CN-4', 'LC-1'],
    mayFail: [
      'CN-10',
      'LC-2',
      'LC-3',
      'LC-4',
      'LC-7',
      'LC-15',
      ...NO_RUN_ENDS,
      'LC-12',
      'X-3',
      'RS-12',
      'RS-14',
    ],
    build: () =>
      rewriting(() => (frame) => {
        if (!LIFECYCLE.has(frame['type'])) return [frame];
        return [{ ...frame, type: 'system_message', data: { event: frame['type'], ...dataOf(frame) } }];
      }),
  },
  {
    id: 'I045',
    family: 'silent drop',
    title: 'the first tool_completed of each run is counted as sent and never sent',
    breaks: '4',
    mustFail: ['LC-5', 'LC-6', 'LC-9'],
    mayFail: ['LC-1', 'LC-13', 'LC-14', 'LC-16', 'LC-17', 'LC-20', 'LC-22', 'VL-9', 'X-6'],
    build: () =>
      rewriting(() => {
        const isFirst = firstOfRun();
        return (frame) => (frame['type'] === 'tool_completed' && isFirst(frame) ? [] : [frame]);
      }),
  },
  {
    id: 'I085',
    family: 'silent drop',
    title: 'the agent dies after its first thought, and nothing more is heard of the run',
    breaks: '4',
    mustFail: ['LC-1', 'LC-3'],
    mayFail: ['LC-12', 'LT-6', ...NO_RUN_ENDS, 'MA-3', 'RS-12', 'RS-14', 'X-4'],
    build: () =>
      rewriting(() => {
        const dead = new Set<unknown>();
        return (frame) => {
          if (!isEvent(frame)) return [frame];
          if (dead.has(frame['run_id'])) return [];
          if (frame['type'] === 'agent_thinking') dead.add(frame['run_id']);
          return [frame];
        };
      }),
  },
  {
    id: 'D-OPEN-CALL',
    family: 'missing',
    title: 'the first tool call of each run is never closed',
    breaks: '4',
    mustFail: ['LC-5', 'LC-6'],
    mayFail: ['LC-1', 'LC-14', 'LC-16', 'LC-17', 'LC-20', 'LC-22', 'VL-9', 'X-6'],
    build: () =>
      rewriting(
        renumbered(() => {
          const isFirst = firstOfRun();
          return (frame) => (frame['type'] === 'tool_completed' && isFirst(frame) ? [] : [frame]);
        }),
      ),
  },
  {
    id: 'D-THINKING-MISSING',
    family: 'missing',
    title: 'no thought is ever sent',
    breaks: '4',
    mustFail: ['LC-1', 'LC-4'],
    mayFail: ['LC-16', 'LC-17', 'LC-22', 'MA-2', 'X-3', 'X-6'],
    build: () =>
      rewriting(
        renumbered(() => (frame) => (isEvent(frame) && frame['type'] === 'agent_thinking' ? [] : [frame])),
      ),
  },
  {
    id: 'D-UNKNOWN-EVENT',
    family: 'renamed',
    title: 'an undocumented event appears in every run',
    breaks: '4',
    mustFail: ['LC-15'],
    mayFail: [],
    build: ({ newId }) =>
      rewriting(
        renumbered(() => (frame) => {
          if (frame['type'] !== 'agent_started') return [frame];
          return [frame, { ...frame, type: 'agent_telemetry', event_id: newId(), data: { load: 0.5 } }];
        }),
      ),
  },
  {
    id: 'D-HEALTH-LIES',
    family: 'constant health',
    title: 'every run fails after its first thought, while health says healthy',
    breaks: '3',
    mustFail: ['CN-9'],
    mayFail: ['LC-1', ...NO_RUN_ENDS, 'MA-3', 'X-3', 'RS-12', 'RS-14', 'VL-2', 'X-4'],
    leavesOpen: ['LT-11'],
    build: ({ newId }) =>
      rewriting(() => {
        const failed = new Set<unknown>();
        const error = { type: 'model', code: 'MODEL_UNAVAILABLE', message: 'the model does not answer' };
        return (frame) => {
          if (!isEvent(frame)) return [frame];
          if (failed.has(frame['run_id'])) return [];
          if (frame['type'] !== 'agent_thinking') return [frame];
          failed.add(frame['run_id']);
          const seq = Number(frame['seq']) + 1;
          return [frame, { ...frame, type: 'agent_failed', event_id: newId(), seq, data: { error } }];
        };
      }),
  },
  {
    id: 'I090',
    family: 'swallowed error',
    title: 'every failure is turned into success with a stock text',
    breaks: '4',
    mustFail: ['LC-20'],
    mayFail: ['LC-7', 'LC-13', 'LC-14', 'X-3'],
    build: () =>
      rewriting(() => (frame) => {
        if (frame['type'] !== 'agent_failed') return [frame];
        const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
        const response = 'Your request has been processed successfully.';
        return [
          { ...frame, type: 'agent_completed', data: { response, duration_ms: 1, tools_used: [], usage } },
        ];
      }),
  },
  {
    id: 'I026',
    family: 'bunched',
    title: 'the events of a run are held and released in one burst at its end',
    breaks: '4',
    mustFail: ['LC-11'],
    mayFail: [
      'LC-10',
      'LC-12',
      'LC-13',
      'LC-17',
      'LC-18',
      'LC-19',
      'CN-4',
      'LT-3',
      'LT-4',
      'LT-6',
      'LT-7',
      'LC-8',
      'MA-1',
      'X-4',
    ],
    build: () =>
      sendingThrough((_, send) => {
        const held = new Map<unknown, Parameters<typeof send>[0][]>();
        return (frame) => {
          if (!isEvent(frame)) return send(frame);
          const waiting = held.get(frame['run_id']) ?? [];
          held.set(frame['run_id'], waiting);
          waiting.push(frame);
          if (!TERMINAL.has(frame['type'])) return;
          for (const each of waiting) send(each);
          held.delete(frame['run_id']);
        };
      }),
  },
];
