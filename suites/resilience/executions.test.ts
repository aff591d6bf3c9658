import { describe, expect, it } from 'vitest';
import { TWICE } from '../../scenarios/resilience-messages.ts';
import { ATTEMPT } from '../../scenarios/resilience-network.ts';
import { tell } from '../test-support/exchanges.ts';
import { failed, goodRun, started, storyOf, Tape, type Wire } from '../test-support/transcripts.ts';
import { findingsOf } from '../test-support/verdicts.ts';

function session(tape: Tape, label: string): Wire {
  const wire = tape.dial(label);
  const entry = tape.entries.findLast(({ kind }) => kind === 'ws.dial');
  Object.assign(entry ?? {}, { apart: 'something is done to it' });
  return wire.opens().greets();
}

/** The project lists a run for each of these messages. */
const lists = (tape: Tape, messages: readonly string[], status = 200): Tape =>
  tell(tape, {
    label: 'runs of the own project',
    status,
    answer: { items: messages.map((inputQuery) => ({ inputQuery })), nextCursor: null, total: 1 },
  });

describe('a request that is made twice on one socket', () => {
  const judge = (messages: readonly string[], status?: number) => {
    const tape = new Tape('request-twice');
    const wire = session(tape, TWICE.run);
    const asked = wire.asks(TWICE.run, { message: 'note "this"' });
    const [first, ...rest] = goodRun();
    if (first !== undefined) wire.tellsOne(asked, first);
    wire.sends({}, { kind: 'probe', label: TWICE.again });
    wire.tells(asked, rest).pings().closes();
    lists(tape, messages, status);
    return findingsOf('resilience/runs-the-same-request-once', tape.transcript(), {})[0];
  };

  it('is one run in the list of its project too', () => {
    expect(judge(['note "this"'])).toMatch(/^pass same-run/);
    expect(judge(['note "this"', 'note "this"'])).toMatch(/^fail silent-run.*2 runs of 1 request are listed/);
  });

  it('is not what else the project has, nor what cannot be read', () => {
    expect(judge(['note "this"', 'note', 'another', ''])).toMatch(/^pass same-run/);
    expect(judge(['note "this"', 'note "this"'], 503)).toMatch(/^pass same-run/);
  });
});

describe('a request that is made again after a break', () => {
  const attempt = (tape: Tape, fault: string, isRefused = false): void => {
    const message = `note of ${fault}`;
    const way = session(tape, ATTEMPT.way(fault));
    const asked = way.asks(ATTEMPT.run(fault), { message });
    way.tells(
      asked,
      storyOf(started()).map((beat) => ({ ...beat, run: fault })),
    );
    tape.add({ kind: 'fault', actor: 'ada', socket: way.id, fault, phase: 'begun' });
    way.closes(1006, 'network');
    const again = session(tape, ATTEMPT.again(fault));
    const { requestId } = again.asks(ATTEMPT.again(fault), { message, requestId: asked.requestId });
    const story = (isRefused ? storyOf(started(), failed()) : goodRun()).map((beat) => ({
      ...beat,
      run: fault,
    }));
    again.tells({ ...asked, requestId }, story);
    if (isRefused) {
      const anew = again.asks(ATTEMPT.anew(fault), { message });
      again.tells(
        anew,
        goodRun().map((beat) => ({ ...beat, run: `${fault}-anew` })),
      );
    }
    again.closes();
  };
  const judge = (messages: readonly string[], isRefused = false) => {
    const tape = new Tape('network-faults', { trial: 'network-faults-1' });
    attempt(tape, 'reset', isRefused);
    attempt(tape, 'cut');
    lists(tape, messages);
    return findingsOf('resilience/recovers-from-network-faults', [tape.transcript()]).join('\n');
  };

  it('is one run in the list of its project too, of each attempt', () => {
    expect(judge(['note of reset', 'note of cut'])).not.toMatch(/fail/);
    const found = judge(['note of reset', 'note of cut', 'note of cut']);
    expect(found).toMatch(/fail silent-run.*after "cut": 2 runs of 1 request are listed/);
    expect(found).not.toMatch(/fail.*after "reset"/);
  });

  it('may be two where a new request was made', () => {
    const two = ['note of reset', 'note of reset', 'note of cut'];
    expect(judge(two, true)).not.toMatch(/silent-run/);
    expect(judge([...two, 'note of reset'], true)).toMatch(/silent-run.*3 runs of 2 requests are listed/);
  });
});
