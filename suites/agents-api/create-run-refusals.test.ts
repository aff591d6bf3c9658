import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, exchanges, type Told } from '../test-support/exchanges.ts';
import { refusalCases } from './create-run-refusals.ts';
import { MADE } from './drive.ts';

const PATH = '/api/projects/p-1/agent-runs';
const project: Told = { label: MADE.project, method: 'POST', status: 201, answer: { id: 'p-1' } };
const nothing = { items: [], nextCursor: null, total: 0 };
const one = { items: [{ id: 'r-1' }], nextCursor: null, total: 1 };
const list = (label: string, answer: unknown = nothing): Told => ({ label, path: PATH, answer });

const refused = (label: string, status: number, code: string, over: Partial<Told> = {}): Told => ({
  label,
  method: 'POST',
  path: PATH,
  status,
  answer: errorOf(code),
  ...over,
});
/** Requests between the two readings of the list. */
const between = (requests: readonly Told[], after: unknown = nothing): readonly Told[] => [
  project,
  list('list before'),
  ...requests,
  list('list after', after),
];
const judgeIn =
  (scenario: string) =>
  (check: string, story: readonly Told[], choices: Readonly<Record<string, string>> = {}) =>
    caseFindings(refusalCases, `agents-api/${check}`, exchanges(scenario, ...story), choices);
const passes = (findings: readonly string[]): boolean =>
  findings.length > 0 && findings.every((line) => line.startsWith('pass'));

describe('agents-api/refuses-unknown-workflow', () => {
  const judge = judgeIn('api-create-unknown-workflow');
  const CHECK = 'refuses-unknown-workflow';
  const story = (told: Told, after?: unknown) => between([told], after);

  it('passes on a refusal as declared, and on either where none was', () => {
    expect(
      passes(judge(CHECK, story(refused('create', 404, 'WORKFLOW_NOT_FOUND')), { 'VP-BADREF': '404' })),
    ).toBe(true);
    expect(passes(judge(CHECK, story(refused('create', 400, 'WORKFLOW_NOT_FOUND'))))).toBe(true);
  });

  it('fails on another refusal, another code, no refusal, and a run that is there nevertheless', () => {
    const bad = refused('create', 400, 'WORKFLOW_NOT_FOUND');
    expect(judge(CHECK, story(bad), { 'VP-BADREF': '404' })[0]).toMatch(/^fail wrong-status/);
    expect(judge(CHECK, story(refused('create', 404, 'PROJECT_NOT_FOUND')))[0]).toMatch(/^fail wrong-code/);
    expect(judge(CHECK, story(refused('create', 201, '')))[0]).toMatch(/^fail wrong-status/);
    expect(judge(CHECK, story(refused('create', 401, 'UNAUTHENTICATED')))[0]).toMatch(/^fail/);
    expect(judge(CHECK, story(refused('create', 404, 'WORKFLOW_NOT_FOUND'), one))[0]).toMatch(
      /^fail changed/,
    );
  });

  it('is left open without a project and without a list', () => {
    expect(judge(CHECK, [{ ...project, status: 500 }])[0]).toMatch(/because AR-1\.1d/);
    const blind = story(refused('create', 404, 'WORKFLOW_NOT_FOUND'), 'oops');
    expect(judge(CHECK, blind)[0]).toMatch(/^inconclusive .*because AR-1\.1d/);
  });
});

describe('context items', () => {
  const judge = judgeIn('api-create-unknown-item');
  const UNKNOWN = 'refuses-unknown-context-items';
  const FOREIGN = 'refuses-foreign-context-items-as-unknown';
  const about = (label: string, id: string, over: Partial<Told> = {}) =>
    refused(label, 400, 'CONTEXT_ITEM_INVALID', {
      body: { workflowId: 'w-1', inputQuery: 'q', contextItemIds: [id] },
      answer: errorOf('CONTEXT_ITEM_INVALID', `no item ${id}`),
      ...over,
    });
  const story = (unknown: Partial<Told> = {}, foreign: Partial<Told> = {}, after?: unknown) =>
    between(
      [
        about('unknown item', 'i-unknown', unknown),
        about('unknown item among others', 'i-unknown', unknown),
        about('foreign item', 'i-foreign', foreign),
      ],
      after,
    );

  it('that are unknown or foreign are refused alike', () => {
    expect(passes(judge(UNKNOWN, story()))).toBe(true);
    expect(passes(judge(FOREIGN, story()))).toBe(true);
  });

  it('that are unknown fail the check where they are taken or something comes of them', () => {
    expect(judge(UNKNOWN, story({ status: 201 }))[0]).toMatch(/^fail wrong-status/);
    expect(judge(UNKNOWN, story({ status: 404 }))[0]).toMatch(/^fail wrong-status/);
    expect(judge(UNKNOWN, story({}, {}, one))[0]).toMatch(/^fail changed/);
  });

  it('that are foreign fail the check where they are taken or told apart', () => {
    expect(judge(FOREIGN, story({}, { status: 201 }))[0]).toMatch(/^fail wrong-status/);
    const told = errorOf('CONTEXT_ITEM_INVALID', 'i-foreign belongs to somebody else');
    expect(judge(FOREIGN, story({}, { answer: told }))[0]).toMatch(/^fail tells-them-apart/);
    expect(judge(FOREIGN, story({ status: 201 }, { status: 201 }))[0]).toMatch(/^fail wrong-status/);
    expect(judge(FOREIGN, story({ status: 404 }))[0]).toMatch(/^inconclusive .*because AR-2\.4/);
  });

  it('that could not be made leave it open', () => {
    expect(judge(FOREIGN, between([about('unknown item', 'i-unknown')]))[0]).toMatch(/because AR-2\.2/);
    expect(judge(UNKNOWN, between([]))[0]).toMatch(/because AR-2\.1\)/);
  });
});

