import { describe, expect, it } from 'vitest';
import { droppedAfter, refused, silent, single, trialNumbered, unending } from '../test-support/runs.ts';
import {
  cancelled,
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
  without,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const FAILING = storyOf(started(), executing(), executed(500), failed());
const PARALLEL = storyOf(
  started(),
  thinking(),
  executing(10, 'a', 'profile'),
  executing(10, 'b', 'aggregate'),
  executed(300, 'b', 'aggregate', 300),
  thinking(),
  executed(400, 'a', 'profile', 770),
  completed(50, 890, ['profile', 'aggregate']),
);

describe('lifecycle/shows-all-five-events', () => {
  const judge = (transcript: Parameters<typeof findingsOf>[1]) =>
    findingsOf('lifecycle/shows-all-five-events', transcript);

  it('passes on the five events', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass all-five: of run rq-1-1: agent_started, agent_thinking, tool_executing, tool_completed, agent_completed | all five",
      ]
    `);
  });

  it.each(['agent_started', 'agent_thinking', 'tool_executing', 'tool_completed'])(
    'fails without %s',
    (type) => {
      const [finding] = judge(single(without(goodRun(), type)));
      expect(finding).toMatch(/^fail missing-events: /);
      expect(finding?.split(' | ')[1]).not.toContain(type);
    },
  );

  it('fails when a run that was done never says so', () => {
    expect(judge(unending(without(goodRun(), 'agent_completed')))).toMatchInlineSnapshot(`
      [
        "fail missing-events: of run rq-1-1: agent_started, agent_thinking, tool_executing, tool_completed, agent_completed | only agent_started, agent_thinking, tool_executing, tool_completed; it ended "deadline"",
      ]
    `);
  });

  it('fails when there are only acknowledgements', () => {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    const { requestId } = wire.asks('analysis');
    wire.receives({ type: 'ack', request_id: requestId }).wait(120_000);
    wire.misses(`end of ${requestId}`, 120_000).closes();
    expect(judge(tape.transcript())).toMatchInlineSnapshot(`
      [
        "fail missing-events: of run rq-1-1: agent_started, agent_thinking, tool_executing, tool_completed, agent_completed | only none; it ended "deadline"",
      ]
    `);
  });

  it('fails when the events come wrapped in others', () => {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    const { requestId } = wire.asks('analysis');
    for (const event of [
      'agent_started',
      'agent_thinking',
      'tool_executing',
      'tool_completed',
      'agent_completed',
    ])
      wire.wait(50).receives({ type: 'agent_progress', request_id: requestId, data: { event } });
    wire.wait(120_000).misses(`end of ${requestId}`, 120_000).closes();
    expect(judge(tape.transcript())).toMatchInlineSnapshot(`
      [
        "fail missing-events: of run rq-1-1: agent_started, agent_thinking, tool_executing, tool_completed, agent_completed | only none; it ended "deadline"",
      ]
    `);
  });

  it('does not ask it of a run that failed, nor of one that had no data to work on', () => {
    expect(judge([single(FAILING), trialNumbered(2, single(goodRun()))])).toHaveLength(1);
    expect(judge(single(without(goodRun(), 'tool_executing'), 'tell a fact'))).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge (because CN-9): a tool-using run that completes shows all five lifecycle events | single-analysis-1 left nothing to judge",
      ]
    `);
  });

  it('cannot tell of a run that was refused', () => {
    expect(judge(refused())).toMatchInlineSnapshot(`
      [
        "inconclusive refused (because CN-9): of run rq-1-1: agent_started, agent_thinking, tool_executing, tool_completed, agent_completed | refused",
      ]
    `);
  });
});

