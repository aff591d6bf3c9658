import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { createJudge } from '../../harness/judge/judge.ts';
import { agentEventsV1 } from '../../harness/protocol/dialects/agent-events-v1.ts';
import { catalogue } from '../catalogue.ts';
import { errorOf, type Told, tell } from '../test-support/exchanges.ts';
import { at, messageOf, runOf, stepOf, verdictOf } from '../test-support/stories.ts';
import { Tape } from '../test-support/transcripts.ts';
import { planOf } from '../test-support/verdicts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A trial that is about none of what is asked in it. */
const SCENARIO = 'api-cancel-race';
const RUNS = '/api/projects/p-1/agent-runs';
const TEST = '/api/agents/0b5c6f5e-8a3b-4c7d-9e1f-2a3b4c5d6e7f';
const UUID = '3f2c1b0a-9d8e-4f7a-8b6c-5d4e3f2a1b0c';
const STEP = {
  step_id: UUID,
  seq: 0,
  step_type: 'tool',
  name: 'n',
  latency_ms: 1,
  started_at: at(0),
  ended_at: null,
};
const LISTED = {
  run_id: UUID,
  agent_id: 'a',
  agent_version: '1',
  environment: 'production',
  status: 'success',
  started_at: at(0),
};
const STORED = { ...LISTED, steps: [STEP], failures: [], created_at: at(1) };
const RESULT = {
  test_id: UUID,
  agent_id: UUID,
  status: 'success',
  execution_trace: { steps: [] },
  token_usage: {},
  execution_time: { steps: [] },
  errors: null,
  created_at: at(0),
};
const NODE = { runId: 'run-1', nodeId: 'n', status: 'SKIPPED', progress: 0, messages: [] };
const PROFILE = { id: UUID, name: 'analysis', description: null, capabilities: [] };
const FAILURE = {
  failure_id: 'f',
  run_id: UUID,
  step_id: null,
  failure_type: 'tool',
  failure_code: 'c',
  message: 'm',
  created_at: at(0),
};
const pageOf = (item: Fields): Fields => ({ items: [item], nextCursor: null, total: 1 });

interface Good extends Told {
  /** A member whose absence breaks the shape. */
  readonly needs: string;
}

const good = (method: 'GET' | 'POST', path: string, answer: unknown, needs: string, status = 200): Good => ({
  label: 'in passing',
  method,
  path,
  answer,
  needs,
  status,
});

/** Each check with an answer that it passes. */
const GOOD: Readonly<Record<string, Good>> = {
  'connectivity/every-health-says-so': good(
    'GET',
    '/health',
    { status: 'healthy', service: 's', version: '1', components: {} },
    'service',
  ),
  'agents-api/every-list-of-runs-is-a-page': good(
    'GET',
    `${RUNS}?limit=5`,
    pageOf(runOf('PENDING')),
    'total',
  ),
  'agents-api/every-new-run-is-shown': good('POST', RUNS, runOf('RUNNING'), 'turn', 201),
  'agents-api/every-reading-shows-the-run': good('GET', `${RUNS}/run%3A1`, runOf('FAILED'), 'finishedAt'),
  'agents-api/every-list-of-steps-is-a-page': good('GET', `${RUNS}/r/steps`, pageOf(stepOf(1)), 'nextCursor'),
  'agents-api/every-list-of-node-states-is-one': good(
    'GET',
    `${RUNS}/r/node-states`,
    { items: [NODE] },
    'items',
  ),
  'agents-api/every-list-of-messages-is-a-page': good(
    'GET',
    `${RUNS}/r/messages?role=user`,
    pageOf(messageOf(1, 'user')),
    'items',
  ),
  'agents-api/every-message-taken-is-shown': good(
    'POST',
    `${RUNS}/r/messages`,
    messageOf(1, 'user'),
    'runId',
    201,
  ),
  'agents-api/every-cancellation-shows-the-run': good('POST', `${RUNS}/r/cancel`, runOf('CANCELLED'), 'id'),
  'agents-api/every-list-of-profiles-is-an-array': good('GET', '/api/agents/profiles', [PROFILE], '0'),
  'agents-api/every-reading-shows-the-profile': good(
    'GET',
    `/api/agents/profiles/${UUID}`,
    PROFILE,
    'description',
  ),
  'sandbox/every-test-shows-its-result': good('POST', `${TEST}/test`, RESULT, 'execution_trace', 201),
  'sandbox/every-history-is-a-page': good(
    'GET',
    `${TEST}/test-history?limit=1`,
    { tests: [], total: 0, limit: 1, offset: 0 },
    'offset',
  ),
  'sandbox/every-reading-shows-the-test': good(
    'GET',
    `${TEST}/test/${UUID}`,
    { ...RESULT, status: 'failed', errors: { error_type: 'llm' }, token_usage: null },
    'created_at',
  ),
  'sandbox/every-comparison-is-one': good(
    'POST',
    `${TEST}/test/compare`,
    {
      ...{ test_id_1: UUID, test_id_2: UUID, status_changed: false },
      ...{ token_delta: 0, cost_delta: 0, timing_delta: 0, trace_differences: [] },
    },
    'token_delta',
  ),
  'telemetry/every-run-taken-is-shown': good('POST', 'https://ingest.example/v1/runs', STORED, 'created_at'),
  'telemetry/every-list-has-its-shape': good(
    'GET',
    '/telemetry/v1/runs?page=1',
    { runs: [LISTED], total: 1, page: 1, page_size: 20 },
    'total',
  ),
  'telemetry/every-reading-shows-the-run': good('GET', `/v1/runs/${UUID}`, STORED, 'failures'),
  'telemetry/every-list-of-steps-is-an-array': good(
    'GET',
    `/v1/runs/${UUID}/steps`,
    [{ ...STEP, run_id: UUID }],
    '0',
  ),
  'telemetry/every-list-of-failures-is-an-array': good('GET', `/v1/runs/${UUID}/failures`, [FAILURE], '0'),
  'telemetry/every-statistic-has-its-members': good(
    'GET',
    '/v1/stats',
    {
      ...{ total_runs: 0, total_failures: 0, success_rate: 0, avg_latency_ms: 0 },
      ...{ failure_breakdown: {}, step_type_breakdown: {} },
    },
    'success_rate',
  ),
};
const EVERY = Object.keys(GOOD);
const NOTHING = 'inconclusive nothing-to-judge: nothing was asked that was not refused';
const REFUSALS = 'cross-surface/every-refusal-has-one-shape';

