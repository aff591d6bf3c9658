import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, exchanges, type Told } from '../test-support/exchanges.ts';
import { MADE } from './drive.ts';
import { getRunCases } from './get-run.ts';

const PATH = '/api/projects/p-1/agent-runs';
const QUERY = 'What is in there?';
const project: Told = { label: MADE.project, method: 'POST', status: 201, answer: { id: 'p-1' } };

const judgeIn = (scenario: string) => (check: string, story: readonly Told[]) =>
  caseFindings(getRunCases, `agents-api/${check}`, exchanges(scenario, ...story));
const passes = (findings: readonly string[]): boolean =>
  findings.length > 0 && findings.every((line) => line.startsWith('pass'));

const run = (id: string, status: string, over: object = {}) => ({
  id,
  projectId: 'p-1',
  workflowId: 'w-1',
  status,
  inputQuery: QUERY,
  outputSummary: status === 'COMPLETED' ? 'two rows' : null,
  startedAt: '2026-01-05T10:00:00.123456789Z',
  finishedAt: /PENDING|RUNNING/.test(status) ? null : '2026-01-05T10:00:01+00:00',
  contextItemIds: [],
  turn: 1,
  ...over,
});
const start = (id: string): Told => ({
  label: 'start run',
  method: 'POST',
  path: PATH,
  body: { workflowId: 'w-1', inputQuery: QUERY },
  status: 201,
  answer: { id },
});
const read = (id: string, status: string, over: object = {}): Told => ({
  label: status === 'COMPLETED' ? 'read completed' : 'read',
  path: `${PATH}/${id}`,
  answer: run(id, status, over),
});
const STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];
/** All statuses, told honestly, but for one. */
const story = (odd = '', over: object = {}): readonly Told[] => [
  project,
  ...STATUSES.flatMap((status) => [
    start(`r-${status}`),
    read(`r-${status}`, status, status === odd ? over : {}),
    read(`r-${status}`, status),
  ]),
];

describe('runs that are read', () => {
  const judge = judgeIn('api-get-run');
  const CHECKS = ['reads-runs-whole', 'runs-are-well-formed', 'completed-runs-have-a-summary'];

  it.each(CHECKS)('pass agents-api/%s on an honest story', (check) => {
    expect(passes(judge(check, story()))).toBe(true);
  });

  it.each(CHECKS)('leave agents-api/%s open without a project or a run', (check) => {
    expect(judge(check, [{ ...project, status: 500 }])[0]).toMatch(/because AR-1\.1d/);
    expect(judge(check, [project, { ...start('r-1'), status: 500 }])[0]).toMatch(/because AR-2\.1\)/);
  });

  it.each<[string, object]>([
    ['no outputSummary', { outputSummary: undefined }],
    ['no finishedAt', { finishedAt: undefined }],
    ['no contextItemIds', { contextItemIds: undefined }],
    ['another id', { id: 'r-9' }],
    ['another project', { projectId: 'p-2' }],
    ['another workflow', { workflowId: 'w-2' }],
    ['another query', { inputQuery: 'Who is there?' }],
  ])('fail agents-api/reads-runs-whole with %s', (_what, over) => {
    const told = story('PENDING', over);
    expect(judge('reads-runs-whole', told)[0]).toMatch(/^fail wrong-content/);
    expect(judge('runs-are-well-formed', told)[0]).toMatch(/^inconclusive .*because AR-3\.1\)/);
  });

  it('fail it where they cannot be read', () => {
    const told = story().map((one) => (one.label === 'read' ? { ...one, status: 500 } : one));
    expect(judge('reads-runs-whole', told)[0]).toMatch(/^fail wrong-status/);
  });

  it.each<[string, string, object]>([
    ['an unknown status', 'PENDING', { status: 'QUEUED' }],
    ['a time of another zone', 'PENDING', { startedAt: '2026-01-05T12:00:00+02:00' }],
    ['a time as a number', 'FAILED', { finishedAt: 1_767_607_200 }],
    ['items that are none', 'PENDING', { contextItemIds: null }],
    ['an end while it is pending', 'PENDING', { finishedAt: '2026-01-05T10:00:01Z' }],
    ['no end though it failed', 'FAILED', { finishedAt: null }],
    ['no end though it was cancelled', 'CANCELLED', { finishedAt: null }],
    ['turn 0', 'RUNNING', { turn: 0 }],
  ])('fail agents-api/runs-are-well-formed with %s', (_what, status, over) => {
    expect(judge('runs-are-well-formed', story(status, over))[0]).toMatch(/^fail/);
  });

  it.each([{ outputSummary: null }, { outputSummary: ' ' }, { finishedAt: null }])(
    'fail agents-api/completed-runs-have-a-summary with %o',
    (over) => {
      expect(judge('completed-runs-have-a-summary', story('COMPLETED', over))[0]).toMatch(/^fail/);
    },
  );

  it('that never complete leave it open', () => {
    const told = story('COMPLETED', { status: 'RUNNING' });
    expect(judge('completed-runs-have-a-summary', told)[0]).toMatch(/because AR-2\.1e/);
  });
});

