import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { single, trialNumbered, unending } from '../test-support/runs.ts';
import {
  type Beat,
  completed,
  executed,
  executing,
  goodRun,
  started,
  storyOf,
  Tape,
  type TapeOptions,
  thinking,
  withData,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

/** Readings of the health endpoint, close enough together to see the second change. */
function clockReadings(options: TapeOptions = {}): Transcript {
  const tape = new Tape('campaign-bracket', options);
  for (let reading = 0; reading < 9; reading += 1) tape.http('clock', {}, 10).wait(130);
  return tape.transcript();
}

const everywhere = (change: (beat: Beat, index: number) => Partial<Beat>): readonly Beat[] =>
  goodRun().map((beat, index) => ({ ...beat, ...change(beat, index) }));
const stamped = (stamp: (wall: number) => string): readonly Beat[] => everywhere(() => ({ stamp }));
const ISO = (wall: number): string => new Date(wall).toISOString();

/** Ways to write one time that the protocol allows. */
const STAMPS: readonly (readonly [string, (wall: number) => string])[] = [
  ['whole seconds', (wall) => ISO(wall).replace(/\.\d+Z$/, 'Z')],
  ['tenths', (wall) => ISO(wall).replace(/\.(\d)\d*Z$/, '.$1Z')],
  ['milliseconds', ISO],
  ['microseconds', (wall) => ISO(wall).replace('Z', '417Z')],
  ['nanoseconds', (wall) => ISO(wall).replace('Z', '417908Z')],
  ['an offset of zero', (wall) => ISO(wall).replace('Z', '+00:00')],
  ['whole seconds and an offset', (wall) => ISO(wall).replace(/\.\d+Z$/, '+00:00')],
  ['no trailing zeros', (wall) => ISO(wall).replace(/\.?0+Z$/, 'Z')],
];
/** Fractions of the second in which the run begins. */
const STARTS = [0, 1, 250, 499, 730, 999];
const startedAt = (ms: number): number => Date.parse('2026-01-05T10:00:00.000Z') + ms;

describe('any allowed way to write a time', () => {
  it.each(STAMPS)('%s breaks none of the checks of time', (_how, stamp) => {
    for (const ms of STARTS) {
      const run = single(stamped(stamp), 'analysis', { startedAt: startedAt(ms) });
      const evidence = [run, clockReadings({ startedAt: startedAt(ms) })];
      for (const check of [
        'timestamps-tell-the-time',
        'events-leave-as-they-happen',
        'events-are-well-formed',
      ])
        for (const finding of findingsOf(`lifecycle/${check}`, evidence))
          expect(finding, `${ms}`).toMatch(/^pass/);
    }
  });
});

describe('lifecycle/timestamps-tell-the-time', () => {
  const judge = (run: Transcript, clock: Transcript | null = clockReadings()) =>
    findingsOf('lifecycle/timestamps-tell-the-time', clock === null ? run : [run, clock]);

  it('passes when the stamps lie between the request and their arrival', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass within-window: within 250 ms of the window, skew -100 ms to 50 ms allowed for | within",
      ]
    `);
  });

  it.each([-1_500, -500, 500, 1_500])(
    'passes with a clock that is off by %d ms, as its dates say',
    (skewMs) => {
      expect(judge(single(goodRun(), 'analysis', { skewMs }), clockReadings({ skewMs }))[0]).toMatch(/^pass/);
    },
  );

  it('fails when the stamps are of another clock than the dates', () => {
    expect(judge(single(goodRun(), 'analysis', { skewMs: 2_000 }))).toMatchInlineSnapshot(`
      [
        "fail outside-window: within 250 ms of the window, skew -100 ms to 50 ms allowed for | analysis: a stamp 1946 ms after the arrival",
      ]
    `);
    expect(judge(single(goodRun(), 'analysis', { skewMs: -2_000 }))).toMatchInlineSnapshot(`
      [
        "fail outside-window: within 250 ms of the window, skew -100 ms to 50 ms allowed for | analysis: a stamp 1864 ms before the request",
      ]
    `);
  });

  it('fails when a stamp goes back', () => {
    const back = everywhere((_beat, index) => ({ lagMs: index === 2 ? 200 : 0 }));
    expect(judge(single(back))).toMatchInlineSnapshot(`
      [
        "fail backwards: timestamps that do not go backwards, within the observed window | tool_executing is stamped 170 ms before the event it follows",
      ]
    `);
  });

  it('fails when a stamp cannot be read', () => {
    expect(
      judge(single(everywhere((_b, index) => (index === 1 ? { over: { timestamp: 'now' } } : {})))),
    ).toMatchInlineSnapshot(`
      [
        "fail no-timestamp: timestamps that do not go backwards, within the observed window | agent_thinking: none that can be read",
      ]
    `);
  });

  it('passes on equal stamps in one millisecond', () => {
    const at = new Date(startedAt(300)).toISOString();
    const burst = storyOf(started(1), thinking(0), executing(0), executed(0), completed(0, 0));
    const run = single(burst.map((beat) => ({ ...beat, stamp: () => at })));
    expect(judge(run)[0]).toMatch(/^pass/);
  });

  it('cannot tell when the skew of the clocks is not known', () => {
    expect(judge(single(goodRun()), null)[0]).toMatch(/^inconclusive skew-unknown \(because CN-8\)/);
  });

  it('holds nothing against the target that our own lateness explains', () => {
    const late = (spoilt: Transcript, stalledMs: number): Transcript =>
      spoilt.seal === undefined
        ? spoilt
        : { ...spoilt, seal: { ...spoilt.seal, observer: { ...spoilt.seal.observer, stalledMs } } };
    const other = trialNumbered(2, single(goodRun()));
    const shifted = single(goodRun(), 'analysis', { skewMs: 600 });
    const judged = (run: Transcript) =>
      findingsOf('lifecycle/timestamps-tell-the-time', [run, other, clockReadings()]);
    expect(judged(shifted)[0]).toMatch(/^fail outside-window/);
    expect(judged(late(shifted, 5_000)).map((finding) => finding.slice(0, 4))).toEqual(['pass']);
  });
});

describe('lifecycle/events-leave-as-they-happen', () => {
  const judge = (...runs: readonly Transcript[]) => findingsOf('lifecycle/events-leave-as-they-happen', runs);

  it('passes when all events are about as long under way', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass as-it-happens: each event within 1000 ms of its stamp, stamps spread as the run was | at most 0 ms behind",
      ]
    `);
  });

  it('passes with jitter, and with a way that is long for all', () => {
    const jitter = [0, 130, 20, 400, 60];
    expect(judge(single(everywhere((_beat, index) => ({ lagMs: jitter[index] ?? 0 }))))[0]).toMatch(/^pass/);
    expect(judge(single(everywhere(() => ({ lagMs: 3_000 }))))[0]).toMatch(/^pass/);
  });

  it('fails when the events are kept and released at the end', () => {
    const happened = [0, 60, 30, 1_400, 50];
    const keptMs = happened.map((_ms, index) => happened.slice(index + 1).reduce((sum, ms) => sum + ms, 0));
    const burst = goodRun().map((beat, index) => ({
      ...beat,
      afterMs: index === 0 ? 1_600 : 1,
      lagMs: keptMs[index] ?? 0,
    }));
    expect(judge(single(burst))).toMatchInlineSnapshot(`
      [
        "fail held-back: each event within 1000 ms of its stamp, stamps spread as the run was | agent_started came 1540 ms later than the least delayed event of its run",
      ]
    `);
  });

  it('fails when the stamps are made at the release, and the durations tell of it', () => {
    const burst = goodRun().map((beat, index) => ({ ...beat, afterMs: index === 0 ? 1_600 : 1 }));
    expect(judge(single(burst))).toMatchInlineSnapshot(`
      [
        "fail stamps-alike: each event within 1000 ms of its stamp, stamps spread as the run was | stamps spread over 4 ms, while the durations say 1040 ms",
      ]
    `);
  });

  it('cannot tell when every run is too short for anything to be held back', () => {
    const quick = storyOf(started(), thinking(5), executing(5), executed(20), completed(5, 35));
    expect(judge(single(quick))).toMatchInlineSnapshot(`
      [
        "inconclusive all-too-short: a run of at least 1000 ms, in which something could be held back | the longest took 75 ms; lower thresholds.heldBackMs in the profile of so fast a target",
      ]
    `);
    expect(judge(single(quick), trialNumbered(2, single(goodRun()))).map((one) => one.slice(0, 4))).toEqual([
      'pass',
      'pass',
    ]);
  });

  it('cannot tell when no run ended', () => {
    expect(judge(unending(goodRun().slice(0, 2)))[0]).toMatch(/^inconclusive all-too-short \(because LC-3\)/);
    expect(judge(unending([]))[0]).toMatch(/^inconclusive all-too-short \(because CN-4\)/);
  });
});

