import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { AWAITED } from '../../harness/judge/telemetry-lag.ts';
import { caseFindings, dialStream, frameOf, tell } from '../test-support/exchanges.ts';
import { cutAfter } from '../test-support/paper-stage.ts';
import { type Fields, listOf, verdictOf } from '../test-support/stories.ts';
import {
  type Beat,
  cancelled,
  completed,
  executed,
  executing,
  failed,
  goodRun,
  started,
  storyOf,
  Tape,
  thinking,
} from '../test-support/transcripts.ts';
import { OF } from './follow.ts';
import { completedRun, otherRuns } from './one-run.ts';

const CASES = [completedRun, otherRuns];
const WORD = 'ghjklmnpqrstvwxzghjklmnpqrstvwxzghjk';
const ANSWER = 'The total is 4210.50 USD; checkout costs most.';
const ORIGIN = Date.parse('2026-01-05T10:00:00.000Z');
const time = (ms: number): string => new Date(ORIGIN + ms).toISOString();

/** What the surfaces say of one run. */
interface Said {
  readonly label: string;
  readonly story: readonly Beat[];
  readonly terminal: string;
  readonly run: Fields;
  readonly steps: readonly Fields[];
  readonly messages: readonly Fields[];
  readonly nodes: readonly Fields[];
  readonly streamSteps: readonly Fields[];
  readonly telemetry: Fields;
  readonly failures: readonly Fields[];
  readonly ofAgent: readonly Fields[];
  /** How often the telemetry was asked in vain, a second apart. */
  readonly unseen: number;
}

const step = (
  number: number,
  id: string,
  stepType: string,
  from: number,
  ms: number,
  over: Fields = {},
): Fields => ({
  id,
  runId: 'run-1',
  turn: 1,
  stepNumber: number,
  nodeId: stepType,
  stepType,
  status: 'COMPLETED',
  durationMs: ms,
  startedAt: time(from),
  completedAt: time(from + ms),
  ...over,
});

const told = (of: Fields, name: string): Fields => ({
  step_id: of['id'],
  seq: Number(of['stepNumber']) - 1,
  step_type: of['stepType'],
  name,
  latency_ms: of['durationMs'],
  started_at: of['startedAt'],
  ended_at: of['completedAt'],
});

const STEPS = [
  step(1, 'thought-1', 'plan', 0, 60),
  step(2, 'call-1', 'tool', 100, 900),
  step(3, 'answer-1', 'respond', 1_000, 40),
];
const node = (nodeId: string): Fields => ({
  runId: 'run-1',
  nodeId,
  status: 'COMPLETED',
  progress: 1,
  messages: [],
});
const telemetryOf = (steps: readonly Fields[], over: Fields = {}): Fields => ({
  run_id: 'run-1',
  agent_id: 'unified_data_agent',
  status: 'success',
  started_at: time(0),
  ended_at: time(1_040),
  steps: steps.map((one) => told(one, one['id'] === 'call-1' ? 'aggregate' : 'a step')),
  ...over,
});

const COMPLETED: Said = {
  label: 'followed analysis',
  story: goodRun(),
  terminal: 'agent.run.completed',
  run: {
    id: 'run-1',
    status: 'COMPLETED',
    startedAt: time(0),
    finishedAt: time(1_040),
    outputSummary: 'The total is 4210.50 USD;',
  },
  steps: STEPS,
  messages: [
    { id: 'message-1', role: 'user', content: `What is in ${WORD}?` },
    { id: 'message-2', role: 'assistant', content: ANSWER },
  ],
  nodes: ['plan', 'tool', 'respond'].map(node),
  streamSteps: STEPS,
  telemetry: telemetryOf(STEPS),
  failures: [],
  ofAgent: [{ run_id: 'run-1' }],
  unseen: 0,
};

/** A run whose tool fails, first and for good. */
const BROKEN = [STEPS[0] ?? {}, step(2, 'call-1', 'tool', 100, 900, { status: 'FAILED' })];
const withError = (story: readonly Beat[]): readonly Beat[] =>
  story.map((beat) =>
    beat.type === 'tool_completed' ? { ...beat, data: { ...beat.data, status: 'error' } } : beat,
  );
