import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { createJudge } from '../../harness/judge/judge.ts';
import { agentEventsV1 } from '../../harness/protocol/dialects/agent-events-v1.ts';
import { tell } from '../test-support/exchanges.ts';
import {
  cancelled,
  completed,
  executing,
  started,
  storyOf,
  Tape,
  thinking,
} from '../test-support/transcripts.ts';
import { planOf } from '../test-support/verdicts.ts';
import { claims } from './claims.ts';
import { latency } from './suite.ts';

type Line = ReturnType<typeof started>;

/** One trial in which what is measured took so long; an answer of `undefined` never came. */
type Trial = (tape: Tape, ms: number | undefined) => unknown;

const run =
  (agent: string): Trial =>
  (tape, ms) => {
    const wire = tape.session();
    const asked = wire.asks('sample', { agent });
    if (ms === undefined) wire.wait(240_000).misses(`end of ${asked.requestId}`, 240_000).closes();
    else wire.tells(asked, storyOf(started(1), thinking(1), completed(ms - 2))).closes();
  };

const story =
  (lines: (ms: number) => readonly Line[]): Trial =>
  (tape, ms) => {
    const wire = tape.session();
    const asked = wire.asks('sample');
    if (ms === undefined) wire.wait(120_000).misses(`end of ${asked.requestId}`, 120_000).closes();
    else wire.tells(asked, storyOf(...lines(ms))).closes();
  };

const http =
  (method: 'GET' | 'POST', path: string): Trial =>
  (tape, ms) =>
    tell(tape, { label: 'sample', method, path, tookMs: ms ?? 2_000, isLost: ms === undefined });

const PATH = '/api/projects/p-1/agent-runs';

const TRIALS: Readonly<Record<string, Trial>> = {
  'latency/connects-in-time': (tape, ms) => {
    const wire = tape.dial();
    if (ms === undefined) wire.wait(9_988).misses('open socket', 10_000);
    else
      wire
        .wait(ms - 12)
        .opens()
        .greets()
        .closes();
  },
  'latency/greets-in-time': (tape, ms) => {
    const wire = tape.dial().opens();
    if (ms === undefined) wire.wait(9_995).misses('greeting', 10_000).closes();
    else
      wire
        .wait(ms - 5)
        .greets()
        .closes();
  },
  'latency/health-in-time': (tape, ms) =>
    tell(tape, { label: 'health', path: '/health', tookMs: ms ?? 10_000, isLost: ms === undefined }),
  'latency/first-event-in-time': story((ms) => [started(ms), thinking(), completed()]),
  'latency/first-tool-in-time': (tape, ms) => {
    if (ms !== undefined) return story(() => [started(1), executing(ms - 1), completed()])(tape, ms);
    const wire = tape.session();
    const asked = wire.asks('sample');
    return wire
      .tells(asked, storyOf(started(1)))
      .wait(119_999)
      .misses(`end of ${asked.requestId}`, 120_000)
      .closes();
  },
  'latency/completes-in-time': run('unified_data_agent'),
  'latency/no-long-silence': (tape, ms) => {
    const wire = tape.session();
    const asked = wire.asks('sample');
    if (ms === undefined)
      wire
        .tells(asked, storyOf(started(1)))
        .wait(119_999)
        .misses(`end of ${asked.requestId}`, 120_000)
        .closes();
    else wire.tells(asked, storyOf(started(1), thinking(ms), completed(1))).closes();
  },
  'latency/cancels-in-time': (tape, ms) => {
    const wire = tape.session();
    const asked = wire.asks('sample');
    wire.tells(asked, storyOf(started(1)));
    wire.cancels();
    if (ms === undefined) wire.wait(20_000).misses(`end of ${asked.requestId}`, 20_000).closes();
    else wire.tellsOne(asked, { ...storyOf(cancelled(0))[0], seq: 2 } as never).closes();
  },
  'latency/starts-runs-in-time': http('POST', PATH),
  'latency/lists-runs-in-time': http('GET', PATH),
  'latency/reads-runs-in-time': http('GET', `${PATH}/r-1`),
  'latency/reads-steps-in-time': http('GET', `${PATH}/r-1/steps?limit=5`),
  'latency/reads-messages-in-time': http('GET', `${PATH}/r-1/messages`),
  'latency/reads-node-states-in-time': http('GET', `${PATH}/r-1/node-states`),
  'latency/under-load-in-time': story((ms) => [started(ms), thinking(), completed()]),
  'latency/optimises-in-time': run('optimization_agent'),
  'latency/team-in-time': run('supervisor_agent'),
};

