import { describe, expect, it } from 'vitest';
import {
  coordinatedBy,
  DATA,
  family,
  isOf,
  leaving,
  OPTIMISATION,
  refusedWith,
  silentAfter,
  telling,
} from '../test-support/families.ts';
import type { Beat } from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const failure = { error: { type: 'model', code: 'MODEL_UNAVAILABLE', message: 'it is away' } };
const alone = (): readonly Beat[] =>
  leaving(family(), (beat) => isOf('run-3')(beat) || beat.data['to_run_id'] === 'run-3');
const failed = (story: readonly Beat[]): readonly Beat[] =>
  telling(story, isOf('run-1', 'agent_completed'), () => ({ type: 'agent_failed', data: failure }));

/** Verdict, code and cause. */
const briefly = (findings: readonly string[]): readonly string[] =>
  findings.map((finding) => finding.split(': ')[0] ?? '');

describe('multi-agent/several-agents-take-part', () => {
  const judge = (transcript: ReturnType<typeof coordinatedBy>) =>
    findingsOf('multi-agent/several-agents-take-part', transcript);

  it('passes where two others took part', () => {
    expect(judge(coordinatedBy(family()))).toMatchInlineSnapshot(`
      [
        "pass took-part: at least 2 agents besides supervisor_agent | unified_data_agent, optimization_agent",
      ]
    `);
  });

  it('fails where only one did', () => {
    expect(judge(coordinatedBy(alone()))).toMatchInlineSnapshot(`
      [
        "fail too-few-agents: at least 2 agents besides supervisor_agent | unified_data_agent",
      ]
    `);
  });

  it('fails where the declared supervisor is unknown', () => {
    expect(judge(refusedWith('AGENT_NOT_FOUND'))).toMatchInlineSnapshot(`
      [
        "fail no-supervisor: at least 2 agents besides supervisor_agent | no agent of the name supervisor_agent",
      ]
    `);
  });

  it.each([
    ['another refusal', refusedWith('RATE_LIMITED'), ['inconclusive no-end (because CN-9)']],
    ['silence', silentAfter([]), ['inconclusive no-end (because CN-4)']],
    ['a run that never ended', silentAfter(family().slice(0, 3)), ['inconclusive no-end (because LC-3)']],
    [
      'sub-runs that did not come',
      coordinatedBy(leaving(family(), isOf('run-3'))),
      ['inconclusive too-few-agents (because MA-2)'],
    ],
    ['a run that failed', coordinatedBy(failed(alone())), ['inconclusive not-completed (because CN-9)']],
    ['a recording that broke off', coordinatedBy(family().slice(0, 4), { isCut: true }), []],
  ])('leaves it open after %s', (_what, transcript, expected) => {
    const found = briefly(judge(transcript));
    expect(found.filter((line) => !/nothing-(seen|to-judge)|no-findings/.test(line)).slice(0, 1)).toEqual(
      expected.length === 0 ? found.slice(0, 1) : expected,
    );
    expect(found.filter((line) => /^(pass|fail)/.test(line))).toEqual([]);
  });

  it('counts an agent that was heard and not announced', () => {
    const unannounced = leaving(family(), (beat) => beat.data['to_run_id'] === 'run-3');
    expect(briefly(judge(coordinatedBy(unannounced)))).toEqual(['pass took-part']);
  });
});

describe('multi-agent/keeps-the-declared-order', () => {
  const judge = (transcript: ReturnType<typeof coordinatedBy>, order?: string) =>
    findingsOf(
      'multi-agent/keeps-the-declared-order',
      transcript,
      order === undefined ? {} : { 'VP-AGENTORDER': order },
    );
  const others: Readonly<Record<string, string>> = { [DATA]: OPTIMISATION, [OPTIMISATION]: DATA };
  const otherwise = (): readonly Beat[] =>
    telling(
      telling(family(), isOf('run-1', 'agent_handoff'), ({ data }) => ({
        data: { ...data, to_agent: others[String(data['to_agent'])] },
      })),
      (beat) => !isOf('run-1')(beat),
      ({ over }) => ({ over: { ...over, agent: others[String(over?.['agent'])] } }),
    );

  it('passes in the declared order', () => {
    expect(judge(coordinatedBy(family()), 'data-first')).toMatchInlineSnapshot(`
      [
        "pass in-order: unified_data_agent before optimization_agent | unified_data_agent, then optimization_agent",
      ]
    `);
  });

  it('fails in the other one', () => {
    expect(judge(coordinatedBy(otherwise()), 'data-first')).toMatchInlineSnapshot(`
      [
        "fail other-order: unified_data_agent before optimization_agent | optimization_agent, then unified_data_agent",
      ]
    `);
  });

  it.each([
    ['optimisation-first', otherwise(), 'pass in-order'],
    ['optimisation-first', family(), 'fail other-order'],
    ['any-order', otherwise(), 'pass in-order'],
    [undefined, otherwise(), 'pass in-order'],
    ['data-first', alone(), 'inconclusive not-both (because MA-1)'],
    ['data-first', failed(alone()), 'inconclusive not-completed (because CN-9)'],
  ])('judges by what is declared: %s', (order, story, expected) => {
    expect(briefly(judge(coordinatedBy(story), order))).toEqual([expected]);
  });

  it('leaves it open where nothing ended', () => {
    expect(briefly(judge(silentAfter(family().slice(0, 3)), 'data-first'))).toEqual([
      'inconclusive no-end (because LC-3)',
    ]);
  });
});