describe('lifecycle/starts-first', () => {
  const judge = (transcript: Parameters<typeof findingsOf>[1]) =>
    findingsOf('lifecycle/starts-first', transcript);

  it('passes when agent_started comes first', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass in-order: agent_started first, and once | as expected",
      ]
    `);
  });

  it('passes when the runs fail or are cancelled', () => {
    expect(judge(single(FAILING))[0]).toMatch(/^pass/);
    expect(judge(single(storyOf(started(), cancelled())))[0]).toMatch(/^pass/);
  });

  it('fails when the run does not begin with its first turn', () => {
    const late = goodRun().map((beat) => ({ ...beat, over: { turn: 2 } }));
    expect(judge(single(late))).toMatchInlineSnapshot(`
      [
        "fail late-first-turn: agent_started first, and once | it begins with turn 2",
      ]
    `);
  });

  it('fails when it is missing, late, or comes twice', () => {
    const [first, second, ...rest] = goodRun();
    if (first === undefined || second === undefined) throw new TypeError('a run has two events');
    expect(judge(single(without(goodRun(), 'agent_started')))).toMatchInlineSnapshot(`
      [
        "fail event-before-start: agent_started first, and once | an event came before the run had started: agent_thinking",
      ]
    `);
    expect(judge(single(renumbered([second, first, ...rest])))).toMatchInlineSnapshot(`
      [
        "fail event-before-start: agent_started first, and once | an event came before the run had started: agent_thinking",
        "fail started-twice: agent_started first, and once | the run started twice: agent_started",
      ]
    `);
    expect(judge(single(renumbered([first, first, second, ...rest])))).toMatchInlineSnapshot(`
      [
        "fail started-twice: agent_started first, and once | the run started twice: agent_started",
      ]
    `);
  });

  it('cannot tell when nothing came', () => {
    expect(judge(silent())).toMatchInlineSnapshot(`
      [
        "inconclusive hidden (because CN-4): agent_started is the first event of a run, once | run "analysis" ended "deadline" after 0 events",
      ]
    `);
  });
});

describe('lifecycle/ends-once', () => {
  const judge = (transcript: Parameters<typeof findingsOf>[1]) =>
    findingsOf('lifecycle/ends-once', transcript);

  it('passes when one terminal event comes last, and a later pong shows that we would have heard another', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass ended-once: exactly one terminal event, last | one, and nothing after it",
      ]
    `);
    expect(judge(single(FAILING))[0]).toMatch(/^pass/);
  });

  it('fails on silence after the first thought', () => {
    expect(judge(unending(goodRun().slice(0, 2)))).toMatchInlineSnapshot(`
      [
        "fail no-terminal: exactly one terminal event, last | none; it ended "deadline" after 2 events",
      ]
    `);
  });

  it('fails when the socket is closed in mid-run', () => {
    expect(judge(droppedAfter(goodRun().slice(0, 3)))).toMatchInlineSnapshot(`
      [
        "fail no-terminal: exactly one terminal event, last | none; it ended "closed" after 3 events",
      ]
    `);
  });

  it('fails when the end is told twice, or something follows it', () => {
    const [, thought, , , end] = goodRun();
    if (thought === undefined || end === undefined) throw new TypeError('a run has five events');
    expect(judge(single([...goodRun(), { ...end, seq: 6 }]))).toMatchInlineSnapshot(`
      [
        "fail second-terminal: exactly one terminal event, last | a second terminal event followed the first: agent_completed",
      ]
    `);
    expect(judge(single([...goodRun(), { ...thought, seq: 6 }]))).toMatchInlineSnapshot(`
      [
        "fail event-after-terminal: exactly one terminal event, last | an event followed the terminal one: agent_thinking",
      ]
    `);
  });

  it('fails when a cancelled run is completed later', () => {
    expect(judge(single(storyOf(started(), thinking(), cancelled(), completed())))).toMatchInlineSnapshot(`
      [
        "fail second-terminal: exactly one terminal event, last | a second terminal event followed the first: agent_completed",
      ]
    `);
  });

  it('fails when a run that had begun is dropped with an error', () => {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    const asked = wire.asks('analysis');
    wire.tells(asked, goodRun().slice(0, 3)).wait(20);
    wire.receives({ type: 'error', code: 'INTERNAL', message: 'oops', request_id: asked.requestId });
    wire.listens().closes();
    expect(judge(tape.transcript())).toMatchInlineSnapshot(`
      [
        "fail no-terminal: exactly one terminal event, last | none; it ended "error" after 3 events",
      ]
    `);
  });

  it('cannot tell without a sign of life later than the grace period', () => {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    wire.tells(wire.asks('analysis'), goodRun()).wait(500).pings().closes();
    expect(judge(tape.transcript())).toMatchInlineSnapshot(`
      [
        "inconclusive not-listened-on (because CN-3): exactly one terminal event, last | nothing came, but no pong 1000 ms later shows that the socket was alive",
      ]
    `);
    const dropped = new Tape('single-analysis');
    const other = dropped.session();
    other.tells(other.asks('analysis'), goodRun()).closes(1006, 'network');
    expect(judge(dropped.transcript())).toMatchInlineSnapshot(`
      [
        "inconclusive not-listened-on (because CN-2): exactly one terminal event, last | nothing came, but no pong 1000 ms later shows that the socket was alive",
      ]
    `);
  });

  it('says nothing of a run that the harness itself broke off', () => {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    wire.tells(wire.asks('analysis'), goodRun().slice(0, 2)).closes(1006, 'harness');
    expect(judge(tape.transcript({ end: 'aborted', reason: 'SIGINT' }))).toMatchInlineSnapshot(`
      [
        "inconclusive script-aborted: a sealed transcript of a script that came to its end | it ended "aborted": SIGINT",
      ]
    `);
  });
});

