import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../harness/evidence/transcript.ts';
import { MESSAGES } from '../../scenarios/resilience-messages.ts';
import { exchanges, tell } from '../test-support/exchanges.ts';
import {
  type Beat,
  failed,
  goodRun,
  started,
  storyOf,
  Tape,
  type Wire,
} from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A socket that is apart. */
function apart(tape: Tape, label: string): Wire {
  const wire = tape.dial(label);
  const entry = tape.entries.findLast(({ kind }) => kind === 'ws.dial');
  Object.assign(entry ?? {}, { apart: 'something is done to it' });
  return wire;
}

const session = (tape: Tape, label: string): Wire => apart(tape, label).opens().greets();

const probe = (wire: Wire, label: string): Wire => {
  wire.sends({}, { kind: 'probe', label });
  return wire.wait(5);
};

const error = (code: string, requestId: string | null = null): Fields => ({
  type: 'error',
  code,
  message: 'no',
  request_id: requestId,
});

/** A run of that label on a socket of its own. */
function run(tape: Tape, label: string, story = goodRun(), name = label): void {
  const wire = session(tape, label);
  const runId = name.replaceAll(' ', '-');
  wire.tells(
    wire.asks(label),
    story.map((beat) => ({ ...beat, run: runId })),
  );
  wire.closes();
}

const firstOf = (check: string, transcript: Transcript, choices: Readonly<Record<string, string>> = {}) =>
  findingsOf(`resilience/${check}`, transcript, choices);

describe('resilience/refuses-bad-messages', () => {
  const judge = (act: (wire: Wire) => unknown, family = 'unknown type', label = 'an unknown type') => {
    const tape = new Tape('bad-messages');
    act(probe(session(tape, MESSAGES.family(family)), label));
    return firstOf('refuses-bad-messages', tape.transcript())[0];
  };

  it('passes on the error that is due, and on the close that is due', () => {
    expect(judge((wire) => wire.receives(error('UNKNOWN_MESSAGE_TYPE')).closes())).toMatch(/^pass refused/);
    expect(judge((wire) => wire.closes(1003, 'target'), 'binary', 'a binary message')).toMatch(
      /^pass closed/,
    );
  });

  it('fails on another error, on another answer, on silence, on a close', () => {
    expect(judge((wire) => wire.receives(error('INVALID_JSON')))).toMatch(/^fail wrong-code/);
    const other = judge((wire) => wire.receives({ type: 'ok' }).misses('refusal 1', 100));
    expect(other).toMatch(/^fail not-refused.*another answer/);
    expect(judge((wire) => wire.misses('refusal 1', 100))).toMatch(/^fail not-refused.*silence/);
    expect(judge((wire) => wire.closes(1011, 'target'))).toMatch(/^fail closed/);
  });

  it('fails on another close and on none', () => {
    const binary = ['binary', 'a binary message'] as const;
    expect(judge((wire) => wire.closes(1011, 'target'), ...binary)).toMatch(/^fail wrong-close/);
    expect(judge((wire) => wire.misses('close', 100).closes(), ...binary)).toMatch(/^fail not-closed/);
  });

  it('cannot tell where nobody waited, or where the close frame was lost behind a flood', () => {
    expect(judge((wire) => wire)).toMatch(/^inconclusive not-awaited/);
    const lost = judge((wire) => wire.closes(1006, 'network'), 'too large', 'one byte too many');
    expect(lost).toMatch(/^inconclusive close-frame-lost/);
  });
});

describe('resilience/runs-after-bad-messages', () => {
  const judge = (after = goodRun(), control = goodRun()) => {
    const tape = new Tape('bad-messages');
    run(tape, MESSAGES.control, control, 'control');
    const wire = probe(session(tape, MESSAGES.family('binary')), 'a binary message');
    wire.closes(1003, 'target');
    run(tape, MESSAGES.run('binary'), after);
    return firstOf('runs-after-bad-messages', tape.transcript())[0];
  };

  it('passes on a run that completes', () => expect(judge()).toMatch(/^pass completed/));
  it('fails on one that does not', () =>
    expect(judge(storyOf(started(), failed()))).toMatch(/^fail not-completed/));
  it('cannot tell where no run completes at all', () =>
    expect(judge([], storyOf(started(), failed()))).toMatch(/^inconclusive no-control .because CN-9/));

  it('fails where no new socket is opened', () => {
    const tape = new Tape('bad-messages');
    run(tape, MESSAGES.control, goodRun(), 'control');
    probe(session(tape, MESSAGES.family('binary')), 'a binary message').closes(1003, 'target');
    apart(tape, MESSAGES.run('binary')).isRefused(503);
    expect(firstOf('runs-after-bad-messages', tape.transcript())[0]).toMatch(/^fail not-opened/);
  });
});

