import { expect, it } from 'vitest';
import type { Entry } from '../evidence/transcript.ts';
import type { EventKind } from '../protocol/agent-event.ts';
import { chosenTimelines, collectTimelines, timelinesAt } from './timelines.ts';
import type { RunView, TrialView } from './views.ts';

const RLO = String.fromCharCode(0x202e);

/** A run that was asked for at entry `seq`, of which these were heard, 10 ms and one entry apart. */
function run(seq: number, kinds: readonly EventKind[], over: Partial<RunView> = {}): RunView {
  const events = kinds.map((kind, index) => ({
    at: seq * 10 + (index + 1) * 10,
    seq: seq + index + 1,
    event: { kind, type: kind, data: {}, frame: {} },
  }));
  const end = kinds.at(-1)?.startsWith('run.c') ? 'terminal' : 'deadline';
  return {
    label: `run ${seq}`,
    requestId: `rq-${seq}`,
    agent: 'helper',
    threadId: undefined,
    actor: { name: 'ada' },
    socket: 1,
    askedAt: seq * 10,
    askedSeq: seq,
    frameBytes: 1,
    events,
    subRuns: [],
    replies: [],
    cancels: [],
    end,
    endRef: { trial: 'chat-1', entries: [seq, seq + kinds.length] },
    ...over,
  };
}

function trial(runs: readonly RunView[], name = 'chat-1'): TrialView {
  const entries = Array.from(
    { length: 400 },
    (_, index) => ({ seq: index + 1, at: (index + 1) * 10 }) as Entry,
  );
  return { trial: name, runs, transcript: { entries } } as unknown as TrialView;
}

it('tells when each event of a run came, from asking on', () => {
  const [told] = timelinesAt(trial([run(5, ['run.started', 'run.completed'])]), [7]);
  expect(told).toEqual({
    why: 'failure',
    trial: 'chat-1',
    label: 'run 5',
    agent: 'helper',
    actor: 'ada',
    seq: 5,
    askedMs: 50,
    end: 'completed',
    tookMs: 20,
    events: [
      { seq: 6, atMs: 10, kind: 'run.started' },
      { seq: 7, atMs: 20, kind: 'run.completed' },
    ],
    omitted: 0,
  });
});

it('chooses the runs that a finding points at; where it points at none, the first ones', () => {
  const view = trial([10, 20, 30, 40, 50, 60].map((seq) => run(seq, ['run.started'])));
  expect(timelinesAt(view, [21, 50]).map(({ seq }) => seq)).toEqual([20, 50]);
  expect(timelinesAt(view, []).map(({ seq }) => seq)).toEqual([10, 20, 30, 40]);
});

it('keeps one run of each agent, and a few that were waited for in vain', () => {
  const collector = collectTimelines();
  const done = ['run.started', 'run.completed'] as const;
  for (let n = 0; n < 50; n += 1) {
    const vain = [100, 110, 120, 130].map((seq) => run(seq, ['run.started']));
    collector.take(trial([run(1, done), run(4, done, { agent: `agent-${n % 3}` }), ...vain], `chat-${n}`));
  }
  const kept = collector.conclude();
  expect(kept.filter(({ why }) => why === 'agent').map(({ agent }) => agent)).toEqual([
    'helper',
    'agent-0',
    'agent-1',
    'agent-2',
  ]);
  const vain = kept.filter(({ why }) => why === 'no-end');
  expect(vain).toHaveLength(20);
  expect(vain.filter(({ trial: of }) => of === 'chat-0')).toHaveLength(3);
  expect(vain[0]?.end).toBe('deadline');
});

it('bounds all of it, failures first, each run once', () => {
  const long = run(
    1,
    Array.from({ length: 100 }, () => 'reasoning'),
    { label: `a${RLO}${'x'.repeat(5_000)}` },
  );
  const [told] = timelinesAt(trial([long]), [1]);
  expect(told?.events).toHaveLength(60);
  expect(told?.omitted).toBe(40);
  expect(told?.label).toMatch(/^a x+…$/);
  const many = Array.from({ length: 100 }, (_, n) =>
    timelinesAt(trial([run(1, [])], `chat-${n}`), []),
  ).flat();
  const again = many.map((one) => ({ ...one, why: 'agent' as const }));
  const chosen = chosenTimelines([...again, ...many]);
  expect(chosen).toHaveLength(60);
  expect(new Set(chosen.map(({ why }) => why))).toEqual(new Set(['failure']));
});