describe('lifecycle/thinks-before-completing', () => {
  const judge = (transcript: Parameters<typeof findingsOf>[1]) =>
    findingsOf('lifecycle/thinks-before-completing', transcript);

  it('passes with one thought, wherever it stands', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass in-order: at least one agent_thinking before agent_completed | as expected",
      ]
    `);
    const late = storyOf(started(), executing(), executed(), thinking(), completed());
    expect(judge(single(late))[0]).toMatch(/^pass/);
  });

  it('fails without one', () => {
    expect(judge(single(without(goodRun(), 'agent_thinking')))).toMatchInlineSnapshot(`
      [
        "fail completed-without-reasoning: at least one agent_thinking before agent_completed | the run completed without any reasoning event: agent_completed",
      ]
    `);
  });

  it('does not ask it of runs that failed or were cancelled', () => {
    expect(judge(single(FAILING))).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge (because CN-9): a run that completes has shown its thinking | single-analysis-1 left nothing to judge",
      ]
    `);
  });

  it('cannot tell of a run that never ended', () => {
    expect(judge(unending(goodRun().slice(0, 4)))).toMatchInlineSnapshot(`
      [
        "inconclusive hidden (because LC-3): a run that completes has shown its thinking | run "analysis" ended "deadline" after 4 events",
      ]
    `);
  });
});

