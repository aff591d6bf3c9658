import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../agent-event.ts';
import { checkDialect, type RecordedStream, throwsOn } from '../../check-dialect.ts';
import { Conversation } from '../../conversation.ts';
import { netra } from './netra.ts';
import { readTime } from './time.ts';

const FOLDER = new URL('./recordings/', import.meta.url);

const recorded = (name: string): RecordedStream =>
  readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map((step) => ('out' in step ? step : { in: JSON.stringify(step.in) }));

function read(name: string, dialect = netra()): readonly Decoded[] {
  const conversation = new Conversation();
  return recorded(name).flatMap((step) => {
    if ('in' in step) return dialect.decode(step.in, conversation);
    conversation.asked(step.out.kind, step.out.requestId);
    return [];
  });
}

const eventsOf = (decoded: readonly Decoded[]) =>
  decoded.flatMap((one) => (one.kind === 'event' ? [one.event] : []));
const driftOf = (decoded: readonly Decoded[]): readonly string[] => [
  ...new Set(decoded.flatMap((one) => netra().inspect(one).unknownFields)),
];

const ENVELOPES: Readonly<Record<string, readonly string[]>> = {
  'a-flat': ['envelope:system_message'],
  'b-data': ['envelope:data', 'time:iso'],
  'c-critical': [],
  'd-payload': ['envelope:payload'],
  'e-fallback': ['envelope:agent_progress', 'envelope:agent_response_complete', 'envelope:system_message'],
  'f-batch': ['envelope:event_batch'],
  'g-wrapped': ['envelope:system_message', 'time:iso'],
  'server-message': ['envelope:data'],
  'r3-handshake': ['envelope:system_message', 'greeting:repeated'],
};

describe('one run in each envelope', () => {
  it.each(Object.keys(ENVELOPES))('%s is read as the five events of one request', (name) => {
    const events = eventsOf(read(name));
    expect(events.map(({ kind }) => kind)).toEqual([
      'run.started',
      'reasoning',
      'tool.started',
      'tool.finished',
      'run.completed',
    ]);
    for (const { requestId, runId, threadId, userId, agent } of events)
      expect([requestId, runId, threadId, userId, agent]).toEqual([
        'rq-1',
        'run-1',
        'thread-1',
        'ada',
        'unified_data_agent',
      ]);
    expect(events[1]?.data['thought']).toBe('first the totals');
    expect(events[2]?.callId).toBe(events[3]?.callId);
    expect(events[3]?.data['result']).toEqual({ total: 4210.5 });
    expect(events[4]?.response).toBe('The total is 4210.50 USD.');
    expect(
      events.map(({ timestamp = '' }) => Date.parse(timestamp) - Date.parse('2025-09-05T09:00:00Z')),
    ).toEqual([125, 525, 925, 1325, 1725]);
  });

  it.each(Object.entries(ENVELOPES))('%s says how it was spelt: %s', (name, drift) => {
    expect([...driftOf(read(name))].sort()).toEqual(drift);
    const declared = netra({ spellings: [...drift] });
    for (const one of read(name, declared))
      expect(declared.inspect(one)).toEqual({ issues: [], unknownFields: [] });
  });

  it('reads other names for the same things, and says which', () => {
    const decoded = read('other-names');
    expect(eventsOf(decoded).map(({ kind }) => kind)).toHaveLength(5);
    expect([...driftOf(decoded)].sort()).toEqual([
      'event:agent_response',
      'event:tool_started',
      'name:execution_time_ms for duration_ms',
      'name:output for results',
      'name:reasoning for thought',
      'name:response for final_response',
      'name:tool for tool_name',
      'name:tool_args for parameters',
      'time:iso-without-zone',
      'time:unix-ms',
    ]);
  });
});