describe('an agent that does not exist', () => {
  const play = (act: (wire: Wire, requestId: string) => unknown, control = true) => {
    const tape = new Tape('bad-messages');
    if (control) run(tape, MESSAGES.control, goodRun(), 'control');
    const wire = session(tape, MESSAGES.unknown);
    const { requestId } = wire.asks(MESSAGES.unknown, { agent: 'nobody' });
    act(wire.wait(5), requestId);
    return tape.transcript();
  };
  const refused = (wire: Wire, id: string | null) => wire.receives(error('AGENT_NOT_FOUND', id)).wait(5);
  const unknown = (act: Parameters<typeof play>[0]) => firstOf('refuses-unknown-agents', play(act))[0];
  const again = (act: Parameters<typeof play>[0]) => firstOf('succeeds-when-asked-again', play(act))[0];

  it('is refused by name', () => {
    expect(unknown((wire, id) => refused(wire, id).closes())).toMatch(/^pass refused/);
    expect(unknown((wire) => refused(wire, null).closes())).toMatch(/^fail wrong-refusal/);
    expect(unknown((wire, id) => wire.receives(error('INVALID_REQUEST', id)))).toMatch(/^fail wrong-refusal/);
    expect(unknown((wire, id) => wire.misses(`answer to ${id}`, 9))).toMatch(/^fail not-refused/);
    expect(unknown((wire, id) => refused(wire, id).closes(1011, 'target'))).toMatch(/^fail closed/);
    expect(unknown((wire) => wire)).toMatch(/^inconclusive not-awaited/);
  });

  it('leaves nothing behind for the same request with another', () => {
    const ask = (wire: Wire, requestId: string, story = goodRun()) =>
      refused(wire, requestId).tells(wire.asks(MESSAGES.afterUnknown, { requestId }), story);
    expect(again((wire, id) => ask(wire, id).closes())).toMatch(/^pass completed/);
    expect(again((wire, id) => ask(wire, id, storyOf(started(), failed())))).toMatch(/^fail not-completed/);
    expect(again((wire, id) => refused(wire, id).closes(1011, 'target'))).toMatch(/because RS-1/);
  });
});

describe('resilience/runs-the-same-request-once', () => {
  const judge = (choice: string, act: (wire: Wire, requestId: string) => unknown, beats = goodRun()) => {
    const tape = new Tape('request-twice');
    const wire = session(tape, 'request made twice');
    const asked = wire.asks('request made twice');
    const [first, ...rest] = beats;
    if (first !== undefined) wire.tellsOne(asked, first);
    probe(wire, 'the same request once more');
    act(wire, asked.requestId);
    wire.tells(asked, rest).pings().closes();
    return firstOf('runs-the-same-request-once', tape.transcript(), { 'VP-DUPREQUEST': choice })[0];
  };
  const second = (wire: Wire, request_id: string) =>
    wire.receives({ type: 'agent_started', run_id: 'run-2', request_id, seq: 1, data: {} });
  const refuse = (wire: Wire, id: string) => wire.receives(error('INVALID_REQUEST', id));

  it('takes the declared answer, and no second run', () => {
    expect(judge('same-run', (wire) => wire)).toMatch(/^pass same-run/);
    expect(judge('same-run', second)).toMatch(/^fail second-run/);
    expect(judge('same-run', refuse)).toMatch(/^fail refused/);
    expect(judge('error', refuse)).toMatch(/^pass refused/);
    expect(judge('error', (wire) => wire)).toMatch(/^fail not-refused/);
  });

  it('cannot tell after a run that failed, or never ended', () => {
    const rest = (beats: readonly Beat[]) => judge('same-run', (wire) => wire, beats);
    expect(rest(storyOf(started(), failed()))).toMatch(/^inconclusive not-completed \(because CN-9\)/);
    expect(rest(storyOf(started()))).toMatch(/^inconclusive not-completed \(because LC-3\)/);
  });

  it('cannot tell without a witness', () => {
    const tape = new Tape('request-twice');
    const wire = session(tape, 'request made twice');
    const asked = wire.asks('request made twice');
    probe(wire, 'the same request once more').tells(asked, goodRun());
    expect(firstOf('runs-the-same-request-once', tape.transcript())[0]).toMatch(/^inconclusive not-heard/);
  });
});

