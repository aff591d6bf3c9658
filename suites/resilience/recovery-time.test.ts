import { describe, expect, it } from 'vitest';
import { viewTrial } from '../../harness/judge/build-views.ts';
import { collectMeasures, type Measures } from '../../harness/judge/measures.ts';
import { agentEventsV1 } from '../../harness/protocol/dialects/agent-events-v1.ts';
import { failed, goodRun, started, storyOf, Tape, type Wire } from '../test-support/transcripts.ts';

/** A connection that breaks in mid-run, and what comes of the same request on the next one. */
function brokenTrial(number: number, after: (again: Wire, requestId: string) => unknown) {
  const tape = new Tape('network-faults', { trial: `network-faults-${number}` });
  const session = (): Wire => {
    const wire = tape.dial('a way');
    const entry = tape.entries.findLast(({ kind }) => kind === 'ws.dial');
    Object.assign(entry ?? {}, { apart: 'something is done to it' });
    return wire.opens().greets();
  };
  const wire = session();
  const asked = wire.asks('run');
  wire.tells(asked, storyOf(started()));
  tape.add({ kind: 'fault', actor: 'ada', socket: wire.id, fault: 'reset', phase: 'begun' });
  wire.closes(1006, 'network').wait(100);
  after(session(), asked.requestId);
  return viewTrial(tape.transcript(), agentEventsV1);
}

const disruptive = { interference: 'disruptive' } as Parameters<Measures['take']>[1];

function recovery(...trials: readonly Parameters<typeof brokenTrial>[1][]) {
  const measures = collectMeasures();
  trials.forEach((after, index) => void measures.take(brokenTrial(index + 1, after), disruptive));
  return measures.conclude();
}

const completes = (again: Wire, requestId: string) =>
  again.tells(again.asks('run again', { requestId }), goodRun()).closes();
const fails = (again: Wire, requestId: string) =>
  again.tells(again.asks('run again', { requestId }), storyOf(started(), failed())).closes();

describe('the time to recover', () => {
  it('is from the break to the completion of the run that was asked for again, by the kind of break', () => {
    const facts = recovery(completes, completes, completes);
    expect(facts.map(({ measure, of, n, failed: lost }) => [measure, of, n, lost])).toEqual([
      ['recovery', undefined, 2, 0],
      ['recovery', 'reset', 2, 0],
    ]);
    expect(facts[0]?.minMs).toBeGreaterThan(100);
  });

  it('counts what never came, and not what nobody waited for', () => {
    const [all] = recovery(completes, fails, (again, requestId) => again.asks('run again', { requestId }));
    expect([all?.n, all?.failed]).toEqual([1, 1]);
  });

  it('is the only thing measured where the way was disturbed', () => {
    expect(recovery((again) => again.closes())).toEqual([]);
  });
});