describe('opening a session', () => {
  const kinds = (name: string, dialect = netra()) => read(name, dialect).map(({ kind }) => kind);

  it.each(['a-flat', 'b-data', 'c-critical'])('%s is greeted once', (name) => {
    expect(kinds(name).filter((kind) => kind === 'greeting')).toHaveLength(1);
  });

  it('takes a user id that is shown in part for none', () => {
    expect(read('b-data')[0]).not.toHaveProperty('userId');
  });

  it('answers the handshake, and is open when both have come', () => {
    const decoded = read('r3-handshake', netra({ handshake: true }));
    expect(decoded.slice(0, 4).map(({ kind }) => kind)).toEqual(['notice', 'notice', 'greeting', 'notice']);
    const offer = decoded[1];
    if (offer?.kind !== 'notice') throw new TypeError('a notice was expected');
    expect(JSON.parse(offer.reply ?? '')).toEqual({
      type: 'handshake_acknowledged',
      thread_id: 'thread-1',
      timestamp: 1757062800.125,
    });
  });

  it('ignores the same greeting again and says so; another connection is a second greeting', () => {
    const conversation = new Conversation();
    const greet = (id: string) =>
      netra().decode(
        JSON.stringify({ type: 'connection_established', connection_id: id, user_id: 'ada' }),
        conversation,
      )[0];
    expect(greet('c-1')?.kind).toBe('greeting');
    expect(greet('c-1')).toMatchObject({ kind: 'notice', drift: ['greeting:repeated'] });
    expect(greet('c-2')?.kind).toBe('greeting');
  });

  it('spells the token as declared', () => {
    const carried = (
      token?: 'jwt-auth' | 'bearer' | 'staging-auth' | 'jwt' | 'query-token' | 'query-ticket',
    ) => netra(token === undefined ? {} : { token }).carry?.('a.b-c');
    expect(carried()).toEqual({ headers: { authorization: 'Bearer a.b-c' } });
    expect(carried('jwt')).toEqual({ protocols: ['jwt-auth', 'jwt.a.b-c'] });
    expect(carried('staging-auth')).toEqual({ protocols: ['jwt-auth', 'staging-auth.a.b-c'] });
    expect(carried('query-token')).toEqual({ query: { token: 'a.b-c' } });
    expect(carried('query-ticket')).toEqual({ query: { ticket: 'a.b-c' } });
    expect(netra({ token: 'query-token' }).offer('a/b=')).toEqual(['jwt-auth', 'jwt.YS9iPQ']);
  });
});

describe('errors', () => {
  it.each([
    [1, 'AUTH_FAILED', []],
    [2, undefined, ['error:bare-message']],
    [3, 'AGENT_REQUEST_ERROR', ['error:nested']],
    [4, 'CONNECTION_ERROR', ['error:server-message']],
    [5, 'TOKEN_EXPIRED', ['error:authentication']],
  ] as const)('shape %i refuses the open request with %s', (shape, code, drift) => {
    const refusal = read(`error-${shape}`)[1];
    expect(refusal).toMatchObject({ kind: 'refusal', requestId: 'rq-1', drift });
    if (refusal?.kind === 'refusal') expect(refusal.code).toBe(code);
  });

  it('shape 6 ends the run that it names, with what went wrong', () => {
    const [event] = eventsOf(read('error-6'));
    expect(event).toMatchObject({ kind: 'run.failed', requestId: 'rq-1' });
    expect(event?.data['error']).toEqual({ type: 'tool', code: 'UPSTREAM', message: 'no' });
  });

  it('blames no request when two are open', () => {
    const conversation = new Conversation();
    conversation.asked('start', 'rq-1');
    conversation.asked('start', 'rq-2');
    expect(netra().decode('{"type":"error_message","error_code":"X"}', conversation)[0]).not.toHaveProperty(
      'requestId',
    );
  });
});

it('names a field that nobody knows, unless it is declared', () => {
  const frame = JSON.stringify({ type: 'agent_started', run_id: 'run-1', colour: 'red' });
  const driftIn = (spellings: readonly string[]) => eventsOf(netra({ spellings }).decode(frame))[0]?.drift;
  expect(driftIn([])).toEqual(['field:colour']);
  expect(driftIn(['field:colour'])).toEqual([]);
});

