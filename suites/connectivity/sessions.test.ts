import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { goodRun, Tape, type TapeOptions, type Wire } from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

const judgeBy =
  (check: string) =>
  (transcript: Parameters<typeof findingsOf>[1], choices?: Parameters<typeof findingsOf>[2]) =>
    findingsOf(check, transcript, choices);

/** A session of which only this much is told. */
function session(
  tell: (wire: Wire) => unknown,
  options: TapeOptions = {},
  end: 'finished' | 'aborted' = 'finished',
): Transcript {
  const tape = new Tape('plain-session', options);
  tell(tape.dial());
  return tape.transcript({ end });
}
const good = session((wire) => wire.opens().greets().pings().listens().closes());

describe('connectivity/greets-once', () => {
  const judge = judgeBy('connectivity/greets-once');

  it('passes when the socket opens, greets once and is heard later', () => {
    expect(judge(good)).toMatchInlineSnapshot(`
      [
        "pass greeted-once: exactly one greeting, for ada | one greeting",
      ]
    `);
  });

  it('passes for a user whose name the harness does not know', () => {
    expect(
      judge(
        session((wire) => wire.opens().greets({ user_id: 'who' }).pings().closes(), { user: undefined }),
      )[0],
    ).toMatch(/^pass/);
  });

  it.each<[string, (wire: Wire) => unknown]>([
    ['refused', (wire) => wire.isRefused(401)],
    ['refused for an outage', (wire) => wire.isRefused(503)],
    ['no answer', (wire) => wire.misses('open socket', 10_000).closes(1006, 'harness')],
    ['broken connection', (wire) => wire.fails('ECONNREFUSED')],
    ['slow', (wire) => wire.wait(179_000).opens().greets().pings().closes()],
    ['no greeting', (wire) => wire.opens().misses('greeting', 10_000).closes()],
    ['polite close', (wire) => wire.opens().closes(1000, 'target')],
    ['close after the greeting', (wire) => wire.opens().greets().closes(1000, 'target')],
    ['cut after the greeting', (wire) => wire.opens().greets().wait(3).closes(1006, 'network')],
    ['close in the first seconds', (wire) => wire.opens().greets().pings().wait(800).closes(1011, 'target')],
    ['second greeting', (wire) => wire.opens().greets().greets({ connection_id: 'other' }).pings().closes()],
    ['late second greeting', (wire) => wire.opens().greets().pings().wait(900).greets().pings().closes()],
    ['somebody else', (wire) => wire.opens().greets({ user_id: 'grace' }).pings().closes()],
    ['no connection id', (wire) => wire.opens().greets({ connection_id: '' }).pings().closes()],
  ])('fails on: %s', (_what, tell) => {
    const findings = judge(session(tell));
    expect(findings.every((finding) => finding.startsWith('fail'))).toBe(true);
    expect(findings.length).toBeGreaterThan(0);
  });

  it('takes nobody to task who may have thought that we were gone', () => {
    const gone = (longestStallMs: number, ping?: string): string | undefined => {
      const tape = new Tape('plain-session');
      tape.dial().opens().greets().wait(3_000).closes(1008, 'target');
      const observer = { loopDelayP99Ms: 1, stalledMs: longestStallMs, longestStallMs, samples: 100 };
      return judge(tape.transcript({ observer }), ping === undefined ? {} : { 'VP-PING': ping })[0];
    };
    expect(gone(2_500)).toMatch(/^inconclusive stood-still/);
    expect(gone(2_500, '25')).toMatch(/^fail closed-on-the-user/);
    expect(gone(500)).toMatch(/^fail closed-on-the-user/);
  });

  it('says what came instead', () => {
    expect(judge(session((wire) => wire.isRefused(401)))).toMatchInlineSnapshot(`
      [
        "fail not-opened: exactly one greeting, for ada | refused with 401",
      ]
    `);
    expect(
      judge(session((wire) => wire.opens().greets().wait(3).closes(1006, 'network'))),
    ).toMatchInlineSnapshot(`
      [
        "fail closed-on-the-user: the socket stays open until its user closes it | closed with 1006 by the network",
      ]
    `);
    expect(judge(session((wire) => wire.opens().greets().greets().pings().closes()))).toMatchInlineSnapshot(`
      [
        "fail greeted-again: exactly one greeting, for ada | 2 greetings",
      ]
    `);
    expect(
      judge(session((wire) => wire.wait(179_000).opens().greets().pings().closes())),
    ).toMatchInlineSnapshot(`
      [
        "fail opened-late: open within 10000 ms | open after 179012 ms",
      ]
    `);
    expect(
      judge(session((wire) => wire.opens().greets({ user_id: 'grace' }).pings().closes())),
    ).toMatchInlineSnapshot(`
      [
        "fail greeted-somebody-else: exactly one greeting, for ada | greeting for grace",
      ]
    `);
  });

  it('judges the greeting, and no more, of a socket that was opened for a run', () => {
    const inRun = (act: (wire: Wire) => Wire) => {
      const tape = new Tape('users-at-once');
      const wire = act(tape.dial('of a user among others'));
      wire.tells(wire.asks('analysis'), goodRun()).closes();
      return judge(tape.transcript());
    };
    expect(inRun((wire) => wire.opens().greets())).toEqual([]);
    expect(inRun((wire) => wire.opens().greets({ user_id: 'grace' }))).toMatchInlineSnapshot(`
      [
        "fail greeted-somebody-else: exactly one greeting, for ada | greeting for grace",
      ]
    `);
  });

  it('cannot tell when we ended the socket over a frame that was larger than we keep', () => {
    const large = session((wire) =>
      wire.opens().greets().pings().fails('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH').closes(1006, 'network'),
    );
    expect(judge(large)).toMatchInlineSnapshot(`
      [
        "inconclusive evidence-not-whole: exactly one greeting, for ada | one greeting",
      ]
    `);
  });

  it('cannot tell without a pong after the greeting', () => {
    expect(judge(session((wire) => wire.opens().greets().pings(null).closes()))).toMatchInlineSnapshot(`
      [
        "inconclusive not-listened-on (because CN-3): exactly one greeting, for ada | one greeting, but no pong shows that the socket was heard",
      ]
    `);
  });

  it('cannot tell when the harness broke off', () => {
    for (const tell of [
      (wire: Wire) => wire,
      (wire: Wire) => wire.opens(),
      (wire: Wire) => wire.opens().closes(1006, 'harness'),
    ])
      for (const finding of judge(session(tell, {}, 'aborted'))) expect(finding).toMatch(/^inconclusive/);
  });
});

