/** What each check of results finds, one thing wrong at a time. */
import { describe, expect, it } from 'vitest';
import {
  body,
  type Change,
  type Choices,
  DECLARED,
  judgeOf,
  lost,
  passes,
  refusal,
  status,
} from './test-support/driven.ts';
import type { Fields } from './test-support/honest-figures.ts';
import { testing } from './testing.ts';

const judge = judgeOf(testing);

const result = (change: (was: Fields) => Fields): Change => body((was) => change(was as Fields));
const over = (more: Fields): Change => result((was) => ({ ...was, ...more }));
const part = (name: string, more: Fields): Change =>
  result((was) => ({ ...was, [name]: { ...(was[name] as Fields), ...more } }));
/** Every step, or that one, is changed. */
const steps = (change: (step: Fields, index: number) => Fields): Change =>
  result((was) => {
    const trace = was['execution_trace'] as Fields;
    return { ...was, execution_trace: { ...trace, steps: (trace['steps'] as Fields[]).map(change) } };
  });
const step = (place: number, more: Fields): Change =>
  steps((one, index) => (index === place - 1 ? { ...one, ...more } : one));
const noSteps: Change = part('execution_trace', { steps: [] });
const output = (more: Fields) => (one: Fields) => ({
  ...one,
  output: { ...(one['output'] as Fields), ...more },
});
const usage = { input_tokens: 100, output_tokens: 50, total_tokens: 150, estimated_cost_usd: 0.000045 };

type Row = readonly [check: string, what: string, label: string, change: Change, finds?: RegExp];