interface Wish {
  readonly trial?: Trial;
  readonly stalledMs?: number;
  readonly isUnsealed?: boolean;
}

/** A campaign whose topping-up trials showed these times, and how many more the plan allowed. */
function judge(check: string, times: readonly (number | undefined)[], unused = 0, wish: Wish = {}) {
  const claim = claims.find(({ id }) => id === check)?.claim;
  const trial = wish.trial ?? TRIALS[check];
  if (claim === undefined || trial === undefined) throw new Error(`no trial for ${check}`);
  const transcripts = times.map((ms, index): Transcript => {
    const tape = new Tape(claim.topUp, { trial: `${claim.topUp}-${index + 1}` });
    trial(tape, ms);
    const { stalledMs = 0 } = wish;
    const sealed = tape.transcript({ observer: { loopDelayP99Ms: 1, stalledMs, samples: 9 } });
    if (wish.isUnsealed !== true) return sealed;
    const { seal: _seal, ...unsealed } = sealed;
    return unsealed;
  });
  const planned = planOf([check], transcripts);
  const trials = Array.from({ length: times.length + unused }, (_, index) => ({
    id: `${claim.topUp}-${index + 1}`,
    scenario: claim.topUp,
    number: index + 1,
    seed: 1,
    moment: 'any' as const,
    actors: [],
    interference: claim.from,
    topUp: true as const,
  }));
  const judging = createJudge({ ...planned, trials }, [latency], agentEventsV1);
  for (const transcript of transcripts) judging.take(transcript.header.trial, { transcript });
  const judgement = judging.conclude();
  return { ...judgement, finding: judgement.checks[0]?.findings[0] };
}

const said = (...given: Parameters<typeof judge>): string => {
  const { finding } = judge(...given);
  const because = finding?.because === undefined ? '' : ` because ${finding.because}`;
  return `${finding?.verdict} ${finding?.code}${because}`;
};

const times = (n: number, ms: number | undefined): readonly (number | undefined)[] =>
  Array.from({ length: n }, () => ms);

it('has a trial here for every claim', () => {
  expect(Object.keys(TRIALS).sort()).toEqual(claims.map(({ id }) => id).sort());
});

describe.each(claims.map(({ id }) => id))('%s', (id) => {
  it('passes on a cold sample and 73 in time', () => {
    expect(said(id, times(74, 40))).toBe('pass in-time');
  });

  it('fails on what never comes', () => {
    expect(said(id, times(6, undefined))).toBe('fail too-slow');
  });

  it('is open on ten, and on none', () => {
    expect(said(id, times(10, 40))).toBe('inconclusive too-few-samples');
    expect(said(id, [])).toMatch(/^inconclusive no-samples because [A-Z]{2}-/);
  });
});

const COMPLETES = 'latency/completes-in-time';

