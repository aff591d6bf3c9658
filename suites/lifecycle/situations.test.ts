import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { frameSizes } from '../../scenarios/chat-runs.ts';
import {
  type Asked,
  type Beat,
  cancelled,
  completed,
  executed,
  executing,
  failed,
  goodRun,
  started,
  storyOf,
  Tape,
  thinking,
  type Wire,
  withData,
  without,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const judgeBy =
  (check: string) =>
  (transcript: Parameters<typeof findingsOf>[1], choices?: Parameters<typeof findingsOf>[2]) =>
    findingsOf(check, transcript, choices);

const named = (run: string, story: readonly Beat[]): readonly Beat[] =>
  story.map((beat) => ({ ...beat, run }));

describe('lifecycle/runs-interleave', () => {
  const judge = judgeBy('lifecycle/runs-interleave');
  const LABELS = ['analysis at once 1', 'analysis at once 2', 'analysis at once 3'] as const;

  /** Three runs asked for at once and told in turn, event by event. */
  function atOnce(
    stories: readonly (readonly Beat[])[],
    finish = (wire: Wire): unknown => wire.listens(),
  ): Transcript {
    const tape = new Tape('three-at-once');
    const wire = tape.session();
    const asked = LABELS.map((label) => wire.asks(label));
    const longest = Math.max(...stories.map(({ length }) => length));
    for (let place = 0; place < longest; place += 1)
      stories.forEach((story, index) => {
        const beat = story[place];
        const of = asked[index];
        if (beat !== undefined && of !== undefined) wire.tells(of, [{ ...beat, afterMs: beat.afterMs / 3 }]);
      });
    for (const [index, story] of stories.entries())
      if (story.length === 0) wire.misses(`end of ${asked[index]?.requestId}`, 120_000);
    finish(wire);
    wire.closes();
    return tape.transcript();
  }
  const three = (change: (story: readonly Beat[], index: number) => readonly Beat[] = (story) => story) =>
    [1, 2, 3].map((number, index) => change(named(`run-${number}`, goodRun()), index));

  it('passes on three runs whose events take turns', () => {
    expect(judge(atOnce(three()))).toMatchInlineSnapshot(`
      [
        "pass valid-at-once: each run started, in order, and ended, although the others were under way | analysis at once 1: 5 events",
        "pass valid-at-once: each run started, in order, and ended, although the others were under way | analysis at once 2: 5 events",
        "pass valid-at-once: each run started, in order, and ended, although the others were under way | analysis at once 3: 5 events",
      ]
    `);
  });

  it('fails when one of them is out of order; that one never ends is told under LC-3', () => {
    const broken = three((story, index) => (index === 1 ? without(story, 'tool_completed') : story));
    expect(judge(atOnce(broken))[0]).toMatchInlineSnapshot(
      `"fail call-open-at-terminal: each run started, in order, and ended, although the others were under way | analysis at once 2: call-open-at-terminal"`,
    );
    const open = three((story, index) => (index === 2 ? story.slice(0, 3) : story));
    expect(judge(atOnce(open, (wire) => wire.misses('end of rq-1-3', 120_000)))[0]).toMatchInlineSnapshot(
      `"inconclusive call-never-closed (because LC-3): each run started, in order, and ended, although the others were under way | analysis at once 3: call-never-closed"`,
    );
  });

  it('fails when an event of one is told under the request of another', () => {
    const mixed = three((story, index) =>
      index === 0 ? story.with(1, { ...(story[1] as Beat), run: 'run-2' }) : story,
    );
    expect(judge(atOnce(mixed))[0]).toMatchInlineSnapshot(
      `"fail runs-mixed: each run started, in order, and ended, although the others were under way | analysis at once 1: an event of run run-2"`,
    );
  });

  it('fails when they all get one id', () => {
    const same = three().map((story) => named('run-1', story));
    expect(judge(atOnce(same))[0]).toMatchInlineSnapshot(
      `"fail one-id-for-two: each run started, in order, and ended, although the others were under way | analysis at once 1 and analysis at once 2 are both run run-1"`,
    );
  });

  it('cannot tell of a run of which nothing was seen', () => {
    const dumb = three((story, index) => (index === 0 ? [] : story));
    expect(judge(atOnce(dumb))[0]).toMatchInlineSnapshot(
      `"inconclusive nothing-seen (because CN-4): each run started, in order, and ended, although the others were under way | it ended "deadline""`,
    );
  });

  it('cannot tell when the harness broke off', () => {
    const open = three((story) => story.slice(0, 3));
    expect(judge(atOnce(open, () => undefined)).every((finding) => finding.startsWith('inconclusive'))).toBe(
      true,
    );
  });
});

describe('lifecycle/keeps-to-its-sockets', () => {
  const judge = judgeBy('lifecycle/keeps-to-its-sockets');
  const ALL = { 'VP-FANOUT': 'all-sockets' };
  const ORIGIN = { 'VP-FANOUT': 'originating-socket' };

  /** A run asked for on the older of two sockets; `hears` says what each of them gets. */
  function twoSockets(
    hears: (older: Wire, newer: Wire, asked: Asked) => void,
    pong: number | null = 6,
  ): Transcript {
    const tape = new Tape('two-sockets');
    const older = tape.session();
    const newer = tape.session();
    newer.pings();
    const asked = older.asks('analysis on the older socket');
    hears(older, newer, asked);
    older.listens();
    newer.pings(pong);
    older.closes();
    newer.closes();
    return tape.transcript();
  }
  const onlyOlder = twoSockets((older, _newer, asked) => older.tells(asked, goodRun()));
  const both = twoSockets((older, newer, asked) => {
    for (const beat of goodRun()) {
      older.tells(asked, [beat]);
      newer.tells(asked, [{ ...beat, afterMs: 0 }]);
    }
  });

  it('passes when only the older one hears of its run, where that is declared, or nothing', () => {
    expect(judge(onlyOlder, ORIGIN)).toMatchInlineSnapshot(`
      [
        "pass fan-out: the older socket has its run whole; the newer one hears nothing of it | the newer one heard 0 of 5 events",
      ]
    `);
    expect(judge(onlyOlder)[0]).toMatch(/^pass/);
  });

  it('passes when both hear all of it, where that is declared, or nothing', () => {
    expect(judge(both, ALL)).toMatchInlineSnapshot(`
      [
        "pass fan-out: the older socket has its run whole; the newer one hears all of it | the newer one heard 5 of 5 events",
      ]
    `);
    expect(judge(both)[0]).toMatch(/^pass/);
  });

  it('fails when the declaration is the other one', () => {
    expect(judge(onlyOlder, ALL)).toMatchInlineSnapshot(`
      [
        "fail wrong-fan-out: the older socket has its run whole; the newer one hears all of it | the newer one heard 0 of 5 events",
      ]
    `);
    expect(judge(both, ORIGIN)).toMatchInlineSnapshot(`
      [
        "fail wrong-fan-out: the older socket has its run whole; the newer one hears nothing of it | the newer one heard 5 of 5 events",
      ]
    `);
  });

  it('fails when the newer one hears a part, whatever is declared', () => {
    const part = twoSockets((older, newer, asked) => {
      older.tells(asked, goodRun());
      newer.tells(asked, goodRun().slice(0, 2));
    });
    for (const choices of [ALL, ORIGIN, {}]) expect(judge(part, choices)[0]).toMatch(/^fail wrong-fan-out/);
  });

  it('fails when the newer one takes the events away from the older one', () => {
    const stolen = twoSockets((older, newer, asked) => {
      newer.tells(asked, goodRun());
      older.wait(120_000).misses(`end of ${asked.requestId}`, 120_000);
    });
    expect(judge(stolen, ORIGIN)).toMatchInlineSnapshot(`
      [
        "fail older-went-silent: the older socket has its run whole; the newer one hears nothing of it | it has 0 events, the newer one 5",
      ]
    `);
  });

  it('cannot tell when the newer one was not alive', () => {
    const deaf = twoSockets((older, _newer, asked) => older.tells(asked, goodRun()), null);
    expect(judge(deaf, ORIGIN)).toMatchInlineSnapshot(`
      [
        "inconclusive newer-not-alive (because CN-3): the older socket has its run whole; the newer one hears nothing of it | no pong on the newer socket after the run",
      ]
    `);
  });

  it('cannot tell when the run did not end for another reason', () => {
    const unending = twoSockets((older, _newer, asked) =>
      older.tells(asked, goodRun().slice(0, 2)).misses(`end of ${asked.requestId}`, 120_000),
    );
    expect(judge(unending)[0]).toMatch(/^inconclusive older-went-silent \(because LC-3\)/);
  });
});

describe('lifecycle/cancels-runs', () => {
  const judge = judgeBy('lifecycle/cancels-runs');
  const BEGUN = storyOf(started(), thinking());
  const END = storyOf(started(), thinking(), cancelled(300)).slice(2);

  function cancelling(answer: (wire: Wire, request: string, asked: Asked) => void): Transcript {
    const tape = new Tape('cancellation');
    const wire = tape.session();
    const asked = wire.asks('cancelled analysis');
    wire.tells(asked, BEGUN);
    answer(wire.wait(5), wire.cancels(), asked);
    wire.listens().closes();
    return tape.transcript();
  }
  const accept = (wire: Wire, request: string, runId = 'run-1'): Wire =>
    wire.wait(10).receives({ type: 'cancel_accepted', run_id: runId, request_id: request });

  it('passes when it is accepted, then over', () => {
    expect(
      judge(cancelling((wire, request, asked) => accept(wire, request).tells(asked, END))),
    ).toMatchInlineSnapshot(`
      [
        "pass cancelled: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | after 310 ms",
      ]
    `);
  });

  it('is left open where no session was had, and where no run began', () => {
    const tape = new Tape('cancellation');
    expect(judge(tape.transcript())[0]).toMatch(/^inconclusive nothing-cancelled \(because CN-2\)/);
    tape.session().asks('cancelled analysis');
    expect(judge(tape.transcript())[0]).toMatch(/^inconclusive nothing-cancelled \(because CN-4\)/);
  });

  it('passes when the run says something between the two', () => {
    const thought = storyOf(started(), thinking(), thinking(20, 2), cancelled()).slice(2);
    expect(
      judge(cancelling((wire, request, asked) => accept(wire, request).tells(asked, thought)))[0],
    ).toMatch(/^pass/);
  });

  it('fails when nobody answers', () => {
    const ignored = cancelling((wire, _request, asked) =>
      wire.wait(20_000).misses(`end of ${asked.requestId}`, 20_000),
    );
    expect(judge(ignored)).toMatchInlineSnapshot(`
      [
        "fail not-accepted: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | no answer to cancel_agent",
      ]
    `);
  });

  it('fails when it is refused while the run goes on', () => {
    const refused = cancelling((wire, request, asked) =>
      wire
        .wait(10)
        .receives({ type: 'error', code: 'RUN_NOT_FOUND', message: '', request_id: request })
        .wait(20_000)
        .misses(`end of ${asked.requestId}`, 20_000),
    );
    expect(judge(refused)).toMatchInlineSnapshot(`
      [
        "fail not-accepted: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | an error",
      ]
    `);
  });

  it('fails when it is accepted for another run', () => {
    expect(
      judge(cancelling((wire, request, asked) => accept(wire, request, 'run-2').tells(asked, END))),
    ).toMatchInlineSnapshot(`
      [
        "fail other-run-accepted: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | cancel_accepted for run run-2",
      ]
    `);
  });

  it('fails when it is accepted and the run completes, or never ends', () => {
    const done = storyOf(started(), thinking(), completed()).slice(2);
    expect(
      judge(cancelling((wire, request, asked) => accept(wire, request).tells(asked, done))),
    ).toMatchInlineSnapshot(`
      [
        "fail not-cancelled: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | agent_completed",
      ]
    `);
    const never = cancelling((wire, request, asked) =>
      accept(wire, request).wait(20_000).misses(`end of ${asked.requestId}`, 20_000),
    );
    expect(judge(never)).toMatchInlineSnapshot(`
      [
        "fail never-ended: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | it ended "deadline"",
      ]
    `);
  });

  it('fails when the end comes late, before the acceptance, or is not the end', () => {
    const late = storyOf(started(), thinking(), cancelled(5_100)).slice(2);
    expect(
      judge(cancelling((wire, request, asked) => accept(wire, request).tells(asked, late))),
    ).toMatchInlineSnapshot(`
      [
        "fail cancelled-late: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | after 5110 ms",
      ]
    `);
    expect(
      judge(cancelling((wire, request, asked) => accept(wire.tells(asked, END), request))),
    ).toMatchInlineSnapshot(`
      [
        "fail cancelled-before-accepted: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | agent_cancelled came before cancel_accepted",
      ]
    `);
    const more = storyOf(started(), thinking(), cancelled(), thinking(20, 2)).slice(2);
    expect(
      judge(cancelling((wire, request, asked) => accept(wire, request).tells(asked, more))),
    ).toMatchInlineSnapshot(`
      [
        "fail went-on: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | 1 events after it",
      ]
    `);
  });

  it('cannot tell when the run was quicker', () => {
    const done = storyOf(started(), thinking(), completed()).slice(2);
    const quick = cancelling((wire, request, asked) =>
      wire
        .tells(asked, done)
        .receives({ type: 'error', code: 'RUN_FINISHED', message: '', request_id: request }),
    );
    expect(judge(quick)).toMatchInlineSnapshot(`
      [
        "inconclusive ended-first: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | the run ended before the cancellation was answered",
      ]
    `);
  });

  it('cannot tell when the harness broke off', () => {
    expect(judge(cancelling(() => undefined))).toMatchInlineSnapshot(`
      [
        "inconclusive not-awaited: cancel_accepted, then agent_cancelled within 5000 ms, and nothing after it | the harness stopped waiting",
      ]
    `);
  });
});

describe('lifecycle/remembers-its-thread', () => {
  const judge = judgeBy('lifecycle/remembers-its-thread');
  const FACT = '0123456789ab';
  const answering = (response: string) =>
    withData(storyOf(started(), thinking(), completed(50, 110, [])), 'agent_completed', { response });

  function memory(told: readonly Beat[], asked?: readonly Beat[], message?: string): Transcript {
    const tape = new Tape('memory');
    const wire = tape.session();
    const fact = message ?? `Please remember this: the access phrase of the Marigold project is ${FACT}.`;
    const first = wire.asks('tell a fact', { message: fact });
    wire.tells(first, told);
    if (told.length < 3) wire.misses(`end of ${first.requestId}`, 120_000);
    if (asked !== undefined) {
      const second = wire.asks('ask for the fact', { threadId: 'thread-1' });
      wire.tells(second, named('run-2', asked));
      if (asked.length < 2) wire.misses(`end of ${second.requestId}`, 120_000);
    }
    wire.listens().closes();
    return tape.transcript();
  }

  it('passes when the second answer knows the fact, in any case', () => {
    expect(judge(memory(answering('Noted.'), answering(`It is ${FACT}.`)))).toMatchInlineSnapshot(`
      [
        "pass remembered: the answer states "0123456789ab" | it does",
      ]
    `);
    expect(judge(memory(answering('Noted.'), answering(`IT IS ${FACT.toUpperCase()}`)))[0]).toMatch(/^pass/);
  });

  it('fails when it does not, or only nearly', () => {
    expect(judge(memory(answering('Noted.'), answering('You have told me nothing.')))).toMatchInlineSnapshot(`
      [
        "fail forgotten: the answer states "0123456789ab" | "You have told me nothing."",
      ]
    `);
    expect(judge(memory(answering('Noted.'), answering('It is 0123456789a.')))[0]).toMatch(/^fail forgotten/);
  });

  it('cannot tell when one of the runs never ended, or no thread was named', () => {
    expect(judge(memory(answering('').slice(0, 2)))).toMatchInlineSnapshot(`
      [
        "inconclusive no-answer (because LC-3): the answer states "0123456789ab" | tell a fact: it ended "deadline"",
      ]
    `);
    expect(judge(memory(answering('Noted.'), []))).toMatchInlineSnapshot(`
      [
        "inconclusive no-answer (because CN-4): the answer states "0123456789ab" | ask for the fact: it ended "deadline"",
      ]
    `);
    expect(judge(memory(answering('Noted.')))).toMatchInlineSnapshot(`
      [
        "inconclusive no-thread (because LC-7): the answer states "0123456789ab" | the first run named no thread",
      ]
    `);
  });

  it('says nothing of runs that say that they failed', () => {
    expect(judge(memory(answering('Noted.'), storyOf(started(), failed())))[0]).toMatch(
      /^inconclusive nothing-to-judge/,
    );
  });
});

describe('lifecycle/takes-large-frames', () => {
  const judge = judgeBy('lifecycle/takes-large-frames');
  const SIZES = [9 * 1024, 100 * 1024, 1024 * 1024 - 1] as const;

  /** What becomes of a frame of each size. */
  function frames(
    becomes: (bytes: number) => 'runs' | 'silence' | 'refused' | 'aborted',
    sent = (bytes: number) => bytes,
  ) {
    const tape = new Tape('large-frames');
    const wire = tape.session();
    for (const bytes of SIZES) {
      const asked = wire.asks(`frame of ${bytes} bytes`, { bytes: sent(bytes) });
      const fate = becomes(bytes);
      if (fate === 'runs') wire.tells(asked, named(`run-${bytes}`, goodRun()));
      if (fate === 'silence') wire.misses(`end of ${asked.requestId}`, 120_000);
      if (fate === 'refused')
        wire.receives({ type: 'error', code: 'RATE_LIMITED', message: '', request_id: asked.requestId });
    }
    wire.listens().closes();
    return tape.transcript();
  }

  it('is tried with what the declared limit lets through', () => {
    expect(frameSizes('1048576')).toEqual([...SIZES]);
    expect(frameSizes('65536')).toEqual([9 * 1024, 65_535]);
    expect(frameSizes(undefined)).toEqual([9 * 1024]);
  });

  it('passes when each starts a run', () => {
    expect(judge(frames(() => 'runs'))).toMatchInlineSnapshot(`
      [
        "pass started: a frame of 9216 bytes starts a run | agent_started",
        "pass started: a frame of 102400 bytes starts a run | agent_started",
        "pass started: a frame of 1048575 bytes starts a run | agent_started",
      ]
    `);
  });

  it('fails when those above 8 KiB, or above 64 KiB, are dropped in silence', () => {
    expect(judge(frames(() => 'silence'))).toHaveLength(3);
    expect(judge(frames((bytes) => (bytes > 65_536 ? 'silence' : 'runs')))).toMatchInlineSnapshot(`
      [
        "fail not-started: a frame of 102400 bytes starts a run | it ended "deadline"",
        "fail not-started: a frame of 1048575 bytes starts a run | it ended "deadline"",
        "pass started: a frame of 9216 bytes starts a run | agent_started",
      ]
    `);
  });

  it('cannot tell of those that were refused for a reason, or broken off by us', () => {
    expect(judge(frames((bytes) => (bytes === SIZES[0] ? 'refused' : 'runs')))[0]).toMatch(
      /^inconclusive not-started \(because CN-9\)/,
    );
    expect(judge(frames((bytes) => (bytes === SIZES[0] ? 'aborted' : 'runs')))[0]).toMatch(
      /^inconclusive not-awaited/,
    );
  });

  it('is an error of ours when the frames were not as long as they should be', () => {
    expect(
      judge(
        frames(
          () => 'runs',
          (bytes) => bytes - 1,
        ),
      )[0],
    ).toMatchInlineSnapshot(`"error wrong-stimulus: a frame of 9216 bytes starts a run | we sent 9215"`);
  });
});

it('parallel calls of several tools are one valid run for every check of order', () => {
  const tape = new Tape('single-analysis');
  const wire = tape.session();
  const story = storyOf(
    started(),
    thinking(),
    executing(1, 'a', 'profile'),
    executing(1, 'b', 'aggregate'),
    executing(1, 'c', 'forecast'),
    executed(900, 'c', 'forecast', 900),
    executed(10, 'a', 'profile', 912),
    executed(10, 'b', 'aggregate', 921),
    completed(20, 1_003, ['profile', 'aggregate', 'forecast']),
  );
  wire.tells(wire.asks('analysis'), story).listens().closes();
  for (const check of [
    'closes-each-tool-call-once',
    'leaves-no-tool-call-open',
    'accounts-add-up',
    'durations-are-true',
  ])
    expect(findingsOf(`lifecycle/${check}`, tape.transcript())[0]).toMatch(/^pass/);
});
