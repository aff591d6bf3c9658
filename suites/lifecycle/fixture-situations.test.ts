import { describe, expect, it } from 'vitest';
import { dialStream, frameOf, type Told, tell } from '../test-support/exchanges.ts';
import {
  type Beat,
  completed,
  executed,
  executing,
  failed,
  started,
  storyOf,
  Tape,
  thinking,
  type Wire,
  withData,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';
import { DROPPED } from './dropped-run.ts';

const briefly = (findings: readonly string[]): readonly string[] =>
  findings.map((finding) => finding.replace(/: .* \| /s, ' | '));

type Frame = Readonly<Record<string, unknown>>;

const RESOURCES: readonly (readonly [type: string, resource: Frame])[] = [
  ['agent.run.created', { run: { id: 'run-1', status: 'PENDING' } }],
  ['agent.step.updated', { step: { id: 'step-1', status: 'COMPLETED' } }],
  ['agent.step.updated', { step: { id: 'step-2', status: 'COMPLETED' } }],
  ['agent.run.completed', { run: { id: 'run-1', status: 'COMPLETED' } }],
];

interface Dropped {
  readonly story?: readonly Beat[];
  readonly live?: readonly number[];
  readonly replay?: readonly number[];
  readonly read?: Partial<Told> | undefined;
  readonly drop?: (wire: Wire) => unknown;
}

function listen(tape: Tape, label: string, seqs: readonly number[]): void {
  const wire = dialStream(tape, label).opens();
  for (const seq of seqs) {
    const [type, resource] = RESOURCES[seq - 1] ?? ['', {}];
    wire.wait(20).receives(frameOf(tape, type, seq, resource));
  }
  wire.closes(1000, 'target');
}

const ALL = [1, 2, 3, 4];
const STEPS = { items: [1, 2].map((n) => ({ id: `step-${n}`, status: 'COMPLETED' })), nextCursor: null };

function dropped(over: Dropped = {}) {
  const { story = storyOf(started(), thinking()), live = ALL, replay = ALL } = over;
  const tape = new Tape('dropped-socket');
  const chat = tape.session();
  chat.tells(chat.asks(DROPPED.run, { agent: 'conformance-1' }), story);
  (over.drop ?? ((wire) => wire.closes(1006, 'harness')))(chat);
  listen(tape, DROPPED.witness, live);
  const { read = {} } = over;
  if ('read' in over && over.read === undefined) return tape.transcript();
  tell(tape, { label: DROPPED.read, answer: { id: 'run-1', status: 'COMPLETED' }, ...read });
  tell(tape, { label: DROPPED.steps, answer: STEPS });
  listen(tape, DROPPED.replay, replay);
  return tape.transcript();
}

describe('lifecycle/outlives-its-socket', () => {
  const judge = (over: Dropped = {}, choices = {}) =>
    briefly(findingsOf('lifecycle/outlives-its-socket', dropped(over), choices))[0];

  it('passes when the run goes on, is shown, and is replayed', () => {
    expect(judge()).toBe('pass outlived | 4 frames');
    expect(judge({ replay: [4] }, { 'VP-REPLAY': 'final-state' })).toMatch(/^pass/);
    expect(judge({ replay: [4] })).toMatch(/^pass/);
  });

  it('fails when the run dies with its socket, or HTTP does not know it', () => {
    const read = { answer: { id: 'run-1', status: 'CANCELLED' } };
    expect(judge({ read, live: [1, 2] })).toBe('fail died-with-its-socket | it is CANCELLED');
    const running = { answer: { id: 'run-1', status: 'RUNNING' } };
    expect(judge({ read: running })).toBe('fail died-with-its-socket | it is RUNNING');
    expect(judge({ read: { status: 404 } })).toBe('fail died-with-its-socket | HTTP does not know it');
  });

  it('fails on a gap, a repeat, a history that is not whole, and a step that no frame tells of', () => {
    expect(judge({ replay: [1, 3, 4] })).toMatch(/^fail gap-or-repeat \| seq 3 follows 1/);
    expect(judge({ replay: [1, 2, 2, 3, 4] })).toMatch(/^fail gap-or-repeat \| seq 2 follows 2/);
    expect(judge({ replay: [4] }, { 'VP-REPLAY': 'full-history' })).toMatch(/^fail gap-or-repeat/);
    expect(judge({ replay: [1] })).toMatch(/^fail gap-or-repeat \| the stream ends with PENDING/);
    expect(judge({ live: [1, 2, 4], replay: [4] })).toBe(
      'fail gap-or-repeat | no frame tells of step step-2',
    );
    expect(judge({ live: [1, 2, 4], replay: [1, 2, 4] })).toMatch(/^fail gap-or-repeat \| seq 4 follows 2/);
  });

  it('cannot tell without a run, without its events, without a drop in mid-run', () => {
    expect(findingsOf('lifecycle/outlives-its-socket', dropped({ story: [] }))[0]).toMatch(/because CN-4/);
    const over = storyOf(started(), thinking(), completed());
    expect(findingsOf('lifecycle/outlives-its-socket', dropped({ story: over }))[0]).toMatch(/because LC-11/);
    const silent = dropped({ live: [] });
    expect(findingsOf('lifecycle/outlives-its-socket', silent)[0]).toMatch(/because AR-10\.1\)/);
    const unread = dropped({ read: { status: 500 } });
    expect(findingsOf('lifecycle/outlives-its-socket', unread)[0]).toMatch(/because AR-3\.1/);
    const unheard = dropped({ replay: [] });
    expect(findingsOf('lifecycle/outlives-its-socket', unheard)[0]).toMatch(/because AR-10\.3/);
    const noRun = new Tape('dropped-socket').transcript();
    expect(findingsOf('lifecycle/outlives-its-socket', noRun)[0]).toMatch(/because CN-2/);
  });
});