function judgeTape(check: string, transcript: Transcript, choices: Readonly<Record<string, string>> = {}) {
  const judge = createJudge(
    planOf([check], [transcript], { variationPoints: choices }),
    catalogue,
    agentEventsV1,
  );
  judge.take(transcript.header.trial, { transcript });
  return judge
    .conclude()
    .checks.flatMap(({ findings }) =>
      findings.map(({ verdict, code, actual }) => `${verdict} ${code}: ${actual}`),
    );
}

function tapeOf(...all: readonly Told[]): Tape {
  const tape = new Tape(SCENARIO);
  for (const one of all) tell(tape, one);
  return tape;
}

const judge = (check: string, ...all: readonly Told[]) => judgeTape(check, tapeOf(...all).transcript());
const goodOf = (check: string): Good => GOOD[check] ?? good('GET', '', {}, '');

/** The body without the member, or the list whose item is none. */
const broken = ({ answer, needs }: Good): unknown =>
  Array.isArray(answer)
    ? [{}]
    : Object.fromEntries(Object.entries(answer as Fields).filter(([name]) => name !== needs));

const refused: Told = { label: 'refused', path: `${RUNS}/x`, status: 404, answer: errorOf('RUN_NOT_FOUND') };

describe('what is asked in passing', () => {
  it('is judged at each endpoint', () => {
    const checks = catalogue.flatMap((suite) => suite.checks).map(({ id }) => id);
    expect(checks.filter((id) => /\/every-(?!refusal)/.test(id)).sort()).toEqual([...EVERY].sort());
    const playable = catalogue.flatMap((suite) => suite.checks).filter(({ id }) => EVERY.includes(id));
    expect(playable.filter(({ scenarios }) => scenarios.length === 0)).toEqual([]);
  });

  it.each(EVERY)('passes %s', (check) => {
    const honest = goodOf(check);
    expect(verdictOf(judge(check, honest, refused))).toBe('pass');
    const more = Array.isArray(honest.answer) ? honest.answer : { ...(honest.answer as Fields), more: 1 };
    expect(verdictOf(judge(check, { ...honest, answer: more }))).toBe('pass');
  });

  it.each(EVERY)('fails %s', (check) => {
    const honest = goodOf(check);
    const wrong: readonly Partial<Told>[] = [
      { answer: broken(honest) },
      { answer: '<!doctype html>', headers: { 'content-type': 'text/html' } },
      { answer: 'ok' },
      { status: 202 },
      { status: 302, answer: '' },
      { status: 500, answer: errorOf('INTERNAL') },
      { status: 502, answer: '' },
    ];
    for (const over of wrong) {
      const findings = judge(check, honest, { ...honest, ...over });
      expect(findings[0], JSON.stringify(over)).toMatch(
        /^fail .*1 of 2 in 1 trials; the first, "in passing"/,
      );
    }
  });

  it.each(EVERY)('leaves %s open where nothing tells', (check) => {
    const honest = goodOf(check);
    expect(verdictOf(judge(check, honest, { ...honest, isLost: true }))).toBe('inconclusive');
    expect(verdictOf(judge(check, honest, { ...honest, status: 503, answer: errorOf('UNAVAILABLE') }))).toBe(
      'inconclusive',
    );
    expect(judge(check, { ...honest, status: 404, answer: errorOf('RUN_NOT_FOUND') })).toEqual([NOTHING]);
  });

  it('is not held against who was disturbed by us, except for what was answered', () => {
    const check = 'agents-api/every-reading-shows-the-run';
    const honest = goodOf(check);
    const during = (...all: readonly Told[]) => {
      const tape = tapeOf(honest);
      tape.add({ kind: 'fault', actor: 'harness', fault: 'without store', phase: 'begun' });
      for (const one of all) tell(tape, one);
      return judgeTape(check, tape.transcript());
    };
    expect(during({ ...honest, status: 500 }, { ...honest, isLost: true })).toHaveLength(1);
    expect(verdictOf(during({ ...honest, status: 503 }))).toBe('pass');
    expect(verdictOf(during({ ...honest, answer: {} }))).toBe('fail');
  });

  it('may be late five times in a hundred', () => {
    const check = 'agents-api/every-reading-shows-the-run';
    const honest = goodOf(check);
    const many = Array.from({ length: 19 }, () => honest);
    const lost = { ...honest, isLost: true };
    expect(verdictOf(judge(check, ...many, lost))).toBe('pass');
    expect(verdictOf(judge(check, ...many, lost, lost))).toBe('inconclusive');
  });

  it('is no breach where a recording breaks off, and odd paths are nobody’s answer', () => {
    const check = 'agents-api/every-reading-shows-the-run';
    const honest = goodOf(check);
    const { entries, ...whole } = tapeOf(honest, honest).transcript();
    const cut = judgeTape(check, { ...whole, entries: entries.slice(0, -1) });
    expect(cut).toEqual([expect.stringMatching(/^pass .*1 of 1 in 1 trials/)]);
    for (const id of ['..%2F..%2Fnothing', '%E0%A4', '%00', 'a'.repeat(10_000)])
      expect(judge(check, { ...honest, path: `${RUNS}/${id}`, answer: 'ok' })).toEqual([NOTHING]);
  });

  it('may take one of the shapes that a profile does not rule out', () => {
    const check = 'telemetry/every-list-has-its-shape';
    const bare = { ...goodOf(check), answer: [LISTED] };
    const list = (choice: string) =>
      verdictOf(judgeTape(check, tapeOf(bare).transcript(), { 'VP-LISTSHAPE': choice }));
    expect([verdictOf(judge(check, bare)), list('bare-array'), list('page-object')]).toEqual([
      'pass',
      'pass',
      'fail',
    ]);
    const test = goodOf('sandbox/every-test-shows-its-result');
    const created = tapeOf(test).transcript();
    expect(
      verdictOf(judgeTape('sandbox/every-test-shows-its-result', created, { 'VP-TEST201': '200' })),
    ).toBe('fail');
  });
});

