import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, exchanges, type Told } from '../test-support/exchanges.ts';
import { createRunCases } from './create-run.ts';
import { MADE } from './drive.ts';

const PATH = '/api/projects/p-1/agent-runs';
const QUERY = 'What is in there?';
const project: Told = { label: MADE.project, method: 'POST', status: 201, answer: { id: 'p-1' } };
const workflow: Told = { label: MADE.workflow, method: 'POST', status: 201, answer: { id: 'w-1' } };
const item = (id: string): Told => ({ label: MADE.item, method: 'POST', status: 201, answer: { id } });

const run = (over: object = {}) => ({
  id: 'r-1',
  projectId: 'p-1',
  workflowId: 'w-1',
  status: 'PENDING',
  inputQuery: QUERY,
  outputSummary: null,
  startedAt: '2026-01-05T10:00:00Z',
  finishedAt: null,
  contextItemIds: [],
  turn: 1,
  ...over,
});
const created = (label: string, over: object = {}, more: Partial<Told> = {}): Told => ({
  label,
  method: 'POST',
  path: PATH,
  body: { workflowId: 'w-1', inputQuery: QUERY },
  status: 201,
  answer: run(over),
  ...more,
});
const read = (label: string, over: object = {}): Told => ({
  label,
  path: `${PATH}/r-1`,
  answer: run(over),
});
const items = { contextItemIds: ['i-2', 'i-1'] };
const ended = { status: 'COMPLETED', outputSummary: 'two rows', finishedAt: '2026-01-05T10:00:01+00:00' };

const honest: readonly Told[] = [
  project,
  workflow,
  created('create'),
  read('read'),
  created('create again', { id: 'r-2' }),
  item('i-1'),
  item('i-2'),
  created(
    'create with items',
    { id: 'r-3', ...items },
    { body: { workflowId: 'w-1', inputQuery: QUERY, ...items } },
  ),
  read('read with items', { id: 'r-3', ...items }),
  read('await status', { status: 'RUNNING' }),
  read('await status', ended),
  read('read at the end', ended),
];

const judge = (check: string, story: readonly Told[], choices: Readonly<Record<string, string>> = {}) =>
  caseFindings(createRunCases, `agents-api/${check}`, exchanges('api-create-run', ...story), choices);
const but = (label: string, over: Partial<Told>): readonly Told[] =>
  honest.map((told) => (told.label === label ? { ...told, ...over } : told));
const without = (...labels: readonly string[]): readonly Told[] =>
  honest.filter(({ label }) => !labels.includes(label));

const CHECKS = [
  'starts-runs',
  'starts-two-runs-for-two-requests',
  'shows-new-runs-at-once',
  'runs-go-forwards',
  'keeps-context-items-of-runs',
  'shows-no-context-items-as-an-empty-list',
] as const;

describe.each(CHECKS)('agents-api/%s', (check) => {
  it('passes on an honest story', () => {
    const findings = judge(check, honest, { 'VP-INIT': 'PENDING' });
    expect(findings.every((line) => line.startsWith('pass'))).toBe(true);
    expect(findings.length).toBeGreaterThan(0);
  });

  it('is left open without a project', () => {
    expect(judge(check, [{ ...project, status: 500 }])[0]).toMatch(/^inconclusive .*because AR-1\.1d/);
  });
});

it.each(CHECKS.slice(1))('agents-api/%s is left open without a run', (check) => {
  const story = [project, workflow, created('create', {}, { status: 500 })];
  expect(judge(check, story)[0]).toMatch(/^inconclusive .*because AR-2\.1\)/);
});

describe('agents-api/starts-runs', () => {
  it.each<[string, Partial<Told>]>([
    ['another status', { status: 200 }],
    ['a crash', { status: 500, answer: 'oops' }],
    ['silence', { isLost: true }],
    ['no id', { answer: run({ id: '' }) }],
    ['another project', { answer: run({ projectId: 'p-2' }) }],
    ['another workflow', { answer: run({ workflowId: 'w-2' }) }],
    ['another query', { answer: run({ inputQuery: '' }) }],
    ['a run that is over', { answer: run(ended) }],
    ['an early summary', { answer: run({ outputSummary: '' }) }],
    ['no start', { answer: run({ startedAt: null }) }],
    ['a time without a zone', { answer: run({ startedAt: '2026-01-05T10:00:00' }) }],
    ['a local time', { answer: run({ startedAt: '2026-01-05T12:00:00+02:00' }) }],
    ['another first status than was declared', { answer: run({ status: 'RUNNING' }) }],
  ])('fails on %s', (_what, over) => {
    expect(judge('starts-runs', but('create', over), { 'VP-INIT': 'PENDING' })[0]).toMatch(/^fail/);
  });

  it('takes either first status where none was declared', () => {
    expect(judge('starts-runs', but('create', { answer: run({ status: 'RUNNING' }) }))[0]).toMatch(/^pass/);
  });

  it('fails where no workflow could be made', () => {
    expect(judge('starts-runs', [project, { ...workflow, status: 500 }])[0]).toMatch(/^fail wrong-status/);
  });
});

