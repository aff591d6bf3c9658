import { describe, expect, it } from 'vitest';
import {
  coordinatedBy,
  family,
  isOf,
  leaving,
  OPTIMISATION,
  OPTIMISATION_RUN,
  refusedWith,
  silentAfter,
  telling,
} from '../test-support/families.ts';
import type { Beat } from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

type Story = readonly Beat[];

const briefly = (findings: readonly string[]): readonly string[] =>
  findings.map((finding) => finding.split(': ')[0] ?? '');

/** The same story with the envelope of the last sub-run different. */
const enveloped = (over: Readonly<Record<string, unknown>>): Story =>
  telling(family(), isOf('run-3'), (beat) => ({ over: { ...beat.over, ...over } }));
const withoutOf = (run: string, type: string): Story => leaving(family(), isOf(run, type));
const endedBy = (type: string, data: Readonly<Record<string, unknown>> = {}): Story =>
  telling(family(), isOf('run-1', 'agent_completed'), () => ({ type, data }));
const outlived = (): Story => {
  const end = OPTIMISATION_RUN.at(-1);
  return end === undefined ? [] : [...withoutOf('run-3', 'agent_completed'), end];
};

describe('multi-agent/sub-runs-have-a-lifecycle', () => {
  const judge = (transcript: ReturnType<typeof coordinatedBy>) =>
    findingsOf('multi-agent/sub-runs-have-a-lifecycle', transcript);

  it('passes where each has its own', () => {
    expect(judge(coordinatedBy(family()))).toMatchInlineSnapshot(`
      [
        "pass whole: a sub-run that names its parent, from agent_started to one terminal event | unified_data_agent: 5 events",
        "pass whole: a sub-run that names its parent, from agent_started to one terminal event | optimization_agent: 5 events",
      ]
    `);
  });

  it('fails where nothing came of a hand-over', () => {
    expect(judge(coordinatedBy(leaving(family(), isOf('run-3'))))[0]).toMatchInlineSnapshot(
      `"fail no-sub-run: a sub-run that names its parent, from agent_started to one terminal event | optimization_agent was announced as run run-3, of which there is no event"`,
    );
  });

  it('fails where a sub-run never ends', () => {
    expect(judge(coordinatedBy(withoutOf('run-3', 'agent_completed')))[0]).toMatchInlineSnapshot(
      `"fail never-ended: a sub-run that names its parent, from agent_started to one terminal event | optimization_agent has no terminal event after 4 events"`,
    );
  });

  it('fails where a sub-run begins with another turn than its first', () => {
    expect(judge(coordinatedBy(enveloped({ turn: 2 })))[0]).toMatchInlineSnapshot(
      `"fail late-first-turn: a sub-run that names its parent, from agent_started to one terminal event | optimization_agent, agent_started: turn 2 before the first has ended"`,
    );
  });

  it('fails where a sub-run names no parent', () => {
    expect(judge(coordinatedBy(enveloped({ parent_run_id: null })))[0]).toMatchInlineSnapshot(
      `"fail wrong-parent: parent_run_id run-1 in each event of the sub-run | optimization_agent, agent_started: parent_run_id missing"`,
    );
  });

  it.each<[string, Story, string]>([
    ['names another parent', enveloped({ parent_run_id: 'run-9' }), 'fail wrong-parent'],
    ['belongs to another user', enveloped({ user_id: 'grace' }), 'fail other-owner'],
    ['belongs to another thread', enveloped({ thread_id: 'thread-9' }), 'fail other-owner'],
    ['does not start', withoutOf('run-3', 'agent_started'), 'fail event-before-start'],
    ['shows no thought', withoutOf('run-3', 'agent_thinking'), 'fail completed-without-reasoning'],
    [
      'goes on after its end',
      family().flatMap((beat) => (isOf('run-3', 'agent_completed')(beat) ? [beat, beat] : [beat])),
      'fail second-terminal',
    ],
    [
      'fails, which is an end',
      telling(family(), isOf('run-3', 'agent_completed'), () => ({
        type: 'agent_failed',
        data: { error: { type: 'tool', code: 'x', message: 'y' } },
      })),
      'pass whole',
    ],
  ])('judges one that %s', (_what, story, expected) => {
    expect(briefly(judge(coordinatedBy(story)))).toEqual(
      expected.startsWith('pass') ? ['pass whole', expected] : [expected, 'pass whole'],
    );
  });

  it.each<[string, ReturnType<typeof coordinatedBy>, readonly string[]]>([
    [
      'a parent that was stopped before what it announced began',
      coordinatedBy(leaving(endedBy('agent_cancelled'), isOf('run-3'))),
      ['pass whole'],
    ],
    ['a recording that broke off in a sub-run', coordinatedBy(family().slice(0, 6), { isCut: true }), []],
    [
      'a recording that broke off before anybody listened on',
      coordinatedBy(withoutOf('run-3', 'agent_completed'), { isCut: true }),
      ['inconclusive never-ended (because MA-3)'],
    ],
    ['a parent that never ended', silentAfter(family().slice(0, 6)), ['inconclusive no-end (because LC-3)']],
    ['a supervisor that is unknown', refusedWith('AGENT_NOT_FOUND'), ['inconclusive no-end (because MA-1)']],
    [
      'a supervisor that does all alone',
      coordinatedBy(family().filter((beat) => isOf('run-1')(beat) && beat.type !== 'agent_handoff')),
      ['inconclusive no-hand-over (because MA-1)'],
    ],
  ])('proves nothing by %s', (_what, transcript, expected) => {
    // Of a recording that broke off the judge says so itself.
    const found = briefly(judge(transcript)).filter((line) => !/unsealed|evidence-not-whole/.test(line));
    expect(found).toEqual(expected);
  });
});