describe('lifecycle/never-goes-silent', () => {
  const judge = (run: Transcript) => findingsOf('lifecycle/never-goes-silent', run);
  const withPause = (afterMs: number) =>
    storyOf(started(), thinking(), executing(), executed(afterMs), completed());

  it('passes up to the limit', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass kept-talking: at most 15000 ms between two events | at most 900 ms",
      ]
    `);
    expect(judge(single(withPause(15_000)))[0]).toMatch(/^pass/);
  });

  it('fails above it', () => {
    expect(judge(single(withPause(15_100)))).toMatchInlineSnapshot(`
      [
        "fail went-silent: at most 15000 ms between two events | 15100 ms of silence",
      ]
    `);
  });

  it('fails when a run falls silent for ever, although pings are answered', () => {
    expect(judge(unending(goodRun().slice(0, 2)))).toMatchInlineSnapshot(`
      [
        "fail fell-silent: at most 15000 ms between two events | nothing for 120000 ms, and it never ended",
      ]
    `);
  });

  it('does not count what comes after the end', () => {
    const [, thought] = goodRun();
    if (thought === undefined) throw new TypeError('a run has events');
    expect(judge(single([...goodRun(), { ...thought, afterMs: 20_000 }]))[0]).toMatch(/^pass/);
  });
});

describe('lifecycle/durations-are-true', () => {
  const judge = (run: Transcript) => findingsOf('lifecycle/durations-are-true', run);

  it('passes when the durations are as observed', () => {
    expect(judge(single(goodRun()))).toMatchInlineSnapshot(`
      [
        "pass durations-agree: durations as observed | 2 durations",
      ]
    `);
  });

  it('passes within 250 ms or 5 %, whichever is more', () => {
    const off = storyOf(
      started(),
      thinking(),
      executing(),
      executed(900, 'call-1', 'aggregate', 1_140),
      completed(50, 1_280),
    );
    expect(judge(single(off))[0]).toMatch(/^pass/);
    const long = storyOf(
      started(),
      thinking(),
      executing(),
      executed(14_000, 'call-1', 'aggregate', 14_650),
      completed(50, 13_500),
    );
    expect(judge(single(long))[0]).toMatch(/^pass/);
  });

  it('passes when the run is counted from the request', () => {
    const queued = storyOf(started(3_000), thinking(), executing(), executed(), completed(50, 4_040));
    expect(judge(single(queued))[0]).toMatch(/^pass/);
  });

  it('does not hold against a duration that its event was on its way for long', () => {
    const delayed = goodRun().map((beat) =>
      beat.type === 'agent_completed' ? { ...beat, afterMs: beat.afterMs + 600, lagMs: 600 } : beat,
    );
    expect(judge(single(delayed))[0]).toMatch(/^pass/);
  });

  it('fails when a run or a tool says something else', () => {
    expect(judge(single(withData(goodRun(), 'agent_completed', { duration_ms: 0 })))).toMatchInlineSnapshot(`
      [
        "fail wrong-duration: 1040 ms to 1080 ms, within 250 ms | agent_completed: 0 ms",
      ]
    `);
    expect(judge(single(withData(goodRun(), 'tool_completed', { duration_ms: 5 })))).toMatchInlineSnapshot(`
      [
        "fail wrong-duration: 900 ms to 900 ms, within 250 ms | tool_completed of aggregate: 5 ms",
      ]
    `);
    expect(judge(single(withData(goodRun(), 'agent_completed', { duration_ms: 1.04 })))[0]).toMatch(
      /^fail wrong-duration/,
    );
  });

  it('cannot tell where there are none', () => {
    const none = storyOf(started(), thinking(), completed(50, 0, []));
    expect(
      judge(single(withData(none, 'agent_completed', { duration_ms: undefined }))),
    ).toMatchInlineSnapshot(`
      [
        "inconclusive no-durations (because LC-7): durations to compare | none that can be read",
      ]
    `);
  });
});