it('agents-api/starts-two-runs-for-two-requests fails on one run for both', () => {
  const same = but('create again', { answer: run() });
  expect(judge('starts-two-runs-for-two-requests', same)[0]).toMatch(/^fail wrong-content/);
  const refused = but('create again', { status: 409, answer: errorOf('CONFLICT') });
  expect(judge('starts-two-runs-for-two-requests', refused)[0]).toMatch(/^fail wrong-status/);
});

it('agents-api/shows-new-runs-at-once fails on a run that is there only later', () => {
  const late = but('read', { status: 404, answer: errorOf('RUN_NOT_FOUND') });
  expect(judge('shows-new-runs-at-once', late)[0]).toMatch(/^fail wrong-status/);
  const other = but('read', { answer: run({ id: 'r-9' }) });
  expect(judge('shows-new-runs-at-once', other)[0]).toMatch(/^fail wrong-content/);
  const never = late.map((told) => (told.label === 'read at the end' ? { ...told, status: 500 } : told));
  expect(judge('shows-new-runs-at-once', never)[0]).toMatch(/^inconclusive .*because AR-3\.1\)/);
});

describe('agents-api/runs-go-forwards', () => {
  const CHECK = 'runs-go-forwards';
  const course = (...statuses: readonly object[]): readonly Told[] => [
    ...without('await status', 'read at the end'),
    ...statuses.map((over) => read('await status', over)),
    read('read at the end', statuses.at(-1)),
  ];

  it('passes without RUNNING, which may be over before anybody looks', () => {
    expect(judge(CHECK, course(ended))[0]).toMatch(/^pass/);
  });

  it.each<[string, readonly object[], string]>([
    ['back to PENDING', [{ status: 'RUNNING' }, { status: 'PENDING' }, ended], 'went-backwards'],
    ['back to RUNNING', [ended, { status: 'RUNNING' }, ended], 'went-backwards'],
    ['from one end to another', [{ ...ended, status: 'CANCELLED' }, ended], 'went-backwards'],
    ['no end', [{ status: 'RUNNING' }], 'never-ended'],
    [
      'an end before the start',
      [{ ...ended, finishedAt: '2026-01-05T09:59:59Z' }],
      'ended-before-it-started',
    ],
  ])('fails on %s', (_what, statuses, code) => {
    expect(judge(CHECK, course(...statuses))[0]).toContain(`fail ${code}`);
  });

  it('says nothing of times that are none', () => {
    expect(judge(CHECK, course({ ...ended, finishedAt: null }))[0]).toMatch(/^inconclusive .*AR-3\.1a/);
  });
});

describe('agents-api/keeps-context-items-of-runs', () => {
  const CHECK = 'keeps-context-items-of-runs';

  it.each(['create with items', 'read with items'])('fails on another order or none in "%s"', (label) => {
    const sorted = but(label, { answer: run({ contextItemIds: ['i-1', 'i-2'] }) });
    expect(judge(CHECK, sorted)[0]).toMatch(/^fail wrong-content/);
    expect(judge(CHECK, but(label, { answer: run({ contextItemIds: null }) }))[0]).toMatch(/^fail/);
  });

  it('fails where no items can be made, and is left open where the run cannot be read', () => {
    const noItems = [
      ...without('create with items', 'read with items', MADE.item),
      { ...item(''), status: 500 },
    ];
    expect(judge(CHECK, noItems)[0]).toMatch(/^fail/);
    expect(judge(CHECK, but('read with items', { status: 500 }))[0]).toMatch(/because AR-3\.1\)/);
  });
});

it.each([null, undefined, ['i-1']])(
  'agents-api/shows-no-context-items-as-an-empty-list fails on %s',
  (contextItemIds) => {
    const story = but('create', { answer: run({ contextItemIds }) });
    expect(judge('shows-no-context-items-as-an-empty-list', story)[0]).toMatch(/^fail wrong-content/);
  },
);
