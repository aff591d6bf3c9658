import { afterEach, describe, expect, it } from 'vitest';
import { FakeIngest, ManualTime, settled } from './fakes.ts';
import { createTracer, type Tracer, type TracerOptions } from './tracer.ts';

let time = new ManualTime();
let ingest = new FakeIngest();

function tracerWith(options: Partial<TracerOptions> = {}): Tracer {
  return createTracer({
    agentId: 'a',
    agentVersion: '1',
    ingestUrl: 'http://ingest.example.test/',
    token: 't',
    transport: ingest.transport,
    surroundings: time.surroundings,
    ...options,
  });
}

afterEach(() => {
  time = new ManualTime();
  ingest = new FakeIngest();
});

describe('a traced run', () => {
  it('tells its steps in the order they began, with their durations', async () => {
    const tracer = tracerWith();
    const run = tracer.startRun();
    const found = await run.step('retrieve', 'search', async (step) => {
      time.nowMs += 25;
      step.addMetadata({ result_count: 3 });
      return 3;
    });
    run.addStep({ type: 'tool', name: 'measured', startedAtMs: time.nowMs, endedAtMs: time.nowMs + 7 });
    run.end();
    await settled();
    expect(found).toBe(3);
    expect(ingest.taken).toMatchObject([
      {
        run_id: run.id,
        status: 'success',
        failure: null,
        steps: [
          { seq: 0, step_type: 'retrieve', name: 'search', latency_ms: 25, metadata: { result_count: 3 } },
          { seq: 1, step_type: 'tool', name: 'measured', latency_ms: 7 },
        ],
      },
    ]);
  });

  it('makes every attempt a step of its own, and is partial when one of them helped', async () => {
    const tracer = tracerWith();
    const run = tracer.startRun();
    const result = await run.retry('tool', 'call', (_, attempt) => {
      if (attempt < 3) throw new Error('not yet');
      return 'done';
    });
    run.end();
    await settled();
    expect(result).toBe('done');
    expect(ingest.taken[0]?.status).toBe('partial');
    expect(ingest.taken[0]?.steps.map(({ metadata }) => metadata)).toEqual([
      { attempt: 1 },
      { attempt: 2 },
      { attempt: 3 },
    ]);
  });

  it('lets the errors of the work through, and keeps the first failure', async () => {
    const tracer = tracerWith();
    const run = tracer.startRun();
    const own = new Error('of the agent');
    const fail = () => Promise.reject(own);
    await expect(run.retry('tool', 'call', fail, { isPassing: () => false })).rejects.toBe(own);
    run.recordFailure({ type: 'tool', code: 'timeout', message: 'no answer' });
    run.recordFailure({ type: 'model', code: 'later', message: 'a consequence' });
    run.end();
    run.end();
    await settled();
    expect(ingest.taken).toMatchObject([{ status: 'failure', failure: { failure_code: 'timeout' } }]);
    expect(ingest.taken[0]?.steps).toHaveLength(1);
  });

  it('never throws over data that cannot be written', async () => {
    const tracer = tracerWith();
    const run = tracer.startRun();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    await run.step('other', 'odd', (step) => {
      step.addMetadata(cycle);
      step.addMetadata({
        get broken(): never {
          throw new Error('unreadable');
        },
      });
    });
    run.end();
    const hopeless = tracer.startRun({ startedAtMs: Number.NaN });
    hopeless.end();
    await settled();
    expect(ingest.taken).toMatchObject([{ steps: [{ metadata: {} }] }]);
    expect(tracer.counts()).toMatchObject({ delivered: 1, unwritable: 1 });
  });
});

describe('delivery', () => {
  it('loses nothing within its buffer while the ingest is away for ten seconds, and counts the rest', async () => {
    const tracer = tracerWith({ bufferRuns: 50 });
    ingest.answer = 'away';
    const ids: string[] = [];
    for (let second = 0; second < 10; second += 1) {
      for (let each = 0; each < 6; each += 1) {
        const run = tracer.startRun();
        ids.push(run.id);
        run.end();
      }
      await time.pass(1_000);
    }
    expect(tracer.counts()).toMatchObject({ delivered: 0, waiting: 50, overflowed: 10 });
    expect(ingest.attempts).toBeLessThan(15);
    ingest.answer = 201;
    await time.pass(10_000);
    expect(ingest.taken.map(({ run_id }) => run_id)).toEqual(ids.slice(0, 50));
    expect(tracer.counts()).toMatchObject({ delivered: 50, waiting: 0, overflowed: 10 });
    expect(time.pending).toBe(0);
  });

  it('does not send again what the ingest will never have', async () => {
    const tracer = tracerWith();
    ingest.answer = 422;
    tracer.startRun().end();
    await time.pass(60_000);
    expect(ingest.attempts).toBe(1);
    expect(tracer.counts()).toMatchObject({ refused: 1, waiting: 0 });
  });

  it('waits as long as it is asked to', async () => {
    const tracer = tracerWith();
    ingest.answer = 429;
    ingest.retryAfter = '3';
    tracer.startRun().end();
    await time.pass(2_900);
    expect(ingest.attempts).toBe(1);
    ingest.answer = 201;
    await time.pass(200);
    expect(tracer.counts().delivered).toBe(1);
  });

  it('gives up an attempt that is never answered, and tries again', async () => {
    const tracer = tracerWith({ attemptMs: 1_000 });
    ingest.answer = 'silent';
    tracer.startRun().end();
    await time.pass(1_050);
    ingest.answer = 201;
    await time.pass(100);
    expect(tracer.counts()).toMatchObject({ delivered: 1, waiting: 0 });
  });

  it('asks for its token with each attempt, and outlives one that cannot be had', async () => {
    let asked = 0;
    const token = (): string => {
      asked += 1;
      if (asked === 1) throw new Error('no token yet');
      return 't';
    };
    const tracer = tracerWith({ token });
    tracer.startRun().end();
    await time.pass(200);
    expect(tracer.counts().delivered).toBe(1);
  });

  it('flushes at once, whatever pause it was in', async () => {
    const tracer = tracerWith({ firstPauseMs: 9_000 });
    ingest.answer = 'away';
    tracer.startRun().end();
    await settled();
    ingest.answer = 201;
    expect(await tracer.flush()).toBe(true);
    expect(time.pending).toBe(0);
  });

  it('closes in time, lets go of the rest, and leaves no timer behind', async () => {
    const tracer = tracerWith();
    ingest.answer = 'silent';
    for (let each = 0; each < 3; each += 1) tracer.startRun().end();
    const closing = tracer.close(2_000);
    await time.pass(2_000);
    await closing;
    tracer.startRun().end();
    await settled();
    expect(tracer.counts()).toMatchObject({ delivered: 0, waiting: 0, abandoned: 3, overflowed: 1 });
    expect(time.pending).toBe(0);
  });
});
