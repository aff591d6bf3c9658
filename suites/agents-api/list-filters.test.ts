import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, exchanges, type Told } from '../test-support/exchanges.ts';
import { MADE } from './drive.ts';
import { filterCases } from './list-filters.ts';
import { RUN_STATUSES } from './run-shape.ts';

const judge = (check: string, story: readonly Told[], choices: Readonly<Record<string, string>> = {}) =>
  caseFindings(filterCases, `agents-api/${check}`, exchanges('api-filter-runs', ...story), choices);

const PATH = '/api/projects/p-1/agent-runs';
const project: Told = { label: MADE.project, method: 'POST', status: 201, answer: { id: 'p-1' } };

const RUNS = [
  ['r-1', 'slow', 'RUNNING'],
  ['r-2', 'slow', 'RUNNING'],
  ['r-3', 'slow', 'CANCELLED'],
  ['r-4', 'other', 'RUNNING'],
  ['r-5', 'quick', 'COMPLETED'],
  ['r-6', 'late', 'PENDING'],
  ['r-7', 'failing', 'FAILED'],
].map(([id = '', workflowId = '', status = '']) => ({ id, workflowId, status }));
type Run = (typeof RUNS)[number];

const page = (items: readonly Run[], total = items.length, nextCursor: string | null = null) => ({
  items,
  nextCursor,
  total,
});
const listed = (label: string, query: string, items: readonly Run[]): Told => ({
  label,
  path: `${PATH}?${query}`,
  answer: page(items),
});
const byStatus = (status: string): readonly Run[] => RUNS.filter((run) => run.status === status);
const both = RUNS.slice(0, 2);
const BOTH = 'status=RUNNING&workflowId=slow';

const honest: readonly Told[] = [
  project,
  ...RUNS.map(({ id }): Told => ({ label: 'start run', method: 'POST', status: 201, answer: { id } })),
  ...RUNS.map((run): Told => ({ label: 'known', answer: run })),
  listed('all', 'limit=100', RUNS),
  ...RUN_STATUSES.map((status) => listed(`by status ${status}`, `status=${status}`, byStatus(status))),
  listed('by workflow', 'workflowId=slow', RUNS.slice(0, 3)),
  listed('by both', BOTH, both),
  ...both.map(
    (run, index): Told => ({
      label: 'by both, one by one',
      path: `${PATH}?${BOTH}&limit=1`,
      answer: page([run], 2, index === 0 ? 'more' : null),
    }),
  ),
  { label: 'no such status', path: `${PATH}?status=NOPE`, status: 422, answer: errorOf('VALIDATION') },
  ...RUNS.map((run): Told => ({ label: 'known after', answer: run })),
];

/** The honest story, but for the exchanges of one label. */
const but = (label: string, over: Partial<Told>): readonly Told[] =>
  honest.map((told) => (told.label === label ? { ...told, ...over } : told));

const CHECKS = [
  'filters-runs-by-status',
  'refuses-unknown-statuses',
  'status-lists-add-up',
  'filters-runs-by-workflow',
  'filters-combine',
  'cursors-keep-filters',
] as const;

const verdictsOf = (check: string, story: readonly Told[], choices = {}) => [
  ...new Set(judge(check, story, choices).map((line) => line.split(' ')[0])),
];

it.each(CHECKS)('agents-api/%s passes on an honest story', (check) => {
  expect(verdictsOf(check, honest, { 'VP-422': 'reject-422' })).toEqual(['pass']);
});