describe('connectivity/pongs-answer-pings', () => {
  const judge = judgeBy('connectivity/pongs-answer-pings');

  it('passes when each ping has its pong, be it late within the limit', () => {
    expect(judge(good)).toMatchInlineSnapshot(`
      [
        "pass pong: pong rq-1-ping-1 within 10000 ms | pong after 6 ms",
        "pass pong: pong rq-1-ping-2 within 10000 ms | pong after 6 ms",
      ]
    `);
    expect(judge(session((wire) => wire.opens().greets().pings(9_990).closes()))[0]).toMatch(/^pass/);
  });

  it('fails when there is none, or one for another request', () => {
    expect(judge(session((wire) => wire.opens().greets().pings(null).closes()))).toMatchInlineSnapshot(`
      [
        "fail no-pong: pong rq-1-ping-1 within 10000 ms | no pong with that request id",
      ]
    `);
    const other = (over: { request_id: string | null }) =>
      session((wire) => wire.opens().greets().pings(6, over).misses('pong rq-1-ping-1', 10_000).closes());
    expect(judge(other({ request_id: null }))[0]).toMatch(/^fail no-pong/);
    expect(judge(other({ request_id: 'rq-9' }))[0]).toMatch(/^fail no-pong/);
  });

  it('fails when it is late', () => {
    expect(judge(session((wire) => wire.opens().greets().pings(10_100).closes()))).toMatchInlineSnapshot(`
      [
        "fail late-pong: pong rq-1-ping-1 within 10000 ms | pong after 10100 ms",
      ]
    `);
  });

  it('does not take a pong from before for the answer', () => {
    const early = session((wire) =>
      wire.opens().greets().receives({ type: 'pong', request_id: 'rq-1-ping-1' }).pings(null).closes(),
    );
    expect(judge(early)[0]).toMatch(/^fail no-pong/);
  });

  it('cannot tell when the socket was closed first, by the target or by us', () => {
    const closing = (by: 'target' | 'harness') =>
      session((wire) => {
        wire.opens().greets().sends({ type: 'ping' }, { kind: 'ping', requestId: 'rq-1' });
        wire.closes(1006, by);
      });
    expect(judge(closing('target'))).toMatchInlineSnapshot(`
      [
        "inconclusive closed-first (because CN-2): pong rq-1 within 10000 ms | closed with 1006 by target",
      ]
    `);
    expect(judge(closing('harness'))).toMatchInlineSnapshot(`
      [
        "inconclusive not-awaited: pong rq-1 within 10000 ms | the harness stopped waiting",
      ]
    `);
  });

  it('has nothing to judge where nobody came in', () => {
    expect(judge(session((wire) => wire.isRefused(401)))).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge (because CN-2): every ping is answered by the pong with its request id | plain-session-1 left nothing to judge",
      ]
    `);
  });
});

describe('connectivity/refuses-token-…', () => {
  const BEARER = { 'www-authenticate': 'Bearer realm="chat"' };
  const BY_UPGRADE = { 'VP-WSREJECT': 'refuse-upgrade' };
  const BY_CLOSE = { 'VP-WSREJECT': 'accept-error-close' };
  const KINDS = ['none', 'garbage', 'wrong-signature', 'alg-none', 'expired', 'wrong-issuer'] as const;

  /** The valid token, and the bad ones with what becomes of them. */
  function badTokens(
    becomes: (wire: Wire) => unknown,
    witness = true,
    kinds: readonly string[] = KINDS,
  ): Transcript {
    const tape = new Tape('bad-tokens');
    if (witness) tape.session().pings().closes();
    else tape.dial().isRefused(401, BEARER);
    for (const kind of kinds) becomes(tape.dial(`bad token: ${kind}`));
    return tape.transcript();
  }
  const refusedAtUpgrade = badTokens((wire) => wire.isRefused(401, BEARER));
  const refusedByClose = badTokens((wire) =>
    wire.opens().receives({ type: 'error', code: 'UNAUTHENTICATED', message: '' }).closes(1008, 'target'),
  );
  const judge = judgeBy('connectivity/refuses-token-expired');

  it.each(KINDS)('%s passes when it is refused, and the good one let in', (kind) => {
    expect(findingsOf(`connectivity/refuses-token-${kind}`, refusedAtUpgrade)[0]).toMatch(/^pass/);
  });

  it.each(KINDS)('%s fails when it is let in', (kind) => {
    const open = badTokens((wire) => wire.opens().greets().pings().closes());
    expect(findingsOf(`connectivity/refuses-token-${kind}`, open)[0]).toMatch(/^fail let-in/);
  });

  it('takes a close frame for the target’s own when it crosses ours', () => {
    const crossing = (code: number) =>
      badTokens((wire) =>
        wire
          .opens()
          .receives({ type: 'error', code: 'UNAUTHENTICATED', message: '' })
          .closes(code, 'harness'),
      );
    expect(judge(crossing(1008))[0]).toMatch(/^pass/);
    expect(judge(crossing(1011))[0]).toMatch(/^fail refused-otherwise/);
  });

  it('passes by either way that is declared, and by both where none is', () => {
    expect(judge(refusedAtUpgrade, BY_UPGRADE)).toMatchInlineSnapshot(`
      [
        "pass refused: 401 on the upgrade | refused with 401",
      ]
    `);
    expect(judge(refusedByClose, BY_CLOSE)).toMatchInlineSnapshot(`
      [
        "pass refused: an error frame, then close 1008 | closed with 1008 by target",
      ]
    `);
    expect(judge(refusedByClose)[0]).toMatch(/^pass/);
  });

  it('fails when it is refused in the other way', () => {
    expect(judge(refusedAtUpgrade, BY_CLOSE)).toMatchInlineSnapshot(`
      [
        "fail refused-otherwise: an error frame, then close 1008 | refused with 401",
      ]
    `);
    expect(judge(refusedByClose, BY_UPGRADE)).toMatchInlineSnapshot(`
      [
        "fail refused-otherwise: 401 on the upgrade | closed with 1008 by target",
      ]
    `);
  });

  it.each<[string, (wire: Wire) => unknown]>([
    ['let in without a greeting, but served', (wire) => wire.opens().pings().closes()],
    ['let in as somebody else', (wire) => wire.opens().greets({ user_id: 'demo' }).closes()],
    [
      'closed with 1011',
      (wire) => wire.opens().receives({ type: 'error', code: 'X', message: '' }).closes(1011, 'target'),
    ],
    ['closed without a word', (wire) => wire.opens().closes(1008, 'target')],
    ['left open and ignored', (wire) => wire.opens().misses('greeting', 10_000).closes()],
    ['403', (wire) => wire.isRefused(403, BEARER)],
    ['500', (wire) => wire.isRefused(500)],
    ['a redirect', (wire) => wire.isRefused(302)],
    ['a 401 without a challenge', (wire) => wire.isRefused(401)],
    ['a 401 with another challenge', (wire) => wire.isRefused(401, { 'www-authenticate': 'Basic' })],
    ['a broken connection', (wire) => wire.fails('ECONNRESET')],
  ])('fails on: %s', (_what, becomes) => {
    expect(judge(badTokens(becomes))[0]).toMatch(/^fail/);
  });

  it('says what came instead', () => {
    expect(judge(badTokens((wire) => wire.opens().greets().closes()))).toMatchInlineSnapshot(`
      [
        "fail let-in: 401 on the upgrade, or an error frame, then close 1008 | greeted",
      ]
    `);
    expect(judge(badTokens((wire) => wire.isRefused(401)))).toMatchInlineSnapshot(`
      [
        "fail no-challenge: 401 on the upgrade, or an error frame, then close 1008, WWW-Authenticate: Bearer | refused with 401, no such header",
      ]
    `);
    expect(
      judge(badTokens((wire) => wire.opens().misses('greeting', 10_000).closes())),
    ).toMatchInlineSnapshot(`
      [
        "fail refused-otherwise: 401 on the upgrade, or an error frame, then close 1008 | no greeting within 10000 ms",
      ]
    `);
  });

  it('cannot tell where the valid token is refused too: such a target refuses everybody', () => {
    expect(judge(badTokens((wire) => wire.isRefused(401, BEARER), false))).toMatchInlineSnapshot(`
      [
        "inconclusive nobody-let-in (because CN-2): 401 on the upgrade, or an error frame, then close 1008 | the valid token was not let in either",
      ]
    `);
  });

  it('cannot tell when the token could not be made, or the harness broke off', () => {
    expect(judge(badTokens((wire) => wire.isRefused(401, BEARER), true, ['none']))).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge (because CN-2): an expired token is refused | bad-tokens-1 left nothing to judge",
      ]
    `);
    expect(judge(badTokens((wire) => wire))[0]).toMatch(/^inconclusive not-awaited/);
  });
});