describe('lifecycle/shows-failing-tools', () => {
  const broken = { status: 'error', result: null, error: { code: 'timeout', message: 'no answer' } };
  const erring = (id: string) => {
    const [afterMs, type, data] = executed(40, id);
    return [afterMs, type, { ...data, ...broken }] as const;
  };
  const ending = (...story: readonly Beat[]) => {
    const tape = new Tape('failing-tool');
    const wire = tape.session();
    wire
      .tells(wire.asks('a tool that fails', { agent: 'conformance-1' }), story)
      .listens()
      .closes();
    return tape.transcript();
  };
  const judge = (...story: readonly Beat[]) =>
    briefly(findingsOf('lifecycle/shows-failing-tools', ending(...story)))[0];
  const FAILED = storyOf(started(), thinking(), executing(), erring('call-1'), failed());
  const RECOVERED = storyOf(
    started(),
    thinking(),
    executing(),
    erring('call-1'),
    executing(30, 'call-2'),
    executed(40, 'call-2'),
    completed(),
  );

  it('passes when the failure is shown, and the run recovers or fails with a class', () => {
    expect(judge(...FAILED)).toBe('pass failure-shown | agent_failed');
    expect(judge(...RECOVERED)).toBe('pass failure-shown | agent_completed');
  });

  it('fails when the failure is hidden', () => {
    const smooth = storyOf(started(), thinking(), executing(), executed(), completed());
    expect(judge(...smooth)).toMatch(/^fail failure-hidden \| no tool_completed with status error/);
    const asIfNothingWas = storyOf(started(), thinking(), executing(), erring('call-1'), completed());
    expect(judge(...asIfNothingWas)).toBe('fail failure-hidden | it completed as if nothing was');
    const untold = storyOf(started(), failed());
    expect(judge(...untold)).toMatch(/^fail failure-hidden/);
  });

  it('fails when the failure has no class', () => {
    expect(judge(...withData(FAILED, 'agent_failed', { error: 'oops' }))).toBe(
      'fail failure-hidden | agent_failed without class and code',
    );
    expect(judge(...withData(FAILED, 'agent_failed', { error: { type: 'bad luck', code: 'x' } }))).toMatch(
      /^fail/,
    );
    expect(judge(...withData(FAILED, 'agent_failed', { error: { type: 'tool', code: '' } }))).toMatch(
      /^fail/,
    );
  });

  it('cannot tell of a run that never began, or never ended', () => {
    const tape = new Tape('failing-tool');
    const wire = tape.session();
    const { requestId } = wire.asks('a tool that fails');
    wire.wait(120_000).misses(`end of ${requestId}`, 120_000).closes();
    expect(findingsOf('lifecycle/shows-failing-tools', tape.transcript())[0]).toMatch(/because CN-4/);
    const other = new Tape('failing-tool');
    const open = other.session();
    const asked = open.asks('a tool that fails');
    open.tells(asked, storyOf(started())).misses(`end of ${asked.requestId}`, 120_000).closes();
    expect(findingsOf('lifecycle/shows-failing-tools', other.transcript())[0]).toMatch(/because LC-3/);
    expect(findingsOf('lifecycle/shows-failing-tools', new Tape('failing-tool').transcript())[0]).toMatch(
      /CN-2/,
    );
  });
});
