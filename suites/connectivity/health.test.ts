import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { trialNumbered } from '../test-support/runs.ts';
import {
  failed,
  goodRun,
  HEALTHY,
  type HttpAnswer,
  started,
  storyOf,
  Tape,
  type TapeOptions,
  type Wire,
} from '../test-support/transcripts.ts';
import { findingsOf, ORIGINS } from '../test-support/verdicts.ts';

const judgeBy =
  (check: string) =>
  (transcript: Parameters<typeof findingsOf>[1], choices?: Parameters<typeof findingsOf>[2]) =>
    findingsOf(check, transcript, choices);

/** One end of the campaign: health, then some readings of the clock. */
function bracket(
  answer: HttpAnswer | null = {},
  { number = 1, tookMs = 20, ...options }: TapeOptions & { number?: number; tookMs?: number } = {},
): Transcript {
  const tape = new Tape('campaign-bracket', { trial: `campaign-bracket-${number}`, ...options });
  tape.http('health', answer ?? undefined, tookMs);
  for (let reading = 0; reading < 8; reading += 1) tape.wait(130).http('clock', answer ?? undefined, 10);
  return tape.transcript();
}

describe('connectivity/answers-healthy', () => {
  const judge = judgeBy('connectivity/answers-healthy');

  it('passes on 200, healthy, in time, whatever else the answer says', () => {
    expect(judge(bracket())).toMatchInlineSnapshot(`
      [
        "pass healthy: 200 with status healthy, service, version and components within 10000 ms | healthy after 20 ms",
      ]
    `);
    expect(judge(bracket({ body: { ...HEALTHY, uptime: 7 } }))[0]).toMatch(/^pass/);
    expect(judge(bracket({}, { tookMs: 9_900 }))[0]).toMatch(/^pass/);
  });

  it.each<[string, HttpAnswer | null]>([
    ['503', { status: 503, body: { ...HEALTHY, status: 'unhealthy' } }],
    ['204', { status: 204, body: '' }],
    ['unhealthy with 200', { body: { ...HEALTHY, status: 'unhealthy' } }],
    ['no version', { body: { ...HEALTHY, version: '' } }],
    ['no components', { body: { ...HEALTHY, components: undefined } }],
    ['a page', { body: '<h1>welcome</h1>' }],
    ['nothing', null],
  ])('fails on: %s', (_what, answer) => {
    expect(judge(bracket(answer))[0]).toMatch(/^fail/);
  });

  it('says what came instead', () => {
    expect(judge(bracket({ body: { status: 'ok' } }))).toMatchInlineSnapshot(`
      [
        "fail not-healthy: 200 with status healthy, service, version and components within 10000 ms | status: Invalid input: expected "healthy"; service: Invalid input: expected string, received undefined; version: Invalid input: expected string, received undefined; components: Invalid input: expected record, received undefined",
      ]
    `);
    expect(judge(bracket(null, { tookMs: 10_000 }))).toMatchInlineSnapshot(`
      [
        "fail no-answer: 200 with status healthy, service, version and components within 10000 ms | no answer within 10000 ms",
      ]
    `);
    expect(judge(bracket({}, { tookMs: 10_100 }))).toMatchInlineSnapshot(`
      [
        "fail late: 200 with status healthy, service, version and components within 10000 ms | answered after 10100 ms",
      ]
    `);
  });

  it('cannot tell when the harness broke off', () => {
    const { entries, ...rest } = bracket();
    expect(judge({ ...rest, entries: entries.slice(0, 1) })).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge: health answers 200, healthy, with a version, in time | campaign-bracket-1 left nothing to judge",
      ]
    `);
  });
});

describe('connectivity/keeps-its-version', () => {
  const judge = judgeBy('connectivity/keeps-its-version');
  const later = (version: string) => bracket({ body: { ...HEALTHY, version } }, { number: 2 });

  it('passes when it is the same at both ends', () => {
    expect(judge([bracket(), later('1.4.2')])).toMatchInlineSnapshot(`
      [
        "pass same-version: one version, seen at least twice | 1.4.2",
      ]
    `);
  });

  it('cannot tell when somebody deployed meanwhile: that is no failure', () => {
    expect(judge([bracket(), later('1.5.0')])).toMatchInlineSnapshot(`
      [
        "inconclusive deployed-meanwhile: one version, seen at least twice | 1.4.2, 1.5.0",
      ]
    `);
  });

  it('cannot tell of one reading, or none', () => {
    expect(judge([bracket()])).toMatchInlineSnapshot(`
      [
        "inconclusive too-few-readings (because CN-1): one version, seen at least twice | 1 readings",
      ]
    `);
    expect(judge([bracket(null), bracket(null, { number: 2 })])[0]).toMatch(
      /^inconclusive too-few-readings \(because CN-1\)/,
    );
  });
});

describe('connectivity/dates-tell-the-time', () => {
  const judge = judgeBy('connectivity/dates-tell-the-time');

  it('passes when the dates are of one clock, and states the skew', () => {
    expect(judge(bracket())).toMatchInlineSnapshot(`
      [
        "pass skew-known: a Date header on every answer, all of one clock | target's clock is ahead by -35 ms ± 75 ms (n=9)",
      ]
    `);
  });

  it.each([-1_900, -500, 500, 1_800])('passes with a clock that is off by %d ms', (skewMs) => {
    expect(judge(bracket({}, { skewMs }))[0]).toMatch(/^pass skew-known/);
  });

  it('cannot trust a clock that is further off', () => {
    expect(judge(bracket({}, { skewMs: 90_000 }))).toMatchInlineSnapshot(`
      [
        "inconclusive skew-too-large: a Date header on every answer, all of one clock | target's clock is ahead by 89965 ms ± 75 ms (n=9)",
      ]
    `);
  });

  it('fails when an answer has no date, or none that can be read', () => {
    expect(judge(bracket({ headers: { date: '' } }))).toMatchInlineSnapshot(`
      [
        "fail no-date: a Date header on every answer, all of one clock | 9 answers without a Date that can be read",
      ]
    `);
    expect(judge(bracket({ headers: { date: 'yesterday' } }))[0]).toMatch(/^fail no-date/);
  });

  it('fails when the dates contradict each other', () => {
    expect(judge([bracket(), bracket({}, { number: 2, skewMs: 30_000 })])).toMatchInlineSnapshot(`
      [
        "fail clock-jumps: a Date header on every answer, all of one clock | the dates contradict each other by 29850 ms",
      ]
    `);
    const fixed = { headers: { date: 'Mon, 05 Jan 2026 10:00:00 GMT' } };
    const later = { number: 2, startedAt: Date.parse('2026-01-05T10:01:00Z') };
    expect(judge([bracket(fixed), bracket(fixed, later)])[0]).toMatch(/^fail clock-jumps/);
  });

  it('takes the hosts behind one address for one clock when they differ a little', () => {
    expect(judge([bracket(), bracket({}, { number: 2, skewMs: 120 })])[0]).toMatch(/^pass/);
  });

  it('cannot tell without any answer', () => {
    expect(judge(bracket(null))).toMatchInlineSnapshot(`
      [
        "inconclusive no-answers (because CN-1): a Date header on every answer, all of one clock | no answer at all",
      ]
    `);
  });
});

describe('connectivity/health-tells-the-truth', () => {
  const judge = judgeBy('connectivity/health-tells-the-truth');

  function analysis(
    answer: HttpAnswer | undefined,
    tell: (wire: Wire, asked: () => ReturnType<Wire['asks']>) => unknown,
    number = 1,
  ) {
    const tape = new Tape('single-analysis', { trial: `single-analysis-${number}` });
    tape.http('health', answer);
    const wire = tape.dial();
    tell(wire, () => wire.asks('analysis'));
    return tape.transcript();
  }
  const completing = (wire: Wire, asked: () => ReturnType<Wire['asks']>) =>
    wire.opens().greets().tells(asked(), goodRun()).listens().closes();
  const failing = (wire: Wire, asked: () => ReturnType<Wire['asks']>) =>
    wire.opens().greets().tells(asked(), storyOf(started(), failed())).listens().closes();

  it('passes when one run completes, be the other one failed', () => {
    expect(judge(analysis({}, completing))).toMatchInlineSnapshot(`
      [
        "pass truthful: healthy, and at least one agent run that completes | healthy; 1 of 1 runs completed",
      ]
    `);
    expect(judge([analysis({}, failing), analysis({}, completing, 2)])[0]).toMatch(/^pass/);
  });

  it('fails when it is healthy and no run completes', () => {
    expect(judge(analysis({}, failing))).toMatchInlineSnapshot(`
      [
        "fail health-lies: healthy, and at least one agent run that completes | healthy; 0 of 1 runs completed",
      ]
    `);
    const silent = analysis({}, (wire, asked) => {
      const { requestId } = wire.opens().greets() && asked();
      return wire.misses(`end of ${requestId}`, 120_000).closes();
    });
    expect(judge(silent)[0]).toMatch(/^fail health-lies/);
    const broken = analysis({}, (wire, asked) => {
      const own = wire.opens().greets() && asked();
      wire.tells(own, goodRun().slice(0, 2));
      return wire
        .receives({ type: 'error', code: 'INTERNAL', message: '', request_id: own.requestId })
        .listens()
        .closes();
    });
    expect(judge(broken)[0]).toMatch(/^fail health-lies/);
  });

  it('cannot tell when it does not say that it is healthy, or nobody could ask', () => {
    expect(judge(analysis({ status: 503 }, failing))).toMatchInlineSnapshot(`
      [
        "inconclusive not-healthy (because CN-1): healthy, and at least one agent run that completes | it never said that it is healthy",
      ]
    `);
    expect(judge(analysis({}, (wire) => wire.isRefused(401)))).toMatchInlineSnapshot(`
      [
        "inconclusive no-run-asked (because CN-2): healthy, and at least one agent run that completes | no run could be asked for",
      ]
    `);
  });

  it('does not hold the runs against it that we cancelled or broke off', () => {
    expect(
      judge(
        analysis({}, (wire, asked) => wire.opens().greets().tells(asked(), goodRun().slice(0, 2)).closes()),
      )[0],
    ).toMatch(/^inconclusive no-run-asked/);
  });
});

describe('connectivity/states-connectivity', () => {
  const judge = judgeBy('connectivity/states-connectivity');

  function sessions(scenario: string, tell: (wire: Wire) => unknown): Transcript {
    const tape = new Tape(scenario);
    tell(tape.dial());
    return tape.transcript();
  }
  const greeted = (wire: Wire) => wire.opens().greets().pings().closes();

  it('passes when every part has something to rest on', () => {
    expect(
      judge([bracket(), sessions('plain-session', greeted), sessions('bad-tokens', greeted)]),
    ).toMatchInlineSnapshot(`
      [
        "pass stated: version: n at least 1 | version: n=9",
        "pass stated: connect: n at least 1 | connect: n=2",
        "pass stated: ping: n at least 1 | ping: n=2",
        "pass stated: auth matrix: n at least 1 | auth matrix: n=1",
        "pass stated: clock skew: n at least 1 | clock skew: n=9",
      ]
    `);
  });

  it('cannot tell of the parts that are empty, because of what emptied them', () => {
    const shut = [bracket(null), sessions('plain-session', (wire) => wire.isRefused(401))];
    expect(judge(shut)).toMatchInlineSnapshot(`
      [
        "inconclusive not-stated (because CN-1): version: n at least 1 | version: n=0",
        "inconclusive not-stated (because CN-2): connect: n at least 1 | connect: n=0",
        "inconclusive not-stated (because CN-3): ping: n at least 1 | ping: n=0",
        "inconclusive not-stated (because CN-2): auth matrix: n at least 1 | auth matrix: n=0",
        "inconclusive not-stated (because CN-8): clock skew: n at least 1 | clock skew: n=0",
      ]
    `);
  });

  it('passes with every check of order in another order of trials', () => {
    const all = [
      bracket(),
      trialNumbered(2, sessions('plain-session', greeted)),
      sessions('bad-tokens', greeted),
    ];
    expect(judge(all.toReversed()).map((finding) => finding.slice(0, 4))).toEqual(Array(5).fill('pass'));
  });
});

describe('origins', () => {
  const grant = (origin: string, headers = {}): HttpAnswer => ({
    status: 204,
    body: '',
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization',
      vary: 'Accept, Origin',
      ...headers,
    },
  });
  const plain: HttpAnswer = { status: 403, body: '' };
  const bare: HttpAnswer = { status: 204, body: '' };
  const served = (wire: Wire): unknown => wire.opens().greets().pings().closes();

  interface Origins {
    readonly preflight?: HttpAnswer | undefined;
    readonly simple?: HttpAnswer | undefined;
    readonly upgrade?: (wire: Wire) => unknown;
  }
  function asking(
    which: 'listed' | 'unlisted',
    { preflight, simple, upgrade = served }: Origins,
  ): Transcript {
    const tape = new Tape('browser-origins');
    tape.http(`preflight from a ${which} origin`, preflight, 20, 'OPTIONS');
    tape.http(`request from a ${which} origin`, simple);
    upgrade(tape.dial(`socket from a ${which} origin`));
    return tape.transcript();
  }

  describe('connectivity/serves-listed-origins', () => {
    const judge = judgeBy('connectivity/serves-listed-origins');
    const good = grant(ORIGINS.listed);

    it('passes when all is granted', () => {
      expect(judge(asking('listed', { preflight: good, simple: good }))).toMatchInlineSnapshot(`
        [
          "pass granted: preflight from a listed origin: granted, with Vary: Origin | status 204, granted",
          "pass granted: request from a listed origin: granted, with Vary: Origin | status 204, granted",
          "pass granted: a socket | greeted",
        ]
      `);
    });

    it.each<[string, Origins]>([
      ['the preflight refused', { preflight: plain, simple: good }],
      ['another origin granted', { preflight: grant('https://elsewhere.example'), simple: good }],
      ['no Vary on the answer', { preflight: good, simple: grant(ORIGINS.listed, { vary: 'Accept' }) }],
      ['no CORS headers on the answer', { preflight: good, simple: bare }],
    ])('fails with %s', (_what, origins) => {
      expect(judge(asking('listed', origins))[0]).toMatch(/^fail/);
    });

    it('says which', () => {
      expect(
        judge(asking('listed', { preflight: plain, simple: grant(ORIGINS.listed, { vary: '' }) })),
      ).toMatchInlineSnapshot(`
        [
          "fail listed-origin-refused: preflight from a listed origin: granted, with Vary: Origin | status 403, not granted",
          "fail no-vary: request from a listed origin: granted, with Vary: Origin | no Vary: Origin",
          "pass granted: a socket | greeted",
        ]
      `);
    });

    it('cannot tell without an answer or a socket', () => {
      expect(judge(asking('listed', { upgrade: (wire) => wire.isRefused(401) }))).toMatchInlineSnapshot(`
        [
          "inconclusive no-answer (because CN-1): preflight from a listed origin: granted, with Vary: Origin | no answer",
          "inconclusive no-answer (because CN-1): request from a listed origin: granted, with Vary: Origin | no answer",
          "inconclusive no-socket (because CN-2): a socket | refused with 401",
        ]
      `);
    });
  });

  describe('connectivity/treats-unlisted-origins-as-declared', () => {
    const judge = judgeBy('connectivity/treats-unlisted-origins-as-declared');
    const REFUSED = { 'VP-ORIGIN': 'refused' };
    const ALLOWED = { 'VP-ORIGIN': 'allowed' };
    const shut: Origins = { preflight: plain, simple: plain, upgrade: (wire) => wire.isRefused(403) };
    const open: Origins = { preflight: grant(ORIGINS.unlisted), simple: grant('*') };

    it('passes when it is refused, or served, as declared, or consistently where nothing is', () => {
      expect(judge(asking('unlisted', shut), REFUSED)).toMatchInlineSnapshot(`
        [
          "pass as-declared: preflight from a unlisted origin: refused | status 403, not granted",
          "pass as-declared: socket from a unlisted origin: refused with a 4xx status | refused with 403",
        ]
      `);
      expect(judge(asking('unlisted', open), ALLOWED)).toMatchInlineSnapshot(`
        [
          "pass as-declared: preflight from a unlisted origin: granted | status 204, granted",
          "pass as-declared: socket from a unlisted origin: greeted | greeted",
        ]
      `);
      for (const origins of [shut, open])
        for (const finding of judge(asking('unlisted', origins))) expect(finding).toMatch(/^pass/);
    });

    it('passes when a preflight is not granted by leaving the headers out', () => {
      expect(
        judge(asking('unlisted', { ...shut, preflight: bare }), REFUSED).every((one) =>
          one.startsWith('pass'),
        ),
      ).toBe(true);
    });

    it('fails the other way round', () => {
      expect(judge(asking('unlisted', shut), ALLOWED)).toMatchInlineSnapshot(`
        [
          "fail unlisted-origin: preflight from a unlisted origin: granted | status 403, not granted",
          "fail unlisted-origin: socket from a unlisted origin: greeted | refused with 403",
        ]
      `);
      expect(judge(asking('unlisted', open), REFUSED)).toMatchInlineSnapshot(`
        [
          "fail unlisted-origin: preflight from a unlisted origin: refused | status 204, granted",
          "fail unlisted-origin: socket from a unlisted origin: refused with a 4xx status | greeted",
        ]
      `);
    });

    it('fails when preflight and socket do not agree', () => {
      expect(judge(asking('unlisted', { ...shut, upgrade: served }))[0]).toMatch(/^fail unlisted-origin/);
      expect(judge(asking('unlisted', { ...open, upgrade: (wire) => wire.isRefused(403) }))[0]).toMatch(
        /^fail unlisted-origin/,
      );
    });

    it('cannot tell from a refusal for another reason, nor from a socket that never came up', () => {
      for (const choices of [REFUSED, ALLOWED]) {
        const origins = choices === REFUSED ? shut : open;
        const by401 = judge(
          asking('unlisted', { ...origins, upgrade: (wire) => wire.isRefused(401) }),
          choices,
        );
        expect(by401[0]).toMatch(/^inconclusive refused-for-another-reason \(because CN-2\)/);
        const broken = judge(
          asking('unlisted', { ...origins, upgrade: (wire) => wire.fails('ECONNRESET') }),
          choices,
        );
        expect(broken[0]).toMatch(/^inconclusive refused-for-another-reason \(because CN-2\)/);
      }
    });

    it('cannot tell what the choice is when the preflight was not answered', () => {
      expect(judge(asking('unlisted', {}))).toMatchInlineSnapshot(`
        [
          "inconclusive no-answer (because CN-1): preflight from a unlisted origin: refused | no answer",
        ]
      `);
    });
  });
});