describe('runs that do not exist', () => {
  const judge = judgeIn('api-get-unknown-run');
  const empty: Told = { label: 'list', path: PATH, answer: { items: [], nextCursor: null, total: 0 } };
  const answered = (
    label: string,
    status = 404,
    answer: unknown = errorOf('RUN_NOT_FOUND', 'Agent run not found'),
  ) => [project, empty, { label, path: `${PATH}/r-9`, status, answer }];
  const UNKNOWN = 'knows-no-unknown-runs';
  const ODD = 'takes-odd-ids-for-unknown';

  it('are not found, in these words', () => {
    expect(passes(judge(UNKNOWN, answered('unknown')))).toBe(true);
    expect(judge(UNKNOWN, answered('unknown', 404, errorOf('RUN_NOT_FOUND', 'no')))[0]).toMatch(/^fail/);
    expect(judge(UNKNOWN, answered('unknown', 404, errorOf('ROUTE_NOT_FOUND')))[0]).toMatch(
      /^fail wrong-code/,
    );
    expect(judge(UNKNOWN, answered('unknown', 403))[0]).toMatch(/^fail wrong-status/);
    expect(judge(UNKNOWN, [{ ...project, status: 500 }])[0]).toMatch(/because AR-1\.1d/);
  });

  it.each([404, 400, 414, 422])('under odd ids are answered with %d', (status) => {
    expect(passes(judge(ODD, answered('a way out', status)))).toBe(true);
  });

  it.each([200, 401, 500, 502])('and not with %d', (status) => {
    expect(judge(ODD, answered('ten kilobytes', status))[0]).toMatch(/^fail wrong-status/);
  });

  it('and not with silence', () => {
    const [made, list, odd] = answered('a zero byte');
    const story = [made, list, { ...odd, isLost: true }] as Told[];
    expect(judge(ODD, story)[0]).toMatch(/^fail no-answer/);
    expect(judge(ODD, [{ ...project, status: 500 }])[0]).toMatch(/because AR-1\.1d/);
  });
});

describe('agents-api/hides-runs-of-other-projects', () => {
  const judge = judgeIn('api-get-foreign-run');
  const CHECK = 'hides-runs-of-other-projects';
  const gone = (id: string) => errorOf('RUN_NOT_FOUND', `Agent run not found: ${id}`);
  const foreign = (status: number, answer: unknown, own = 200): readonly Told[] => [
    project,
    start('r-1'),
    { label: 'own', path: `${PATH}/r-1`, status: own, answer: run('r-1', 'COMPLETED') },
    { label: 'unknown', path: '/api/projects/p-2/agent-runs/r-9', status: 404, answer: gone('r-9') },
    { label: 'foreign', path: '/api/projects/p-2/agent-runs/r-1', status, answer },
  ];

  it('passes on an answer that nobody can tell apart', () => {
    expect(passes(judge(CHECK, foreign(404, gone('r-1'))))).toBe(true);
  });

  it('fails on the run, on a refusal that knows it, and on other words', () => {
    expect(judge(CHECK, foreign(200, run('r-1', 'COMPLETED')))[0]).toMatch(/^fail wrong-status/);
    expect(judge(CHECK, foreign(403, errorOf('TENANT_MISMATCH')))[0]).toMatch(/^fail wrong-status/);
    expect(judge(CHECK, foreign(404, errorOf('RUN_NOT_FOUND', 'not yours')))[0]).toMatch(/^fail tells-them/);
  });

  it('is left open where its own project does not show it either', () => {
    expect(judge(CHECK, foreign(404, gone('r-1'), 404))[0]).toMatch(/^inconclusive .*because AR-2\.1d/);
    expect(judge(CHECK, [{ ...project, status: 500 }])[0]).toMatch(/because AR-1\.1d/);
  });
});
