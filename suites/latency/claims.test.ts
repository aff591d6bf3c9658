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
  (method: 'GET' | 'POST', path: string, lostAfterMs = 2_000): Trial =>
  (tape, ms) =>
    tell(tape, { label: 'sample', method, path, tookMs: ms ?? lostAfterMs, isLost: ms === undefined });

const PATH = '/api/projects/p-1/agent-runs';
const AGENT = '/api/agents/a-1';

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
  'latency/takes-reports-in-time': http('POST', '/v1/runs'),
  'latency/lists-reports-in-time': http('GET', '/v1/runs?agent_id=a'),
  'latency/reads-reports-in-time': http('GET', '/v1/runs/r-1'),
  'latency/reads-reported-steps-in-time': http('GET', '/v1/runs/r-1/steps'),
  'latency/reads-failures-in-time': http('GET', '/v1/runs/r-1/failures'),
  'latency/reads-statistics-in-time': http('GET', '/v1/stats?agent_id=a'),
  'latency/tests-agents-in-time': http('POST', `${AGENT}/test`, 120_000),
  'latency/lists-tests-in-time': http('GET', `${AGENT}/test-history?limit=5`),
  'latency/reads-tests-in-time': http('GET', `${AGENT}/test/t-1`),
  'latency/compares-tests-in-time': http('POST', `${AGENT}/test/compare`),
  'latency/under-load-in-time': story((ms) => [started(ms), thinking(), completed()]),
  'latency/optimises-in-time': run('optimization_agent'),
  'latency/team-in-time': run('supervisor_agent'),
};

interface Wish {
  readonly trial?: Trial;
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly end?: 'aborted';
  readonly longestStallMs?: number;
  readonly tokens?: number;
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
    const { stalledMs = 0, longestStallMs, end = 'finished' } = wish;
    const longest = longestStallMs === undefined ? {} : { longestStallMs };
    const sealed = tape.transcript({
      end,
      observer: { loopDelayP99Ms: 1, stalledMs, ...longest, samples: 9 },
    });
    if (wish.isUnsealed !== true) return sealed;
    const { seal: _seal, ...unsealed } = sealed;
    return unsealed;
  });
  const made = planOf([check], transcripts);
  const { tokens } = wish;
  const planned = {
    ...made,
    target: { ...made.target, endpoints: { ...made.target.endpoints, ...wish.endpoints } },
    limits: { ...made.limits, ...(tokens === undefined ? {} : { tokens }) },
  };
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

describe('under load', () => {
  const LOAD = 'latency/under-load-in-time';
  const under = (trial: Trial, wish: Wish = {}) => said(LOAD, times(6, 0), 0, { ...wish, trial });

  it('a run counts from when its session was meant to begin', () => {
    const late: Trial = (tape) => {
      const wire = tape.dial().wait(9_000).opens().wait(5_900).greets();
      wire.tells(wire.asks('sample'), storyOf(started(200), thinking(), completed())).closes();
    };
    expect(under(late)).toBe('fail too-slow');
  });

  it.each<readonly [string, Trial]>([
    ['never opened', (tape) => tape.dial().wait(9_988).misses('open socket', 10_000)],
    ['never greeted', (tape) => tape.dial().opens().wait(9_995).misses('greeting', 10_000).closes()],
    ['closed before any greeting', (tape) => tape.dial().opens().closes(1011, 'target')],
    ['refused by a server that cannot', (tape) => tape.dial().isRefused(503)],
    ['cut off', (tape) => tape.dial().fails('ECONNRESET')],
    [
      'whose run is refused as an error',
      (tape) => {
        const wire = tape.session();
        const { requestId } = wire.asks('sample');
        wire.receives({ type: 'error', code: 'INTERNAL', message: 'no', request_id: requestId }).closes();
      },
    ],
    [
      'whose socket closes before the first event',
      (tape) => {
        const wire = tape.session();
        wire.asks('sample');
        wire.closes(1011, 'target');
      },
    ],
  ])('a session that is %s exceeds the limit', (_title, trial) => {
    expect(under(trial)).toBe('fail too-slow');
    expect(judge(LOAD, times(6, 0), 0, { trial }).claims[0]?.p95Ms?.point).toBe(15_000);
  });

  it('one that was told to come again later is no sample', () => {
    expect(under((tape) => tape.dial().isRefused(429))).toBe('inconclusive no-samples because LC-1');
  });

  it('one that we ourselves broke off is no sample', () => {
    const open: Trial = (tape) => tape.dial().opens();
    expect(under(open, { end: 'aborted' })).toBe('inconclusive no-samples because LC-1');
    expect(under(open, { isUnsealed: true })).toBe('inconclusive no-samples because LC-1');
    const greeted: Trial = (tape) => tape.session().closes();
    expect(under(greeted)).toBe('inconclusive no-samples because LC-1');
  });

  it('one that we may not have heard while we stood still decides nothing', () => {
    const unheard: Trial = (tape) => tape.dial().opens().wait(9_995).misses('greeting', 10_000).closes();
    expect(under(unheard, { longestStallMs: 5_000 })).toBe('inconclusive too-few-samples');
  });
});

describe('a telemetry of its own origin', () => {
  it.each(['latency/takes-reports-in-time', 'latency/reads-reported-steps-in-time'])('%s', (id) => {
    const place = id.includes('takes') ? 'https://in.example/api/' : 'https://out.example';
    const bare = place.replace(/\/$/, '');
    const endpoints = { telemetryIngest: place, telemetryQuery: place };
    const trial = id.includes('takes')
      ? http('POST', `${bare}/v1/runs`)
      : http('GET', `${bare}/v1/runs/r-1/steps`);
    expect(said(id, times(74, 40), 0, { endpoints, trial })).toBe('pass in-time');
    expect(said(id, times(74, 40), 0, { endpoints })).toMatch(/^inconclusive no-samples/);
  });
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

  it('ends at the bound on tokens, and says so', () => {
    // A completed run of these stories used 150.
    const { trials, finding } = judge(COMPLETES, times(20, 1_000), 180, { tokens: 20 * 150 });
    expect(finding).toMatchObject({ verdict: 'inconclusive', code: 'too-few-samples' });
    expect(finding?.decide).toMatch(/^raise HARNESS_MAX_TOKENS; about \d+ more samples/);
    expect(trials.filter(({ state }) => state === 'unneeded')).toHaveLength(180);
  });

  it('does not end before that bound', () => {
    const { trials } = judge(COMPLETES, times(19, 1_000), 181, { tokens: 20 * 150 });
    expect(trials.filter(({ state }) => state === 'missing')).toHaveLength(181);
  });
});