describe('multi-agent/sub-runs-lie-within-their-parent', () => {
  const judge = (transcript: ReturnType<typeof coordinatedBy>) =>
    findingsOf('multi-agent/sub-runs-lie-within-their-parent', transcript);
  const lateAnnounced = (): Story => {
    const isLate = (beat: Beat): boolean => beat.data['to_run_id'] === 'run-3';
    const late = family().filter(isLate);
    return leaving(family(), isLate).flatMap((beat) =>
      isOf('run-3', 'agent_started')(beat) ? [beat, ...late] : [beat],
    );
  };

  it('passes where each lies within', () => {
    expect(judge(coordinatedBy(family()))).toMatchInlineSnapshot(`
      [
        "pass in-between: announced once, started after that, ended before its parent | unified_data_agent: as expected",
        "pass in-between: announced once, started after that, ended before its parent | optimization_agent: as expected",
      ]
    `);
  });

  it('fails where one outlives its parent', () => {
    expect(judge(coordinatedBy(outlived()))[0]).toMatchInlineSnapshot(
      `"fail outlived-its-parent: announced once, started after that, ended before its parent | optimization_agent: agent_completed after the end of its parent"`,
    );
  });

  it('fails where one starts before it is announced', () => {
    expect(judge(coordinatedBy(lateAnnounced()))[0]).toMatchInlineSnapshot(
      `"fail started-before: announced once, started after that, ended before its parent | optimization_agent: it started before its hand-over"`,
    );
  });

  it.each<[string, Story, string]>([
    [
      'was never announced',
      leaving(family(), (beat) => beat.data['to_agent'] === OPTIMISATION),
      'fail not-announced',
    ],
    [
      'was announced twice',
      family().flatMap((beat) => (beat.data['to_run_id'] === 'run-3' ? [beat, beat] : [beat])),
      'fail announced-twice',
    ],
    [
      'never ended, which is told elsewhere',
      withoutOf('run-3', 'agent_completed'),
      'inconclusive open-at-the-end (because MA-2)',
    ],
  ])('judges one that %s', (_what, story, expected) => {
    expect(briefly(judge(coordinatedBy(story)))).toEqual([expected, 'pass in-between']);
  });

  it('needs nobody to listen on, to see that one was open at the end of its parent', () => {
    const transcript = coordinatedBy(withoutOf('run-3', 'agent_completed'), { isCut: true });
    expect(briefly(judge(transcript))).toContain('fail open-at-the-end');
  });

  it('leaves it open where nothing came of any hand-over, or nothing ended', () => {
    const unheard = leaving(family(), (beat) => !isOf('run-1')(beat));
    expect(briefly(judge(coordinatedBy(unheard)))).toEqual(['inconclusive no-sub-run (because MA-2)']);
    expect(briefly(judge(silentAfter(family().slice(0, 9))))).toEqual(['inconclusive no-end (because LC-3)']);
  });
});

describe('what is said of every run', () => {
  it('holds for a family that is as it should be', () => {
    for (const check of [
      'closes-each-tool-call-once',
      'leaves-no-tool-call-open',
      'events-are-well-formed',
      'events-name-their-run',
      'events-are-numbered',
      'durations-are-true',
      'accounts-add-up',
      'never-goes-silent',
      'ends-once',
      'starts-first',
      'thinks-before-completing',
    ]) {
      const found = briefly(findingsOf(`lifecycle/${check}`, coordinatedBy(family())));
      expect([check, found.filter((line) => !line.startsWith('pass'))]).toEqual([check, []]);
    }
  });

  it('is judged of sub-runs too', () => {
    const numbered = telling(family(), isOf('run-3', 'agent_completed'), () => ({ seq: 9 }));
    expect(briefly(findingsOf('lifecycle/events-are-numbered', coordinatedBy(numbered)))).toEqual([
      'fail wrong-seq',
      'pass numbered',
      'pass numbered',
    ]);
  });

  it('does not take the silence of a parent for silence while its sub-runs speak', () => {
    const slow = telling(family(), isOf('run-3'), () => ({ afterMs: 9_000 }));
    const judge = (story: Story) => briefly(findingsOf('lifecycle/never-goes-silent', coordinatedBy(story)));
    expect(judge(slow)).toEqual(['pass kept-talking']);
    const silent = telling(family(), isOf('run-3', 'tool_completed'), () => ({ afterMs: 16_000 }));
    expect(judge(silent)).toEqual(['fail went-silent']);
  });
});
