import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { caseFindings } from '../test-support/exchanges.ts';
import {
  type Beat,
  completed,
  failed,
  started,
  storyOf,
  Tape,
  thinking,
} from '../test-support/transcripts.ts';
import { loudNeighbour, troubledNeighbour } from './neighbours.ts';

const GOOD = storyOf(started(), thinking(), completed());
const BROKEN = storyOf(started(), thinking(), failed());

let runs = 0;
function named(story: readonly Beat[]): readonly Beat[] {
  runs += 1;
  return story.map((beat) => ({ ...beat, run: `run-${runs}` }));
}

interface Trouble {
  readonly before?: readonly Beat[];
  readonly trouble?: readonly Beat[];
  readonly during?: readonly Beat[];
}

function troubled({ before = GOOD, trouble = BROKEN, during = GOOD }: Trouble = {}): Transcript {
  const tape = new Tape('troubled-neighbour');
  const other = tape.session();
  other.tells(other.asks('run before the trouble of another user'), named(before));
  const own = tape.as('grace').session();
  own.tells(own.asks('run that fails'), named(trouble));
  other.tells(other.asks('run beside the trouble of another user'), named(during));
  other.listens().closes();
  return tape.transcript();
}

describe('isolation/survives-failing-neighbours', () => {
  const judge = (trouble: Trouble = {}) =>
    caseFindings([troubledNeighbour], 'isolation/survives-failing-neighbours', troubled(trouble))[0];

  it('passes when the run completes', () => {
    expect(judge()).toMatch(/^pass unaffected.*1 runs failed beside it/);
  });

  it('fails when it fails too', () => {
    expect(judge({ during: BROKEN })).toMatch(/^fail affected.*agent_failed/);
  });

  it('cannot tell when it failed before already', () => {
    expect(judge({ before: BROKEN, during: BROKEN })).toMatch(/^inconclusive hidden \(because IS-13\)/);
  });

  it('cannot tell when nobody failed', () => {
    expect(judge({ trouble: GOOD })).toMatch(/^inconclusive no-trouble \(because LC-20\)/);
  });
});

function loud(besideMs: number, stalledMs = 0, load = 10): Transcript {
  const tape = new Tape('loud-neighbour');
  const other = tape.session();
  const timed = (label: string, tookMs: number): void => {
    for (let index = 0; index < 5; index += 1)
      other.tells(other.asks(label), named(storyOf(started(), thinking(), completed(tookMs + index))));
  };
  timed('run without a load', 1_000);
  const own = tape.as('grace').session();
  for (let index = 0; index < load; index += 1) own.tells(own.asks('run of the load'), named(GOOD));
  timed('run beside a load', besideMs);
  other.closes();
  return tape.transcript({ observer: { loopDelayP99Ms: 1, stalledMs, samples: 100 } });
}

describe('isolation/bears-loud-neighbours', () => {
  const judge = (...told: Parameters<typeof loud>) =>
    caseFindings([loudNeighbour], 'isolation/bears-loud-neighbours', loud(...told))[0];

  it('passes when runs take about as long', () => {
    expect(judge(1_200)).toMatch(/^pass compared/);
  });

  it('fails when they take three times as long', () => {
    expect(judge(3_600)).toMatch(/^fail slowed-down/);
  });

  it('cannot tell near the line', () => {
    expect(judge(2_100)).toMatch(/^inconclusive compared/);
  });

  it('does not hold our own stalls against the target, and passes in spite of them', () => {
    expect(judge(3_600, 2_000)).toMatch(/^inconclusive compared/);
    expect(judge(1_200, 2_000)).toMatch(/^pass compared/);
  });

  it('cannot tell without a load', () => {
    expect(judge(1_200, 0, 2)).toMatch(/^inconclusive no-load/);
  });
});