const FAILED: Said = {
  ...COMPLETED,
  label: 'followed failure',
  story: withError(storyOf(started(), thinking(), executing(), executed(), failed())),
  terminal: 'agent.run.failed',
  run: { ...COMPLETED.run, status: 'FAILED', outputSummary: null },
  steps: BROKEN,
  streamSteps: BROKEN,
  messages: COMPLETED.messages.slice(0, 1),
  telemetry: telemetryOf(BROKEN, { status: 'failure' }),
  failures: [{ failure_type: 'tool', failure_code: 'upstream' }],
};
const CANCELLED: Said = {
  ...FAILED,
  label: 'followed cancellation',
  story: withError(storyOf(started(), thinking(), executing(), executed(), cancelled())),
  terminal: 'agent.run.cancelled',
  run: { ...FAILED.run, status: 'CANCELLED' },
  failures: [{ failure_type: 'orchestration', failure_code: 'cancelled' }],
};
const AGAIN = [...BROKEN, step(3, 'call-2', 'tool', 1_000, 100), step(4, 'answer-1', 'respond', 1_100, 40)];
const RETRIED: Said = {
  ...COMPLETED,
  label: 'followed retry',
  story: storyOf(
    started(),
    thinking(),
    executing(),
    ...withError(storyOf(executed())).map(({ afterMs, type, data }) => [afterMs, type, data] as const),
    executing(0, 'call-2'),
    executed(100, 'call-2'),
    completed(50, 1_140),
  ),
  run: { ...COMPLETED.run, finishedAt: time(1_140) },
  steps: AGAIN,
  streamSteps: AGAIN,
  telemetry: telemetryOf(AGAIN, {
    status: 'partial',
    ended_at: time(1_140),
    steps: AGAIN.map((one) => told(one, one['stepType'] === 'tool' ? 'aggregate' : 'a step')),
  }),
};

const BASE = '/api/projects/p-1/agent-runs/run-1';

/** The value with its times and its run as they are in this recording. */
function placed<T>(value: T, laterMs: number, runId: string): T {
  const text = JSON.stringify(value)
    .replace(
      /"(\d{4}-\d\d-\d\dT[^"]+Z)"/g,
      (_all, at) => `"${new Date(Date.parse(at) + laterMs).toISOString()}"`,
    )
    .replaceAll('"run-1"', `"${runId}"`);
  return JSON.parse(text) as T;
}

/** How long after it was asked for a run starts, and how long an event is under way. */
const STARTS_MS = 40;

/** Plays one run as it was said. */
function play(tape: Tape, original: Said): void {
  const wire = tape.session();
  const runId = `run-${original.label.replaceAll(' ', '-')}`;
  const { story: _story, ...texts } = original;
  const said = placed(texts, tape.targetClock() + STARTS_MS - ORIGIN, runId);
  const story = original.story.map((beat) => ({ ...beat, run: runId }));
  const { label } = said;
  const path = `/v1/runs/${runId}`;
  const asked = wire.asks(label, { message: `What is in ${WORD}?` });
  wire.tells(asked, story).listens().closes();
  const stream = dialStream(tape, OF.stream(label)).opens();
  const frames: readonly (readonly [string, Fields])[] = [
    ['agent.run.created', { run: { ...said.run, projectId: 'p-1' } }],
    ...said.messages.map((message) => ['agent.message.appended', { message }] as const),
    ...said.streamSteps.map((one) => ['agent.step.updated', { step: one }] as const),
    [said.terminal, { run: said.run }],
  ];
  for (const [index, [type, resource]] of frames.entries())
    stream.receives(frameOf(tape, type, index + 1, resource));
  stream.closes(1000, 'target');
  for (let asking = 0; asking < said.unseen; asking += 1) {
    tell(tape, { label: AWAITED, path, status: 404, answer: {} });
    tape.wait(1_000);
  }
  tell(tape, { label: AWAITED, path, answer: said.telemetry });
  tell(tape, { label: OF.telemetry(label), path, answer: said.telemetry });
  tell(tape, { label: OF.telemetrySteps(label), path: `${path}/steps`, answer: said.telemetry['steps'] });
  tell(tape, { label: OF.failures(label), path: `${path}/failures`, answer: said.failures });
  tell(tape, { label: OF.run(label), path: BASE, answer: said.run });
  tell(tape, { label: OF.steps(label), path: `${BASE}/steps`, answer: listOf(said.steps) });
  tell(tape, { label: OF.messages(label), path: `${BASE}/messages`, answer: listOf(said.messages) });
  tell(tape, { label: OF.nodes(label), path: `${BASE}/node-states`, answer: { items: said.nodes } });
  tell(tape, { label: OF.ofAgent(label), path: '/v1/runs?agent_id=a', answer: said.ofAgent });
}

