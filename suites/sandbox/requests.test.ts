/** What each check of requests, histories and comparisons finds, one thing wrong at a time. */
import { describe, expect, it } from 'vitest';
import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { comparisonCases } from './compare.ts';
import { historyCases } from './history.ts';
import { readingCases } from './reading.ts';
import { refusalCases } from './refusals.ts';
import {
  body,
  type Change,
  type Changes,
  DECLARED,
  judgeOf,
  lost,
  passes,
  refusal,
  status,
} from './test-support/driven.ts';
import type { Fields } from './test-support/honest-figures.ts';

const cases = [...refusalCases, ...historyCases, ...readingCases, ...comparisonCases];
const judge = (check: string, ...rest: [Changes?, Readonly<Record<string, string>>?]) => {
  const bound = cases.find(({ checks }) => checks.some(({ id }) => id === `sandbox/${check}`));
  return judgeOf(bound as BoundCase<TrialView>)(check, ...rest);
};

const over = (more: Fields): Change => body((was) => ({ ...(was as Fields), ...more }));
const tests = (change: (list: readonly Fields[]) => readonly unknown[]): Change =>
  body((was) => ({ ...(was as Fields), tests: change((was as Fields)['tests'] as Fields[]) }));
const crash = refusal(500, 'INTERNAL');
const taken = status(200);
const some = over({ total: 1 });

type Row = readonly [check: string, what: string, label: string, change: Change];