describe('resilience/treats-expiry-as-declared', () => {
  const judge = (choice: string | undefined, act: (wire: Wire) => unknown) => {
    const tape = new Tape('expiring-session');
    act(session(tape, 'session with a brief token').pings().wait(4_000));
    const choices: Readonly<Record<string, string>> = choice === undefined ? {} : { 'VP-EXPIRY': choice };
    return firstOf('treats-expiry-as-declared', tape.transcript(), choices)[0];
  };

  it('takes the declared end', () => {
    expect(judge('closes-1008', (wire) => wire.closes(1008, 'target'))).toMatch(/^pass closed/);
    expect(judge('closes-1008', (wire) => wire.closes(1011, 'target'))).toMatch(/^fail wrong-close/);
    expect(judge('closes-1008', (wire) => wire.pings().closes())).toMatch(/^fail outlives-its-token/);
    expect(judge('outlives-token', (wire) => wire.pings().closes())).toMatch(/^pass lives-on/);
    expect(judge('outlives-token', (wire) => wire.closes(1008, 'target'))).toMatch(/^fail wrong-close/);
    expect(judge(undefined, (wire) => wire.pings(null))).toMatch(/^fail silent-stop/);
    expect(judge(undefined, (wire) => wire.closes())).toMatch(/^inconclusive/);
  });
});

describe('resilience/closes-on-dead-peers', () => {
  const judge = (pings: number, act: (wire: Wire) => unknown) => {
    const tape = new Tape('silent-client');
    const wire = session(tape, 'session that answers no ping');
    for (let count = 0; count < pings; count += 1)
      tape.wait(1_000).add({ kind: 'ws.ping', actor: 'ada', socket: wire.id, direction: 'in' });
    act(wire);
    return firstOf('closes-on-dead-peers', tape.transcript())[0];
  };

  it('wants two missed pings, then a close', () => {
    expect(judge(2, (wire) => wire.closes(1008, 'target'))).toMatch(/^pass closed/);
    expect(judge(1, (wire) => wire.closes(1008, 'target'))).toMatch(/^fail closed-too-early/);
    expect(judge(4, (wire) => wire.misses('close', 4_000).closes())).toMatch(/^fail never-closed/);
    expect(judge(2, (wire) => wire.closes())).toMatch(/^inconclusive/);
  });
});

describe('resilience/survives-reconnects', () => {
  const judge = (count: number, act: (tape: Tape) => unknown = () => undefined) => {
    const tape = new Tape('reconnect-storm');
    for (let index = 0; index < count; index += 1) session(tape, 'reconnect').closes();
    act(tape);
    return firstOf('survives-reconnects', tape.transcript())[0];
  };

  it('wants them all', () => {
    expect(judge(50)).toMatch(/^pass all/);
    expect(judge(49, (tape) => apart(tape, 'reconnect').isRefused(429))).toMatch(/^fail not-all/);
    expect(judge(20)).toMatch(/^inconclusive too-few/);
    expect(judge(0, (tape) => apart(tape, 'reconnect').isRefused(401))).toMatch(
      /^inconclusive nobody .because CN-2/,
    );
  });
});