function transcriptOf(scenario: string, ...all: readonly Said[]): Transcript {
  const tape = new Tape(scenario);
  for (const said of all) play(tape, said);
  return tape.transcript();
}

const ofAnalysis = (over: Partial<Said> = {}): Transcript =>
  transcriptOf(completedRun.scenario.id, { ...COMPLETED, ...over });
const ofOthers = (over: (said: Said) => Partial<Said> = () => ({})): Transcript =>
  transcriptOf(
    otherRuns.scenario.id,
    ...[FAILED, RETRIED, CANCELLED].map((said) => ({ ...said, ...over(said) })),
  );

const judge = (check: string, transcript: Transcript): readonly string[] =>
  caseFindings(CASES, `cross-surface/${check}`, transcript, { 'VP-LISTSHAPE': 'bare-array' });
const idsOf = (one: typeof completedRun): readonly string[] =>
  one.checks.map(({ id }) => id.replace('cross-surface/', ''));

describe('accounts that agree', () => {
  it.each(idsOf(completedRun))('%s passes', (check) => {
    expect(judge(check, ofAnalysis()).filter((finding) => !finding.startsWith('pass'))).toEqual([]);
    expect(verdictOf(judge(check, ofAnalysis()))).toBe('pass');
  });

  it.each(idsOf(otherRuns))('%s passes', (check) => {
    expect(judge(check, ofOthers()).filter((finding) => !finding.startsWith('pass'))).toEqual([]);
    expect(judge(check, ofOthers())).toHaveLength(3);
  });

  it('also where a run waited before it started', () => {
    const waiting = { ...COMPLETED.run, startedAt: time(-5_000), finishedAt: time(1_200) };
    const telemetry = { ...COMPLETED.telemetry, started_at: time(-5_000), ended_at: time(1_200) };
    expect(verdictOf(judge('durations-agree', ofAnalysis({ run: waiting })))).toBe('pass');
    expect(verdictOf(judge('telemetry-agrees-on-durations', ofAnalysis({ run: waiting, telemetry })))).toBe(
      'pass',
    );
  });
});

const renamed = (steps: readonly Fields[]): readonly Fields[] =>
  steps.map((one) => (one['id'] === 'call-1' ? { ...one, id: 'call-9' } : one));
const slower = (steps: readonly Fields[]): readonly Fields[] =>
  steps.map((one) => (one['stepType'] === 'tool' ? { ...one, durationMs: 2_000 } : one));
const inTelemetry = (said: Said, over: (one: Fields) => Fields): Partial<Said> => ({
  telemetry: { ...said.telemetry, steps: (said.telemetry['steps'] as readonly Fields[]).map(over) },
});