const wrong: readonly Row[] = [
  ['refuses-misshapen-tests', 'a payload that is taken', 'payload a list', taken],
  ['refuses-misshapen-tests', 'a crash', 'payload null', crash],
  ['refuses-misshapen-tests', 'another status than the declared one', 'a list', refusal(400, 'VALIDATION')],
  ['refuses-misshapen-tests', 'no name of the field', 'no payload', refusal(422, 'VALIDATION', 'no')],
  [
    'refuses-misshapen-tests',
    'what was sent',
    'payload a text',
    (_was, ask) => ({ status: 422, body: { code: 'VALIDATION', detail: `payload: ${ask.body}` } }),
  ],
  ['refuses-misshapen-tests', 'a test that is stored', 'history afterwards', some],
  ['tests-no-unknown-agent', 'another code', 'test of an unknown agent', refusal(404, 'TEST_NOT_FOUND')],
  ['tests-no-unknown-agent', 'a crash', 'test of an unknown agent', crash],
  ['tests-no-unknown-agent', 'another choice', 'test of an unknown agent', refusal(400, 'VALIDATION')],
  ['takes-no-odd-agent-ids', 'a crash', 'an agent id that is a word', crash],
  ['no-history-of-unknown-agents', 'an empty history', 'history of an unknown agent', taken],
  ['tests-no-inactive-agent', 'a test', 'test of an inactive agent', taken],
  ['tests-no-inactive-agent', 'another choice', 'test of an inactive agent', refusal(400, 'AGENT_INACTIVE')],
  ['tests-no-inactive-agent', 'a test that is stored', 'history afterwards', some],
  [
    'lists-tests',
    'the oldest first',
    'history',
    tests((list) =>
      list.toReversed().map((one, index) => ({ ...one, created_at: `2026-01-05T10:00:0${index}Z` })),
    ),
  ],
  ['lists-tests', 'another limit', 'history', over({ limit: 20 })],
  ['lists-tests', 'another total', 'history', over({ total: 6 })],
  ['lists-tests', 'a crash', 'history', crash],
  [
    'lists-tests',
    'a test of another agent',
    'history',
    tests((list) => [...list.slice(0, 6), { test_id: 'of another' }]),
  ],
  ['keeps-to-the-limit', 'more than the limit', 'limit=1', tests((list) => [...list, ...list])],
  ['keeps-to-the-limit', 'a limit that is not told', 'limit=500', over({ limit: 50 })],
  [
    'limits-are-from-1-to-500',
    'a limit that is cut',
    'limit=501',
    () => ({ status: 200, body: { tests: [], total: 7, limit: 500, offset: 0 } }),
  ],
  ['limits-are-from-1-to-500', 'a crash', 'limit=abc', crash],
  ['offsets-are-from-0', 'a crash', 'offset=-1', crash],
  ['offsets-are-from-0', 'a first page', 'offset=-1', taken],
  ['nothing-beyond-the-end', 'another total', 'offset=7', over({ total: 0 })],
  ['nothing-beyond-the-end', 'tests', 'offset=10', tests(() => [{}])],
  [
    'pages-hold-every-test-once',
    'pages that overlap',
    'limit=3&offset=3',
    tests((list) => [{ test_id: 'another' }, ...list.slice(1)]),
  ],
  ['pages-hold-every-test-once', 'a page too long', 'limit=3&offset=6', tests((list) => [...list, ...list])],
  ['empty-history', 'no history', 'empty history', refusal(404, 'AGENT_NOT_FOUND')],
  ['empty-history', 'a test', 'empty history', over({ total: 1, tests: [{}] })],
  [
    'items-of-the-history',
    'an id by another name',
    'history',
    tests((list) => list.map(({ test_id: id, ...rest }) => ({ id, ...rest }))),
  ],
  [
    'items-of-the-history',
    'another agent',
    'history',
    tests((list) => list.map((one) => ({ ...one, agent_id: 'a-1' }))),
  ],
  [
    'items-of-the-history',
    'no tokens',
    'history',
    tests((list) => list.map((one) => ({ ...one, token_usage: null }))),
  ],
  ['reads-no-unknown-test', 'a crash', 'unknown test', crash],
  ['reads-no-unknown-test', 'another code', 'unknown test', refusal(404, 'AGENT_NOT_FOUND')],
  ['reads-no-test-of-another-agent', 'the test', 'foreign test', taken],
  [
    'reads-no-test-of-another-agent',
    'another word',
    'foreign test',
    refusal(404, 'TEST_NOT_FOUND', 'of another agent'),
  ],
  ['reads-no-test-of-another-agent', 'another choice', 'foreign test', refusal(403, 'TENANT_MISMATCH')],
  ['takes-no-odd-test-ids', 'a crash', 'no-uuid', crash],
  ['takes-no-odd-test-ids', 'an answer', 'compare', taken],
  [
    'compares-tests',
    'the first minus the second',
    'compare',
    body((was) => ({ ...(was as Fields), token_delta: -Number((was as Fields)['token_delta']) })),
  ],
  ['compares-tests', 'another cost', 'compare', over({ cost_delta: 0 })],
  ['compares-tests', 'another time', 'compare', over({ timing_delta: 99 })],
  ['compares-tests', 'other tests', 'compare like ones', over({ test_id_1: 'another' })],
  ['compares-tests', 'a changed status', 'compare like ones', over({ status_changed: true })],
  ['compares-tests', 'no list of differences', 'compare like ones', over({ trace_differences: 'none' })],
  ['compares-a-test-with-itself', 'noise', 'compare with itself', over({ cost_delta: 1e-12 })],
  [
    'compares-a-test-with-itself',
    'a difference',
    'compare with itself',
    over({ trace_differences: ['Something'] }),
  ],
  [
    'compares-the-other-way-round',
    'no sign',
    'compare the other way round',
    body((was) => ({ ...(was as Fields), token_delta: 150 })),
  ],
  [
    'compares-success-with-failure',
    'the same status',
    'compare with a failure',
    over({ status_changed: false }),
  ],
  [
    'tells-changed-step-counts',
    'another arrow',
    'compare',
    over({ trace_differences: ['Step count changed: 4 -> 5'] }),
  ],
  [
    'tells-changed-step-counts',
    'other numbers',
    'compare',
    over({ trace_differences: ['Step count changed: 5 → 4'] }),
  ],
  [
    'tells-changed-step-counts',
    'a change where there is none',
    'compare like ones',
    over({ trace_differences: ['Step count changed: 4 → 4'] }),
  ],
  ['compares-no-unknown-test', 'a crash', 'compare with an unknown one', crash],
  ['compares-no-unknown-test', 'another choice', 'compare an unknown one', refusal(400, 'TEST_NOT_FOUND')],
  ['compares-no-test-of-another-agent', 'a comparison', 'compare with a foreign one', taken],
  [
    'compares-no-test-of-another-agent',
    'another word',
    'compare with a foreign one',
    refusal(404, 'TEST_NOT_FOUND', 'of another agent'),
  ],
  ['refuses-misshapen-comparisons', 'a crash', 'compare with a word', crash],
  [
    'refuses-misshapen-comparisons',
    'another status',
    'compare without test_id_2',
    refusal(404, 'TEST_NOT_FOUND'),
  ],
];

