import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoded } from '../agent-event.ts';
import { agentEventsV1 } from './agent-events-v1.ts';

const STARTED = {
  type: 'agent_started',
  event_id: 'event-1',
  seq: 1,
  timestamp: '2026-01-05T10:00:00.000Z',
  request_id: 'rq-1',
  run_id: 'run-1',
  parent_run_id: null,
  thread_id: 'thread-1',
  user_id: 'ada',
  agent: 'unified_data_agent',
  turn: 1,
  data: { model: 'a-model' },
};

const decodeOne = (frame: unknown): Decoded => {
  const [decoded] = agentEventsV1.decode(JSON.stringify(frame));
  if (decoded === undefined) throw new TypeError('nothing was decoded');
  return decoded;
};
const issuesOf = (frame: unknown): readonly string[] => agentEventsV1.inspect(decodeOne(frame)).issues;

describe('decoding', () => {
  it('answers whatever comes and never throws, nor does the inspection', () => {
    const types = fc.constantFrom(
      'agent_started',
      'tool_completed',
      'pong',
      'error',
      'connection_established',
      'x',
    );
    const frame = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ type: types, data: fc.jsonValue(), run_id: fc.jsonValue() })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(frame, (text) => {
        const decoded = agentEventsV1.decode(text);
        expect(decoded).toHaveLength(1);
        for (const one of decoded) expect(agentEventsV1.inspect(one).issues).toBeInstanceOf(Array);
      }),
    );
  });

  it.each([
    ['not JSON', '{"type":'],
    ['not a JSON object', '[]'],
    ['not a JSON object', 'null'],
    ['no string field "type"', '{"type":7}'],
  ])('says %s of %s', (reason, text) => {
    expect(agentEventsV1.decode(text)).toEqual([{ kind: 'malformed', reason }]);
  });

  it('takes no event for a frame that only contains one', () => {
    expect(decodeOne({ type: 'system_message', data: { event: 'agent_started' } }).kind).toBe('unknown');
    expect(decodeOne({ type: 'toString' }).kind).toBe('unknown');
    expect(decodeOne({ type: '__proto__' }).kind).toBe('unknown');
  });

  it('leaves out a field of the wrong type and keeps the others', () => {
    const decoded = decodeOne({ ...STARTED, run_id: 7, seq: '1' });
    if (decoded.kind !== 'event') throw new TypeError('an event was expected');
    expect(decoded.event).not.toHaveProperty('runId');
    expect(decoded.event).not.toHaveProperty('seq');
    expect(decoded.event.requestId).toBe('rq-1');
  });
});

describe('inspection', () => {
  it.each(['Z', '+00:00', '.1Z', '.12345Z', '.123456789Z', '.123456+00:00'])(
    'accepts a time with %s',
    (tail) => {
      expect(issuesOf({ ...STARTED, timestamp: `2026-01-05T10:00:00${tail}` })).toEqual([]);
    },
  );

  it.each(['', '.Z', '.1234567890Z', '+01:00', ' Z'])('refuses a time with "%s"', (tail) => {
    expect(issuesOf({ ...STARTED, timestamp: `2026-01-05T10:00:00${tail}` })).toEqual([
      'timestamp: not an RFC 3339 UTC timestamp',
    ]);
  });

  it('names each field that is missing or of the wrong type', () => {
    const { run_id: _gone, ...rest } = STARTED;
    expect(issuesOf({ ...rest, seq: 0, data: {} }).map((issue) => issue.split(':')[0])).toEqual([
      'seq',
      'run_id',
      'data.model',
    ]);
  });

  it('names unknown fields, but not inside of what belongs to a tool', () => {
    const executing = {
      ...STARTED,
      type: 'tool_executing',
      data: { tool_call_id: 'c', tool_name: 'sum', arguments: { anything: { goes: 1 } }, extra: 1 },
      colour: 'red',
    };
    expect(agentEventsV1.inspect(decodeOne(executing))).toEqual({
      issues: [],
      unknownFields: ['data.extra', 'colour'],
    });
  });
});

it('what it sends carries the id that the client chose', () => {
  const start = agentEventsV1.start({ requestId: 'rq-1', agent: 'a', message: 'm', threadId: 't' });
  expect(JSON.parse(start)).toEqual({
    type: 'start_agent',
    request_id: 'rq-1',
    payload: { agent: 'a', message: 'm', thread_id: 't' },
  });
  expect(JSON.parse(agentEventsV1.cancel({ requestId: 'rq-2', runId: 'run-1' }))).toEqual({
    type: 'cancel_agent',
    request_id: 'rq-2',
    payload: { run_id: 'run-1' },
  });
  expect(agentEventsV1.offer('t')).toEqual(['agent-events.v1', 'jwt.t']);
});