describe('declared words', () => {
  const one = (type: string, terminal: Parameters<typeof netra>[0]) =>
    netra(terminal).decode(JSON.stringify({ type, run_id: 'run-1' }))[0];

  it('a word ends a run as the profile says', () => {
    expect(one('agent_fallback', {})?.kind).toBe('notice');
    expect(one('agent_fallback', { terminal: { agent_fallback: 'failed' } })).toMatchObject({
      event: { kind: 'run.failed' },
    });
    expect(one('agent_death', { terminal: { agent_death: 'nothing' } })?.kind).toBe('notice');
    expect(one('finito', { terminal: { finito: 'completed' } })).toMatchObject({
      event: { kind: 'run.completed' },
    });
  });
});

describe('times', () => {
  it.each([
    [1757062800.123456, '2025-09-05T09:00:00.123456Z', undefined],
    [1757062800123, '2025-09-05T09:00:00.123Z', 'time:unix-ms'],
    ['2025-09-05T11:00:00+02:00', '2025-09-05T09:00:00.000Z', 'time:iso'],
    ['2025-09-05 09:00:00.5', '2025-09-05T09:00:00.5Z', 'time:iso-without-zone'],
  ])('%s is %s', (value, stamp, drift) => {
    expect(readTime(value)).toEqual(drift === undefined ? { stamp } : { stamp, drift });
  });

  it.each([null, '', 'soon', -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '2025-13-05T09:00:00Z'])(
    '%s is none',
    (value) => {
      expect(readTime(value)).toBeUndefined();
    },
  );
});

const good = readdirSync(FOLDER)
  .map((file) => file.replace('.ndjson', ''))
  .filter((name) => name !== 'error-2' && name !== 'other-names');

describe('the kit for dialects', () => {
  it('finds nothing wrong with this one', () => {
    const report = checkDialect(netra(), Object.fromEntries(good.map((name) => [name, recorded(name)])));
    expect(report.faults).toEqual([]);
    expect(report.spellings).toContain('envelope:event_batch');
  });

  it('says what a careless one lacks', () => {
    let calls = 0;
    const honest = netra();
    const report = checkDialect(
      {
        ...honest,
        start: ({ requestId }) => JSON.stringify({ requestId }),
        decode: (text, conversation) => {
          calls += 1;
          if (text === '[]') throw new TypeError('no list was expected');
          return honest.decode(text, conversation).flatMap((one): readonly Decoded[] => {
            if (one.kind !== 'event') return [one];
            if (one.event.kind === 'reasoning' || one.event.kind === 'run.completed') return [];
            const { timestamp: _gone, ...event } = one.event;
            return [{ kind: 'event', event: { ...event, eventId: String(calls) } }];
          });
        },
      },
      { 'a-flat': recorded('a-flat') },
    );
    expect(report.faults).toEqual([
      'start does not carry "agent-1"',
      expect.stringMatching(/^start does not carry "What is the total/),
      'events never decoded: reasoning, run.completed, run.failed',
      'a-flat: not deterministic: read twice, it says two things',
      'a-flat: no terminal event and no refusal for request rq-1',
      'a-flat: agent_started: timestamp: missing or no such value',
      'a-flat: agent_started: no time that can be read',
      'a-flat: tool_executing: timestamp: missing or no such value',
      'a-flat: tool_executing: no time that can be read',
      'a-flat: tool_completed: timestamp: missing or no such value',
      'a-flat: tool_completed: no time that can be read',
      'decode throws on []: TypeError: no list was expected',
    ]);
  });

  it('whatever comes, it answers', () => {
    const types = fc.constantFrom(
      'agent_started',
      'system_message',
      'event_batch',
      'error',
      'tool_completed',
      'pong',
    );
    const frame = fc.record({
      type: types,
      data: fc.jsonValue(),
      payload: fc.jsonValue(),
      event: fc.jsonValue(),
      events: fc.jsonValue(),
      timestamp: fc.jsonValue(),
      run_id: fc.jsonValue(),
      error: fc.jsonValue(),
      metadata: fc.jsonValue(),
    });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      frame.map((value) => JSON.stringify(value)),
    );
    fc.assert(fc.property(text, (one) => throwsOn(netra(), one) === undefined));
  });
});