describe.each(CHECKS)('agents-api/%s is left open', (check) => {
  it.each<[string, readonly Told[], string]>([
    ['without a project', but(MADE.project, { status: 500 }), 'AR-1.1d'],
    ['without runs', but('start run', { status: 500 }), 'AR-2.1'],
    ['where runs cannot be read', but('known', { status: 500 }), 'AR-3.1'],
    ['where nothing is listed', but('all', { status: 500 }), 'AR-1.1'],
  ])('%s', (_what, story, because) => {
    const [line] = judge(check, story);
    expect(line).toMatch(/^inconclusive/);
    expect(line).toContain(`because ${because})`);
  });

  it('where runs go on while they are listed', () => {
    const story = but('known after', { answer: { id: 'r-1', status: 'COMPLETED', workflowId: 'slow' } });
    expect(judge(check, story)[0]).toMatch(/^inconclusive .*because AR-2\.1e/);
  });
});

describe.each<[string, string, readonly Run[]]>([
  ['filters-runs-by-status', 'by status COMPLETED', byStatus('COMPLETED')],
  ['status-lists-add-up', 'by status PENDING', byStatus('PENDING')],
  ['filters-runs-by-workflow', 'by workflow', RUNS.slice(0, 3)],
  ['filters-combine', 'by both', both],
])('agents-api/%s', (check, label, right) => {
  it.each<[string, Partial<Told>]>([
    ['others too', { answer: page(RUNS) }],
    ['one too few', { answer: page(right.slice(1)) }],
    ['another total', { answer: page(right, right.length + 1) }],
    ['a bare array', { answer: right }],
    ['an error', { status: 500 }],
    ['silence', { isLost: true }],
  ])('fails on %s', (_what, over) => {
    expect(verdictsOf(check, but(label, over))).toContain('fail');
  });
});

it('a list that is short of runs which the others have does not add up', () => {
  const findings = judge('status-lists-add-up', but('all', { answer: page(RUNS, RUNS.length + 1) }));
  expect(findings[0]).toMatch(/^fail does-not-add-up/);
});

it('no completed run leaves nothing to be found', () => {
  const isOfIt = ({ answer }: Told) => (answer as { readonly id?: string }).id === 'r-5';
  const story = honest.filter((told) => !isOfIt(told));
  expect(judge('filters-runs-by-status', story)[0]).toMatch(/^inconclusive .*because AR-2\.1e/);
});

describe('filters that are wrong alone', () => {
  it('say nothing of how they combine', () => {
    expect(judge('filters-combine', but('by status RUNNING', { answer: page(RUNS) }))[0]).toMatch(
      /because AR-1\.2b/,
    );
    expect(judge('filters-combine', but('by workflow', { answer: page(RUNS) }))[0]).toMatch(
      /because AR-1\.3/,
    );
    expect(judge('cursors-keep-filters', but('by both', { answer: page(RUNS) }))[0]).toMatch(
      /because AR-1\.4/,
    );
  });
});

describe('agents-api/cursors-keep-filters', () => {
  it.each<[string, unknown]>([
    ['a total of all', page(both.slice(0, 1), 7)],
    ['a run of another workflow', page(RUNS.slice(3, 4), 2)],
    ['an end that never comes', page(both.slice(0, 1), 2, 'more')],
  ])('fails on %s', (_what, answer) => {
    expect(verdictsOf('cursors-keep-filters', but('by both, one by one', { answer }))).toContain('fail');
  });
});

describe('agents-api/refuses-unknown-statuses', () => {
  const answered = (status: number, answer: unknown, choices = {}) =>
    verdictsOf('refuses-unknown-statuses', but('no such status', { status, answer }), choices);

  it('passes on a refusal as declared, and on nothing', () => {
    expect(answered(400, errorOf('VALIDATION'))).toEqual(['pass']);
    expect(answered(200, page([]), { 'VP-422': 'reject-422' })).toEqual(['pass']);
  });

  it('fails on all runs, on another refusal than declared, and on a crash', () => {
    expect(answered(200, page(RUNS))).toEqual(['fail']);
    expect(answered(400, errorOf('VALIDATION'), { 'VP-422': 'reject-422' })).toEqual(['fail']);
    expect(answered(500, 'oops')).toEqual(['fail']);
    expect(answered(401, errorOf('UNAUTHENTICATED'))).toEqual(['fail']);
  });
});