describe('crowds', () => {
  const burst = (answers: readonly ((wire: Wire, requestId: string) => unknown)[], status = 200) => {
    const tape = new Tape('burst');
    run(tape, 'run before the burst');
    for (let index = 0; index < 40; index += 1) tell(tape, { label: 'request of the burst', status });
    const wire = session(tape, 'socket of the burst');
    const asked = Array.from({ length: 12 }, () => wire.asks('run of the burst').requestId);
    asked.forEach((id, index) => void answers[index % answers.length]?.(wire, id));
    return firstOf('loses-nothing-in-a-burst', tape.transcript());
  };
  const begin = (wire: Wire, request_id: string) =>
    wire.receives({ type: 'agent_started', run_id: `of-${request_id}`, request_id, seq: 1, data: {} });
  const limit = (wire: Wire, id: string) => wire.receives(error('RATE_LIMITED', id));

  it('lose nothing in a burst', () => {
    expect(burst([begin, limit]).join()).not.toMatch(/fail|inconclusive/);
    expect(burst([begin, (wire, id) => wire.misses(`answer to ${id}`, 9)]).join()).toMatch(/fail run-lost/);
    expect(burst([begin], 500).join()).toMatch(/fail request-lost/);
    expect(burst([begin, (wire) => wire.wait(1)]).join()).not.toMatch(/fail/);
  });

  it('of clients that vanish do not concern a neighbour, nor the next ones', () => {
    const judge = (neighbour = goodRun(), next = (wire: Wire): unknown => wire.opens().greets().closes()) => {
      const tape = new Tape('vanishing-clients');
      run(tape, 'run of a neighbour before');
      run(tape, 'run of a client that vanishes', storyOf(started()));
      run(tape, 'run of a neighbour meanwhile', neighbour);
      for (let index = 0; index < 20; index += 1) next(apart(tape, 'connect after they vanished'));
      return firstOf('survives-vanishing-clients', tape.transcript()).join();
    };
    expect(judge()).not.toMatch(/fail|inconclusive/);
    expect(judge(storyOf(started(), failed()))).toMatch(/fail not-completed/);
    expect(judge(goodRun(), (wire) => wire.isRefused(429))).toMatch(/fail not-all/);
  });

  it('are not held up by a slow reader', () => {
    const judge = (slow = goodRun(), neighbour = goodRun(), control = goodRun()) => {
      const tape = new Tape('slow-reader');
      run(tape, 'run of a neighbour before the slow reader', control);
      run(tape, 'run of a slow reader', slow);
      run(tape, 'run of a neighbour beside the slow reader', neighbour);
      return firstOf('survives-slow-readers', tape.transcript()).join();
    };
    const late = goodRun().map((beat, index) => (index === 0 ? { ...beat, afterMs: 16_000 } : beat));
    expect(judge()).not.toMatch(/fail|inconclusive/);
    expect(judge(storyOf(started(), failed()))).toMatch(/fail not-completed/);
    expect(judge(goodRun(), late)).toMatch(/fail held-up/);
    expect(judge(goodRun(), goodRun(), [])).toMatch(/^inconclusive no-control/);
  });
});

describe('network faults', () => {
  const FAULT = 'reset';
  const trial = (number: number, isGood: boolean, over: { twice?: boolean; unstruck?: boolean } = {}) => {
    const tape = new Tape('network-faults', { trial: `network-faults-${number}` });
    const wire = session(tape, `way that is disturbed: ${FAULT}`);
    const asked = wire.asks(`run on a way that is disturbed: ${FAULT}`);
    wire.tells(asked, storyOf(started()));
    if (over.unstruck !== true)
      tape.add({ kind: 'fault', actor: 'ada', socket: wire.id, fault: FAULT, phase: 'begun' });
    wire.closes(1006, 'network');
    if (over.unstruck === true) return tape.transcript();
    const again = session(tape, `the same request after: ${FAULT}`);
    const { requestId } = again.asks(`the same request after: ${FAULT}`, { requestId: asked.requestId });
    const story = isGood ? goodRun() : storyOf(started(), failed());
    const named = over.twice === true ? story.map((beat) => ({ ...beat, run: 'run-2' })) : story;
    again.tells({ ...asked, requestId }, named).closes();
    return tape.transcript();
  };
  const judge = (check: string, ...trials: readonly Transcript[]) =>
    findingsOf(`resilience/${check}`, trials);
  const many = (good: number, bad: number): readonly Transcript[] =>
    Array.from({ length: good + bad }, (_, index) => trial(index + 1, index < good));

  it('are recovered from, once', () => {
    const check = 'recovers-from-network-faults';
    expect(judge(check, trial(1, true)).join()).toMatch(/^pass recovered/);
    expect(judge(check, trial(1, false)).join()).toMatch(/^fail never-recovered/);
    expect(judge(check, trial(1, true, { twice: true })).join()).toMatch(/fail executed-twice/);
    expect(judge(check, trial(1, true, { unstruck: true })).join()).toMatch(/^inconclusive no-attempts/);
  });

  it('are recovered from often enough, which takes enough attempts to say', () => {
    const check = 'recovers-often-enough';
    expect(judge(check, ...many(6, 0))[0]).toMatch(/^pass often-enough/);
    expect(judge(check, ...many(9, 1))[0]).toMatch(/^pass often-enough/);
    expect(judge(check, ...many(4, 1))[0]).toMatch(/^inconclusive undecided.*4 of 5 recovered; 5 more/);
    expect(judge(check, ...many(2, 8))[0]).toMatch(/^fail too-seldom/);
    expect(judge(check, exchanges('network-faults'))[0]).toMatch(/^inconclusive no-attempts/);
  });
});
