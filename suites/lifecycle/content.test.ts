import { describe, expect, it } from 'vitest';
import { refused, silent, single, unending } from '../test-support/runs.ts';
import {
  type Beat,
  changed,
  completed,
  executed,
  executing,
  failed,
  goodRun,
  renumbered,
  started,
  storyOf,
  Tape,
  thinking,
  withData,
  withFields,
  without,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const judgeBy =
  (check: string) =>
  (transcript: Parameters<typeof findingsOf>[1], choices?: Parameters<typeof findingsOf>[2]) =>
    findingsOf(check, transcript, choices);

describe('lifecycle/events-are-well-formed', () => {
  const judge = judgeBy('lifecycle/events-are-well-formed');
  const actualOf = (story: readonly Beat[]): string | undefined => judge(single(story))[0]?.split(' | ')[1];

  it('passes on events as the protocol has them', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass well-formed: every required field, of its type, with a real value | 5 events",
      ]
    `);
    expect(judge(single(storyOf(started(), failed())))[0]).toMatch(/^pass/);
  });

  it.each([
    ['a tool without a name', withData(goodRun(), 'tool_executing', { tool_name: undefined })],
    ['arguments that are text', withData(goodRun(), 'tool_executing', { arguments: '{"by":"service"}' })],
    ['a result that is missing', withData(goodRun(), 'tool_completed', { result: undefined })],
    ['a result that is null', withData(goodRun(), 'tool_completed', { result: null })],
    ['an error without a reason', withData(goodRun(), 'tool_completed', { status: 'error' })],
    ['a status of its own', withData(goodRun(), 'tool_completed', { status: 'ok' })],
    ['a payload in the payload', changed(goodRun(), 'tool_completed', ({ data }) => ({ data: { data } }))],
    ['a duration as text', withData(goodRun(), 'agent_completed', { duration_ms: '1040' })],
    ['no usage', withData(goodRun(), 'agent_completed', { usage: undefined })],
    ['an empty answer', withData(goodRun(), 'agent_completed', { response: '' })],
    ['no thread', withFields(goodRun(), 'agent_thinking', { thread_id: null })],
    [
      'a time of another zone',
      withFields(goodRun(), 'agent_started', { timestamp: '2026-01-05T12:00:00+02:00' }),
    ],
    ['a seq that is text', withFields(goodRun(), 'agent_started', { seq: '1' })],
  ])('fails on %s', (_what, story) => {
    expect(judge(single(story))[0]).toMatch(/^fail malformed-event: /);
  });

  it('says which field is wrong, and why', () => {
    expect(actualOf(withData(goodRun(), 'tool_executing', { tool_name: undefined }))).toMatchInlineSnapshot(
      `"tool_executing: data.tool_name: Invalid input: expected string, received undefined"`,
    );
    expect(actualOf(withData(goodRun(), 'tool_completed', { result: null }))).toMatchInlineSnapshot(
      `"tool_completed: data.result: nothing, with status success"`,
    );
    expect(
      actualOf(withData(storyOf(started(), failed()), 'agent_failed', { error: 'oops' })),
    ).toMatchInlineSnapshot(`"agent_failed: data.error: Invalid input: expected object, received string"`);
  });

  it.each([
    ['tool_executing', { tool_name: 'unknown_tool' }],
    ['agent_completed', { response: 'Task completed' }],
    ['agent_completed', { response: 'Task completed.' }],
    ['agent_thinking', { thought: 'Agent is processing...' }],
    ['agent_thinking', { thought: '  ' }],
    ['agent_started', { model: 'undefined' }],
    ['tool_executing', { tool_name: '[object Object]' }],
  ])('fails on the placeholder in %s %j', (type, data) => {
    expect(actualOf(withData(goodRun(), type, data))).toMatch(/is a placeholder$/);
  });

  it('fails on a placeholder in the envelope', () => {
    expect(
      actualOf(withFields(goodRun(), 'agent_started', { agent: 'unknown_agent' })),
    ).toMatchInlineSnapshot(`"agent_started: agent: "unknown_agent" is a placeholder"`);
  });

  it.each([
    'The task completed 14 of 15 steps; the last one is unknown.',
    'None of the regions is over budget.',
    'n/a for ap-south, 12.5 for eu-west',
  ])('does not take the answer "%s" for one', (response) => {
    expect(judge(single(withData(goodRun(), 'agent_completed', { response })))[0]).toMatch(/^pass/);
  });

  it.each([0, 7, { rows: [] }, [], 'text', false])('takes %j for a result', (result) => {
    expect(judge(single(withData(goodRun(), 'tool_completed', { result })))[0]).toMatch(/^pass/);
  });

  it.each(['{}', '[]'])('takes %s for arguments', (text) => {
    expect(judge(single(withData(goodRun(), 'tool_executing', { arguments: JSON.parse(text) })))[0]).toMatch(
      /^pass/,
    );
  });

  it('cannot tell when nothing came, or the run was refused', () => {
    expect(judge(silent())[0]).toMatch(/^inconclusive hidden \(because CN-4\)/);
    expect(judge(refused())[0]).toMatch(/^inconclusive hidden \(because CN-9\)/);
  });
});

describe('lifecycle/events-name-their-run', () => {
  const judge = judgeBy('lifecycle/events-name-their-run');

  it('passes when every event names the run, its request, its agent, its thread and its user', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass one-identity: requestId rq-1-1, agent unified_data_agent, userId ada, threadId thread-1, runId run-1 | in every event",
      ]
    `);
  });

  it.each([
    ['run_id', 'run-2'],
    ['thread_id', 'thread-2'],
    ['user_id', 'grace'],
    ['agent', 'supervisor_agent'],
    ['run_id', null],
    ['request_id', null],
  ])('fails when %s becomes %j in mid-run', (field, value) => {
    expect(judge(single(withFields(goodRun(), 'tool_completed', { [field]: value })))[0]).toMatch(
      /^fail wrong-id: /,
    );
  });

  it('says what was expected and what came', () => {
    expect(
      judge(single(withFields(goodRun(), 'tool_completed', { run_id: 'run-2' }))),
    ).toMatchInlineSnapshot(`
      [
        "fail wrong-id: requestId rq-1-1, agent unified_data_agent, userId ada, threadId thread-1, runId run-1 | tool_completed: runId run-2",
      ]
    `);
  });

  it('fails when a run that was asked for has a parent', () => {
    expect(
      judge(single(withFields(goodRun(), 'tool_completed', { parent_run_id: 'run-0' }))),
    ).toMatchInlineSnapshot(`
      [
        "fail has-a-parent: requestId rq-1-1, agent unified_data_agent, userId ada, threadId thread-1, runId run-1 | tool_completed: parent_run_id run-0, of a run that was asked for",
      ]
    `);
  });

  it('fails when the whole run is of somebody else, or of another agent', () => {
    const everywhere = (over: Beat['over']) => goodRun().map((beat) => ({ ...beat, over: over ?? {} }));
    expect(judge(single(everywhere({ user_id: 'grace' })))).toHaveLength(5);
    expect(judge(single(everywhere({ agent: 'ticket_agent' })))).toHaveLength(5);
  });

  it('fails when the thread that was asked for is not the one that answers', () => {
    const tape = new Tape('memory');
    const wire = tape.session();
    const asked = wire.asks('ask for the fact', { threadId: 'thread-7' });
    wire
      .tells(asked, withFields(goodRun(), 'agent_started', { thread_id: 'thread-8' }))
      .listens()
      .closes();
    expect(judge(tape.transcript())[0]).toMatch(
      /^fail wrong-id: .*threadId thread-7.* \| agent_started: threadId thread-8$/,
    );
  });

  it('takes any user where the harness does not know its own', () => {
    expect(judge(single(goodRun(), 'analysis', { user: undefined }))[0]).toMatch(/^pass/);
  });

  it('keeps the events of a sub-run apart', () => {
    const own = { run_id: 'run-1b', parent_run_id: 'run-1', agent: 'ticket_agent' };
    const [start, thought, open, close, end] = goodRun();
    if (!start || !thought || !open || !close || !end) throw new TypeError('a run has five events');
    const handoff = {
      ...thought,
      type: 'agent_handoff',
      data: { to_agent: 'ticket_agent', to_run_id: 'run-1b' },
    };
    const sub = storyOf(started(), thinking(), completed(40, 140, [])).map((beat) => ({
      ...beat,
      over: own,
    }));
    const story = [...renumbered([start, thought, handoff, open, close]), ...sub, { ...end, seq: 6 }];
    expect(judge(single(story))[0]).toMatch(/^pass/);
  });
});