describe('connectivity/accepts-both-ways-in', () => {
  const judge = judgeBy('connectivity/accepts-both-ways-in');
  const OFFERED = ['agent-events.v1', '⟦secret token-1 raw⟧'];

  function waysIn(
    bySubProtocol: (wire: Wire) => unknown,
    byHeader = (wire: Wire): unknown => wire.opens().greets().pings().closes(),
  ) {
    const tape = new Tape('ways-in');
    byHeader(tape.dial('session by header'));
    bySubProtocol(tape.dial('session by sub-protocol', OFFERED));
    return tape.transcript();
  }
  const chosen = (wire: Wire) => wire.opens('agent-events.v1').greets().pings().closes();

  it('passes when both are greeted, and the offered sub-protocol is selected', () => {
    expect(judge(waysIn(chosen))).toMatchInlineSnapshot(`
      [
        "pass let-in: greeted | greeted",
        "pass let-in: greeted, with sub-protocol agent-events.v1 selected | greeted",
      ]
    `);
  });

  it.each<[string, (wire: Wire) => unknown]>([
    ['none selected', (wire) => wire.opens('').greets().pings().closes()],
    ['the token selected', (wire) => wire.opens('⟦secret token-1 raw⟧').greets().pings().closes()],
    ['another selected', (wire) => wire.opens('chat').greets().pings().closes()],
    ['refused', (wire) => wire.isRefused(401)],
    ['not greeted', (wire) => wire.opens('agent-events.v1').misses('greeting', 10_000).closes()],
    ['dropped after the greeting', (wire) => wire.opens('agent-events.v1').greets().closes(1011, 'target')],
  ])('fails on: %s', (_what, bySubProtocol) => {
    expect(judge(waysIn(bySubProtocol))[0]).toMatch(/^fail/);
  });

  it('fails when only the header is refused', () => {
    expect(judge(waysIn(chosen, (wire) => wire.isRefused(401)))).toMatchInlineSnapshot(`
      [
        "inconclusive not-let-in (because CN-2): greeted | refused with 401",
        "pass let-in: greeted, with sub-protocol agent-events.v1 selected | greeted",
      ]
    `);
  });

  it('cannot tell where nobody is let in', () => {
    const nobody = waysIn(
      (wire) => wire.isRefused(401),
      (wire) => wire.isRefused(401),
    );
    for (const finding of judge(nobody)) expect(finding).toMatch(/^inconclusive not-let-in \(because CN-2\)/);
  });
});

