import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { latency } from '../../suites/latency/suite.ts';
import { completed, started, storyOf, Tape, thinking } from '../../suites/test-support/transcripts.ts';
import { planOf } from '../../suites/test-support/verdicts.ts';
import { evidencePath } from '../campaign/folder.ts';
import { stoppingRule } from '../campaign/stopping.ts';
import type { StoppingRule } from '../driver/play.ts';
import { fileSink } from '../evidence/file-sink.ts';
import { Recorder } from '../evidence/recorder.ts';
import { createRedactor } from '../evidence/redaction.ts';
import type { Plan, PlannedTrial } from '../plan/plan.ts';

const CLAIM = 'latency/completes-in-time';
const SCENARIO = 'latency-data';
/** What a completed run of these stories says it used. */
const TOKENS = 150;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stopping-'));
  mkdirSync(evidencePath(dir));
});
afterEach(() => rmSync(dir, { recursive: true }));

const trialAt = (index: number): PlannedTrial => ({
  id: `${SCENARIO}-${index + 1}`,
  scenario: SCENARIO,
  number: index + 1,
  seed: 1,
  interference: 'quiet',
  moment: 'any',
  topUp: true,
  actors: [],
});

function plan(trials: number, tokens?: number): Plan {
  const made = planOf([CLAIM], []);
  const limits = { ...made.limits, ...(tokens === undefined ? {} : { tokens }) };
  return { ...made, limits, trials: Array.from({ length: trials }, (_, index) => trialAt(index)) };
}

/** Leaves the sealed transcript of a trial with one run of so long. */
function leave(trial: PlannedTrial, ms: number): void {
  const tape = new Tape(SCENARIO, { trial: trial.id });
  const wire = tape.session();
  wire.tells(wire.asks('sample'), storyOf(started(1), thinking(1), completed(ms - 2))).closes();
  const { header, seal } = tape.transcript();
  const sink = fileSink(join(evidencePath(dir), `${trial.id}.ndjson`));
  const recorder = new Recorder(header, sink, createRedactor(), { entries: 1_000, bytes: 1_000_000 });
  for (const { seq: _seq, at, ...draft } of tape.entries) recorder.record(at, draft as never);
  recorder.seal(seal?.endedAtMs ?? 0, 'finished', { loopDelayP99Ms: 0, stalledMs: 0, samples: 1 });
}

/** Drives one trial after another as long as the rule asks for them; how many were driven. */
function driveAll({ trials }: Plan, rule: StoppingRule | undefined, ms: number): number {
  let driven = 0;
  for (const trial of trials) {
    if (rule?.isNeeded(trial) === false) continue;
    leave(trial, ms);
    driven += 1;
    rule?.finished(trial);
  }
  return driven;
}

it('ends topping up when the claim is decided: one cold sample and 73 good ones, or five late ones', () => {
  const made = plan(100);
  expect(driveAll(made, stoppingRule(made, [latency], dir), 1_000)).toBe(74);
});

it('ends it soon for a target that is slow', () => {
  const made = plan(100);
  expect(driveAll(made, stoppingRule(made, [latency], dir), 130_000)).toBeLessThan(10);
});

it('ends it when the tokens are spent', () => {
  const made = plan(100, 20 * TOKENS);
  expect(driveAll(made, stoppingRule(made, [latency], dir), 1_000)).toBe(20);
});

it('takes what was begun together in the order of the plan, whichever ended first', () => {
  const made = plan(100, 3 * TOKENS);
  const rule = stoppingRule(made, [latency], dir);
  const [first, second, third, fourth, fifth] = made.trials;
  for (const trial of [first, second, third, fourth]) expect(trial && rule?.isNeeded(trial)).toBe(true);
  // As long as the first goes on nobody knows what the others mean.
  for (const trial of [fourth, third, second]) {
    if (trial !== undefined) leave(trial, 1_000);
    if (trial !== undefined) rule?.finished(trial);
  }
  expect(fifth && rule?.isNeeded(fifth)).toBe(true);
  if (first !== undefined) leave(first, 1_000);
  if (first !== undefined) rule?.finished(first);
  const sixth = made.trials[5];
  expect(sixth && rule?.isNeeded(sixth)).toBe(false);
});

it('is not there where nothing is topped up', () => {
  const made = plan(1);
  const always = made.trials.map(({ topUp: _topUp, ...trial }) => trial);
  expect(stoppingRule({ ...made, trials: always }, [latency], dir)).toBeUndefined();
});