describe('lifecycle/no-stray-events', () => {
  const judge = judgeBy('lifecycle/no-stray-events');
  const strayed = { run_id: 'run-9', request_id: 'rq-9', user_id: 'grace' };

  it('leaves it to fan-out when a user hears of a run of its own', () => {
    const own = { run_id: 'run-9', request_id: 'rq-9' };
    expect(judge(single(withFields(goodRun(), 'agent_thinking', own)))[0]).toMatch(/^pass/);
  });

  it('passes when all events are of runs that were asked for', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass no-stray: only events of runs of its own user | 7 frames",
      ]
    `);
  });

  it('fails on an event of a run that nobody asked for', () => {
    expect(judge(single(withFields(goodRun(), 'agent_thinking', strayed)))).toMatchInlineSnapshot(`
      [
        "fail stray-event: only events of runs of its own user | agent_thinking of run run-9, request rq-9, not of this user",
      ]
    `);
  });

  it('fails when an idle socket hears of a run', () => {
    const tape = new Tape('plain-session');
    const wire = tape.session();
    const asked = { requestId: 'rq-9', agent: 'unified_data_agent', message: '' };
    wire.tells(asked, withFields(storyOf(started()), 'agent_started', { user_id: 'grace' }));
    wire.listens().closes();
    expect(judge(tape.transcript())[0]).toMatch(/^fail stray-event/);
  });

  it('fails when all of a run is told without its ids', () => {
    const nameless = goodRun().map((beat) => ({ ...beat, over: { request_id: null, run_id: null } }));
    expect(judge(unending(nameless))).toHaveLength(5);
  });
});

describe('lifecycle/events-are-numbered', () => {
  const judge = judgeBy('lifecycle/events-are-numbered');

  it('passes on 1, 2, 3 …', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass numbered: seq 1 to 5, each event_id once | as expected",
      ]
    `);
  });

  it.each([
    ['a gap', without(goodRun(), 'agent_thinking'), 3],
    ['a count from 0', goodRun().map((beat) => ({ ...beat, seq: beat.seq - 1 })), 5],
    ['two that changed places', goodRun().toSpliced(1, 2, ...goodRun().slice(1, 3).toReversed()), 2],
  ])('fails on %s', (_what, story, findings) => {
    const found = judge(single(story));
    expect(found).toHaveLength(findings);
    expect(found.every((finding) => finding.startsWith('fail wrong-seq'))).toBe(true);
  });

  it('fails on an event that is sent twice', () => {
    const [first] = goodRun();
    if (first === undefined) throw new TypeError('a run has events');
    expect(judge(single([first, ...goodRun()]))).toMatchInlineSnapshot(`
      [
        "fail wrong-seq: seq 1 to 6, each event_id once | agent_started has seq 1 in place 2",
        "fail wrong-seq: seq 1 to 6, each event_id once | agent_thinking has seq 2 in place 3",
        "fail wrong-seq: seq 1 to 6, each event_id once | tool_executing has seq 3 in place 4",
        "fail wrong-seq: seq 1 to 6, each event_id once | tool_completed has seq 4 in place 5",
        "fail wrong-seq: seq 1 to 6, each event_id once | agent_completed has seq 5 in place 6",
        "fail repeated-event-id: seq 1 to 6, each event_id once | agent_started: event_id event-run-1-1",
      ]
    `);
  });

  it('fails on one event_id for two events', () => {
    expect(
      judge(single(withFields(goodRun(), 'agent_thinking', { event_id: 'event-run-1-1' }))),
    ).toMatchInlineSnapshot(`
      [
        "fail repeated-event-id: seq 1 to 5, each event_id once | agent_thinking: event_id event-run-1-1",
      ]
    `);
  });

  it('counts an event of an unknown type, which takes a number like any other', () => {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    const asked = wire.asks('analysis');
    const [first, ...rest] = goodRun();
    if (first === undefined) throw new TypeError('a run has events');
    wire.tells(asked, [first]).receives({ type: 'agent_noting', request_id: asked.requestId, seq: 2 });
    wire
      .tells(
        asked,
        rest.map((beat) => ({ ...beat, seq: beat.seq + 1 })),
      )
      .listens()
      .closes();
    expect(judge(tape.transcript())[0]).toMatch(/^pass/);
  });
});