describe('lifecycle/closes-each-tool-call-once', () => {
  const judge = (transcript: Parameters<typeof findingsOf>[1]) =>
    findingsOf('lifecycle/closes-each-tool-call-once', transcript);

  it('passes on calls one after the other, and at once', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass in-order: each tool_executing closed by exactly one later tool_completed | as expected",
      ]
    `);
    expect(judge(single(PARALLEL))).toMatchInlineSnapshot(`
      [
        "pass in-order: each tool_executing closed by exactly one later tool_completed | as expected",
      ]
    `);
  });

  it('passes on a call that was closed as an error when the run failed', () => {
    const cut = changed(FAILING, 'tool_completed', ({ data }) => ({
      data: { ...data, status: 'error', result: null, error: { code: 'aborted', message: 'the run failed' } },
    }));
    expect(judge(single(cut))[0]).toMatch(/^pass/);
  });

  it('fails on a call that is closed as one of another tool', () => {
    const other = changed(goodRun(), 'tool_completed', ({ data }) => ({
      data: { ...data, tool_name: 'forecast' },
    }));
    expect(judge(single(other))).toMatchInlineSnapshot(`
      [
        "fail closed-as-other-tool: each tool_executing closed by exactly one later tool_completed | call call-1 of aggregate is closed as one of forecast",
      ]
    `);
  });

  it('fails on a call that is not closed, not opened, opened twice, or closed twice', () => {
    const [start, thought, open, close, end] = goodRun();
    if (!start || !thought || !open || !close || !end) throw new TypeError('a run has five events');
    expect(judge(single(without(goodRun(), 'tool_completed')))).toMatchInlineSnapshot(`
      [
        "fail call-open-at-terminal: each tool_executing closed by exactly one later tool_completed | a tool call was still open at the terminal event (call call-1): agent_completed",
      ]
    `);
    expect(judge(single(without(goodRun(), 'tool_executing')))).toMatchInlineSnapshot(`
      [
        "fail call-not-open: each tool_executing closed by exactly one later tool_completed | a tool call was closed that was never opened (call call-1): tool_completed",
      ]
    `);
    expect(judge(single(renumbered([start, thought, open, open, close, end])))).toMatchInlineSnapshot(`
      [
        "fail call-opened-twice: each tool_executing closed by exactly one later tool_completed | a tool call was opened twice under one id (call call-1): tool_executing",
      ]
    `);
    expect(judge(single(renumbered([start, thought, open, close, close, end])))).toMatchInlineSnapshot(`
      [
        "fail call-closed-twice: each tool_executing closed by exactly one later tool_completed | a tool call was closed twice (call call-1): tool_completed",
      ]
    `);
  });

  it('fails on a call that is closed under another id', () => {
    const other = changed(goodRun(), 'tool_completed', ({ data }) => ({
      data: { ...data, tool_call_id: 'call-9' },
    }));
    expect(judge(single(other))).toMatchInlineSnapshot(`
      [
        "fail call-not-open: each tool_executing closed by exactly one later tool_completed | a tool call was closed that was never opened (call call-9): tool_completed",
        "fail call-open-at-terminal: each tool_executing closed by exactly one later tool_completed | a tool call was still open at the terminal event (call call-1): agent_completed",
      ]
    `);
  });
});

describe('lifecycle/leaves-no-tool-call-open', () => {
  const judge = (transcript: Parameters<typeof findingsOf>[1]) =>
    findingsOf('lifecycle/leaves-no-tool-call-open', transcript);

  it('passes when every call is closed', () => {
    expect(judge(single(PARALLEL))).toMatchInlineSnapshot(`
      [
        "pass in-order: every call closed before the terminal event | as expected",
      ]
    `);
  });

  it.each([
    ['completed', completed()],
    ['failed', failed()],
    ['cancelled', cancelled()],
  ])('fails when a run is %s over an open call', (_how, end) => {
    expect(judge(single(storyOf(started(), thinking(), executing(), end)))[0]).toMatch(
      /^fail call-open-at-terminal: every call closed before the terminal event \| a tool call was still open at the terminal event \(call call-1\): agent_\w+$/,
    );
  });

  it('names each call that was open', () => {
    const two = storyOf(started(), thinking(), executing(5, 'a'), executing(5, 'b'), completed());
    expect(judge(single(two))).toMatchInlineSnapshot(`
      [
        "fail call-open-at-terminal: every call closed before the terminal event | a tool call was still open at the terminal event (call a): agent_completed",
        "fail call-open-at-terminal: every call closed before the terminal event | a tool call was still open at the terminal event (call b): agent_completed",
      ]
    `);
  });

  it('has nothing to say of runs without calls', () => {
    expect(judge(single(storyOf(started(), thinking(), completed())))).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge (because CN-9): no tool call is open at the terminal event | single-analysis-1 left nothing to judge",
      ]
    `);
  });
});
