import { describe, expect, it } from 'vitest';
import { createJudge } from '../../harness/judge/judge.ts';
import { netra } from '../../harness/protocol/dialects/netra/netra.ts';
import { catalogue } from '../catalogue.ts';
import { Tape, type Wire } from '../test-support/transcripts.ts';
import { planOf } from '../test-support/verdicts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The five events as this vocabulary has them. */
const FIVE: readonly Fields[] = [
  { type: 'agent_started' },
  { type: 'agent_thinking', thought: 'first the totals', step_number: 1 },
  { type: 'tool_executing', tool_name: 'aggregate', parameters: { by: 'service' } },
  {
    type: 'tool_completed',
    tool_name: 'aggregate',
    results: { total: 4210.5 },
    success: true,
    duration_ms: 100,
  },
  {
    type: 'agent_completed',
    final_response: 'The total is 4210.50 USD.',
    status: 'completed',
    duration_ms: 400,
  },
];

const IDS = { user_id: 'ada', thread_id: 'thread-1', run_id: 'run-1', agent_name: 'unified_data_agent' };

const greeting = (id: string) => ({ type: 'connection_established', connection_id: id, user_id: 'ada' });

/** A story as it is told, with what is different about it. */
interface Tale {
  readonly events?: readonly Fields[];
  readonly wrap?: (event: Fields) => Fields;
  /** Told before the run. */
  readonly before?: readonly Fields[];
  readonly everyMs?: number;
}

function tell(wire: Wire, tape: Tape, { events = FIVE, wrap = (event) => event, everyMs = 100 }: Tale): void {
  for (const event of events) {
    wire.wait(everyMs);
    wire.receives(wrap({ ...IDS, timestamp: tape.targetClock() / 1000, ...event }));
  }
}

const CHECKS = catalogue
  .flatMap(({ id, checks }) => (id === 'lifecycle' || id === 'connectivity' ? checks : []))
  .filter(({ when = [], requirement }) => when.length === 0 && !['LC-9', 'LC-14'].includes(requirement));

/** Requirements that do not pass, each with verdict and first code. */
function complaints(tale: Tale, over: Parameters<typeof planOf>[2] = {}): readonly string[] {
  const tape = new Tape('single-analysis');
  const wire = tape.dial().opens().receives(greeting('c-1'));
  for (const frame of tale.before ?? []) wire.receives(frame);
  const asked = wire.asks('analysis');
  tell(wire, tape, tale);
  if (tale.events?.some(({ type }) => type === 'agent_completed') === false)
    wire.wait(5_000).misses(`end of ${asked.requestId}`, 5_000);
  wire.listens().closes();
  const transcript = tape.transcript();
  const judge = createJudge(
    planOf(
      CHECKS.map(({ id }) => id),
      [transcript],
      over,
    ),
    catalogue,
    netra(),
  );
  judge.take(transcript.header.trial, { transcript });
  return judge
    .conclude()
    .checks.filter(({ verdict, findings }) => verdict === 'fail' && findings.length > 0)
    .map(({ check, findings }) => {
      const { requirement } = CHECKS.find(({ id }) => id === check) ?? { requirement: check };
      return `${requirement} ${findings.find(({ verdict }) => verdict === 'fail')?.actual}`;
    });
}

const changed = (type: string, change: (event: Fields) => Fields): readonly Fields[] =>
  FIVE.map((event) => (event['type'] === type ? change(event) : event));
const without = (...types: readonly string[]): readonly Fields[] =>
  FIVE.filter(({ type }) => !types.includes(String(type)));

describe('incidents of shape, in the words of netra', () => {
  it('a run as it should be has no complaint', () => {
    expect(complaints({})).toEqual([]);
  });

  it('I001 only acknowledgements', () => {
    const ack = { type: 'ack', received_type: 'start_agent', status: 'acknowledged' };
    expect(complaints({ events: [ack] }).join()).toMatch(/LC-1 only none; it ended "deadline"/);
  });

  it('no thoughts are missing where the target declares that it shows none', () => {
    const events = without('agent_thinking');
    expect(complaints({ events }).join()).toMatch(/LC-1 only agent_started, tool_executing/);
    const lacking = { 'thinking-events': { available: false, reason: 'not declared' } };
    const told = complaints({ events }, { capabilities: lacking as never });
    expect(told.filter((one) => !one.startsWith('LC-4'))).toEqual([]);
  });

  it('I004 no agent_completed on a run that succeeds', () => {
    const told = complaints({ events: without('agent_completed') }).join();
    expect(told).toMatch(/LC-1 only agent_started/);
    expect(told).toMatch(/LC-3 none; it ended "deadline"/);
  });

  it.each(['system_message', 'agent_progress'])('I006 wrapped in %s', (type) => {
    const wrap = ({ type: event, ...rest }: Fields): Fields => ({ type, data: { event, ...rest } });
    expect(complaints({ wrap }).filter((one) => !one.endsWith(`envelope:${type}`))).toEqual([]);
    expect(complaints({ wrap })).toHaveLength(1);
    expect(complaints({ wrap })[0]).toMatch(/^LC-15 /);
  });

  it('I010 tool_executing without a name', () => {
    const events = changed('tool_executing', ({ tool_name: _gone, ...rest }) => rest);
    expect(complaints({ events }).join()).toMatch(/LC-7 tool_executing: tool_name: missing/);
  });

  it('I011 a result that is buried in metadata', () => {
    const events = changed('tool_completed', ({ results, ...rest }) => ({
      ...rest,
      metadata: { result: results },
    }));
    expect(complaints({ events }).join()).toMatch(/LC-7 .*metadata.result: buried where no client looks/);
  });

  it('I012 a payload inside of a payload', () => {
    const wrap = ({ type, ...payload }: Fields): Fields => ({ type, payload: { payload } });
    expect(complaints({ wrap }).join()).toMatch(/LC-7 agent_started: payload.payload: wrapped twice/);
  });

  it('I013 the run changes its id', () => {
    const events = changed('tool_completed', (event) => ({ ...event, run_id: 'run-2' }));
    expect(complaints({ events }).join()).toMatch(/LC-8 .*run-2/);
  });

  it.each([
    ['agent_name', 'agent_started', 'unknown_agent'],
    ['tool_name', 'tool_executing', 'unknown_tool'],
    ['thought', 'agent_thinking', 'Agent is processing...'],
    ['final_response', 'agent_completed', 'Task completed'],
  ])('I015 a placeholder for %s', (field, type, value) => {
    const events = changed(type, (event) => ({ ...event, [field]: value }));
    expect(complaints({ events }).join()).toContain(`LC-7 ${type}: `);
    expect(complaints({ events }).join()).toContain(`"${value}" is a placeholder`);
  });

  it('I022 an event that is sent more than once', () => {
    const [first = {}] = FIVE;
    expect(complaints({ events: [first, ...FIVE] }).join()).toMatch(/LC-2 the run started twice/);
  });

  it('I025 a second greeting under another id; the same one again is drift', () => {
    const verdicts = (id: string) => complaints({ before: [greeting(id)] }).join();
    expect(verdicts('c-2')).toMatch(/2 greetings/);
    expect(verdicts('c-1')).toMatch(/^LC-15 notice: greeting:repeated$/);
  });

  it('I026 everything in one burst at the end is held back, by its own times', () => {
    const tape = new Tape('single-analysis');
    const at = tape.targetClock() / 1000;
    const events = FIVE.map((event, index) => ({ ...event, timestamp: at + 0.1 * index }));
    expect(complaints({ events, wrap: (event) => event, everyMs: 1 }).join()).not.toBe('');
  });
});