describe('lifecycle/accounts-add-up', () => {
  const judge = judgeBy('lifecycle/accounts-add-up');
  const withUsage = (usage: unknown) => withData(goodRun(), 'agent_completed', { usage });

  it('passes when the tools and the tokens are those that were seen', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass adds-up: tools_used {aggregate}, total = input + output | as expected",
      ]
    `);
    const none = storyOf(started(), thinking(), completed(50, 110, []));
    expect(judge(single(none))[0]).toMatch(/^pass/);
    const twice = storyOf(
      started(),
      thinking(),
      executing(),
      executed(),
      executing(9, 'b'),
      executed(9, 'b'),
      completed(),
    );
    expect(judge(single(twice))[0]).toMatch(/^pass/);
  });

  it.each([
    [
      'a tool that was not seen',
      withData(goodRun(), 'agent_completed', { tools_used: ['aggregate', 'forecast'] }),
    ],
    ['a tool that is not named', withData(goodRun(), 'agent_completed', { tools_used: [] })],
    [
      'a tool that is named twice',
      withData(goodRun(), 'agent_completed', { tools_used: ['aggregate', 'aggregate'] }),
    ],
    ['no list of tools', withData(goodRun(), 'agent_completed', { tools_used: undefined })],
    ['tokens that do not add up', withUsage({ input_tokens: 120, output_tokens: 30, total_tokens: 151 })],
    ['tokens as text', withUsage({ input_tokens: '120', output_tokens: '30', total_tokens: '150' })],
    ['no usage', withUsage(null)],
  ])('fails on %s', (_what, story) => {
    expect(judge(single(story))[0]).toMatch(/^fail wrong-account: /);
  });

  it('says both accounts', () => {
    expect(
      judge(single(withUsage({ input_tokens: 1, output_tokens: 2, total_tokens: 4 }))),
    ).toMatchInlineSnapshot(`
      [
        "fail wrong-account: tools_used {aggregate}, total = input + output | usage 1 + 2 is given as 4",
      ]
    `);
  });

  it('asks it only of runs that completed', () => {
    expect(judge(single(storyOf(started(), failed())))).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge (because CN-9): tools_used names the tools that were seen, and the usage adds up | single-analysis-1 left nothing to judge",
      ]
    `);
  });
});