const wrong: readonly Row[] = [
  ['answers-tests', 'another status than the declared one', 'test', status(201)],
  ['answers-tests', 'no answer', 'test', lost, /^fail no-answer/],
  ['answers-tests', 'a draft that is refused', 'of a draft', refusal(409, 'AGENT_INACTIVE')],
  ['answers-tests', 'another agent', 'test', over({ agent_id: '00000000-0000-4000-8000-00000000ffff' })],
  ['answers-tests', 'an id that is no UUID', 'test', over({ test_id: 't-1' }), /test_id/],
  ['answers-tests', 'no trace', 'test', over({ execution_trace: null }), /execution_trace/],
  ['answers-tests', 'a failure', 'test', over({ status: 'failed' })],
  ['answers-tests', 'another time', 'test', over({ created_at: '2026-01-05 10:00' }), /created_at/],
  ['is-set-off-by-a-webhook-by-default', 'a refusal', 'set off by default', refusal(422, 'VALIDATION')],
  ['is-set-off-by-a-webhook-by-default', 'another path', 'set off by default', noSteps, /^fail another-path/],
  ['can-be-set-off-by-the-schedule', 'a crash', 'set off by schedule', status(500)],
  ['takes-an-empty-payload', 'a refusal', 'empty payload', refusal(422, 'VALIDATION')],
  ['tests-agents-of-unlisted-models', 'a crash', 'unlisted model', status(500)],
  [
    'tests-agents-of-unlisted-models',
    'another price',
    'unlisted model',
    part('token_usage', { estimated_cost_usd: 1 }),
  ],
  ['numbers-its-steps', 'steps from zero', 'test', steps((one, index) => ({ ...one, step_number: index }))],
  ['numbers-its-steps', 'an unknown type', 'test', step(1, { step_type: 'thought' })],
  ['numbers-its-steps', 'a tool without a name', 'test', step(2, { tool_name: undefined })],
  ['numbers-its-steps', 'a model beside the tool', 'test', step(2, { model: 'gpt-4o' })],
  ['numbers-its-steps', 'another model', 'test', step(1, { model: 'gpt-4o' }), /instead of/],
  ['numbers-its-steps', 'no steps', 'test', noSteps, /instead of/],
  ['tells-each-step', 'an input that is a text', 'test', step(2, { input: 'TICKET-1' })],
  ['tells-each-step', 'no output', 'test', step(2, { output: undefined })],
  ['tells-each-step', 'a negative duration', 'test', step(2, { duration_ms: -1 })],
  ['tells-each-step', 'a time that is none', 'test', step(2, { timestamp: 'now' })],
  [
    'tells-each-step',
    'a start before the one before',
    'test',
    step(3, { timestamp: '2026-01-05T10:00:00.000001Z' }),
    /begins before/,
  ],
  [
    'tells-each-step',
    'a start long after it was asked for',
    'test',
    over({ created_at: '2026-01-05T09:59:00.000Z' }),
    /after created_at/,
  ],
  [
    'tells-each-step',
    'a model that was told something else',
    'test',
    step(1, { input: { prompt: 'Hello' } }),
    /does not contain/,
  ],
  ['tells-time-in-microseconds', 'milliseconds', 'test', step(1, { timestamp: '2026-01-05T10:00:00.012Z' })],
  [
    'durations-add-up',
    'a total that is not the sum',
    'test',
    part('execution_trace', { total_duration_ms: 1 }),
  ],
  ['durations-add-up', 'two totals', 'test', part('execution_time', { total_duration_ms: 75.25 })],
  ['lists-the-time-of-each-step', 'a step less', 'test', part('execution_time', { steps: [] })],
  ['lists-the-time-of-each-step', 'another duration', 'test', step(2, { duration_ms: 12 })],
  ['statuses-agree', 'another status of the trace', 'test', part('execution_trace', { status: 'failed' })],
  ['statuses-agree', 'errors of a success', 'test', over({ errors: {} })],
  ['echoes-tickets', 'another ticket fetched', 'test', step(2, { input: { ticket_id: 'SANDBOX-1' } })],
  ['echoes-tickets', 'a constant', 'test', steps(output({ ticket_id: 'SANDBOX-1' }))],
  ['echoes-tickets', 'a clerk who comments first', 'ticket agent', step(2, { tool_name: 'add_comment' })],
  ['echoes-tickets', 'a clerk who does nothing', 'ticket agent', noSteps],
  ['counts-tokens', 'half a token', 'test', part('token_usage', { input_tokens: 200.5 })],
  ['counts-tokens', 'fewer than none', 'test', part('token_usage', { input_tokens: -1, total_tokens: 99 })],
  ['counts-tokens', 'a sum that is none', 'test', part('token_usage', { total_tokens: 301 })],
  [
    'counts-tokens',
    'a step that does not add up',
    'test',
    step(1, { token_usage: { ...usage, total_tokens: 1 } }),
  ],
  ['costs-are-exact', 'rounding down', 'test', part('token_usage', { estimated_cost_usd: 0.000089 })],
  ['costs-are-exact', 'more than 1e-9', 'test', part('token_usage', { estimated_cost_usd: 0.0000900011 })],
  [
    'costs-are-exact',
    'a step of another price',
    'test',
    step(1, { token_usage: { ...usage, estimated_cost_usd: 0.00005 } }),
  ],
  ['costs-are-usual', 'five times as much', 'test', part('token_usage', { estimated_cost_usd: 0.00045 })],
  ['usage-adds-up', 'a request without tokens', 'test', step(1, { token_usage: undefined })],
  ['usage-adds-up', 'a tool with tokens', 'test', step(2, { token_usage: usage })],
  ['usage-adds-up', 'another sum', 'test', part('token_usage', { input_tokens: 201, total_tokens: 301 })],
  ['usage-adds-up', 'another cost', 'test', part('token_usage', { estimated_cost_usd: 0.0001 })],
  ['no-model-no-cost', 'a cost', 'tools only', part('token_usage', usage)],
  ['no-model-no-cost', 'a request to a model', 'tools only', step(1, { step_type: 'llm_request' })],
  ['reads-as-answered', 'something that changed', 'read', over({ status: 'failed' }), /status differs/],
  ['reads-as-answered', 'something that is missing', 'read', over({ errors: undefined }), /errors differs/],
  ['reads-as-answered', 'another payload', 'read', over({ payload: {} }), /payload/],
  ['reads-as-answered', 'nothing', 'read', refusal(404, 'TEST_NOT_FOUND')],
  ['marks-what-is-simulated', 'no mark', 'test', steps(output({ simulated: undefined }))],
  [
    'marks-what-is-simulated',
    'an answer that is a text',
    'test',
    step(5, { output: 'done' }),
    /conformance_probe/,
  ],
  ['answers-tests-that-fail', 'a crash', 'failing model', status(500)],
  ['answers-tests-that-fail', 'a success', 'failing model', over({ status: 'success' })],
  ['answers-tests-that-fail', 'no errors', 'failing model', over({ errors: null })],
  ['answers-tests-that-fail', 'no stack trace', 'failing model', part('errors', { stack_trace: undefined })],
  ['answers-tests-that-fail', 'no trace', 'failing model', noSteps],
  [
    'answers-tests-that-fail',
    'a step that failed without saying so',
    'failing model',
    step(2, { output: {} }),
  ],
  ['classifies-errors', 'one type for all', 'failing model', part('errors', { error_type: 'system' })],
  ['stores-tests-that-fail', 'an unknown test', 'read failed', refusal(404, 'TEST_NOT_FOUND')],
  ['stores-tests-that-fail', 'another status', 'read failed', over({ status: 'success' })],
  ['stores-tests-that-fail', 'a list without it', 'history of failed', over({ tests: [] })],
  [
    'stack-traces-are-clean',
    'a home',
    'failing tool',
    part('errors', { stack_trace: 'at run (/home/ada/agents/run.ts:3:4)' }),
  ],
  [
    'stack-traces-are-clean',
    'a file of code',
    'failing tool',
    part('errors', { stack_trace: 'File "/app/src/agents/run.py", line 3' }),
  ],
  [
    'stack-traces-are-clean',
    'a drive',
    'failing tool',
    part('errors', { stack_trace: 'at C:\\agents\\run.ts' }),
  ],
  [
    'stack-traces-are-clean',
    'a token of ours',
    'failing tool',
    part('errors', { stack_trace: 'Bearer ⟦secret token-1 raw⟧' }),
    /our own tokens/,
  ],
];

