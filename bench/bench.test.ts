import { describe, expect, it } from 'vitest';
import { measureCapacity, TINY_CAPACITY } from './capacity.ts';
import { measureJudging, TINY_JUDGING } from './judging.ts';
import { measureLatency, TINY_LATENCY } from './latency.ts';
import { percentile, ratioOf } from './ratio.ts';
import { measureReport, TINY_REPORT } from './report.ts';
import { measureCost, TINY_COST } from './socket-cost.ts';
import { measureStages, TINY_STAGES } from './stages.ts';
import { measureTracer, TINY_TRACER } from './tracer.ts';

describe('a spread', () => {
  it('is of the ratios of pairs, not the ratio of medians', () => {
    expect(ratioOf([2, 30, 4], [1, 10, 4])).toEqual({ n: 3, min: 1, median: 2, max: 3 });
  });

  it('of nothing is not a number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

/** No figure is asserted on: that each part runs, loses nothing and compares what both clients did. */
describe.concurrent('each part of the bench runs', () => {
  it('cost', async () => {
    const rows = await measureCost(TINY_COST);
    for (const { ratio } of rows) expect(ratio.median).toBeGreaterThan(0);
    expect(rows).toHaveLength(1);
  });

  it('stages', () => {
    for (const { microsPerEvent } of measureStages(TINY_STAGES))
      expect(microsPerEvent).toBeGreaterThanOrEqual(0);
  });

  it('latency', async () => {
    const rows = await measureLatency(TINY_LATENCY);
    for (const { ratio, errorMs } of rows) {
      expect(ratio.median).toBeGreaterThan(0);
      expect(errorMs.ours.min).toBeGreaterThan(0);
    }
    expect(rows.map(({ samplesPerRepetition }) => samplesPerRepetition)).toEqual([15, 15, 15, 5, 5, 5]);
  });

  it('capacity', async () => {
    const rows = await measureCapacity(TINY_CAPACITY);
    for (const { greeted, eventsReceived, sessionsWithLoss } of rows)
      expect({ greeted, eventsReceived, sessionsWithLoss }).toEqual({
        greeted: 5,
        eventsReceived: 15,
        sessionsWithLoss: 0,
      });
  });

  it('tracer', async () => {
    const { rows, outage } = await measureTracer(TINY_TRACER);
    for (const { ratio } of rows) expect(ratio.median).toBeGreaterThan(0);
    expect(outage.delivered + outage.overflowed).toBe(outage.ended);
  });

  it('report', async () => {
    const { renderMs, megabytes } = await measureReport(TINY_REPORT);
    expect(renderMs.median).toBeGreaterThan(0);
    expect(megabytes).toBeGreaterThan(0);
  });

  it('judging', async () => {
    const [row] = await measureJudging(TINY_JUDGING);
    expect(row?.entries).toBe(2 * 2 * 154);
    expect(row?.passes).toBeGreaterThan(0);
    expect(row?.ratio.median).toBeGreaterThan(0);
  });
});