describe('lifecycle/no-drift', () => {
  const judge = judgeBy('lifecycle/no-drift');
  const alsoReceiving = (receive: (wire: ReturnType<Tape['session']>) => void) => {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    receive(wire);
    wire.tells(wire.asks('analysis'), goodRun()).listens().closes();
    return tape.transcript();
  };

  it('passes on what the protocol knows, refusals included', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass no-drift: only what the protocol knows | 7 frames",
      ]
    `);
    expect(judge(refused())[0]).toMatch(/^pass/);
  });

  it('passes on what a tool puts into its own fields', () => {
    expect(
      judge(single(withData(goodRun(), 'tool_completed', { result: { any: { depth: [1] } } })))[0],
    ).toMatch(/^pass/);
  });

  it('fails on unknown fields and types, each once', () => {
    expect(judge(single(goodRun().map((beat) => ({ ...beat, over: { trace: 'x' } }))))).toHaveLength(5);
    expect(
      judge(alsoReceiving((wire) => wire.receives({ type: 'ack' }).receives({ type: 'ack' }))),
    ).toMatchInlineSnapshot(`
      [
        "fail drift: only what the protocol knows | type "ack"",
      ]
    `);
    expect(judge(single(withData(goodRun(), 'agent_completed', { cost: 1 })))).toMatchInlineSnapshot(`
      [
        "fail drift: only what the protocol knows | agent_completed: data.cost",
      ]
    `);
  });

  it('fails on frames that are none', () => {
    expect(
      judge(alsoReceiving((wire) => wire.receives('oops').receives('[]').receivesBytes('AAAA'))),
    ).toMatchInlineSnapshot(`
      [
        "fail drift: only what the protocol knows | a frame that is none: not JSON",
        "fail drift: only what the protocol knows | a frame that is none: not a JSON object",
        "fail drift: only what the protocol knows | a frame that is none: a binary frame",
      ]
    `);
  });
});
