import { describe, expect, it } from 'vitest';
import { caseFindings, errorOf, exchanges, type Told } from '../test-support/exchanges.ts';
import { MADE } from './drive.ts';
import { listRunCases } from './list-runs.ts';

const judge = (check: string, story: readonly Told[], choices: Readonly<Record<string, string>> = {}) =>
  caseFindings(listRunCases, `agents-api/${check}`, exchanges('api-list-runs', ...story), choices);

const PATH = '/api/projects/p-1/agent-runs';
const project: Told = { label: MADE.project, method: 'POST', status: 201, answer: { id: 'p-1' } };
const RUNS = Array.from({ length: 25 }, (_, index) => `r-${index + 1}`);
const made = (id: string, label = 'start run'): Told => ({
  label,
  method: 'POST',
  path: PATH,
  status: 201,
  answer: { id },
});
const newest = RUNS.toReversed();

const page = (ids: readonly string[], nextCursor: string | null, total = 25) => ({
  items: ids.map((id) => ({ id })),
  nextCursor,
  total,
});
const list = (answer: unknown = page(newest, null), status = 200): Told => ({
  label: 'list',
  path: PATH,
  status,
  answer,
});
/** A walk in pages of ten. */
const walk = (label: string, ids: readonly string[]): readonly Told[] => {
  const pages = Array.from({ length: Math.ceil(ids.length / 10) }, (_, index) =>
    ids.slice(index * 10, index * 10 + 10),
  );
  return pages.map((items, index) => ({
    label,
    path: `${PATH}?limit=10`,
    answer: page(items, index === pages.length - 1 ? null : `after-${index}`),
  }));
};
const setUp = [project, ...RUNS.map((id) => made(id))];

describe('agents-api/lists-runs', () => {
  const CHECK = 'lists-runs';

  it('passes on all of them, the newest first', () => {
    expect(judge(CHECK, [...setUp, list()], { 'VP-PAGE': '50' })).toEqual([
      'pass as-expected: every expectation met | status 200',
    ]);
    const short = list(page(newest.slice(0, 20), 'more'));
    expect(judge(CHECK, [...setUp, short], { 'VP-PAGE': '20' })[0]).toMatch(/^pass/);
    expect(judge(CHECK, [...setUp, short])[0]).toMatch(/^pass/);
  });

  it.each([
    ['a bare array', list(RUNS)],
    ['another total', list(page(newest, null, 24))],
    ['fewer than the page holds', list(page(newest.slice(0, 24), null))],
    ['another size than was declared', list(page(newest.slice(0, 20), 'more'))],
    ['a cursor to nothing', list(page(newest, 'more'))],
    ['the oldest first', list(page(RUNS, null))],
    ['one twice', list(page([...newest.slice(1), 'r-1'], null))],
    ['strangers', list(page([...newest.slice(1), 'r-99'], null))],
    ['an error', list(errorOf('UNAUTHENTICATED'), 401)],
    ['no answer', { ...list(), isLost: true }],
  ])('fails on %s', (_what, told) => {
    expect(judge(CHECK, [...setUp, told], { 'VP-PAGE': '50' })[0]).toMatch(/^fail /);
  });

  it('is left open where the runs could not be made', () => {
    expect(judge(CHECK, [{ ...project, status: 500 }])[0]).toMatch(/^inconclusive .*because AR-1\.1d/);
    expect(judge(CHECK, [project, made('r-1'), list()])[0]).toMatch(/^inconclusive .*because AR-2\.1\)/);
  });
});

