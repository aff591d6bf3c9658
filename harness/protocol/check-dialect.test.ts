import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseJson } from '../core/json.ts';
import type { Decoded, Dialect, Json } from './agent-event.ts';
import { checkDialect, type RecordedStream } from './check-dialect.ts';
import { Conversation } from './conversation.ts';

// docs/dialects.md shows these lines.
const KINDS = new Map([
  ['begin', 'run.started'],
  ['think', 'reasoning'],
  ['call', 'tool.started'],
  ['got', 'tool.finished'],
  ['done', 'run.completed'],
  ['broke', 'run.failed'],
] as const);

function decode(text: string, conversation = new Conversation()): readonly Decoded[] {
  const frame = parseJson(text) as Json | null | undefined;
  const { event, job, at, ...content } = frame ?? {};
  if (typeof event !== 'string') return [{ kind: 'malformed', reason: 'no field "event"' }];
  if (event === 'hello') return [{ kind: 'greeting', frame: content }];
  const kind = KINDS.get(event as 'begin');
  if (kind === undefined) return [{ kind: 'unknown', type: event, frame: content }];
  if (typeof job !== 'string' || typeof at !== 'number' || !(Math.abs(at) < 1e11))
    return [{ kind: 'malformed', reason: 'no job, or no time' }];
  const requestId = conversation.requestOf({ runId: job }, []);
  const about = { runId: job, timestamp: new Date(at * 1000).toISOString(), data: content, frame: content };
  return [
    {
      kind: 'event',
      event: { kind, type: event, ...about, ...(requestId === undefined ? {} : { requestId }) },
    },
  ];
}

const plain: Dialect = {
  id: 'plain',
  offer: (token) => [`token.${token}`],
  start: ({ requestId, agent, message }) => JSON.stringify({ do: agent, with: message, tag: requestId }),
  cancel: ({ runId }) => JSON.stringify({ stop: runId }),
  ping: () => '{"are":"you there"}',
  decode,
  inspect: () => ({ issues: [], unknownFields: [] }),
};
// So far.

const asked = { out: { kind: 'start', requestId: 'rq-1' } } as const;
const stream = (...events: readonly string[]): RecordedStream => [
  asked,
  ...events.map((event, index) => ({ in: JSON.stringify({ event, job: 'j-1', at: 1757062800 + index }) })),
];

it('the dialect of the guide is whole', () => {
  const run = stream('hello', 'begin', 'think', 'call', 'got', 'done');
  expect(checkDialect(plain, { run, failing: stream('begin', 'broke') }).faults).toEqual([]);
});

it('the kit names what recordings do not show', () => {
  expect(checkDialect(plain, { run: stream('begin', 'dance') }).faults).toEqual([
    'events never decoded: reasoning, tool.started, tool.finished, run.completed, run.failed',
    'run: no terminal event and no refusal for request rq-1',
    'run: type "dance" is unknown',
  ]);
});

it('the guide shows the very lines that are tried here', () => {
  const own = readFileSync(new URL('./check-dialect.test.ts', import.meta.url), 'utf8');
  const [, lines = ''] = /show[s] these lines\.\n([\s\S]*?)\n\/\/ So far\./.exec(own) ?? [];
  const guide = readFileSync(new URL('../../docs/dialects.md', import.meta.url), 'utf8');
  const shown = guide.split('\n').map((line) => line.replace(/^ {3}/, ''));
  expect(lines).not.toBe('');
  expect(shown.join('\n')).toContain(lines);
});
