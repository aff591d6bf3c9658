import { describe, expect, it } from 'vitest';
import { isStage } from '../../harness/core/measure.ts';
import { viewTrial } from '../../harness/judge/build-views.ts';
import { samplesOf } from '../../harness/judge/samples.ts';
import { agentEventsV1 } from '../../harness/protocol/dialects/agent-events-v1.ts';
import {
  cancelled,
  completed,
  executing,
  started,
  storyOf,
  Tape,
  thinking,
} from '../test-support/transcripts.ts';

/** The stages of one run, in its order; `undefined` where its end never came. */
function stagesOf(lines: readonly ReturnType<typeof started>[], isMissed = false): readonly string[] {
  const tape = new Tape('sample');
  const wire = tape.session();
  const asked = wire.asks('sample');
  wire.tells(asked, storyOf(...lines));
  if (isMissed) wire.wait(1_000).misses(`end of ${asked.requestId}`, 120_000);
  wire.closes();
  return samplesOf(viewTrial(tape.transcript(), agentEventsV1))
    .filter(({ measure }) => isStage(measure) && !['connect', 'greeting', 'ping', 'http'].includes(measure))
    .map(({ measure, outcome, ms }) => `${measure} ${outcome} ${ms}`);
}

describe('the stages of a run', () => {
  it('each begins where the one before ended', () => {
    expect(stagesOf([started(10), thinking(20), executing(30), completed(40)])).toEqual([
      'first-event came 10',
      'start-to-tool came 50',
      'tool-to-end came 40',
    ]);
  });

  it('without a tool it is one', () => {
    expect(stagesOf([started(10), thinking(20), completed(40)])).toEqual([
      'first-event came 10',
      'start-to-end came 60',
    ]);
  });

  it('after a tool the deadline is what is known of the end', () => {
    expect(stagesOf([started(10), executing(30)], true)).toEqual([
      'first-event came 10',
      'start-to-tool came 30',
      'tool-to-end deadline 1000',
    ]);
  });

  it('before a tool nobody knows which stage never ended', () => {
    expect(stagesOf([started(10), thinking(20)], true)).toEqual(['first-event came 10']);
  });

  it('a run that did not complete has no stages after its start', () => {
    expect(stagesOf([started(10), executing(30), cancelled(5)])).toEqual(['first-event came 10']);
  });
});