describe('agents-api/pages-through-runs', () => {
  const CHECK = 'pages-through-runs';
  const walks = (first: readonly string[], second = first): readonly Told[] => [
    ...setUp,
    list(),
    ...walk('page', first),
    ...walk('page again', second),
  ];
  const verdicts = (story: readonly Told[]) => judge(CHECK, story).map((line) => line.split(' ')[0]);

  it('passes on every run once, twice in one order', () => {
    expect(verdicts(walks(newest))).toEqual(['pass', 'pass', 'pass']);
  });

  it.each([
    ['one twice', [...newest.slice(0, 24), 'r-25']],
    ['one missing', newest.slice(1)],
    ['one that is none of them', [...newest.slice(1), 'r-99']],
  ])('fails on %s', (_what, ids) => expect(verdicts(walks(ids))).toContain('fail'));

  it('fails on another order the second time', () => {
    expect(judge(CHECK, walks(newest, RUNS))).toContainEqual(expect.stringMatching(/^fail order-changes/));
  });

  it('fails on pages of another size, on no end, and on no page', () => {
    const [first, , last] = walk('page', newest);
    const bad = [
      { ...first, answer: page(newest.slice(0, 9), 'more') },
      { ...first, answer: page(newest.slice(0, 10), 'more') },
      { ...first, status: 500 },
    ] as Told[];
    for (const told of bad) expect(judge(CHECK, [...setUp, list(), told])[0]).toMatch(/^fail wrong-pages/);
    expect(judge(CHECK, [...setUp, list(), last as Told])[0]).toMatch(/missing/);
  });

  it('is left open where there is no list at all', () => {
    const story = [...setUp, list('oops', 500), ...walk('page', [])];
    expect(judge(CHECK, story)[0]).toMatch(/^inconclusive .*because AR-1\.1\)/);
  });
});

describe('agents-api/pages-stay-whole-while-runs-are-made', () => {
  const CHECK = 'pages-stay-whole-while-runs-are-made';
  const paged = (ids: readonly string[], still = newest): readonly Told[] => [
    ...setUp,
    list(),
    ...walk('page', still),
    made('r-26', 'insert run'),
    ...walk('page while inserting', ids),
  ];

  it('passes whether the new run is there or not', () => {
    expect(judge(CHECK, paged(newest))[0]).toMatch(/^pass/);
    expect(judge(CHECK, paged([...newest, 'r-26']))[0]).toMatch(/^pass/);
  });

  it('fails on a run that comes twice or is left out', () => {
    const twice = [...newest.slice(0, 10), newest[9] ?? '', ...newest.slice(10)];
    expect(judge(CHECK, paged(twice))[0]).toMatch(/^fail wrong-pages.*twice/);
    expect(judge(CHECK, paged(newest.slice(0, 20)))[0]).toMatch(/^fail wrong-pages.*5 missing/);
  });

  it('is left open where pages are wrong anyway', () => {
    expect(judge(CHECK, paged(newest, RUNS.slice(1)))[0]).toMatch(/^inconclusive .*because AR-1\.1a/);
  });
});

