import { expect, it } from 'vitest';
import { completed, failed, started, storyOf, Tape, thinking } from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const ID = 'latency/benchmark-rests-on-runs';

const GOOD = storyOf(started(), thinking(), completed());
const BAD = storyOf(started(), failed());

function benchmark(...stories: readonly ReturnType<typeof storyOf>[]) {
  const tape = new Tape('latency-benchmark');
  const wire = tape.session();
  stories.forEach((story, index) => {
    const beats = story.map((beat) => ({ ...beat, run: `run-${index}` }));
    wire.tells(wire.asks(`benchmark ${index}`), beats);
  });
  wire.closes();
  return findingsOf(ID, tape.transcript())[0];
}

it('passes on five completed runs, and tells failed ones apart', () => {
  expect(benchmark(GOOD, GOOD, GOOD, GOOD, GOOD)).toMatch(/^pass benchmarked: .* \| 5 completed, 0 did not$/);
  expect(benchmark(GOOD, BAD, GOOD, GOOD, GOOD, GOOD)).toMatch(/^pass .* \| 5 completed, 1 did not$/);
});

it('is open on four, since four are an anecdote, and on none', () => {
  expect(benchmark(GOOD, GOOD, GOOD, GOOD, BAD)).toMatch(/^inconclusive too-few-runs \(because CN-9\)/);
  expect(benchmark()).toMatch(/^inconclusive too-few-runs .* \| 0 completed, 0 did not$/);
});
