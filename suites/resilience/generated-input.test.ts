import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFindings, exchanges, type Told } from '../test-support/exchanges.ts';
import { badInputs } from './bad-input.ts';
import { badSandboxInputs } from './bad-sandbox-input.ts';
import { badTelemetryInputs } from './bad-telemetry-input.ts';
import { generatedInput } from './generated-input.ts';
import { generatedSandboxInput } from './generated-sandbox-input.ts';
import { generatedTelemetryInput } from './generated-telemetry-input.ts';

const ENDPOINT = 'generated: POST /api/projects/{p}/agent-runs';
const refusal = { detail: 'the body is no JSON', code: 'VALIDATION' };
const sent = (over: Partial<Told> = {}): Told => ({
  label: ENDPOINT,
  method: 'POST',
  path: '/api/projects/p-1/agent-runs',
  body: '{"workflowId": 17}',
  status: 422,
  answer: refusal,
  ...over,
});
const readingsOf = (what: readonly string[], when: string, answer: object): readonly Told[] =>
  what.map((one) => ({ label: `${one} ${when}`, answer }));
const readings = (when: string, over: object = {}): readonly Told[] =>
  readingsOf(['the run', 'the list of runs', 'the messages'], when, { id: 'r-1', ...over });

const verdicts = (check: string, ...told: readonly Told[]): readonly string[] =>
  caseFindings([generatedInput], `resilience/${check}`, exchanges('generated-input', ...told));

describe('bad input', () => {
  it('that is refused passes', () => {
    expect(verdicts('refuses-bad-input', sent())[0]).toMatch(/^pass refused/);
  });

  it.each([
    ['crashes', { status: 500, answer: { detail: 'oops', code: 'UNAVAILABLE' } }, /^fail crashed/],
    ['is accepted', { status: 201, answer: { id: 'r-2' } }, /^fail accepted/],
    [
      'is refused without the error shape',
      { status: 422, answer: '<html>no</html>' },
      /^fail wrong-error-shape/,
    ],
    ['is never answered', { isLost: true }, /^fail no-answer/],
  ] as const)('that %s fails', (_what, over, verdict) => {
    expect(verdicts('refuses-bad-input', sent(), sent(over))[0]).toMatch(verdict);
  });

  it('is shown as the smallest request that did it, to be tried again', () => {
    const large = sent({ status: 500, body: `{"workflowId": "${'x'.repeat(100)}"}` });
    const [found] = verdicts('refuses-bad-input', large, sent({ status: 500, body: "{'" }));
    expect(found).toContain(`--data-raw '{'\\'''`);
    expect(found).toContain('"$TARGET_URL/api/projects/p-1/agent-runs"');
  });

  it('that changed nothing passes, and that changed something fails', () => {
    const all = (after: object): readonly Told[] => [
      ...readings('before'),
      sent(),
      ...readings('after', after),
    ];
    expect(verdicts('bad-input-changes-nothing', ...all({}))[0]).toMatch(/^pass unchanged/);
    expect(verdicts('bad-input-changes-nothing', ...all({ total: 2 }))[0]).toMatch(/^fail changed/);
  });

  it('is nothing to judge where no run came about', () => {
    expect(verdicts('refuses-bad-input', readings('before')[0] ?? sent())[0]).toMatch(
      /^inconclusive not-reached.*AR-2\.1/,
    );
  });
});

describe('bad input to the sandbox', () => {
  const judge = (check: string, after: object, ...sent: readonly Told[]) =>
    caseFindings(
      [generatedSandboxInput],
      `resilience/${check}`,
      exchanges(
        'generated-sandbox-input',
        { label: 'a good test', method: 'POST', answer: { test_id: 't-1' } },
        ...readingsOf(['the history of the agent', 'the test'], 'before', { test_id: 't-1' }),
        ...sent,
        ...readingsOf(['the history of the agent', 'the test'], 'after', { test_id: 't-1', ...after }),
      ),
    );
  const test = (over: Partial<Told> = {}): Told =>
    sent({ label: 'generated: POST /api/agents/{a}/test', path: '/api/agents/a-1/test', ...over });

  it('is refused, and makes no test', () => {
    expect(judge('sandbox-refuses-bad-input', {}, test())[0]).toMatch(/^pass refused/);
    expect(judge('sandbox-refuses-bad-input', {}, test({ status: 500 }))[0]).toMatch(/^fail crashed/);
    expect(judge('bad-input-makes-no-test', {}, test())[0]).toMatch(/^pass unchanged/);
    expect(judge('bad-input-makes-no-test', { total: 2 }, test())[0]).toMatch(/^fail changed/);
  });

  it('is nothing to judge where no test came about, or none shows', () => {
    const none = caseFindings(
      [generatedSandboxInput],
      'resilience/sandbox-refuses-bad-input',
      exchanges('generated-sandbox-input', { label: 'a good test', method: 'POST', status: 500 }),
    );
    expect(none[0]).toMatch(/^inconclusive not-reached .because SB-1\.1/);
    const unseen = caseFindings(
      [generatedSandboxInput],
      'resilience/bad-input-makes-no-test',
      exchanges(
        'generated-sandbox-input',
        { label: 'a good test', method: 'POST', answer: { test_id: 't-2' } },
        ...readingsOf(['the history of the agent'], 'before', {}),
        test(),
        ...readingsOf(['the history of the agent'], 'after', {}),
      ),
    );
    expect(unseen[0]).toMatch(/^inconclusive not-shown .because SB-4\.1/);
    expect(unseen[1]).toMatch(/^inconclusive not-read .because SB-5\.1/);
  });
});