describe('what is refused in passing', () => {
  const refusal = (status: number, code: string, over: Partial<Told> = {}): Told => ({
    ...refused,
    ...{ status, answer: errorOf(code), ...over },
  });
  const one = (...told: Parameters<typeof refusal>) => judge(REFUSALS, refused, refusal(...told));

  it.each<[number, string]>([
    [401, 'UNAUTHENTICATED'],
    [404, 'AGENT_NOT_FOUND'],
    [403, 'AGENT_NOT_FOUND'],
    [400, 'WORKFLOW_NOT_FOUND'],
    [400, 'RUN_CLOSED'],
    [400, 'VALIDATION'],
    [415, 'VALIDATION'],
    [409, 'CONFLICT'],
    [429, 'RATE_LIMITED'],
  ])('passes as %i %s', (status, code) => {
    expect(verdictOf(one(status, code))).toBe('pass');
    expect(verdictOf(one(status, code, { answer: errorOf(code, [{ loc: [], msg: '', type: '' }]) }))).toBe(
      'pass',
    );
  });

  it.each<[string, Parameters<typeof refusal>]>([
    ['an unknown code', [404, 'NO_SUCH_CODE']],
    ['no code', [404, '', { answer: { detail: 'no' } }]],
    ['a name that every object has', [404, 'constructor']],
    ['the code of another status', [403, 'RUN_NOT_FOUND']],
    ['a status that is not declared', [418, 'VALIDATION']],
    ['a page for people', [404, '', { answer: '<!doctype html>', headers: { 'content-type': 'text/html' } }]],
    ['an empty body', [404, '', { answer: '' }]],
    ['no detail', [404, '', { answer: { code: 'RUN_NOT_FOUND' } }]],
  ])('fails as %s', (_what, told) => {
    expect(verdictOf(one(...told))).toBe('fail');
  });

  it('may have the other shape, unless one is declared', () => {
    const other = { error: 'no', status_code: 404, path: '/api' };
    const story = tapeOf(refusal(404, '', { answer: other })).transcript();
    const under = (choice: string) => verdictOf(judgeTape(REFUSALS, story, { 'VP-ERRSHAPE': choice }));
    expect(verdictOf(judgeTape(REFUSALS, story))).toBe('pass');
    expect([under('error-status-path'), under('detail')]).toEqual(['pass', 'fail']);
  });

  it('is not judged where something else may have refused it, or it is no API', () => {
    const html = { answer: '<!doctype html>', headers: { 'content-type': 'text/html' } };
    const elsewhere = [
      { ...html, status: 413 },
      { ...html, path: `${RUNS}/..%2Fx` },
      { ...html, path: '/robots.txt' },
      { ...html, status: 200 },
      { isLost: true },
    ];
    for (const over of elsewhere) expect(judge(REFUSALS, { ...refused, ...over })).toEqual([]);
  });
});