describe('connectivity/keeps-tokens-to-itself', () => {
  const judge = judgeBy('connectivity/keeps-tokens-to-itself');

  it('passes when nothing that came in held a secret', () => {
    expect(judge(good)).toMatchInlineSnapshot(`
      [
        "pass no-echo: no secret in anything that the target sends | none in 5 entries",
      ]
    `);
  });

  it.each<[string, (wire: Wire) => unknown]>([
    ['a frame', (wire) => wire.opens().greets({ token: '⟦secret token-1 raw⟧' }).closes()],
    ['a frame, encoded', (wire) => wire.opens().greets().receives('x⟦secret token-1 base64⟧y').closes()],
    ['the selected sub-protocol', (wire) => wire.opens('⟦secret token-1 raw⟧').greets().closes()],
    ['a header of the refusal', (wire) => wire.isRefused(401, { 'x-debug': '⟦secret token-1 url⟧' })],
  ])('fails on a token in %s', (_where, tell) => {
    expect(judge(session(tell))[0]).toMatch(/^fail token-echoed/);
  });

  it('does not mind the tokens that we sent', () => {
    const tape = new Tape('ways-in');
    tape
      .dial('session by sub-protocol', ['agent-events.v1', '⟦secret token-1 raw⟧'])
      .opens('agent-events.v1')
      .greets();
    expect(judge(tape.transcript())[0]).toMatch(/^pass/);
  });

  it('has nothing to judge where nothing came', () => {
    expect(judge(session((wire) => wire.fails('ECONNREFUSED')))[0]).toMatch(
      /^inconclusive nothing-to-judge \(because CN-2\)/,
    );
  });
});