describe('bad input to the telemetry', () => {
  const WHAT = ['the list of the runs of the agent', 'the stored run'];
  const judge = (check: string, after: Partial<Told>, last: readonly Told[] = shown) =>
    caseFindings(
      [generatedTelemetryInput],
      `resilience/${check}`,
      exchanges(
        'generated-telemetry-input',
        { label: 'a good run', method: 'POST', path: '/v1/runs', status: 201, answer: { run_id: 'r-1' } },
        ...readingsOf(WHAT, 'before', { run_id: 'r-1' }),
        sent({ label: 'generated: POST /v1/runs', path: '/v1/runs' }),
        sent({ label: 'generated: GET /v1/runs', method: 'GET', status: 200, answer: [] }),
        ...last,
        ...readingsOf(WHAT, 'after', { run_id: 'r-1' }).map((told) => ({ ...told, ...after })),
      ),
    );
  const shown: readonly Told[] = [
    { label: 'a good run afterwards', method: 'POST', status: 201, answer: { run_id: 'r-2' } },
    { label: 'await in telemetry', path: '/v1/runs/r-2', answer: { run_id: 'r-2' } },
  ];

  it('is refused or, in a list, taken for something in range', () => {
    const found = judge('telemetry-refuses-bad-input', {});
    expect(found.map((line) => line.slice(0, 12))).toEqual(['pass refused', 'pass refused']);
  });

  it('stores nothing, which a later run shows', () => {
    const check = 'bad-input-stores-no-run';
    expect(judge(check, {}).join()).not.toMatch(/fail|inconclusive/);
    expect(judge(check, { answer: [] })[0]).toMatch(/^fail changed/);
    expect(judge(check, { status: 404 })[0]).not.toMatch(/^inconclusive/);
    expect(judge(check, { status: 503 })[0]).toMatch(/^inconclusive not-read .because TR-5\.1/);
    expect(judge(check, {}, shown.slice(0, 1))[0]).toMatch(/^inconclusive not-settled .because TR-6\.4/);
  });
});

describe('an error of the other declared shape', () => {
  const other = sent({ answer: { error: 'no', status_code: 422, path: '/api' } });
  const judge = (choice: string) =>
    caseFindings([generatedInput], 'resilience/refuses-bad-input', exchanges('generated-input', other), {
      'VP-ERRSHAPE': choice,
    })[0];

  it('is an error where it is declared', () => {
    expect(judge('error-status-path')).toMatch(/^pass refused/);
    expect(judge('detail')).toMatch(/^fail wrong-error-shape/);
  });
});

describe('the generators', () => {
  const surroundings = {
    project: '/api/projects/p-1',
    run: '/api/projects/p-1/agent-runs/r-1',
    workflowId: 'w-1',
  };
  const every = [
    ...badInputs(surroundings),
    ...badSandboxInputs({ agent: '/api/agents/a-1', testId: 't-1' }),
    ...badTelemetryInputs({ agent_id: 'a', status: 'success' }, { seq: 0 }),
  ];

  it.each(every.map(({ endpoint, request }) => [endpoint, request] as const))(
    '%s yields requests that can be sent',
    (_endpoint, request) => {
      fc.assert(
        fc.property(request, ({ path }) => /^\/[\x21-\x7e]*$/.test(path)),
        { numRuns: 200, seed: 1 },
      );
    },
  );

  it('never yield a run without anything wrong with it', () => {
    const good = { agent_id: 'a', agent_version: '1', status: 'success', started_at: 'now' };
    const [ingest] = badTelemetryInputs(good, { seq: 0 });
    const isGood = (body: string | undefined): boolean =>
      body === JSON.stringify(good) || body === JSON.stringify({ ...good, steps: [{ seq: 0 }] });
    fc.assert(
      fc.property(ingest?.request ?? fc.constant(undefined), (request) => !isGood(request?.body)),
      { numRuns: 500, seed: 1 },
    );
  });
});
