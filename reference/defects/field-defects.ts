import { ANY_VALUE } from './answers.ts';
import type { Defect } from './defect.ts';
import { changingEvents, dataOf, perRunCounter, replacing, withData, without } from './frames.ts';

/** Events that arrive with fields that are missing, moved, or untrue. */
export const fieldDefects: readonly Defect[] = [
  {
    id: 'I010',
    family: 'missing',
    title: 'tool_executing comes without its tool_name',
    breaks: '4',
    mustFail: ['LC-7'],
    mayFail: ['LC-5', 'LC-14', 'LC-15', 'LC-16', 'LC-17', 'LC-22', 'X-3'],
    build: () =>
      replacing(['tool_executing'], (frame) => ({ ...frame, data: without(dataOf(frame), 'tool_name') })),
  },
  {
    id: 'I011',
    family: 'wrapped',
    title: 'the result of a tool is buried in metadata',
    breaks: '4',
    mustFail: ['LC-7'],
    mayFail: ['LC-15', 'LC-16', 'LC-17', 'LC-22', 'VL-9'],
    build: () =>
      replacing(['tool_completed'], (frame) => {
        const data = dataOf(frame);
        return { ...frame, data: { ...without(data, 'result'), metadata: { result: data['result'] } } };
      }),
  },
  {
    id: 'I012',
    family: 'wrapped',
    title: 'the data of every event is wrapped twice',
    breaks: '4',
    mustFail: ['LC-7'],
    mayFail: [
      'LC-5',
      'LC-6',
      'LC-13',
      'LC-14',
      'LC-15',
      'LC-16',
      'LC-17',
      'LC-20',
      'LC-21',
      'LC-22',
      'MA-3',
      'X-3',
      'X-6',
      ...ANY_VALUE,
    ],
    build: () => changingEvents(() => (frame) => ({ ...frame, data: { data: dataOf(frame) } })),
  },
  {
    id: 'I013',
    family: 'wrong id',
    title: 'the thread_id changes during the run',
    breaks: '4',
    mustFail: ['LC-8'],
    mayFail: ['LC-16', 'LC-17', 'LC-21', 'LC-22', 'MA-2'],
    build: ({ newId }) =>
      changingEvents(() => {
        const count = perRunCounter();
        const other = newId();
        return (frame) => (count(frame) <= 2 ? frame : { ...frame, thread_id: other });
      }),
  },
  {
    id: 'I015',
    family: 'placeholder',
    title: 'placeholders stand where the tool, the agent and the answer belong',
    breaks: '4',
    mustFail: ['LC-7', 'LC-8'],
    mayFail: ['LC-5', 'LC-14', 'LC-16', 'LC-17', 'LC-21', 'LC-22', 'X-3', ...ANY_VALUE],
    build: () =>
      changingEvents(() => (frame) => {
        const data = dataOf(frame);
        const patch = {
          ...('tool_name' in data ? { tool_name: 'unknown_tool' } : {}),
          ...('response' in data ? { response: 'Task completed' } : {}),
        };
        return withData({ ...frame, agent: 'unknown_agent' }, patch);
      }),
  },
  {
    id: 'D-UNKNOWN-FIELD',
    family: 'drifted schema',
    title: 'every event carries an undocumented field',
    breaks: '4',
    mustFail: ['LC-15'],
    mayFail: [],
    build: () => changingEvents(() => (frame) => ({ ...frame, debug_node: 'pod-7' })),
  },
  {
    id: 'D-WRONG-USER-ID',
    family: 'wrong user',
    title: 'events name another user than the one who asked',
    breaks: '4',
    mustFail: ['IS-2', 'LC-8'],
    mayFail: ['IS-5', 'LC-16', 'LC-17', 'LC-22'],
    build: () => changingEvents(() => (frame) => ({ ...frame, user_id: 'somebody-else' })),
  },
  {
    id: 'D-DURATION-WRONG',
    family: 'wrong figure',
    title: 'durations are three times too long and five seconds more',
    breaks: '4',
    mustFail: ['LC-13'],
    mayFail: ['LC-16', 'LC-17', 'LC-22', 'X-3'],
    build: () =>
      replacing(['tool_completed', 'agent_completed'], (frame) =>
        withData(frame, { duration_ms: Number(dataOf(frame)['duration_ms']) * 3 + 5000 }),
      ),
  },
  {
    id: 'D-TOOLS-USED-WRONG',
    family: 'wrong figure',
    title: 'tools_used names a tool that was never seen',
    breaks: '4',
    mustFail: ['LC-14'],
    mayFail: ['LC-16', 'LC-17', 'LC-22'],
    build: () =>
      replacing(['agent_completed'], (frame) =>
        withData(frame, { tools_used: [...(dataOf(frame)['tools_used'] as string[]), 'web_search'] }),
      ),
  },
  {
    id: 'D-USAGE-WRONG',
    family: 'wrong figure',
    title: 'the token usage does not add up',
    breaks: '4',
    mustFail: ['LC-14'],
    mayFail: ['LC-16', 'LC-17', 'LC-22'],
    build: () =>
      replacing(['agent_completed'], (frame) => {
        const usage = dataOf(frame)['usage'] as { readonly total_tokens: number };
        return withData(frame, { usage: { ...usage, total_tokens: usage.total_tokens + 7 } });
      }),
  },
  {
    id: 'D-TIMESTAMP-BACKWARDS',
    family: 'reordered',
    title: 'the third event of a run is dated two seconds before the second',
    breaks: '4',
    mustFail: ['LC-10'],
    mayFail: ['LC-11', 'LC-13', 'LC-16', 'LC-17', 'LC-22'],
    build: () =>
      changingEvents(() => {
        const count = perRunCounter();
        return (frame) =>
          count(frame) === 3 ? { ...frame, timestamp: shifted(frame['timestamp'], -2000) } : frame;
      }),
  },
  {
    id: 'D-TIMESTAMPS-ALIKE',
    family: 'bunched',
    title: 'all events of a run carry the time of its first',
    breaks: '4',
    mustFail: ['LC-11'],
    mayFail: ['LC-10', 'LC-13', 'LC-16', 'LC-17', 'LC-22', 'X-3'],
    build: () =>
      changingEvents(() => {
        const first = new Map<unknown, unknown>();
        return (frame) => {
          if (!first.has(frame['run_id'])) first.set(frame['run_id'], frame['timestamp']);
          return { ...frame, timestamp: first.get(frame['run_id']) };
        };
      }),
  },
  {
    id: 'D-SKEW',
    family: 'wrong figure',
    title: 'events are dated an hour ahead of the Date header',
    breaks: '4',
    mustFail: ['LC-10'],
    mayFail: ['CN-8', 'LC-16', 'LC-17', 'LC-22', 'X-3'],
    build: () =>
      changingEvents(() => (frame) => ({ ...frame, timestamp: shifted(frame['timestamp'], 3_600_000) })),
  },
];

/** A timestamp moved by some milliseconds. */
export function shifted(timestamp: unknown, ms: number): string {
  return new Date(Date.parse(String(timestamp)) + ms).toISOString();
}
