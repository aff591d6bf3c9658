import { expect, it } from 'vitest';
import {
  completed,
  failed,
  started,
  storyOf,
  Tape,
  thinking,
  withData,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const ID = 'latency/benchmark-rests-on-runs';

const GOOD = storyOf(started(), thinking(), completed());
const BAD = storyOf(started(), failed());

const TABLE = 'date,service,cost_usd\n2025-01-01,search-0a1b2c,70.00\n2025-01-01,billing-0a1b2c,30.50';
const QUESTION = `What is the total cost, and which service costs most?\n\n\`\`\`csv\n${TABLE}\n\`\`\``;
const TRUE_ANSWER = 'The total cost is 100.50 USD; search-0a1b2c costs most, 70.00 USD.';
const RIGHT = withData(GOOD, 'agent_completed', { response: TRUE_ANSWER });

function benchmarkIn(scenario: string, message: string, stories: readonly ReturnType<typeof storyOf>[]) {
  const tape = new Tape(scenario);
  const wire = tape.session();
  stories.forEach((story, index) => {
    const beats = story.map((beat) => ({ ...beat, run: `run-${index}` }));
    wire.tells(wire.asks(`benchmark ${index}`, { message }), beats);
  });
  wire.closes();
  return findingsOf(ID, tape.transcript())[0];
}

const benchmark = (...stories: readonly ReturnType<typeof storyOf>[]) =>
  benchmarkIn('latency-benchmark', 'what is the total cost?', stories);

const five = (story: ReturnType<typeof storyOf>) => Array.from({ length: 5 }, () => story);

it('passes on five completed runs, and tells failed ones apart', () => {
  expect(benchmark(GOOD, GOOD, GOOD, GOOD, GOOD)).toMatch(/^pass benchmarked: .* \| 5 completed, 0 did not;/);
  expect(benchmark(GOOD, BAD, GOOD, GOOD, GOOD, GOOD)).toMatch(/^pass .* \| 5 completed, 1 did not;/);
});

it('is open on four, since four are an anecdote, and on none', () => {
  expect(benchmark(GOOD, GOOD, GOOD, GOOD, BAD)).toMatch(/^inconclusive too-few-runs \(because CN-9\)/);
  expect(benchmark()).toMatch(/^inconclusive too-few-runs .* \| 0 completed, 0 did not; quality not known$/);
});

it('says how many of the answers were good, where the true one is known', () => {
  const told = (...stories: readonly ReturnType<typeof storyOf>[]) =>
    benchmarkIn('latency-benchmark', QUESTION, stories)?.split('; ').at(-1);
  expect(told(...five(RIGHT))).toBe('5 of 5 scored answers good');
  expect(told(...five(RIGHT), GOOD, BAD)).toBe('5 of 6 scored answers good');
  expect(benchmark(...five(RIGHT))).toMatch(/; quality not known$/);
});

it('does not score what was asked something else about such data', () => {
  expect(benchmarkIn('latency-team', QUESTION, five(GOOD))).toMatch(/quality not known$/);
});