describe('empty queries', () => {
  const judge = judgeIn('api-create-empty-query');
  const EMPTY = 'treats-empty-queries-as-declared';
  const BLANK = 'treats-blank-queries-as-empty';
  const answer = (label: string, status: number): Told =>
    status === 201
      ? refused(label, 201, '', { answer: { id: 'r-1' } })
      : refused(label, status, 'QUERY_REQUIRED');
  const story = (empty: number, blank = empty, after?: unknown) =>
    between([answer('empty query', empty), answer('query of white space', blank)], after);

  it('pass refused or accepted, as declared', () => {
    for (const check of [EMPTY, BLANK]) {
      expect(passes(judge(check, story(400), { 'VP-EMPTYQ': '400' }))).toBe(true);
      expect(passes(judge(check, story(201, 201, one), { 'VP-EMPTYQ': '201' }))).toBe(true);
      expect(passes(judge(check, story(400)))).toBe(true);
    }
  });

  it('fail otherwise', () => {
    expect(judge(EMPTY, story(201), { 'VP-EMPTYQ': '400' })[0]).toMatch(/^fail wrong-status/);
    expect(judge(EMPTY, story(422))[0]).toMatch(/^fail wrong-status/);
    expect(judge(EMPTY, story(400, 400, one))[0]).toMatch(/^fail changed/);
    expect(judge(BLANK, story(400, 201))[0]).toMatch(/^fail changes-its-mind/);
    expect(judge(BLANK, story(400, 500))[0]).toMatch(/^fail/);
  });

  it('of white space wait for those that are empty', () => {
    expect(judge(BLANK, story(500))[0]).toMatch(/^inconclusive .*because AR-2\.5/);
    expect(judge(EMPTY, between([]))[0]).toMatch(/because AR-2\.1\)/);
  });
});

describe('bodies', () => {
  const judge = judgeIn('api-create-misshapen');
  const SHAPE = 'refuses-misshapen-runs';
  const JSON_ = 'refuses-what-is-no-json';
  const LABELS = [
    ['no workflowId', 'workflowId'],
    ['no inputQuery', 'inputQuery'],
    ['workflowId a number', 'workflowId'],
    ['inputQuery a list', 'inputQuery'],
    ['contextItemIds a text', 'contextItemIds'],
    ['a list', ''],
    ['a text', ''],
    ['a null', ''],
  ] as const;
  const story = (over: Readonly<Record<string, Partial<Told>>> = {}, status = 422, after?: unknown) =>
    between(
      [
        ...LABELS.map(([label, field]) =>
          refused(label, status, 'VALIDATION', {
            answer: errorOf('VALIDATION', [{ loc: ['body', field], msg: 'required', type: 'missing' }]),
            ...over[label],
          }),
        ),
        ...['cut off', 'no JSON at all'].map((label) => refused(label, 400, 'VALIDATION', over[label])),
        refused('of another type', 415, 'VALIDATION', over['of another type']),
      ],
      after,
    );

  it('of the wrong shape, or no JSON, are refused', () => {
    expect(passes(judge(SHAPE, story(), { 'VP-422': 'reject-422' }))).toBe(true);
    expect(passes(judge(SHAPE, story({}, 400)))).toBe(true);
    expect(passes(judge(JSON_, story()))).toBe(true);
  });

  it.each<[string, readonly Told[]]>([
    ['another status than was declared', story({}, 400)],
    ['a crash', story({ 'a null': { status: 500 } })],
    ['a field without its name', story({ 'no inputQuery': { answer: errorOf('VALIDATION', 'bad') } })],
    ['a body that is taken', story({ 'a list': { status: 201 } })],
    ['a run that is there nevertheless', story({}, 422, one)],
  ])('of the wrong shape fail on %s', (_what, told) => {
    expect(judge(SHAPE, told, { 'VP-422': 'reject-422' })[0]).toMatch(/^fail/);
  });

  it('of the wrong shape get one answer where none was declared', () => {
    const changing = story({ 'a list': { status: 400 } });
    expect(judge(SHAPE, changing)[0]).toMatch(/^fail changes-its-mind/);
  });

  it.each(['cut off', 'no JSON at all', 'of another type'])('%s fail on a crash or a run', (label) => {
    expect(judge(JSON_, story({ [label]: { status: 500 } }))[0]).toMatch(/^fail/);
    expect(judge(JSON_, story({ [label]: { status: 201 } }))[0]).toMatch(/^fail/);
    expect(judge(JSON_, story({ [label]: { isLost: true } }))[0]).toMatch(/^fail/);
  });

  it('wait for a workflow', () => {
    for (const check of [SHAPE, JSON_]) expect(judge(check, between([]))[0]).toMatch(/because AR-2\.1\)/);
  });
});