describe('agents-api/treats-odd-limits-as-declared', () => {
  const CHECK = 'treats-odd-limits-as-declared';
  const limits = (...statuses: readonly number[]): readonly Told[] => [
    project,
    list(),
    ...['0', '-1', '101', 'abc'].map((limit, index): Told => {
      const status = statuses[index] ?? statuses[0] ?? 0;
      const answer = status === 200 ? page(newest, null) : errorOf('VALIDATION');
      return { label: `limit ${limit}`, path: `${PATH}?limit=${limit}`, status, answer };
    }),
  ];
  const holds = (statuses: readonly number[], declaredAs?: string) =>
    judge(CHECK, limits(...statuses), declaredAs === undefined ? {} : { 'VP-CLAMP': declaredAs }).every(
      (line) => line.startsWith('pass'),
    );

  it('passes on what was declared, and on any one choice where nothing was', () => {
    expect([holds([422], 'reject-422'), holds([400], 'reject-400'), holds([200], 'clamp')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([holds([422]), holds([400]), holds([200]), holds([200, 200, 200, 422])]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('fails on what was not, on a change of mind, on a crash, and on auth', () => {
    expect([holds([200], 'reject-422'), holds([422, 200, 422, 422])]).toEqual([false, false]);
    expect([holds([500]), holds([401]), holds([422, 422, 422, 500])]).toEqual([false, false, false]);
  });

  it('fails on a page of more than a hundred', () => {
    const many = page(
      Array.from({ length: 101 }, (_, index) => `r-${index}`),
      null,
    );
    const story = [
      ...limits(200).filter(({ label }) => label !== 'limit 101'),
      { label: 'limit 101', answer: many },
    ];
    expect(judge(CHECK, story, { 'VP-CLAMP': 'clamp' })).toContainEqual(expect.stringMatching(/^fail/));
  });
});

describe('agents-api/refuses-cursors-it-did-not-give', () => {
  const CHECK = 'refuses-cursors-it-did-not-give';
  const cursor = (status: number, answer: unknown): readonly Told[] => [
    project,
    list(),
    { label: 'garbage cursor', path: `${PATH}?cursor=garbage`, status, answer },
  ];

  it('passes on a refusal', () => {
    expect(judge(CHECK, cursor(400, errorOf('CURSOR_INVALID')))[0]).toMatch(/^pass/);
    expect(judge(CHECK, cursor(422, errorOf('VALIDATION')))[0]).toMatch(/^pass/);
  });

  it('fails on the first page, on a crash, and on an error of no form', () => {
    expect(judge(CHECK, cursor(200, page(newest, null)))[0]).toMatch(/^fail wrong-status/);
    expect(judge(CHECK, cursor(500, 'oops'))[0]).toMatch(/^fail wrong-status/);
    expect(judge(CHECK, cursor(400, 'oops'))[0]).toMatch(/^fail wrong-error-shape/);
  });

  it('is left open where nothing is listed', () => {
    expect(judge(CHECK, [project, list('oops', 500)])[0]).toMatch(/^inconclusive .*because AR-1\.1\)/);
    expect(judge(CHECK, [{ ...project, status: 503 }])[0]).toMatch(/^inconclusive .*because AR-1\.1d/);
  });
});

describe('an empty project', () => {
  const CHECK = 'lists-nothing-of-an-empty-project';
  const UNKNOWN = 'lists-unknown-projects-as-declared';
  const judgeEmpty = (check: string, story: readonly Told[], choices = {}) =>
    caseFindings(listRunCases, `agents-api/${check}`, exchanges('api-list-empty', ...story), choices);
  const empty = list(page([], null, 0));
  const unknown = (first: Partial<Told>, second = first): readonly Told[] => [
    project,
    empty,
    { label: 'unknown project', ...first },
    { label: 'another unknown project', ...second },
  ];
  const gone = { status: 404, answer: errorOf('PROJECT_NOT_FOUND') };
  const nothing = { status: 200, answer: page([], null, 0) };

  it('lists nothing', () => {
    expect(judgeEmpty(CHECK, [project, empty])[0]).toMatch(/^pass/);
    expect(judgeEmpty(CHECK, [project, list(page([], null, 3))])[0]).toMatch(/^fail/);
    expect(judgeEmpty(CHECK, [project, list({ items: [] })])[0]).toMatch(/^fail wrong-shape/);
  });

  it('can be made', () => {
    expect(judgeEmpty(CHECK, [{ ...project, status: 500 }])[0]).toMatch(/^fail wrong-status/);
    expect(judgeEmpty(CHECK, [{ ...project, answer: {} }])[0]).toMatch(/^fail wrong-content/);
  });

  it('that does not exist is answered as declared', () => {
    const all = (story: readonly Told[], declaredAs?: string) =>
      judgeEmpty(UNKNOWN, story, declaredAs === undefined ? {} : { 'VP-UNKNOWNPROJECT': declaredAs });
    expect(all(unknown(gone), '404').every((line) => line.startsWith('pass'))).toBe(true);
    expect(all(unknown(nothing)).every((line) => line.startsWith('pass'))).toBe(true);
    expect(all(unknown(nothing), '404')[0]).toMatch(/^fail/);
    expect(all(unknown(gone, nothing))).toContainEqual(expect.stringMatching(/^fail changes-its-mind/));
    expect(all(unknown({ status: 200, answer: page(newest, null) }))[0]).toMatch(/^fail/);
    expect(all([project, list('oops', 500)])[0]).toMatch(/^inconclusive .*because AR-1\.1d/);
  });
});
