/** What the checks of side effects, tenants and users at once find. */
import { describe, expect, it } from 'vitest';
import type { BoundCase } from '../../harness/core/contract-case.ts';
import type { TrialView } from '../../harness/judge/views.ts';
import { caseFindings, type Told, tell } from '../test-support/exchanges.ts';
import { type Beat, goodRun, Tape } from '../test-support/transcripts.ts';
import { crowd } from './crowd.ts';
import { effectCases } from './effects.ts';
import { isolationCases } from './tenancy.ts';
import { headerCases } from './tenant-header.ts';
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

const cases = [...effectCases, ...isolationCases, ...headerCases, crowd];
const judge = (check: string, ...rest: [Changes?, Readonly<Record<string, string>>?]) => {
  const bound = cases.find(({ checks }) => checks.some(({ id }) => id === `sandbox/${check}`));
  return judgeOf(bound as BoundCase<TrialView>)(check, ...rest);
};
const over = (more: Fields): Change => body((was) => ({ ...(was as Fields), ...more }));
const crash = refusal(500, 'INTERNAL');
const known = (): Change => status(200);
const more = over({ items: [{ id: 'a stray run' }], total: 1 });

describe('a check', () => {
  const wrong: readonly (readonly [check: string, what: string, label: string, change: Change])[] = [
    ['changes-nothing', 'a run more', 'runs after', more],
    ['changes-nothing', 'a run in the latest project', 'runs of the latest project after', more],
    ['changes-nothing', 'a message more', 'messages after', more],
    ['changes-nothing', 'another run', 'run after', over({ status: 'RUNNING' })],
    ['changes-nothing', 'a test that is filed twice', 'history after', over({ total: 3 })],
    ['changes-nothing', 'a test that is not filed', 'history after', over({ total: 1 })],
    ['agents-of-another-tenant-look-unknown', 'a test', 'test: foreign agent', known()],
    ['agents-of-another-tenant-look-unknown', 'a history', 'history: foreign agent', known()],
    ['agents-of-another-tenant-look-unknown', 'a comparison', 'compare: foreign agent', known()],
    [
      'agents-of-another-tenant-look-unknown',
      'another word',
      'read: foreign agent',
      refusal(404, 'AGENT_NOT_FOUND', 'not yours'),
    ],
    ['tests-of-another-tenant-look-unknown', 'the test', 'foreign test', known()],
    [
      'tests-of-another-tenant-look-unknown',
      'another word',
      'foreign test',
      refusal(404, 'TEST_NOT_FOUND', 'not yours'),
    ],
    ['compares-no-test-of-another-tenant', 'a comparison', 'compare foreign', known()],
    ['refuses-a-contradicting-tenant-header', 'a test', 'test for another tenant', known()],
    [
      'refuses-a-contradicting-tenant-header',
      'another code',
      'history for another tenant',
      refusal(403, 'ORIGIN_REFUSED'),
    ],
    [
      'refuses-a-contradicting-tenant-header',
      'a test that is stored',
      'own history after',
      over({ total: 1 }),
    ],
    ['ignores-a-tenant-in-the-body', 'a crash', 'tenant in the body', crash],
    ['needs-no-tenant-header', 'a refusal', 'test without a tenant header', refusal(400, 'VALIDATION')],
    ['needs-no-tenant-header', 'a test that is filed elsewhere', 'history', over({ tests: [] })],
    ['tests-at-once-keep-apart', 'a test more', 'history afterwards', over({ total: 9 })],
  ];
  it.each(wrong)('%s fails on %s', async (check, _what, label, change) => {
    const findings = await judge(check, { [label]: change });
    expect(findings.some((line) => line.startsWith('fail'))).toBe(true);
  });

  const hides: readonly (readonly [check: string, label: string, change: Change, because: string])[] = [
    ['changes-nothing', 'test', lost, 'SB-1.1'],
    ['changes-nothing', 'steps after', crash, 'AR-1.1'],
    ['changes-nothing', 'history before', crash, 'SB-4.7'],
    ['changes-nothing', 'history after', crash, 'SB-4.1'],
    ['agents-of-another-tenant-look-unknown', 'read by the owner', crash, 'SB-5.1'],
    ['agents-of-another-tenant-look-unknown', 'test: unknown agent', crash, 'SB-1.6'],
    ['tests-of-another-tenant-look-unknown', 'unknown test', crash, 'SB-5.2'],
    ['compares-no-test-of-another-tenant', 'compare unknown', crash, 'SB-6.6'],
    ['histories-of-tenants-are-apart', 'history of the first', crash, 'SB-4.1'],
    ['histories-of-tenants-are-apart', 'built-in, first tenant', crash, 'SB-1.1'],
    ['refuses-a-contradicting-tenant-header', 'profiles', crash, 'AR-9.1'],
    ['refuses-a-contradicting-tenant-header', 'own history after', crash, 'SB-4.7'],
    ['tests-at-once-keep-apart', 'test at once', crash, 'SB-1.1'],
    ['tests-at-once-keep-apart', 'history afterwards', crash, 'SB-4.1'],
  ];
  it.each(hides)('%s is left open when %s hides it', async (check, label, change, because) => {
    expect((await judge(check, { [label]: change })).join('\n')).toMatch(`because ${because}`);
  });
});