describe('a check', () => {
  it.each(wrong)('%s fails on %s', async (check, _what, label, change) => {
    const findings = await judge(check, { [label]: change });
    expect(findings.some((line) => line.startsWith('fail'))).toBe(true);
    expect(
      (await judge(check, { [label]: lost })).some((line) => /^(fail no-answer|inconclusive)/.test(line)),
    ).toBe(true);
  });

  const hides: readonly (readonly [check: string, label: string, change: Change, because: string])[] = [
    ['lists-tests', 'test 3', crash, 'SB-1.1'],
    ['pages-hold-every-test-once', 'limit=3&offset=3', crash, 'SB-4.2'],
    ['items-of-the-history', 'history', tests(() => []), 'SB-4.1'],
    ['tests-no-inactive-agent', 'history afterwards', crash, 'SB-4.7'],
    ['reads-no-test-of-another-agent', 'unknown test', crash, 'SB-5.2'],
    ['compares-success-with-failure', 'failing', over({ status: 'success' }), 'SB-8.1'],
    ['compares-no-test-of-another-agent', 'compare with an unknown one', crash, 'SB-6.6'],
    ['tells-changed-step-counts', 'first', crash, 'SB-1.1'],
  ];
  it.each(hides)('%s is left open when %s hides it', async (check, label, change, because) => {
    expect((await judge(check, { [label]: change })).join('\n')).toMatch(`because ${because}`);
  });

  it('is left open where an agent cannot be set up anew', async () => {
    const [finding = ''] = await judge('tells-changed-step-counts', { 'set up anew': status(405) });
    expect(finding).toMatch(/^inconclusive not-set-up: .* PUT answered 405$/);
  });
});

describe('choices', () => {
  const open = (...ids: readonly string[]) =>
    Object.fromEntries(Object.entries(DECLARED).filter(([id]) => !ids.includes(id)));

  it('a limit out of range is cut where that is declared, to what is allowed', async () => {
    const clamp = { ...DECLARED, 'VP-CLAMP': 'clamp' };
    const cut =
      (limit: number): Change =>
      () => ({ status: 200, body: { tests: [], total: 7, limit, offset: 0 } });
    const all = { 'limit=0': cut(1), 'limit=-1': cut(1), 'limit=501': cut(500) };
    expect(await judge('limits-are-from-1-to-500', all, clamp)).toSatisfy(passes);
    expect(await judge('limits-are-from-1-to-500', all, open('VP-CLAMP'))).toSatisfy(passes);
    expect(await judge('limits-are-from-1-to-500', { ...all, 'limit=501': cut(501) }, clamp)).not.toSatisfy(
      passes,
    );
    expect((await judge('limits-are-from-1-to-500', { 'limit=0': cut(1) }, open('VP-CLAMP'))).join()).toMatch(
      'changes-its-mind',
    );
  });

  it('400 in the place of 404, where it is declared or nothing is', async () => {
    const bad = refusal(400, 'AGENT_NOT_FOUND');
    const all = { 'test of an unknown agent': bad, 'test of an unknown agent again': bad };
    expect(await judge('tests-no-unknown-agent', all, { ...DECLARED, 'VP-AGENT404': '400' })).toSatisfy(
      passes,
    );
    expect(await judge('tests-no-unknown-agent', all, open('VP-AGENT404'))).toSatisfy(passes);
  });

  it('403 for what is foreign, if it is that for what is unknown too', async () => {
    const forbidden = refusal(403, 'FORBIDDEN');
    const choices = { ...DECLARED, 'VP-FORBID': '403' };
    const both = { 'foreign test': forbidden, 'unknown test': forbidden, 'unknown test again': forbidden };
    expect(await judge('reads-no-test-of-another-agent', both, choices)).toSatisfy(passes);
    expect(await judge('reads-no-unknown-test', both, choices)).toSatisfy(passes);
    const one = { 'foreign test': forbidden };
    expect((await judge('reads-no-test-of-another-agent', one, choices)).join()).toMatch(
      'fail tells-them-apart',
    );
  });
});
