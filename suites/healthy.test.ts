import { describe, expect, it } from 'vitest';
import type { Transcript } from '../harness/evidence/transcript.ts';
import {
  type Beat,
  completed,
  executed,
  executing,
  failed,
  goodRun,
  renumbered,
  started,
  storyOf,
  Tape,
  type TapeOptions,
  thinking,
  type Wire,
} from './test-support/transcripts.ts';
import { complaintsOf, judgementOf, planOf } from './test-support/verdicts.ts';

/** A small campaign in which only this is different. */
function campaign(
  change: {
    readonly story?: readonly Beat[];
    readonly options?: TapeOptions;
    readonly also?: (wire: Wire) => unknown;
    readonly pongMs?: number;
  } = {},
): readonly Transcript[] {
  const { story = goodRun(), options = {}, also = () => undefined, pongMs = 6 } = change;
  const bracket = (number: number) => {
    const tape = new Tape('campaign-bracket', { ...options, trial: `campaign-bracket-${number}` });
    tape.http('health', {});
    for (let reading = 0; reading < 8; reading += 1) tape.wait(130).http('clock', {}, 10);
    return tape.transcript();
  };
  const analysis = (number: number, told: readonly Beat[]) => {
    const tape = new Tape('single-analysis', { ...options, trial: `single-analysis-${number}` });
    tape.http('health', {});
    const wire = tape.session();
    also(wire);
    wire.tells(wire.asks('analysis'), told).wait(1_001).pings(pongMs).closes();
    return tape.transcript();
  };
  const plain = new Tape('plain-session', options);
  plain.session().pings(pongMs).wait(1_001).pings(pongMs).closes();
  return [bracket(1), plain.transcript(), analysis(1, goodRun()), analysis(2, story), bracket(2)];
}

const complaints = (...transcripts: Parameters<typeof campaign>) =>
  // A campaign of so few scenarios leaves the others without anybody who looked.
  complaintsOf(campaign(...transcripts));

describe('nothing is held against a healthy target', () => {
  const lags = (...ms: readonly number[]) =>
    goodRun().map((beat, index) => ({ ...beat, lagMs: ms[index] ?? 0 }));

  it.each<[string, Parameters<typeof campaign>[0]]>([
    ['as it is', {}],
    ['with jitter', { story: lags(10, 60, 0, 320, 45) }],
    ['with a clock 500 ms ahead', { options: { skewMs: 500 } }],
    ['with a clock 500 ms behind', { options: { skewMs: -500 } }],
    [
      'with whole seconds',
      {
        story: goodRun().map((beat) => ({
          ...beat,
          stamp: (wall) => `${new Date(wall).toISOString().slice(0, 19)}Z`,
        })),
      },
    ],
    [
      'with +00:00',
      {
        story: goodRun().map((beat) => ({
          ...beat,
          stamp: (wall) => new Date(wall).toISOString().replace('Z', '+00:00'),
        })),
      },
    ],
    [
      'with a run that failed among those that completed',
      { story: storyOf(started(), thinking(), executing(), executed(), failed()) },
    ],
    ['with slow pongs', { pongMs: 9_000 }],
    [
      'with an unrelated refusal',
      {
        also: (wire) =>
          wire.receives({ type: 'error', code: 'INVALID_JSON', message: 'no', request_id: null }),
      },
    ],
    [
      'with calls at once',
      {
        story: storyOf(
          started(),
          thinking(),
          executing(1, 'a', 'profile'),
          executing(1, 'b', 'aggregate'),
          executed(900, 'b', 'aggregate', 900),
          executed(10, 'a', 'profile', 911),
          completed(20, 992, ['profile', 'aggregate']),
        ),
      },
    ],
  ])('%s', (_what, change) => {
    const found = complaints(change);
    // Nothing was cancelled, no bad token tried, no data given, and too little done for a share: what rests on that
    // cannot be told.
    const untold =
      /^inconclusive (not-stated|nothing-cancelled|nothing-to-judge|undecided|no-attempts|too-few|too-few-runs)/;
    expect(Object.values(found).filter((verdict) => !untold.test(verdict))).toEqual([]);
  });
});

/** The first complaint of each kind that a deviation of one run raises. */
const raised = (story: readonly Beat[]): readonly string[] =>
  Object.entries(complaints({ story })).flatMap(([check, verdict]) =>
    verdict.startsWith('fail') ? [check.replace('lifecycle/', '')] : [],
  );

describe('one broken thing is found by the check that is meant to', () => {
  const [start, thought, open, close, end] = goodRun();
  if (!start || !thought || !open || !close || !end) throw new TypeError('a run has five events');

  it('a greeting, a start and an end, and nothing in between', () => {
    expect(raised(renumbered([start, { ...end, afterMs: 1_040 }]))).toEqual([
      'shows-all-five-events',
      'thinks-before-completing',
      'accounts-add-up',
    ]);
  });

  it('a late event', () => {
    expect(raised([...goodRun(), { ...thought, seq: 6 }])).toEqual(['ends-once']);
  });

  it('an event under another run', () => {
    expect(raised(goodRun().with(1, { ...thought, over: { run_id: 'run-9' } }))).toEqual([
      'events-name-their-run',
    ]);
  });

  it('a result that is missing', () => {
    expect(raised(goodRun().with(3, { ...close, data: { ...close.data, result: null } }))).toEqual([
      'events-are-well-formed',
    ]);
  });

  it('a field that nobody knows', () => {
    expect(raised(goodRun().with(2, { ...open, over: { debug: true } }))).toEqual(['no-drift']);
  });
});

it('an interrupted campaign breaches nothing: what we broke off is not the target’s doing', () => {
  for (const whole of campaign()) {
    for (let kept = 0; kept <= whole.entries.length; kept += 1) {
      const seal = whole.seal && { ...whole.seal, end: 'aborted' as const, entries: kept };
      const cut: Transcript = { ...whole, entries: whole.entries.slice(0, kept), ...(seal && { seal }) };
      const failing = Object.entries(complaintsOf([cut])).filter(([, verdict]) => verdict.startsWith('fail'));
      expect(failing, `${whole.header.trial} after ${kept} entries`).toEqual([]);
    }
  }
});

it('a campaign in which nothing at all came passes in nothing', () => {
  const silent = campaign().map((whole) => ({
    ...whole,
    entries: whole.entries.filter(({ kind }) => kind === 'ws.dial' || kind === 'http.request'),
  }));
  const checks = [
    'connectivity/answers-healthy',
    'connectivity/greets-once',
    'connectivity/pongs-answer-pings',
    'lifecycle/ends-once',
  ];
  for (const { verdict } of judgementOf(planOf(checks, silent), silent).checks)
    expect(verdict).not.toBe('pass');
});