/** By check: an account that differs. */
const DIFFERING: Readonly<Record<string, (said: Said) => Partial<Said>>> = {
  'steps-agree': ({ steps }) => ({ steps: renamed(steps) }),
  'outcomes-agree': (said) => ({
    run: { ...said.run, status: said.run['status'] === 'COMPLETED' ? 'FAILED' : 'COMPLETED' },
  }),
  'streams-agree': ({ streamSteps }) => ({ streamSteps: streamSteps.slice(1) }),
  'messages-agree': ({ messages }) => ({
    messages: messages.map((one) => ({ ...one, content: 'something else' })),
  }),
  'nodes-agree': ({ nodes }) => ({ nodes: nodes.map((one) => ({ ...one, status: 'RUNNING' })) }),
  'durations-agree': ({ steps }) => ({ steps: slower(steps) }),
  'telemetry-shows-runs-in-time': () => ({ unseen: 70 }),
  'telemetry-agrees-on-steps': (said) =>
    inTelemetry(said, (one) => ({ ...one, step_id: `other-${one['step_id']}` })),
  'telemetry-agrees-on-outcome': (said) => ({
    telemetry: { ...said.telemetry, status: said.label === RETRIED.label ? 'success' : 'partial' },
  }),
  'telemetry-agrees-on-durations': (said) =>
    inTelemetry(said, (one) => ({ ...one, latency_ms: Number(one['latency_ms']) + 1_000 })),
  'telemetry-holds-no-content': (said) => inTelemetry(said, (one) => ({ ...one, name: `about ${WORD}` })),
  'telemetry-shows-runs-once': () => ({ ofAgent: [{ run_id: 'run-1' }, { run_id: 'run-2' }] }),
};

describe('an account that differs', () => {
  it.each(Object.entries(DIFFERING))('fails %s', (check, over) => {
    if (check !== 'telemetry-shows-runs-once')
      expect(verdictOf(judge(check, ofAnalysis(over(COMPLETED))))).toBe('fail');
    const others = judge(`other-${check}`, ofOthers(over));
    expect(others.map((finding) => finding.split(' ')[0])).toEqual(['fail', 'fail', 'fail']);
  });

  it('is told with both sides', () => {
    expect(judge('steps-agree', ofAnalysis({ steps: renamed(STEPS) }))).toMatchInlineSnapshot(`
      [
        "fail steps-differ: followed analysis: its steps are its events, in one order | in place 2 an event of tool call-1, a step of tool call-9",
      ]
    `);
  });

  it('in the answer alone', () => {
    const telemetry = { ...COMPLETED.telemetry, environment: ANSWER };
    expect(verdictOf(judge('telemetry-holds-no-content', ofAnalysis({ telemetry })))).toBe('fail');
  });

  it('in the failure it tells', () => {
    const failures = [{ failure_type: 'model', failure_code: 'upstream' }];
    expect(
      verdictOf(
        judge(
          'other-telemetry-agrees-on-outcome',
          ofOthers(() => ({ failures })),
        ),
      ),
    ).toBe('fail');
  });

  it.each([
    ['without a thought', storyOf(started(), executing(), executed(), completed())],
    ['with a result twice', storyOf(started(), thinking(), executing(), executed(), executed(), completed())],
    ['with its thought after its tool', storyOf(started(), executing(), executed(), thinking(), completed())],
  ])('from the five events: %s', (_what, story) => {
    expect(verdictOf(judge('shows-the-five-in-order', ofAnalysis({ story })))).toBe('fail');
  });
});

describe('what cannot be compared', () => {
  it('is left open under what hides it', () => {
    expect(judge('steps-agree', ofAnalysis({ story: [] }))[0]).toMatch(/^inconclusive .*because (CN-4|CN-2)/);
    const empty = new Tape(completedRun.scenario.id).transcript();
    for (const check of idsOf(completedRun)) expect(verdictOf(judge(check, empty))).toBe('inconclusive');
  });

  it.each([
    ['analysis', completedRun, ofAnalysis()],
    ['others', otherRuns, ofOthers()],
  ])('breaches nothing when the recording of the %s ends early', (_what, own, whole) => {
    for (let kept = 0; kept < whole.entries.length; kept += 1)
      for (const { id } of own.checks) {
        const failing = caseFindings([own], id, cutAfter(whole, kept)).filter((one) =>
          one.startsWith('fail'),
        );
        expect(failing, `${id} after ${kept} entries`).toEqual([]);
      }
  });
});