describe('a check of results', () => {
  it.each(
    wrong.map(
      ([check, what, label, change, finds = /^fail/]) => [check, what, label, change, finds] as const,
    ),
  )('%s fails on %s', async (check, _what, label, change, finds) => {
    const findings = await judge(check, { [label]: change });
    expect(findings.filter((line) => line.startsWith('fail')).join('\n')).toMatch(finds);
  });

  const hides: readonly (readonly [check: string, label: string, change: Change, because: string])[] = [
    ['answers-tests', 'create project', status(500), 'AR-1.1d'],
    ['numbers-its-steps', '*', refusal(503, 'UNAVAILABLE'), 'SB-1.1'],
    ['counts-tokens', 'test', over({ execution_trace: null }), 'SB-1.1'],
    ['reads-as-answered', 'test', status(500), 'SB-1.1'],
    ['classifies-errors', 'failing model', status(500), 'SB-8.1'],
    ['stores-tests-that-fail', 'failing tool', status(500), 'SB-8.1'],
    ['stack-traces-are-clean', 'failing tool', over({ errors: null }), 'SB-8.1'],
    ['is-set-off-by-a-webhook-by-default', 'test', status(500), 'SB-1.1'],
  ];
  it.each(hides)('%s is left open when %s hides it', async (check, label, change, because) => {
    expect((await judge(check, { [label]: change })).join('\n')).toMatch(`because ${because}`);
  });
});