describe('tenants', () => {
  it('with a common test in their histories are not apart', async () => {
    const mixed: unknown[] = [];
    const both: Change = (answer) => {
      mixed.push(...((answer.body as Fields)['tests'] as unknown[]));
      return { ...answer, body: { ...(answer.body as Fields), tests: [...mixed] } };
    };
    const changes = { 'history of the first': both, 'history of the second': both };
    expect((await judge('histories-of-tenants-are-apart', changes)).join()).toMatch('fail shared-tests');
  });

  it('whose header contradicts find a test of theirs in another history', async () => {
    const strayed = { test_id: 'a stray one' };
    const listed = body((was) => ({ ...(was as Fields), tests: [strayed] }));
    const read: Change = () => ({ status: 200, body: { payload: { message: 'strayed-0123456789ab' } } });
    const changes = { 'history of the other afterwards': listed, 'new test of the other': read };
    expect((await judge('ignores-a-tenant-in-the-body', changes)).join()).toMatch('fail filed-elsewhere');
    const others: Change = () => ({ status: 200, body: { payload: { message: 'of somebody else' } } });
    expect(
      await judge('ignores-a-tenant-in-the-body', { ...changes, 'new test of the other': others }),
    ).toSatisfy(passes);
  });

  it('need a header where that is declared', async () => {
    const bad = refusal(400, 'VALIDATION');
    const label = 'test without a tenant header';
    expect(
      await judge('needs-no-tenant-header', { [label]: bad }, { ...DECLARED, 'VP-DEFTENANT': '400' }),
    ).toSatisfy(passes);
    expect(await judge('needs-no-tenant-header', {}, { ...DECLARED, 'VP-DEFTENANT': '400' })).not.toSatisfy(
      passes,
    );
    for (const choices of [{ ...DECLARED, 'VP-DEFTENANT': 'default-tenant' }, {}]) {
      expect(
        await judge('needs-no-tenant-header', { [label]: refusal(404, 'AGENT_NOT_FOUND') }, choices),
      ).toSatisfy(passes);
      expect(await judge('needs-no-tenant-header', { [label]: crash }, choices)).not.toSatisfy(passes);
    }
  });
});

it('users at once each get what is theirs', async () => {
  const seen: Fields[] = [];
  const mixed: Change = (answer) => {
    seen.push(answer.body as Fields);
    return { ...answer, body: { ...(answer.body as Fields), execution_trace: seen[0]?.['execution_trace'] } };
  };
  const findings = (await judge('tests-at-once-keep-apart', { 'test at once': mixed })).join('\n');
  expect(findings).toMatch('fail mixed-up: a result of its own payload | the payload of another');
});

describe('a webhook', () => {
  const URL = 'http://127.0.0.1:4000/a-word';
  const webhook = effectCases[1] as BoundCase<TrialView>;
  const held = {
    step_type: 'tool_call',
    tool_name: 'webhook',
    output: { simulated: true, delivered: false },
  };
  const tested = (label: string, output: unknown = held.output): Told => ({
    label,
    method: 'POST',
    path: '/api/agents/a-1/test',
    body: { payload: { message: 'm' } },
    answer: { test_id: 't-1', status: 'success', execution_trace: { steps: [{ ...held, output }] } },
  });
  const arrives = (tape: Tape, fields: Fields): void => {
    const caught = { kind: 'hook.request', actor: 'catcher', hook: 1, method: 'POST', headers: {} } as const;
    const text = JSON.stringify(fields);
    tape.add({ ...caught, body: text, encoding: 'utf8', bytes: text.length });
  };
  const ofRun = { run_id: 'run-1', status: 'COMPLETED' };
  const story = (
    early: readonly Fields[],
    late: readonly Fields[],
    output?: unknown,
    beats = goodRun(),
  ): Tape => {
    const tape = new Tape('sandbox-webhook');
    tape.add({ kind: 'hook.open', actor: 'catcher', hook: tape.nextId(), label: 'webhook', url: URL });
    for (const label of ['test', 'test by schedule']) tell(tape, tested(label, output));
    for (const fields of early) arrives(tape, fields);
    const wire = tape.session();
    wire.tells(wire.asks('in earnest'), beats);
    for (const fields of late) arrives(tape, fields);
    return tape;
  };
  const silent = (tape: Tape) => caseFindings([webhook], 'sandbox/sends-no-webhook', tape.transcript());
  const lists = (tape: Tape) =>
    caseFindings([webhook], 'sandbox/lists-what-it-holds-back', tape.transcript());

  it('of the run in earnest is the only one, once or twice', () => {
    expect(silent(story([], [ofRun]))).toSatisfy(passes);
    expect(silent(story([], [ofRun, ofRun]))).toSatisfy(passes);
  });

  it('of a test fails, early or late', () => {
    expect(silent(story([{}], [ofRun]))[0]).toMatch(/^fail webhook-sent: .* 1 before any run was asked for/);
    expect(silent(story([], [{ test_id: 't-1' }, ofRun]))[0]).toMatch(
      /^fail webhook-sent: .* beside that of run/,
    );
  });

  it('that nobody hears proves nothing', () => {
    expect(silent(story([], []))[0]).toMatch(/^inconclusive not-heard: .* set HARNESS_CATCHER_URL/);
    expect(silent(story([], [{ test_id: 't-1' }]))[0]).toMatch(/^inconclusive not-heard/);
  });

  it.each<[string, readonly Beat[], string]>([
    ['never began', [], 'CN-4'],
    ['failed', goodRun().slice(0, 1), 'CN-9'],
  ])('of a run that %s names why', (_what, beats, because) => {
    expect(silent(story([], [], held.output, beats))[0]).toMatch(
      `inconclusive not-heard (because ${because})`,
    );
  });

  it('that was held back is in the trace', () => {
    expect(lists(story([], []))).toSatisfy(passes);
    expect(lists(story([], [], { simulated: true, delivered: true }))[0]).toMatch(/^fail wrong-result/);
    expect(lists(story([], [], { delivered: false }))[0]).toMatch(/^fail wrong-result/);
  });
});