describe('connectivity/answers-each-request', () => {
  const judge = judgeBy('connectivity/answers-each-request');

  function asking(
    tell: (wire: Wire, requestId: string, asked: ReturnType<Wire['asks']>) => unknown,
  ): Transcript {
    const tape = new Tape('single-analysis');
    const wire = tape.session();
    const asked = wire.asks('analysis');
    tell(wire, asked.requestId, asked);
    return tape.transcript();
  }
  const refusing = (code: string | undefined) =>
    asking((wire, requestId) =>
      wire.receives({ type: 'error', code, message: '', request_id: requestId }).closes(),
    );

  it('passes on a start in time', () => {
    expect(
      judge(asking((wire, _id, asked) => wire.tells(asked, goodRun()).listens().closes())),
    ).toMatchInlineSnapshot(`
      [
        "pass answered: agent_started, or an error for rq-1-1, within 15000 ms | agent_started after 40 ms",
      ]
    `);
  });

  it.each(['AGENT_INACTIVE', 'RATE_LIMITED', 'UNAVAILABLE'])('passes on the refusal %s', (code) => {
    expect(judge(refusing(code))[0]).toMatch(/^pass refused/);
  });

  it.each(['INVALID_REQUEST', 'UNKNOWN_MESSAGE_TYPE', 'INVALID_JSON', undefined])(
    'fails on the refusal %s of a good request',
    (code) => {
      expect(judge(refusing(code))[0]).toMatch(/^fail not-understood/);
    },
  );

  it('does not mind a refusal of something else', () => {
    const unrelated = asking((wire, _id, asked) =>
      wire
        .receives({ type: 'error', code: 'INVALID_JSON', message: '', request_id: null })
        .receives({ type: 'error', code: 'INVALID_REQUEST', message: '', request_id: 'rq-9' })
        .tells(asked, goodRun())
        .closes(),
    );
    expect(judge(unrelated)[0]).toMatch(/^pass answered/);
  });

  it('fails on silence, acknowledgement alone, a close, a late start', () => {
    expect(
      judge(asking((wire, id) => wire.wait(120_000).misses(`end of ${id}`, 120_000).pings().closes())),
    ).toMatchInlineSnapshot(`
      [
        "fail silence: agent_started, or an error for rq-1-1, within 15000 ms | silence",
      ]
    `);
    expect(
      judge(
        asking((wire, id) =>
          wire.receives({ type: 'ack', request_id: id }).misses(`end of ${id}`, 120_000).closes(),
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "fail only-acknowledged: agent_started, or an error for rq-1-1, within 15000 ms | only "ack", which starts nothing",
      ]
    `);
    expect(judge(asking((wire) => wire.closes(1006, 'network')))).toMatchInlineSnapshot(`
      [
        "fail closed-before-answer: agent_started, or an error for rq-1-1, within 15000 ms | the socket was closed before any answer",
      ]
    `);
    expect(
      judge(asking((wire, _id, asked) => wire.wait(15_000).tells(asked, goodRun()).closes())),
    ).toMatchInlineSnapshot(`
      [
        "fail answered-late: agent_started, or an error for rq-1-1, within 15000 ms | agent_started after 15040 ms",
      ]
    `);
  });

  it('fails when the request is both refused and run', () => {
    const both = asking((wire, requestId, asked) =>
      wire
        .receives({ type: 'error', code: 'RATE_LIMITED', message: '', request_id: requestId })
        .tells(asked, goodRun())
        .closes(),
    );
    expect(judge(both)).toMatchInlineSnapshot(`
      [
        "fail started-and-refused: agent_started, or an error for rq-1-1, within 15000 ms | both agent_started and an error",
      ]
    `);
  });

  it('cannot tell when the harness broke off, or nobody could ask', () => {
    expect(judge(asking((wire) => wire.closes(1006, 'harness')))).toMatchInlineSnapshot(`
      [
        "inconclusive not-awaited: agent_started, or an error for rq-1-1, within 15000 ms | the harness stopped listening",
      ]
    `);
    const tape = new Tape('single-analysis');
    tape.dial().isRefused(401);
    expect(judge(tape.transcript())).toMatchInlineSnapshot(`
      [
        "inconclusive nothing-to-judge (because CN-2): each request for a run is answered by its start or by an error for it, in time | single-analysis-1 left nothing to judge",
      ]
    `);
  });
});