describe('choices', () => {
  const kept = (choice: string): Choices => ({ ...DECLARED, 'VP-PARTIAL': choice });
  const failing = ['failing tool', 'failing model', 'failing system'];
  const each = (change: Change) => Object.fromEntries(failing.map((label) => [label, change]));

  it('a failed test may keep its trace or lose it, every time', async () => {
    const { 'VP-PARTIAL': _, ...open } = DECLARED;
    expect(await judge('answers-tests-that-fail', each(noSteps), kept('empty'))).toSatisfy(passes);
    expect(await judge('answers-tests-that-fail', {}, kept('empty'))).not.toSatisfy(passes);
    expect(await judge('answers-tests-that-fail', each(noSteps), open)).toSatisfy(passes);
    expect((await judge('answers-tests-that-fail', { [failing[0] ?? '']: noSteps }, open)).join()).toMatch(
      'changes-its-mind',
    );
  });

  it('201 where it is declared, and either where nothing is, but one', async () => {
    const { 'VP-TEST201': _, ...open } = DECLARED;
    const all = { ...each(status(201)), test: status(201), 'of a draft': status(201) };
    expect(await judge('answers-tests', all, { ...DECLARED, 'VP-TEST201': '201' })).toSatisfy(passes);
    expect(await judge('answers-tests', all, open)).toSatisfy(passes);
    expect((await judge('answers-tests', { test: status(201) }, open)).join()).toMatch('changes-its-mind');
  });

  it('exceptions by their names, as long as they differ', async () => {
    const named = (name: string) => part('errors', { error_type: name });
    const names = {
      'failing tool': named('ToolError'),
      'failing model': named('RateLimit'),
      'failing system': named('OSError'),
    };
    const choices = { ...DECLARED, 'VP-ERRTYPE': 'exception-class' };
    expect(await judge('classifies-errors', names, choices)).toSatisfy(passes);
    expect(await judge('classifies-errors', names)).not.toSatisfy(passes);
    expect(await judge('classifies-errors', each(named('Exception')), choices)).not.toSatisfy(passes);
  });

  it('a constant ticket where it is declared, and one only', async () => {
    const constant = steps((one) =>
      one['step_type'] === 'tool_call' && 'ticket_id' in (one['output'] as Fields)
        ? output({ ticket_id: 'SANDBOX-1' })(one)
        : one,
    );
    const choices = { ...DECLARED, 'VP-MOCKECHO': 'constant' };
    expect(await judge('echoes-tickets', { '*': constantIn(constant) }, choices)).toSatisfy(passes);
    expect(await judge('echoes-tickets', {}, choices)).not.toSatisfy(passes);
    const { 'VP-MOCKECHO': _, ...open } = DECLARED;
    expect(await judge('echoes-tickets', { '*': constantIn(constant) }, open)).toSatisfy(passes);
    expect(await judge('echoes-tickets', { test: constant }, open)).not.toSatisfy(passes);
  });

  it('raw stack traces where they are declared, without secrets all the same', async () => {
    const trace = (text: string) => ({ 'failing tool': part('errors', { stack_trace: text }) });
    const choices = { ...DECLARED, 'VP-REDACT': 'raw' };
    expect(await judge('stack-traces-are-clean', trace('/home/ada/run.ts'), choices)).toSatisfy(passes);
    expect(await judge('stack-traces-are-clean', trace('⟦secret token-1 raw⟧'), choices)).not.toSatisfy(
      passes,
    );
  });

  it('an address is no path', async () => {
    const text = 'at POST https://agents.example.com/api/agents/run, retrying /api/agents';
    expect(
      await judge('stack-traces-are-clean', { 'failing tool': part('errors', { stack_trace: text }) }),
    ).toSatisfy(passes);
  });
});

/** Of results only; other answers stay. */
function constantIn(change: Change): Change {
  return (answer, ask) => (/\/test$/.test(ask.path) && answer.status === 200 ? change(answer, ask) : answer);
}