describe('slow ones', () => {
  it('fail with the late samples as evidence', () => {
    const { finding } = judge(COMPLETES, times(6, 121_000));
    expect(finding).toMatchObject({
      verdict: 'fail',
      expected:
        'p95 of completion (unified_data_agent) within 120 s: from asking for a run to its completion',
      actual: 'p95 121 s, at least 121 s (too few for an upper bound) over 5 samples; 5 exceed the limit',
    });
    expect(finding?.refs.map(({ trial }) => trial)).toEqual([2, 3, 4, 5, 6].map((n) => `latency-data-${n}`));
  });

  it('one in ten do not pass', () => {
    const tenth = Array.from({ length: 200 }, (_, index) => (index % 10 === 9 ? 130_000 : 1_000));
    expect(said(COMPLETES, tenth)).toBe('fail too-slow');
  });

  it('one in a hundred pass', () => {
    const hundredth = Array.from({ length: 114 }, (_, index) => (index === 50 ? 130_000 : 1_000));
    expect(said(COMPLETES, hundredth)).toBe('pass in-time');
  });

  it('are not blamed on the target when the harness stood still for as long', () => {
    expect(said(COMPLETES, times(20, 121_000), 0, { stalledMs: 1_500 })).toBe('inconclusive too-few-samples');
    expect(judge(COMPLETES, times(20, 121_000), 0, { stalledMs: 1_500 }).claims[0]?.spoilt).toBe(19);
  });

  it('that are cold are shown, not decided on', () => {
    expect(judge(COMPLETES, [500_000, ...times(73, 1_000)]).claims[0]).toMatchObject({
      answer: 'holds',
      coldMs: 500_000,
      n: 73,
    });
  });
});

it('counts a run under load from when its session was meant to begin', () => {
  const id = 'latency/under-load-in-time';
  const late = (tape: Tape) => {
    const wire = tape.dial().wait(9_000).opens().wait(5_900).greets();
    wire.tells(wire.asks('sample'), storyOf(started(200), thinking(), completed())).closes();
  };
  const transcripts = times(6, 0).map((_, index) => {
    const tape = new Tape('latency-load', { trial: `latency-load-${index + 1}` });
    late(tape);
    return tape.transcript();
  });
  const trials = planOf([id], transcripts).trials.map((trial) => ({
    ...trial,
    interference: 'load' as const,
    topUp: true as const,
  }));
  const judging = createJudge({ ...planOf([id], transcripts), trials }, [latency], agentEventsV1);
  for (const transcript of transcripts) judging.take(transcript.header.trial, { transcript });
  expect(judging.conclude().checks[0]?.findings[0]?.code).toBe('too-slow');
});

describe('the stop, derived from the evidence', () => {
  it('excuses the trials that were not needed any more', () => {
    const { trials, finding } = judge(COMPLETES, times(74, 1_000), 126);
    expect(finding?.verdict).toBe('pass');
    expect(trials.filter(({ state }) => state === 'unneeded')).toHaveLength(126);
  });

  it('excuses none that was', () => {
    const { trials, finding } = judge(COMPLETES, times(73, 1_000), 127);
    expect(finding).toMatchObject({
      verdict: 'inconclusive',
      code: 'too-few-samples',
      decide: 'let the campaign come to its end; about 201 more samples would settle it, 1 at best',
    });
    expect(trials.filter(({ state }) => state === 'missing')).toHaveLength(127);
  });

  it('leaves what was begun before it and ended after it out of the decision', () => {
    const { claims: facts, facts: shown } = judge(COMPLETES, [...times(74, 1_000), ...times(4, 500_000)]);
    expect(facts[0]).toMatchObject({ answer: 'holds', n: 73 });
    expect(shown.measures.find(({ measure }) => measure === 'completion')?.maxMs).toBe(500_000);
  });

  it('gives up on a target that gives no samples', () => {
    const refusing: Trial = (tape) => {
      const wire = tape.session();
      const { requestId } = wire.asks('sample');
      wire
        .receives({ type: 'error', code: 'RATE_LIMITED', message: 'later', request_id: requestId })
        .closes();
    };
    const { trials, finding } = judge(COMPLETES, times(5, 1), 3, { trial: refusing });
    expect([finding?.code, finding?.because, finding?.actual]).toEqual([
      'no-samples',
      'LC-1',
      'no sample; 5 failed',
    ]);
    expect(trials.slice(5).map(({ state }) => state)).toEqual(['unneeded', 'unneeded', 'unneeded']);
  });

  it('never rests a pass on evidence that is not whole', () => {
    expect(said(COMPLETES, times(74, 1_000), 0, { isUnsealed: true })).toBe(
      'inconclusive evidence-not-whole',
    );
    expect(said(COMPLETES, times(6, 130_000), 0, { isUnsealed: true })).toBe('fail too-slow');
  });
});
